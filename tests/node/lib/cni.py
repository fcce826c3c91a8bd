# SPDX-License-Identifier: GPL-2.0-or-later
"""A pod's network: its first interface as a network plugin makes it, and the one that its annotation asks for, as Multus has it made:
by the CNI project's reference plugins, run in the order of the rendered NetworkAttachmentDefinition."""

import json
import os
import subprocess

import helm
from cloud import POD4, POD6
from rig.netns import NETNS_FOLDER, address, link

PLUGINS = "/usr/lib/cni"
ANNOTATION = "k8s.v1.cni.cncf.io/networks"


def first_interface(cloud):
    """A namespace with eth0 on the node's own bridge, strict about where packets come from; known to who is inside."""
    pod = cloud.space("pod")
    for name in ("all", "default"):
        pod.sysctl(f"net.ipv4.conf.{name}.rp_filter", 1)
    link(pod, "eth0", cloud.node, "cni")
    address(cloud.node, "cni", "10.244.0.1/24", "fd44::1/64")
    address(pod, "eth0", f"{POD4}/24", f"{POD6}/64")
    pod.ip("route", "add", "default", "via", "10.244.0.1")
    pod.ip("-6", "route", "add", "default", "via", "fd44::1")
    cloud.inside.net.ip("route", "add", "10.244.0.0/24", "via", "10.0.0.5")
    cloud.inside.net.ip("-6", "route", "add", "fd44::/64", "via", "fd00::5")
    return pod


class Attachment:
    """The further interface of a pod, made when this is; the plugins run in the node's network, as they do there."""

    def __init__(self, cloud, pod, trees):
        asked = json.loads(helm.workloads(trees)[0]["spec"]["template"]["metadata"]["annotations"][ANNOTATION])[0]
        definition = next(tree for tree in helm.of_kind(trees, "NetworkAttachmentDefinition")
                          if tree["metadata"]["name"] == asked["name"])
        self._config = json.loads(definition["spec"]["config"])
        self._asked = asked
        self._node = cloud.node
        self._env = {"PATH": os.environ["PATH"], "CNI_PATH": PLUGINS, "CNI_CONTAINERID": pod.name,
                     "CNI_NETNS": f"{NETNS_FOLDER}/{pod.name}", "CNI_IFNAME": asked.get("interface", "net1")}
        cloud.node.ip("link", "set", "dev", "eth1", "up")
        self.result = None   # of the last plugin so far
        try:
            for plugin in self._config["plugins"]:
                self.result = json.loads(self._run("ADD", plugin))
        except BaseException:
            self.remove()
            raise

    def remove(self):
        """What the kubelet has done before it removes a pod's namespace."""
        for plugin in reversed(self._config["plugins"]):
            self._run("DEL", plugin)

    def _run(self, command, plugin):
        """One plugin does one thing; what it prints."""
        config = {**plugin, "cniVersion": self._config["cniVersion"], "name": self._config["name"]}
        wanted = {name: self._asked[name] for name, on in config.pop("capabilities", {}).items() if on and name in self._asked}
        if wanted:
            config["runtimeConfig"] = wanted
        if self.result:
            config["prevResult"] = self.result
        with self._node.entered():
            done = subprocess.run([f"{PLUGINS}/{plugin['type']}"], input=json.dumps(config), env={**self._env, "CNI_COMMAND": command},
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{command} of the CNI plugin {plugin['type']}: {done.stdout.strip() or done.stderr.strip()}")
        return done.stdout
