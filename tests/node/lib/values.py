# SPDX-License-Identifier: GPL-2.0-or-later
"""The releases that are tested: values by name. lib/render has them all rendered, for a guest that has no time for helm."""

import os

from cloud import NET1, NET1_6, PUBLIC, PUBLIC_B, PUBLIC_NET1

KERNEL = os.environ.get("RELAY_DATAPLANE") == "kmod"   # in a guest with the module: forward there or not at all


def merged(*trees):
    """Values on top of each other."""
    out = {}
    for tree in trees:
        for key, value in tree.items():
            out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


# Secrets of the cluster; one has another key that no pod has asked for.
SECRETS = {"rtpferry-http": {"bearer": "open-sesame\n", "other": "not yours"}}


def _interfaces(*items, **more):
    return {"network": {"interfaces": list(items), **more}}


_NO_MODULE = {"kernelModule": {"mode": "none", "required": False}}
_ONE = _interfaces({"name": "pub", "address": "hostIP", "advertised": PUBLIC})
_TWO = _interfaces({"name": "pub", "address": "hostIP", "advertised": PUBLIC, "ports": {"min": 20000, "max": 24999}},
                   {"name": "priv", "address": "hostIP", "ports": {"min": 25000, "max": 29999}})
_SMALL = merged(_ONE, {"network": {"ports": {"min": 20000, "max": 20023}}})
_PAIR = merged(_TWO, {"workload": {"relaysPerNode": 2}})


def _multus(ipam, device="net1", networks=(), **more):
    """A pod with a second interface; more: of the attachment."""
    plugin = {"type": "macvlan", "master": "eth1", "mode": "bridge", "ipam": ipam}
    if networks:
        plugin["capabilities"] = {"ips": True}
    return merged(_interfaces({"name": "pub", "address": f"device:{device}", "advertised": PUBLIC_NET1}, mode="multus"),
                  {"network": {"multus": {"attachment": {"create": True, "plugin": plugin, **more}, "networks": list(networks)}}})


_STATIC = {"type": "static", "addresses": [{"address": f"{NET1}/24", "gateway": "10.0.1.1"}, {"address": f"{NET1_6}/64", "gateway": "fd01::1"}]}
_POOL = {"type": "host-local", "ranges": [[{"subnet": "10.0.1.0/24", "rangeStart": NET1, "gateway": "10.0.1.1"}],
                                          [{"subnet": "fd01::/64", "rangeStart": NET1_6, "gateway": "fd01::1"}]]}
# What a network of the annotation asks for comes without a gateway; these routes are moved to where that of the address is.
_ROUTED = {"type": "static", "routes": [{"dst": "0.0.0.0/1", "gw": "10.0.1.1"}, {"dst": "128.0.0.0/1", "gw": "10.0.1.1"},
                                        {"dst": "::/1", "gw": "fd01::1"}, {"dst": "8000::/1", "gw": "fd01::1"}]}
_ASKED = [{"name": "media", "interface": "media0", "ips": [f"{NET1}/24", f"{NET1_6}/64"]}]

_MARKED = merged(_TWO, {"config": {"interface-mark": ["pub:0x10"], "interface-stack": ["priv"], "tos": 184}})
_LOW = {"ng": {"port": 986}, "http": {"port": 987}}
PREBUILT = "/opt/rtpferry-modules"  # where a node has modules that were built before

# Writes what the test orders, as a sidecar does that asks a cloud for its address.
_SIDECAR = """
cd /run/rtpferry-addresses
while sleep 0.1; do
  if [ -s .order ]; then cp .order .next; rm -f .order; mv .next public; fi
done
"""
_FILE = merged(_interfaces({"name": "pub", "address": "hostIP", "advertised": "sidecar:public"}), {
    "network": {"addressSidecar": {"enabled": True, "image": "example/address", "command": ["sh", "-c"], "args": [_SIDECAR]}}})
_DUAL = _interfaces({"name": "pub", "address": "hostIPs", "advertised": PUBLIC})

_ROLLOUT = merged(_interfaces({"name": "a", "address": "hostIP", "advertised": "node", "ports": {"min": 20000, "max": 24999}},
                              {"name": "b", "address": "hostIP", "ports": {"min": 25000, "max": 29999}}),
                  {"network": {"nodeAddresses": {"node-a": {"a": {"advertised": PUBLIC}}, "node-b": {"a": {"advertised": PUBLIC_B}}}},
                   "drain": {"gracePeriodSeconds": 120}})

