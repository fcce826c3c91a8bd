# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration: real calls through a real proxy and the relay, watched while they run (scripts/demo)."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from urllib.parse import quote

from rig import netns, topology
from rig.kamailio import Kamailio
from rig.media import Counter
from rig.relay import DATAPLANE, HTTP_PORT, Relay
from rig.scenario import Scenario, sdp
from rig.sipp import Sipp

MEDIA = (6000, 29999)  # the ports that SIPp may use
SECONDS = 8            # that each call talks
RATE = 5               # calls a second
FOREVER = 1000000      # calls that a callee waits for
TERMINAL = sys.stdout.isatty()


class Leg:
    """What is known of one party's audio in one call."""

    def __init__(self):
        self.packets = self.lost = 0  # measured by the relay on what came from this party
        self.jitter = 0.0             # of the same, seconds
        self.port = None              # where this party listens
        self.sent = 0                 # packets that the relay says it sent to this party
        self.path = ""                # where this party's packets are relayed


class Watch:
    """Follows all sessions over the HTTP API."""

    def __init__(self, relay):
        self._relay = relay
        self.calls = {}    # call-id: [caller's Leg, callee's Leg]
        self.current = []  # call-ids of now

    def look(self):
        """Read all sessions once."""
        page = self._relay.json("/api/v1/sessions?limit=500&sort=age")
        self.current = [one["call_id"] for one in page["sessions"]]
        for call_id in self.current:
            try:
                session = self._relay.json("/api/v1/sessions/" + quote(call_id, safe=""))
            except RuntimeError:
                continue  # it has ended since
            legs = self.calls.setdefault(call_id, [Leg(), Leg()])
            for leg, party in zip(legs, session["parties"]):
                self._note(leg, party["media"][0] if party["media"] else None)

    @staticmethod
    def _note(leg, media):
        if not media or not media["streams"]:
            return
        quality, stream = media["quality"], media["streams"][0]
        leg.packets, leg.lost = quality["packets"], quality["lost"]
        leg.jitter = max(leg.jitter, quality.get("jitter_s", 0.0))
        leg.sent, leg.path = stream["packets_out"], {"user": "user space"}.get(stream["path"], stream["path"])
        port = (stream.get("sdp") or "").rpartition(":")[2]
        leg.port = int(port) if port else leg.port


def table(watch, rows=20):
    """The live table, as lines."""
    lines = [f"{'call':<26}{'caller sends':>24}{'callee sends':>30}   relayed in",
             f"{'':<26}{'packets':>8}{'lost':>6}{'jitter':>10}{'packets':>14}{'lost':>6}{'jitter':>10}"]
    for call_id in watch.current[:rows]:
        legs = watch.calls.get(call_id)
        if legs:
            one, two = (f"{leg.lost:>6}{leg.jitter * 1000:>7.1f} ms" for leg in legs)
            paths = " and ".join(sorted({leg.path for leg in legs if leg.path}))
            lines.append(f"{call_id[:25]:<26}{legs[0].packets:>8}{one}{legs[1].packets:>14}{two}   {paths}")
    if len(watch.current) > rows:
        lines.append(f"and {len(watch.current) - rows} more")
    return lines


class Screen:
    """Shows a table in one place on a terminal, or from time to time elsewhere."""

    def __init__(self):
        self._height = 0
        self._last = 0.0

    def show(self, lines, pause=3.0):
        """Draw it; not on a terminal: only every `pause` seconds."""
        if TERMINAL:
            up = f"\x1b[{self._height}A" if self._height else ""
            sys.stdout.write(up + "".join(f"\x1b[2K{line}\n" for line in lines) + "\x1b[J")
            self._height = len(lines)
        elif time.monotonic() - self._last >= pause:
            self._last = time.monotonic()
            print("\n".join(lines) + "\n")
        sys.stdout.flush()


class Demo:
    """Everything that runs, and what is known of it."""

    def __init__(self, folder, keep):
        self.folder = folder
        self.spaces = netns.can_make()
        self.place = topology.make() if self.spaces else topology.loopback()
        self._running = []
        net, here = self.place.relay.net, self.place.relay.ip4
        self.http = "127.0.0.1" if self.spaces else here
        if keep and self.spaces:
            self.http = topology.door(self.place)
        self.relay = Relay(net, folder, [f"a/{here}", f"b/{self.place.relay_b4}"], http=self.http,
                           ng="127.0.0.1" if self.spaces else here)
        self._running.append(self.relay.process)
        net_a = here.rpartition(".")[0] + ".0/24"
        self.proxy = Kamailio(net, folder, [here, self.place.relay_b4], self.place.callee.ip4,
                              rtpengine=f"udp:{'127.0.0.1' if self.spaces else here}:2223",
                              net_a=(net_a, "fd77:1::/64"))
        self._running.append(self.proxy.process)
        self.counters = None
        if self.spaces:
            self.counters = [Counter(place.net, *MEDIA) for place in (self.place.caller, self.place.callee)]
        course = Scenario("called").receive("INVITE").reply("180 Ringing").reply("200 OK", sdp(), retrans=True)
        course.receive("ACK").play().receive("BYE").reply_within("200 OK")
        self._running.append(Sipp(self.place.callee, folder, course, "callee", calls=FOREVER, frequency=600).process)

    def call(self, calls, seconds, name="caller"):
        """Start a SIPp that places so many calls."""
        course = Scenario("calling").invite(sdp()).receive(100, optional=True).receive(180, optional=True)
        course.receive(200, save_route=True).ack().play().pause(seconds * 1000).bye()
        caller = Sipp(self.place.caller, self.folder, course, name, remote=f"{self.place.relay.ip4}:5060",
                      calls=calls, rate=RATE)
        self._running.append(caller.process)
        return caller

    def heard(self, watch):
        """{call-id: (packets that reached the caller, the callee)}: by the kernel's count where it can be had."""
        if not self.counters:
            return {call_id: tuple(leg.sent for leg in legs) for call_id, legs in watch.calls.items()}
        sides = zip(self.counters, (self.place.relay.ip4, self.place.relay_b4))
        by_port = [{flow.port: flow.packets for flow in counter.flows() if flow.source == relay}
                   for counter, relay in sides]
        return {call_id: tuple(ports.get(leg.port, 0) for ports, leg in zip(by_port, legs))
                for call_id, legs in watch.calls.items()}

    def close(self):
        """End everything by its process id, last started first."""
        while self._running:
            self._running.pop().stop(seconds=1)
        self.place.destroy()


