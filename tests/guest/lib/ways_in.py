# SPDX-License-Identifier: GPL-2.0-or-later
"""The three ways into the module, in the relay's namespace: its own hook, rules with the xtables target, netdev ingress."""

import contextlib
import os

from relay import Relay
from rig import sh

WAYS = ("prerouting", "nft", "ingress")
PLUGINS = f"XTABLES_LIBDIR={os.environ['XTABLES_PLUGINS']}:$(echo /usr/lib/*/xtables)"


def rules(words, *programs):
    """One command of iptables and ip6tables, or of others, in the relay's namespace."""
    for program in programs or ("iptables", "ip6tables"):
        sh(f"{PLUGINS} ip netns exec relay {program} {words}")


def flush():
    sh("ip netns exec relay nft flush ruleset")


def index(device):
    return int(sh(f"ip netns exec relay cat /sys/class/net/{device}/ifindex"))


@contextlib.contextmanager
def relay_by(way):
    """A table that all packets from the caller's side reach by that way."""
    with Relay(hook=way, device=[index("west")] if way == "ingress" else []) as relay:
        if way == "nft":
            rules(f"-t raw -A PREROUTING -j RTPFERRY --id {relay.id}")
        try:
            yield relay
        finally:
            if way == "nft":
                rules("-t raw -F PREROUTING")
