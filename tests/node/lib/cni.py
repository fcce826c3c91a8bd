# SPDX-License-Identifier: GPL-2.0-or-later
"""A pod's network: its first interface as a network plugin makes it, and further ones as the plugins of a rendered
NetworkAttachmentDefinition do: macvlan, sbr and tuning of the CNI project's reference plugins, as far as charts use them."""

import ipaddress
import json

import helm
from rig.netns import address, link

FIRST_TABLE = 100  # the routing table of sbr's first address


def first_interface(cloud, number=0):
    """A namespace with eth0 on the node's own bridge, strict about where packets come from; known to who is inside. Pods with another
    number are in networks of their own."""
    pod = cloud.space(f"pod{number}")
    near4, near6 = f"10.244.{number}", f"fd44:0:0:{number}"
    for name in ("all", "default"):
        pod.sysctl(f"net.ipv4.conf.{name}.rp_filter", 1)
    link(pod, "eth0", cloud.node, f"cni{number}")
    address(cloud.node, f"cni{number}", f"{near4}.1/24", f"{near6}::1/64")
    address(pod, "eth0", f"{near4}.7/24", f"{near6}::7/64")
    pod.ip("route", "add", "default", "via", f"{near4}.1")
    pod.ip("-6", "route", "add", "default", "via", f"{near6}::1")
    cloud.inside.net.ip("route", "add", f"{near4}.0/24", "via", "10.0.0.5")
    cloud.inside.net.ip("-6", "route", "add", f"{near6}::/64", "via", "fd00::5")
    return pod


def attach(cloud, pod, trees, device="net1"):
    """Do for a pod what the release's attachment says."""
    definition = helm.of_kind(trees, "NetworkAttachmentDefinition")[0]
    config = json.loads(definition["spec"]["config"])
    addresses = []
    for plugin in config["plugins"]:
        if plugin["type"] == "macvlan":
            addresses = _macvlan(cloud.node, pod, plugin, device, cloud.leases)
        elif plugin["type"] == "sbr":
            for number, one in enumerate(addresses):
                _source_routing(pod, one, device, FIRST_TABLE + number)
        elif plugin["type"] == "tuning":
            for key, value in plugin["sysctl"].items():
                pod.sysctl(key.replace("IFNAME", device), value)
        else:
            raise ValueError(f"plugin {plugin['type']} is none that this node has")


def _assigned(ipam, leases):
    """Addresses of a pod by ipam's plugins static (the same for all) and host-local (the next of its first range)."""
    if ipam["type"] == "static":
        return ipam["addresses"]
    pool = ipam["ranges"][0][0]
    leases.append(str(ipaddress.ip_address(pool["rangeStart"]) + len(leases)))
    return [{"address": f"{leases[-1]}/{pool['subnet'].partition('/')[2]}", "gateway": pool["gateway"]}]


def _macvlan(node, pod, plugin, device, leases):
    """The interface, with the addresses that ipam gives; those."""
    node.ip("link", "set", "dev", plugin["master"], "up")
    node.ip("link", "add", "link", plugin["master"], "name", "made", "type", "macvlan", "mode", plugin["mode"])
    node.ip("link", "set", "dev", "made", "netns", pod.name, "name", device)
    pod.ip("link", "set", "dev", device, "up")
    addresses = _assigned(plugin["ipam"], leases)
    address(pod, device, *(one["address"] for one in addresses))
    return addresses


def _source_routing(pod, one, device, table):
    """sbr: a rule for the source, the interface's routes moved to a table, a default route by the address's gateway."""
    ip = one["address"].partition("/")[0]
    family = "-6" if ":" in ip else "-4"
    pod.ip(family, "rule", "add", "from", ip, "table", str(table))
    for line in pod.ip(family, "route", "show", "dev", device, "table", "main").splitlines():
        words = line.replace(" linkdown", "").split()
        pod.ip(family, "route", "replace", *words, "dev", device, "table", str(table))
        pod.ip(family, "route", "del", *words[:1], "dev", device)
    if "gateway" in one:
        pod.ip(family, "route", "replace", "default", "via", one["gateway"], "dev", device, "table", str(table))