def watch_calls(demo, calls):
    """Place the calls and show them until all are over; the Watch and how SIPp's caller ended."""
    watch, screen = Watch(demo.relay), Screen()
    caller = demo.call(calls, SECONDS)
    end = time.monotonic() + SECONDS + calls / RATE + 30
    while caller.process.alive() and time.monotonic() < end:
        watch.look()
        if watch.current:
            screen.show(table(watch))
        time.sleep(0.5)
    return watch, caller.process.wait(0)


def summary(demo, watch, calls, status):
    """Print what became of the calls; whether all of them had audio both ways."""
    heard = demo.heard(watch)
    least = SECONDS * 50 // 2
    good = [call_id for call_id, both in heard.items() if min(both) >= least]
    ways = (("caller to callee", 0, 1), ("callee to caller", 1, 0))
    print(f"{calls} calls placed, {len(watch.calls)} seen by the relay, {len(good)} with audio both ways through it")
    for name, sender, receiver in ways:
        legs = [legs[sender] for legs in watch.calls.values()]
        arrived = sum(both[receiver] for both in heard.values())
        jitter = max((leg.jitter for leg in legs), default=0) * 1000
        print(f"  {name}: {arrived:,} packets arrived, {sum(leg.lost for leg in legs)} lost,"
              f" jitter {jitter:.1f} ms at most")
    for call_id, both in heard.items():
        if call_id not in good:
            print(f"  {call_id}: {both[0]} packets reached the caller, {both[1]} the callee; expected {least} or more")
    if status != 0:
        print(f"  SIPp ended with status {status}: not every call went as it should")
    whole = _forwarded(demo) if DATAPLANE == "kmod" else True
    left = demo.relay.calls()
    if left:
        print(f"  {len(left)} sessions are still there")
    return len(good) == calls and status == 0 and not left and whole


def _forwarded(demo):
    """Print what the kernel forwarded of what was sent; whether that was nearly all."""
    sent = demo.relay.metric("rtpferry_packets_total", direction="out")
    kernel = demo.relay.metric("rtpferry_packets_total", direction="out", dataplane="kmod")
    print(f"  the kernel, table {demo.relay.metric('rtpferry_kernel_table_id'):.0f}, forwarded {kernel:,.0f} of"
          f" {sent:,.0f} packets; user space the other {sent - kernel:,.0f}")
    return kernel >= 0.9 * sent > 0


def stay(demo):
    """Keep calls going until somebody ends us."""
    base = f"http://{demo.http}:{HTTP_PORT}"
    print(f"""
Left running, with calls coming and going. Open
  {base}/                   status
  {base}/api/v1/sessions    the calls, with loss and jitter
  {base}/metrics/sessions   the same for Prometheus
  {base}/metrics
To stop it: Ctrl-C, or kill {os.getpid()}""", flush=True)
    batch = 0
    while True:
        batch += 1
        caller = demo.call(20, 60, f"caller{batch}")
        while caller.process.wait(5) is None:
            pass


def main():
    """Run it; exit status 0 only when every call had audio both ways through the relay."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Calls through Kamailio and rtpferryd, watched while they run")
    parser.add_argument("--kernel", action="store_true", help="their media goes through the kernel module: in this machine's kernel where"
                        " it takes modules, else in a QEMU guest")
    parser.add_argument("--guest", action="store_true", help="the same, in a guest in any case")
    parser.add_argument("--calls", type=int, default=20, metavar="N", help="how many calls are placed (20)")
    parser.add_argument("--keep", action="store_true", help="leave it running afterwards, and say what to open")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)   # only look at the words
    options = parser.parse_args()
    if not 1 <= options.calls <= 400:
        parser.error(f"--calls {options.calls}: expected 1 to 400")
    if options.guest and options.keep:
        parser.error("--keep: a guest cannot be reached from here; leave it away")
    if options.check:
        return 0
    folder = tempfile.mkdtemp(prefix="rft-demo-")
    demo, good = None, False
    try:
        demo = Demo(folder, options.keep)
        if demo.spaces:
            print("caller, relay with proxy, and callee are in three network namespaces")
        else:
            print("network namespaces cannot be made here (root is needed): using the loopback network instead")
        print(f"{options.calls} calls of {SECONDS} seconds in G.711: SIPp, Kamailio, rtpferryd, SIPp\n", flush=True)
        watch, status = watch_calls(demo, options.calls)
        print()
        good = summary(demo, watch, options.calls, status)
        if options.keep:
            stay(demo)
    except KeyboardInterrupt:
        print()
    except (RuntimeError, TimeoutError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
    finally:
        if demo:
            demo.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
