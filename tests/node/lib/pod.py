# SPDX-License-Identifier: GPL-2.0-or-later
"""A pod of the rendered chart on a node: what the kubelet makes of it, from the volumes to the end."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid

from cloud import NODE_A
from container import Container
from manifest import files
from rig.ng import Ng
from rig.process import until
from values import KERNEL, SECRETS


def project(path, found):
    """Files of a volume as the kubelet puts them: a folder of each version, a link to it that is renamed, a link for each file."""
    version = f"..{time.monotonic_ns()}"
    os.mkdir(f"{path}/{version}")
    for name, text in found.items():
        with open(f"{path}/{version}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    os.symlink(version, f"{path}/..data_tmp")
    os.rename(f"{path}/..data_tmp", f"{path}/..data")
    for name in found:
        if not os.path.islink(f"{path}/{name}"):
            os.symlink(f"..data/{name}", f"{path}/{name}")


class Pod:
    """One pod. net is its network (the node's own for hostNetwork), client where its proxy is; ips: its addresses, when they are not
    its node's; without: a capability to be kept from it."""

    def __init__(self, trees, workload, folder, net, client, ips=None, without=None, node=NODE_A):
        self.workload = workload
        self.name = workload["metadata"]["name"]
        self.spec = workload["spec"]["template"]["spec"]
        self.labels = workload["spec"]["template"]["metadata"]["labels"]
        self.annotations = workload["spec"]["template"]["metadata"].get("annotations", {})
        self.net, self.without, self.resolver = net, without, None
        self.folder = f"{folder}/{self.name}"
        self.trees, self._ends = trees, False
        ips = ips or (node.ip4, node.ip6)
        hosts = (node.ip6, node.ip4) if ips[0] == node.ip6 else (node.ip4, node.ip6)
        self._ip = ips[0]
        self.fields = {
            "metadata.namespace": workload["metadata"]["namespace"], "metadata.name": f"{self.name}-x7k2p",
            "metadata.uid": str(uuid.uuid4()), "spec.nodeName": node.name, "status.podIP": ips[0],
            "status.podIPs": ",".join(ips), "status.hostIP": hosts[0], "status.hostIPs": ",".join(hosts),
        }
        os.makedirs(self.folder)
        self.relay = Container(self, next(item for item in self.spec["containers"] if item["name"] == "rtpferryd"))
        self.begun = []     # init containers, in the order in which they began
        self._beside = []   # those of them that go on
        self.ports = {port["name"]: port["containerPort"] for port in self.relay.spec["ports"]}
        self.ng = Ng(client, self._ip, self.ports["ng"])

    # Volumes.

    def volume(self, name):
        """The folder on the node that a volume is; made, and filled, when it is first asked for."""
        found = next(item for item in self.spec["volumes"] if item["name"] == name)
        if "hostPath" in found:
            return os.path.realpath(found["hostPath"]["path"])
        path = f"{self.folder}/volumes/{name}"
        if not os.path.isdir(path):
            os.makedirs(path)
            os.chmod(path, 0o777)
            self._fill(found, path)
        return path

    def _fill(self, volume, path):
        """A ConfigMap's, a Secret's or the downward API's files; an emptyDir stays empty."""
        if "configMap" in volume:
            project(path, files(self.trees, volume["configMap"]["name"]))
        elif "secret" in volume:
            found = SECRETS[volume["secret"]["secretName"]]
            project(path, {item["path"]: found[item["key"]] for item in volume["secret"]["items"]})
        elif "downwardAPI" in volume:
            project(path, self._annotated(volume))
        elif "emptyDir" not in volume:
            raise ValueError(f"volume {volume} is of a kind that this node does not have")

    def _annotated(self, volume):
        found = {}
        for item in volume["downwardAPI"]["items"]:
            key = item["fieldRef"]["fieldPath"].removeprefix("metadata.annotations['").removesuffix("']")
            found[item["path"]] = self.annotations.get(key, "")
        return found

    def annotate(self, key, value):
        """The pod gets an annotation, and its downward API volumes are renewed."""
        self.annotations[key] = value
        for volume in self.spec["volumes"]:
            if "downwardAPI" in volume:
                project(self.volume(volume["name"]), self._annotated(volume))

    # Begin.

    def start(self):
        """Init containers, one after the other (those that restart always go on beside), then the relay."""
        for spec in self.spec.get("initContainers", []):
            container = Container(self, spec).start()
            self.begun.append(container)
            if spec.get("restartPolicy") == "Always":
                self._beside.append(container)
                continue
            status = container.process.wait(120 if KERNEL else 30)
            if status != 0:
                raise RuntimeError(f"init container {container.name}: status {status}\n{container.process.tail()}")
        self.relay.start()
        return self

    def ready(self, seconds=15):
        """Wait until the kubelet would call it ready; longer in a guest, whose processor is emulated."""
        until(self._ready, seconds * (4 if KERNEL else 1), f"{self.name} to be ready")
        return self

    def is_ready(self):
        """Whether the endpoints of Services count it as ready: its probe says so, and it is not being deleted."""
        return not self._ends and self.probe("readinessProbe") == 200

    def _ready(self):
        if not self.relay.process.alive():
            raise RuntimeError(f"{self.name} ended, status {self.relay.process.wait(0)}\n{self.relay.process.tail()}")
        return self.probe("startupProbe") == 200 and self.probe("readinessProbe") == 200

    # What is seen of it.

    def get(self, path, method="GET", headers=None):
        """(status, text) of an HTTP request from the node."""
        family = socket.AF_INET6 if ":" in self._ip else socket.AF_INET
        connection = http.client.HTTPConnection(self._ip, self.ports["http"], timeout=5)
        connection.sock = self.net.socket(family, socket.SOCK_STREAM)
        try:
            connection.sock.settimeout(5)
            connection.sock.connect((self._ip, self.ports["http"]))
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def probe(self, name):
        """The status of a probe's request; 0: nobody answers."""
        try:
            return self.get(self.relay.spec[name]["httpGet"]["path"])[0]
        except (OSError, http.client.HTTPException):
            return 0

    def json(self, path):
        """The JSON document under a path."""
        status, text = self.get(path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {text[:200]}")
        return json.loads(text)

    def metric(self, name, **labels):
        """The sum of the samples of a metric that carry these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        lines = [line.rpartition(" ") for line in self.get("/metrics")[1].splitlines() if line and line[0] != "#"]
        return sum(float(value) for sample, _, value in lines
                   if sample.partition("{")[0] == name and all(one in sample for one in wanted))

    def said(self):
        """What the relay has logged."""
        return self.relay.process.text()

    # End.

    def delete(self):
        """What the kubelet does with a pod that is deleted: preStop, SIGTERM, and SIGKILL when the grace period is over; a preStop
        that takes all of it is cut, and two seconds are left for SIGTERM then.

        Returns [(what, seconds since it began)], ending with the exit status; meant to be run in a thread.
        """
        self._ends = True
        begun = time.monotonic()
        grace = self.spec["terminationGracePeriodSeconds"]
        course = [("preStop begins", 0.0)]

        def note(what):
            course.append((what, time.monotonic() - begun))

        hook = self.relay.spec.get("lifecycle", {}).get("preStop")
        if hook:
            done = self.relay.execute(hook["exec"]["command"])
            try:
                done.communicate(timeout=grace)
                note(f"preStop ends with {done.returncode}")
            except subprocess.TimeoutExpired:
                done.kill()
                done.communicate()
                note("preStop is cut")
        note("SIGTERM")
        self.relay.process.send(signal.SIGTERM)
        status = self.relay.process.wait(max(grace - (time.monotonic() - begun), 2))
        if status is None:
            note("SIGKILL")
            status = self.relay.process.stop(signal.SIGKILL)
        note(f"ended with {status}")
        for container in self._beside:
            container.process.stop(seconds=1)
        return course

    def deleting(self):
        """The same in a thread: (thread, list that gets the course)."""
        course = []
        thread = threading.Thread(target=lambda: course.extend(self.delete()), daemon=True)
        thread.start()
        return thread, course

    def kill(self):
        """End all of it without asking."""
        self.ng.close()
        for container in [self.relay, *self._beside]:
            if container.process:
                container.process.stop(signal.SIGKILL, seconds=2)
