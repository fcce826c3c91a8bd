# SPDX-License-Identifier: GPL-2.0-or-later
"""What truly arrived in a namespace: counters of the kernel, one per flow of UDP to a port range."""

import ipaddress
import json
import re
from collections import namedtuple

from .netns import run

Flow = namedtuple("Flow", "source source_port port packets")  # who sent, from where, to which port, how many

_RULES = """
table inet rig {{
  set seen4 {{ typeof ip saddr . udp sport . udp dport; flags dynamic; size 65535; counter; }}
  set seen6 {{ typeof ip6 saddr . udp sport . udp dport; flags dynamic; size 65535; counter; }}
  chain in {{
    type filter hook input priority -200;
    udp dport {low}-{high} add @seen4 {{ ip saddr . udp sport . udp dport }}
    udp dport {low}-{high} add @seen6 {{ ip6 saddr . udp sport . udp dport }}
  }}
}}
"""


class Counter:
    """Counts the datagrams that come into a namespace on ports low to high."""

    def __init__(self, namespace, low, high):
        self.namespace = namespace
        namespace.nft(_RULES.format(low=low, high=high))

    def flows(self):
        """Every flow seen, as a list of Flow."""
        found = []
        for name in ("seen4", "seen6"):
            text = run("ip", "netns", "exec", self.namespace.name, "nft", "-j", "list", "set", "inet", "rig", name)
            for one in json.loads(text)["nftables"]:
                for element in one.get("set", {}).get("elem", []):
                    element = element["elem"]
                    source, source_port, port = element["val"]["concat"]
                    found.append(Flow(str(ipaddress.ip_address(source)), source_port, port,
                                      element["counter"]["packets"]))
        return found

    def rtp(self, source):
        """Packets from one sender to even ports, which is where media goes."""
        source = str(ipaddress.ip_address(source))
        return sum(one.packets for one in self.flows() if one.source == source and one.port % 2 == 0)


def sdp_ports(text):
    """The ports of all m= lines in a text."""
    return [int(port) for port in re.findall(r"^m=\w+ (\d+)", text, re.M)]
