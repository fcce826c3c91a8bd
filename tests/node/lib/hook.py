# SPDX-License-Identifier: GPL-2.0-or-later
"""The pod of "helm test" as rendered: its containers side by side, each once."""

import os

import helm
from container import Container


class HookPod:
    """The pod. net is its network, resolver the text of its resolv.conf."""

    def __init__(self, trees, folder, net, resolver):
        tree = next(one for one in helm.of_kind(trees, "Pod") if one["metadata"]["annotations"]["helm.sh/hook"] == "test")
        self.spec, self.annotations = tree["spec"], tree["metadata"]["annotations"]
        self.fields = {"metadata.name": tree["metadata"]["name"], "metadata.namespace": tree["metadata"]["namespace"]}
        self.net, self.without = net, None
        self.folder = f"{folder}/{tree['metadata']['name']}"
        os.makedirs(self.folder)
        self.resolver = f"{self.folder}/resolv.conf"
        with open(self.resolver, "w", encoding="ascii") as file:
            file.write(resolver)

    def volume(self, name):
        """It has none."""
        raise ValueError(f"the test's pod has a volume {name}")

    def run(self, seconds=60):
        """Status and output of each container, by name; helm wants every status to be 0."""
        begun = [Container(self, spec).start() for spec in self.spec["containers"]]
        done = {}
        for one in begun:
            status = one.process.wait(seconds)
            done[one.name] = (status, one.process.text())
            one.process.stop()
        return done
