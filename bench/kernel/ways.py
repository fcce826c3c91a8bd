# SPDX-License-Identifier: GPL-2.0-or-later
"""In the guest: the ways of forwarding that are compared. Each is set up in a Place, for a number of calls."""

import contextlib
import os

from place import CALLEE_PORT, CALLER_PORT, ENDS, FAR, RELAY_PORT
from rfnl import COMMANDS, Family, pack
from rig import Inside, sh

TYPES = [{"number": 0, "clock-rate": 8000}, {"number": 101, "clock-rate": 8000}]
BATCH = 50   # flows of a message


class Way:
    """Frames go to dest, port RELAY_PORT + 2 n for call n, unless ports names a file with each call's."""

    def __init__(self, place, calls=1):
        self.place = place
        self.calls = calls
        self.family = 4
        self.mac = place.mac
        self.dest = ENDS[4][1]
        self.ports = None

    def forwarded(self):
        """Packets that the way itself says it forwarded; None where it does not count."""
        return None

    def undisturbed(self):
        """While packets are counted, no program of the way's own runs."""
        return contextlib.nullcontext()

    def close(self):
        """Undo what was set up."""


class Control(Way):
    """Frames for somebody else."""

    def __init__(self, place):
        super().__init__(place)
        self.mac = "02:00:00:00:00:77"


class Forward(Way):
    """Plain IP forwarding."""

    def __init__(self, place):
        super().__init__(place)
        self.dest = FAR[4][1]


class Nat(Way):
    """Connection tracking with DNAT and SNAT, as a relay made of rules would be; a flow table on top where wanted."""

    def __init__(self, place, flowtable=False):
        super().__init__(place)
        sh("modprobe -a nf_conntrack nf_nat nft_nat nft_chain_nat nft_ct nft_flow_offload nf_flow_table nf_flow_table_inet "
           "2>/dev/null; true")
        rules = ["add table ip n", "add chain ip n p { type nat hook prerouting priority -100; }",
                 "add chain ip n o { type nat hook postrouting priority 100; }",
                 f"add rule ip n p udp dport {RELAY_PORT} dnat to {FAR[4][1]}:{CALLEE_PORT}",
                 f"add rule ip n o ip daddr {FAR[4][1]} snat to {FAR[4][0]}"]
        if flowtable:
            rules += ["add flowtable ip n f { hook ingress priority 0; devices = { west, east }; }",
                      "add chain ip n w { type filter hook forward priority 0; }",
                      "add rule ip n w ip protocol udp flow add @f"]
        for rule in rules:
            place.inside(f"nft '{rule}'")
        for _ in range(2):   # the second packet after the reply puts the connection into the flow table
            place.send("west", 4, (ENDS[4][0], CALLER_PORT), (self.dest, RELAY_PORT))
            place.send("east", 4, (FAR[4][1], CALLEE_PORT), (FAR[4][0], CALLER_PORT))
        listed = place.inside("cat /proc/net/nf_conntrack || echo not listed by this kernel: OFFLOAD")
        if flowtable and "OFFLOAD" not in listed:
            raise RuntimeError("the connection is not in the flow table")

    def close(self):
        self.place.inside("nft flush ruleset")


class Ours(Way):
    """Strict flows of rtpferry, both directions of each call."""

    def __init__(self, place, calls, came=4, goes=4, **wish):
        super().__init__(place, calls)
        self.family, self.dest = came, ENDS[came][1]
        with Inside(place.name):
            self.sock = Family()
        table = {"label": "bench", "lease-s": 30, "local": [{"address": ENDS[came][1]}, {"address": FAR[goes][0]}]}
        if wish.get("hook") == "ingress":
            wish["device"] = [int(place.inside(f"cat /sys/class/net/{dev}/ifindex")) for dev in ("west", "east")]
        self.id = self.sock.do("table-new", table={**table, **wish})[0]["table"]["id"]
        for start in range(0, calls, BATCH):
            self.install([flow for call in range(start, min(start + BATCH, calls)) for flow in both(came, goes, call)])
        if wish.get("hook") == "nft":
            self._rule()

    def install(self, flows):
        self.sock.raw(COMMANDS["flow-set"], pack("message", {"table": {"id": self.id}, "flow": flows}))

    def _rule(self):
        sh(f"mkdir -p /run/xt && cp {os.environ['BENCH_TOOLS']}/libxt_RTPFERRY.so /run/xt")
        self.place.inside("XTABLES_LIBDIR=/run/xt:$(echo /usr/lib/*/xtables) iptables -t raw -A PREROUTING -p udp "
                          f"--dport 20000:40000 -j RTPFERRY --id {self.id}")

    def forwarded(self):
        stats = [row["flow"][0]["stats"] for row in self.sock.dump("flow-get", table={"id": self.id})]
        up = sum(row["packets"] for stat in stats for row in stat.get("passed-up", []))
        if up:
            raise RuntimeError(f"{up} packets were passed up; expected none")
        return sum(row["packets"] for row in stats)

    def close(self):
        self.place.inside("iptables -t raw -F PREROUTING")
        self.sock.do("table-del", table={"id": self.id})
        self.sock.close()


def both(came, goes, call):
    """The two flows of a call: caller to callee, callee to caller."""
    west = {"local-address": ENDS[came][1], "local-port": RELAY_PORT + 2 * call}
    east = {"local-address": FAR[goes][0], "local-port": RELAY_PORT + 2 * call}
    caller, callee = (ENDS[came][0], CALLER_PORT + 2 * call), (FAR[goes][1], CALLEE_PORT + 2 * call)
    return [direction(west, east, caller, callee), direction(east, west, callee, caller)]


def direction(local, out, source, to):
    return {**local, "source-address": source[0], "source-port": source[1], "out-address": out["local-address"],
            "out-port": out["local-port"], "to-address": to[0], "to-port": to[1], "flags": "rtp rtcp", "dscp": 46,
            "type": TYPES}
