# SPDX-License-Identifier: GPL-2.0-or-later
"""The places where things run.

       caller                     relay (and proxy)                    callee
    10.77.1.2  [a]---[a]  10.77.1.1       10.77.2.1  [b]---[b]  10.77.2.2
    fd77:1::2             fd77:1::1       fd77:2::1             fd77:2::2

With nat=True the caller sits one step further away, and its own address is never seen on the wire:

       caller                         nat                       relay
    192.168.77.2 [n]---[n] 192.168.77.1  masquerade  10.77.1.2 [a]---[a] 10.77.1.1
"""

import atexit
import os
import signal
import sys
from dataclasses import dataclass, field

from .netns import Namespace, address, link, remove_leftovers, run


_MASQUERADE = """
table ip nat {
  chain post {
    type nat hook postrouting priority srcnat;
    oifname a masquerade random
  }
}
"""


@dataclass
class Place:
    """A namespace with the addresses that its inhabitants use."""

    net: Namespace  # where
    ip4: str        # its IPv4 address
    ip6: str = ""   # its IPv6 address; empty: none


@dataclass
class Topology:
    """Caller, relay and callee."""

    caller: Place           # who calls
    relay: Place            # relay and proxy, as the caller sees them
    callee: Place           # who is called
    relay_b4: str           # the relay's IPv4 address on the callee's side
    relay_b6: str           # the same, IPv6
    nat: Namespace = None   # between caller and relay
    all: list = field(default_factory=list)  # every namespace made

    def destroy(self):
        """Remove every namespace."""
        while self.all:
            self.all.pop().destroy()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()


def _end_on_signals():
    """SIGTERM and SIGHUP unwind like Ctrl-C does, so that nothing stays behind."""
    def leave(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, leave)


def make(nat=False):
    """Build the topology that is drawn above."""
    remove_leftovers()
    _end_on_signals()
    made = []
    topology = Topology(None, None, None, "10.77.2.1", "fd77:2::1", all=made)
    atexit.register(topology.destroy)

    def space(name):
        made.append(Namespace(name))
        return made[-1]

    try:
        caller, relay, callee = space("caller"), space("relay"), space("callee")
        outer = space("nat") if nat else caller
        link(outer, "a", relay, "a")
        link(callee, "b", relay, "b")
        address(relay, "a", "10.77.1.1/24", "fd77:1::1/64")
        address(relay, "b", "10.77.2.1/24", "fd77:2::1/64")
        address(outer, "a", "10.77.1.2/24", "fd77:1::2/64")
        address(callee, "b", "10.77.2.2/24", "fd77:2::2/64")
        outer.ip("route", "add", "default", "via", "10.77.1.1")
        callee.ip("route", "add", "default", "via", "10.77.2.1")
        topology.relay = Place(relay, "10.77.1.1", "fd77:1::1")
        topology.callee = Place(callee, "10.77.2.2", "fd77:2::2")
        topology.caller = Place(caller, "10.77.1.2", "fd77:1::2")
        if nat:
            topology.nat = outer
            topology.caller = Place(caller, "192.168.77.2")
            _masquerade(caller, outer)
    except BaseException:
        topology.destroy()
        raise
    return topology


def _masquerade(inner, outer):
    link(inner, "n", outer, "n")
    address(inner, "n", "192.168.77.2/24")
    address(outer, "n", "192.168.77.1/24")
    inner.ip("route", "add", "default", "via", "192.168.77.1")
    outer.sysctl("net.ipv4.ip_forward", 1)
    outer.nft(_MASQUERADE)


def door(topology):
    """A link from where we are to the relay, so that a browser here reaches it; the relay's address on it."""
    name = f"rft{os.getpid()}"[:15]
    run("ip", "link", "add", "name", name, "type", "veth", "peer", "name", "door", "netns", topology.relay.net.name)
    topology.relay.net.ip("link", "set", "dev", "door", "up")
    topology.relay.net.ip("addr", "add", "10.77.9.1/30", "dev", "door")
    run("ip", "link", "set", "dev", name, "up")
    run("ip", "addr", "add", "10.77.9.2/30", "dev", name)
    return "10.77.9.1"


def loopback():
    """No namespaces: three addresses of the loopback network of the machine itself."""
    _end_on_signals()
    here = Namespace(None)
    return Topology(Place(here, "127.7.1.2"), Place(here, "127.7.1.1"), Place(here, "127.7.2.2"), "127.7.2.1", "")
