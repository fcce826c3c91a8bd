# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of the relay's namespace, its flows, and one packet through it."""

import select
import socket
import struct

from rfnl import Family
from rig import (CALLEE, CALLER, RELAY_A, RELAY_A6, RELAY_B, RELAY_B6, Inside, reasons, rtp, udp)

TYPES = [{"number": 0, "clock-rate": 8000}]
LOCAL = [{"address": address} for address in (RELAY_A, RELAY_B, RELAY_A6, RELAY_B6)]


class Relay:
    """A table; wish is what is different from the usual one."""

    def __init__(self, where="relay", **wish):
        with Inside(where):
            self.family = Family()
        table = {"label": "test", "lease-s": 30, "local": LOCAL}
        table.update(wish)
        self.id = self.family.do("table-new", table=table)[0]["table"]["id"]
        self._before = self.declined()

    def set(self, *flows):
        self.family.do("flow-set", table={"id": self.id}, flow=list(flows))

    def stats(self, address=RELAY_A, port=4000):
        key = {"local-address": address, "local-port": port}
        return self.family.do("flow-get", table={"id": self.id}, flow=key)[0]["flow"][0]["stats"]

    def declined(self):
        """Packets that went up before a flow was known, by reason; of the namespace, since it was made."""
        return reasons(self.family.do("table-get", table={"id": self.id})[0]["table"], "declined")

    def newly_declined(self):
        """The same since this table was made."""
        return {why: count - self._before.get(why, 0) for why, count in self.declined().items()
                if count > self._before.get(why, 0)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.family.do("table-del", table={"id": self.id})
        self.family.close()


def flow(port=4000, **change):
    """Caller to callee; change says what is different, None what is left out."""
    out = {"local-address": RELAY_A, "local-port": port, "source-address": CALLER, "source-port": 6000,
           "out-address": RELAY_B, "out-port": port + 2, "to-address": CALLEE, "to-port": 7000, "flags": "rtp",
           "type": TYPES}
    out.update(change)
    return {name: value for name, value in out.items() if value is not None}


def arrivals(*socks, first_s=0.5, quiet_s=0.1):
    """What each socket got, (data, sender's address, port) or None: waits for the first, then until it is quiet."""
    got = {}
    wait_s = first_s
    while len(got) < len(socks):
        ready = select.select([sock for sock in socks if sock not in got], [], [], wait_s)[0]
        if not ready:
            break
        for sock in ready:
            data, sender = sock.recvfrom(65536)
            got[sock] = (data, sender[0], sender[1])
        wait_s = quiet_s
    return tuple(got.get(sock) for sock in socks)


def call(relay, data=rtp(1), caller=CALLER, callee=CALLEE, local=RELAY_A, options=(), **change):
    """One packet of the caller's: what the callee got, what the relay's own socket got, the flow's statistics.

    options are set on the caller's socket: (level, name, value).
    """
    words = {"local-address": local, "source-address": caller, "to-address": callee}
    if ":" in callee:
        words["out-address"] = RELAY_B6
    words.update(change)
    relay.set(flow(**words))
    up, far, near = udp("relay", local, 4000), udp("callee", callee, 7000), udp("caller", caller, 6000)
    try:
        for option in options:
            near.setsockopt(*option)
        near.sendto(data, (local, 4000))
        return *arrivals(far, up), relay.stats(local, 4000)
    finally:
        for sock in (up, far, near):
            sock.close()


def ipv4(source, to, payload, protocol=17, options=b"", total=None, check=None):
    """An IPv4 packet; what is not right has to be said."""
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, total or words * 4 + len(payload), 0, 0x4000, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(to)) + options
    right = ~ones_sum(head) & 0xffff
    return head[:10] + struct.pack("!H", right if check is None else check) + head[12:] + payload


def ipv6(source, to, payload, protocol=17):
    """An IPv6 packet, of UDP or of what else its first header is."""
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + b"".join(
        socket.inet_pton(socket.AF_INET6, address) for address in (source, to)) + payload


def ones_sum(data):
    total = sum(int.from_bytes(data[at:at + 2].ljust(2, b"\0"), "big") for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def datagram(data, length=None, source=6000, to=4000):
    """UDP without a checksum."""
    return struct.pack("!HHHH", source, to, length or 8 + len(data), 0) + data


def with_checksum(source, to, packet):
    """A datagram with its checksum."""
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    pseudo = b"".join(socket.inet_pton(family, address) for address in (source, to)) + struct.pack("!II", len(packet), 17)
    return packet[:6] + struct.pack("!H", ~ones_sum(pseudo + packet) & 0xffff or 0xffff) + packet[8:]


def datagrams(*socks, first_s=0.5, quiet_s=0.1):
    """All that each socket got, in its order: waits for the first, then until it is quiet."""
    got = {sock: [] for sock in socks}
    wait_s = first_s
    while ready := select.select(socks, [], [], wait_s)[0]:
        for sock in ready:
            got[sock].append(sock.recv(65536))
        wait_s = quiet_s
    return list(got.values())
