# SPDX-License-Identifier: GPL-2.0-or-later
"""The cloud with the pods of one release on its node, and calls between who is outside and who is inside."""

import contextlib
import json
import os
import time

import helm
import values
from cloud import Cloud
from manifest import objects
from pod import Pod
from rig.direct import Call, audio_sdp
from rig.netns import can_make
from rig.process import until
from rig.rtp import SETTLE, Endpoint
from rig.suite import Skip, equal, true
from values import KERNEL


class Release:
    """The cloud, and the release's pods on the node, not started yet; without: a capability that no container gets."""

    def __init__(self, folder, name, without=None):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.trees = objects(values.release(name), values.called(name))
        self.cloud = Cloud()
        self._without = without
        self.pods, self._endpoints = [], []

    def make_pods(self, net=None, ips=None):
        """A pod for each workload; net: a network of their own."""
        for workload in helm.workloads(self.trees):
            self.pods.append(Pod(self.trees, workload, self.folder, net or self.cloud.node, self.cloud.inside.net, ips,
                                 without=self._without))
        return self.pods

    def make_beside(self, name):
        """The pods of one more release on the node."""
        trees = objects(values.release(name), values.called(name))
        made = [Pod(trees, workload, self.folder, self.cloud.node, self.cloud.inside.net) for workload in helm.workloads(trees)]
        self.pods += made
        return made

    def start(self):
        """All of them in one instant; ready when this returns."""
        for pod in self.pods:
            pod.start()
        for pod in self.pods:
            pod.ready()

    def phone(self, port=7000):
        """An endpoint outside."""
        return self._endpoint(self.cloud.phone, port, self.cloud.phone.ip4)

    def inside(self, port=7100, six=False):
        """An endpoint in the cloud's network."""
        return self._endpoint(self.cloud.inside, port, self.cloud.inside.ip6 if six else self.cloud.inside.ip4)

    def _endpoint(self, place, port, ip):
        made = Endpoint(place.net, ip, port)
        self._endpoints.append(made)
        return made

    def leave(self):
        """The end of a test that went well: no call, no port is left, and each relay ends as it should."""
        for pod in self.pods:
            if not (pod.relay.process and pod.relay.process.alive()):
                continue
            for call_id in pod.ng("list", limit=1000)["calls"]:
                pod.ng("delete", call_id=call_id, delete_delay=0)
            until(lambda pod=pod: pod.metric("rtpferry_ports_in_use") == 0, 5, "the last port to be free")
            course = pod.delete()
            equal(course[-1][0], "ended with 0", f"the end of {pod.name} ({course})")

    def close(self):
        """End everything."""
        for endpoint in self._endpoints:
            endpoint.close()
        for pod in self.pods:
            pod.kill()
        self.cloud.destroy()


@contextlib.contextmanager
def release(folder, name, without=None):
    """A Release for the length of a with-block."""
    if not can_make():
        raise Skip("this process may not make network namespaces (root and CAP_SYS_ADMIN are needed)")
    made = Release(folder, name, without)
    try:
        yield made
        made.leave()
    finally:
        made.close()


@contextlib.contextmanager
def host(folder, name, **words):
    """The same with its pods in the node's network, ready."""
    with release(folder, name, **words) as made:
        made.make_pods()
        made.start()
        yield made


def call(pod, left, right, offer=None, answer=None, **shown):
    """A call of left to right, set up; shown: addresses for their SDP other than their own."""
    made = Call(pod, left, right)
    made.offer(audio_sdp(shown.get("left", left.address), left.port), **(offer or {}))
    made.answer(audio_sdp(shown.get("right", right.address), right.port), **(answer or {}))
    return made


def talks(pod, made, left_hears=None, right_hears=None, count=25):
    """Audio both ways, with a module through the kernel; as in audio(). The first packets, during which streams move there, may
    overtake each other."""
    audio(made, left_hears, right_hears, 5, ordered=not KERNEL)
    if KERNEL:
        until(lambda: pod.metric("rtpferry_streams", dataplane="kmod") >= 2, 20, "the streams in the kernel")
    before = pod.metric("rtpferry_packets_total", dataplane="user", direction="in")
    audio(made, left_hears, right_hears, count)
    if KERNEL:
        equal(pod.metric("rtpferry_packets_total", dataplane="user", direction="in"), before, "packets that reached user space")


def audio(made, left_hears=None, right_hears=None, count=25, ordered=True):
    """Both sides talk: every packet arrives once, in order, unchanged, from one source: the tuple that its SDP shows or the given one."""
    sides = [(made.left, made.left_stream, made.towards_left.rtp, left_hears),
             (made.right, made.right_stream, made.towards_right.rtp, right_hears)]
    sent = ([], [])
    for endpoint, *_ in sides:
        endpoint.clear()
    time.sleep(SETTLE)
    for _ in range(count):
        for (endpoint, stream, target, _), list_ in zip(sides, sent):
            list_.append(stream.next())
            endpoint.send(target, list_[-1])
        time.sleep(0.01)
    for name, (endpoint, _, target, hears), wanted in zip(("left", "right"), sides, reversed(sent)):
        got = endpoint.wait(count)
        came = [one.data for one in got]
        true(came == wanted or not ordered and sorted(came) == sorted(wanted),
             f"the {name} side got the packets {[wanted.index(one) if one in wanted else '?' for one in came]} of {count}")
        equal({one.source for one in got}, {hears or target}, f"whom the {name} side hears")


def tables(pod):
    """The kernel tables of a pod's network, as rtpferryctl in its container lists them."""
    status, text = pod.relay.output("rtpferryctl", "--json", "table", "list")
    equal(status, 0, f"status of rtpferryctl table list ({text})")
    return json.loads(text)["tables"]


def tracked(net, ports):
    """Lines of connection tracking that have one of these ports."""
    with net.entered(), open("/proc/net/nf_conntrack", encoding="ascii") as file:
        return [line.strip() for line in file if any(f"sport={port} " in line or f"dport={port} " in line for port in ports)]
