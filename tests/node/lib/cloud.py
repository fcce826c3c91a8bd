# SPDX-License-Identifier: GPL-2.0-or-later
"""A node in a cloud, made of network namespaces.

    phone                       cloud                              node                           pod (multus)
   198.51.100.2 [pub]--[pub] 198.51.100.1                         masquerade random,fully-random
                                |  1:1 NAT, no ports touched:      for all that leaves; conntrack
                                |  203.0.113.10 <-> 10.0.0.5
                                |  203.0.113.11 <-> 10.0.1.7       A second node, when asked for: 10.0.0.6, fd00::6,
                                |  203.0.113.12 <-> 10.0.0.6       [eth0] on lan
                             [lan] 10.0.0.1 ------------- [eth0] 10.0.0.5   10.244.0.1 [cni]---[eth0] 10.244.0.7
                                |  fd00::1                       fd00::5    fd44::1                  fd44::7
    inside                      |
   10.0.0.9 [eth0]--------------+
   fd00::9                      |
                             [net] 10.0.1.1 ------------- [eth1] (no address) --- macvlan ----[net1] 10.0.1.7
                                   fd01::1                                                           fd01::7

From outside nobody reaches, and nobody sees, a private address. Who is inside and sends to a public address comes back by the
cloud's gateway with his own source address, as with an elastic IP. A pod of the host's network lives in "node".
"""

import atexit
import os
import shutil
import tempfile
from collections import namedtuple

from rig.netns import Namespace, address, link, remove_leftovers
from rig.topology import Place

PUBLIC, PUBLIC_NET1 = "203.0.113.10", "203.0.113.11"
NODE4, NODE6 = "10.0.0.5", "fd00::5"
POD4, POD6 = "10.244.0.7", "fd44::7"
NET1, NET1_6 = "10.0.1.7", "fd01::7"
Node = namedtuple("Node", "name ip4 ip6")   # of Kubernetes
NODE_A, NODE_B, PUBLIC_B = Node("node-a", NODE4, NODE6), Node("node-b", "10.0.0.6", "fd00::6"), "203.0.113.12"

_CLOUD = f"""
table ip cloud {{
  chain in {{
    type filter hook prerouting priority -310;
    iifname "pub" ip daddr 10.0.0.0/8 drop
    ip daddr set ip daddr map {{ {PUBLIC} : {NODE4}, {PUBLIC_NET1} : {NET1}, {PUBLIC_B} : {NODE_B.ip4} }} notrack
  }}
  chain out {{
    type filter hook postrouting priority 310;
    oifname "pub" ip saddr set ip saddr map {{ {NODE4} : {PUBLIC}, {NET1} : {PUBLIC_NET1}, {NODE_B.ip4} : {PUBLIC_B} }}
    oifname "pub" ip saddr 10.0.0.0/8 drop
  }}
}}
"""
# What a network plugin with masquerading leaves on a node, at its worst: all of it, and no port stays.
_NODE = """
table inet plugin {
  chain post {
    type nat hook postrouting priority srcnat;
    masquerade random,fully-random
  }
}
"""


class Cloud:
    """All of the picture but the pod."""

    def __init__(self):
        remove_leftovers()
        self._all, self._plugs = [], 0
        self.attachments = []   # further interfaces of pods (lib/cni.py)
        self.leases = tempfile.mkdtemp(prefix="rft-")   # where a plugin keeps the addresses that it has handed out
        atexit.register(self.destroy)
        try:
            self._make()
        except BaseException:
            self.destroy()
            raise

    def space(self, name):
        """One more namespace, removed with the others."""
        self._all.append(Namespace(name))
        return self._all[-1]

    def _make(self):
        self.cloud, self.node = self.space("cloud"), self.space("node")
        self.phone = Place(self.space("phone"), "198.51.100.2")
        self.inside = Place(self.space("inside"), "10.0.0.9", "fd00::9")
        link(self.phone.net, "pub", self.cloud, "pub")
        for bridge, own in (("lan", ("10.0.0.1/24", "fd00::1/64")), ("net", ("10.0.1.1/24", "fd01::1/64"))):
            self.cloud.ip("link", "add", "name", bridge, "type", "bridge")
            self.cloud.ip("link", "set", "dev", bridge, "up")
            address(self.cloud, bridge, *own)
        self._make_node(self.node, NODE_A)
        self.plug("net", self.node, "eth1")
        self.plug("lan", self.inside.net, "eth0", "10.0.0.9/24", "fd00::9/64")
        address(self.cloud, "pub", "198.51.100.1/24")
        address(self.phone.net, "pub", "198.51.100.2/24")
        self.phone.net.ip("route", "add", "default", "via", "198.51.100.1")
        self._way_out(self.inside.net)
        if os.path.isdir("/proc/sys/net/bridge"):  # what is only bridged shall not meet the rules of the gateway
            for name in ("iptables", "ip6tables", "arptables"):
                self.cloud.sysctl(f"net.bridge.bridge-nf-call-{name}", 0)
        self._forwards(self.cloud, "lan", "net")
        self.cloud.nft(_CLOUD)

    @staticmethod
    def _way_out(space):
        space.ip("route", "add", "default", "via", "10.0.0.1")
        space.ip("-6", "route", "add", "default", "via", "fd00::1")

    @staticmethod
    def _forwards(space, *devices):
        space.sysctl("net.ipv4.ip_forward", 1)
        space.sysctl("net.ipv6.conf.all.forwarding", 1)
        for name in ("all", "default", *devices):
            space.sysctl(f"net.ipv4.conf.{name}.send_redirects", 0)

    def _make_node(self, space, node):
        self.plug("lan", space, "eth0", f"{node.ip4}/24", f"{node.ip6}/64")
        self._way_out(space)
        self._forwards(space, "eth0")
        space.nft(_NODE)

    def second_node(self):
        """One more node, NODE_B."""
        space = self.space("nodeb")
        self._make_node(space, NODE_B)
        return space

    def plug(self, bridge, space, device, *addresses):
        """A device of a namespace, on a network of the cloud."""
        self._plugs += 1
        port = f"{bridge}{self._plugs}"
        link(space, device, self.cloud, port)
        self.cloud.ip("link", "set", "dev", port, "master", bridge)
        address(space, device, *addresses)

    def remove(self, space):
        """Remove one namespace before the others, and before it its further interfaces."""
        for one in [one for one in self.attachments if one.pod is space]:
            one.remove()
        self._all.remove(space)
        space.destroy()

    def destroy(self):
        """Remove every namespace."""
        while self.attachments:
            self.attachments[-1].remove()
        while self._all:
            self._all.pop().destroy()
        shutil.rmtree(self.leases, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()