_RELEASES = {
    "plain": {},                                                        # values.yaml as it is
    "plain-narrow": {"ng": {"allow": ["10.0.0.9"]}},
    "three": {"workload": {"relaysPerNode": 3}},
    "one": _ONE,                                                        # one interface, shown as the public address
    "two": _TWO,                                                        # one for outside, one for inside
    "beside": merged(_interfaces({"name": "pub", "address": "hostIP", "advertised": PUBLIC, "ports": {"min": 10000, "max": 14999}},
                                 {"name": "priv", "address": "hostIP", "ports": {"min": 15000, "max": 19999}}),
                     {"ng": {"port": 2323}, "http": {"port": 9201}}),   # a second release on the node
    "beside-ng": merged(_TWO, {"http": {"port": 9201}}),                # and some that have what the first one has
    "beside-http": merged(_TWO, {"ng": {"port": 2323}}),
    "beside-small": merged(_SMALL, {"ng": {"port": 2323}, "http": {"port": 9201}}),
    "small": _SMALL,                                                    # ports for few calls
    "two-no-guard": merged(_TWO, {"config": {"nft": "off"}}, _NO_MODULE),
    "two-configured": merged(_TWO, {"config": {"timeout": 91}}),
    "two-fallback": merged(_TWO, {"kernelModule": {"required": False}}),
    "two-required": merged(_TWO, {"kernelModule": {"required": True}}),
    "two-token": merged(_TWO, {"http": {"token": {"existingSecret": "rtpferry-http", "key": "bearer"}}}),
    "pair": _PAIR,                                                      # two relays on the node
    "pair-short-lease": merged(_PAIR, {"kernelModule": {"table": {"lease": 12}}}),
    "pair-init": merged(_PAIR, {"kernelModule": {"required": True, "table": {"bootstrap": "init"}}}),
    "drain": merged(_interfaces({"name": "a", "address": "hostIP", "advertised": PUBLIC, "ports": {"min": 20000, "max": 24999}},
                                {"name": "b", "address": "hostIP", "ports": {"min": 25000, "max": 29999}}),
                    {"workload": {"relaysPerNode": 2}, "drain": {"gracePeriodSeconds": 120}}),
    "rollout": merged(_ROLLOUT, {"config": {"timeout": 60}}),           # two nodes, each with a public address
    "rollout-next": merged(_ROLLOUT, {"config": {"timeout": 61}}),      # what an upgrade makes of it
    "drain-short": merged(_TWO, {"drain": {"gracePeriodSeconds": 30}}),
    "sidecar": _FILE,
    "sidecar-impatient": merged(_FILE, {"network": {"addressWait": 3}}),
    "annotation": _interfaces({"name": "pub", "address": "hostIP", "advertised": "annotation:example/address"}),
    "node-address": merged(_interfaces({"name": "pub", "address": "hostIP", "advertised": "node"}),
                           {"network": {"nodeAddresses": {"node-a": {"pub": {"advertised": PUBLIC}}}}}),
    "dual": _DUAL,
    "six": merged(_interfaces({"name": "pub", "address": "hostIP"}), {"network": {"ipFamily": "IPv6"}}),
    "rights": _MARKED,                                                  # all that a relay does with the kernel
    "rights-nft": merged(_MARKED, {"config": {"hook": "nft"}}),
    "rights-ingress": merged(_MARKED, {"config": {"hook": "ingress", "hook-device": ["eth0"]}}),
    "rights-fallback": merged(_MARKED, {"kernelModule": {"required": False}}),
    "rights-low": merged(_TWO, _LOW, {"kernelModule": {"required": True, "table": {"bootstrap": "init"}}}),
    "rights-user": merged(_TWO, _NO_MODULE),
    "rights-user-low": merged(_TWO, _LOW, _NO_MODULE),
    "loader": merged(_TWO, {"kernelModule": {"mode": "init", "init": {
        "env": [{"name": "PREBUILT", "value": "/prebuilt"}], "headers": False, "volumeMounts": [{"name": "prebuilt", "mountPath": "/prebuilt"}]}},
        "extraVolumes": [{"name": "prebuilt", "hostPath": {"path": PREBUILT}}]}),
    "unconfined": merged(_TWO, {"securityContext": {"seccompProfile": "Unconfined"}}),
    "multus": _multus(_STATIC),
    "multus-pool": _multus(_POOL),                                      # addresses from a range
    "multus-asked": _multus(_ROUTED, "media0", _ASKED, name="media"),   # addresses and device from the pod's annotation
    "multus-init": merged(_multus(_STATIC), {"kernelModule": {"required": True, "table": {"bootstrap": "init"}}}),
    "multus-no-rule": _multus(_STATIC, sourceRouting=False),
    "multus-strict": merged(_multus(_STATIC, sourceRouting=False, rpFilter=""), _NO_MODULE),   # the module takes packets before
}


def release(name, kernel=KERNEL):
    """Values of a release; with a module it must use it, unless they say otherwise."""
    return merged({"kernelModule": {"required": True}} if kernel else {}, _RELEASES[name])


def called(name):
    """What helm calls it: those beside others have a name of their own."""
    return "edge" if name.startswith("beside") else "rtp"


def names():
    """All releases."""
    return list(_RELEASES)
