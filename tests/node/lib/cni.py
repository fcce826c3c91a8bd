# SPDX-License-Identifier: GPL-2.0-or-later
"""A pod's network: its first interface as a network plugin makes it, and the one that its annotation asks for, as Multus has it made:
by the CNI project's reference plugins, run in the order of the rendered NetworkAttachmentDefinition."""

import json
import os
import subprocess

import helm
from rig.netns import NETNS_FOLDER, address, link

PLUGINS = "/usr/lib/cni"
ANNOTATION = "k8s.v1.cni.cncf.io/networks"


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


def attach(cloud, pod, trees, annotations=None):
    """Do for a pod what its annotations ask for (a relay's, when they are not given); the Attachment, which goes with the cloud at last."""
    made = Attachment(cloud, pod, trees, annotations or helm.workloads(trees)[0]["spec"]["template"]["metadata"]["annotations"])
    made.add()
    return made


class Attachment:
    """The further interface of a pod; the plugins run in the node's network, as they do there."""

    def __init__(self, cloud, pod, trees, annotations):
        asked = json.loads(annotations[ANNOTATION])[0]
        definition = next(tree for tree in helm.of_kind(trees, "NetworkAttachmentDefinition")
                          if tree["metadata"]["name"] == asked["name"])
        self._config = json.loads(definition["spec"]["config"])
        self._asked = asked
        self._cloud = cloud
        self._env = {"PATH": os.environ["PATH"], "CNI_PATH": PLUGINS, "CNI_CONTAINERID": pod.name,
                     "CNI_NETNS": f"{NETNS_FOLDER}/{pod.name}", "CNI_IFNAME": asked.get("interface", "net1")}
        self.pod = pod
        self._result = None   # of the last plugin so far

    def add(self):
        """Make it."""
        self._cloud.attachments.append(self)
        self._cloud.node.ip("link", "set", "dev", "eth1", "up")
        for plugin in self._config["plugins"]:
            self._result = json.loads(self._run("ADD", plugin))

    def remove(self):
        """What the kubelet has done before it removes a pod's namespace; nothing when it is done."""
        if self not in self._cloud.attachments:
            return
        self._cloud.attachments.remove(self)
        for plugin in reversed(self._config["plugins"]):
            self._run("DEL", plugin)

    def _run(self, command, plugin):
        """One plugin does one thing; what it prints."""
        config = {**plugin, "cniVersion": self._config["cniVersion"], "name": self._config["name"]}
        wanted = {name: self._asked[name] for name, on in config.pop("capabilities", {}).items() if on and name in self._asked}
        if wanted:
            config["runtimeConfig"] = wanted
        if self._result:
            config["prevResult"] = self._result
        if config.get("ipam", {}).get("type") == "host-local":
            config["ipam"] = {**config["ipam"], "dataDir": self._cloud.leases}
        with self._cloud.node.entered():
            done = subprocess.run([f"{PLUGINS}/{plugin['type']}"], input=json.dumps(config), env={**self._env, "CNI_COMMAND": command},
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{command} of the CNI plugin {plugin['type']}: {done.stdout.strip() or done.stderr.strip()}")
        return done.stdout
