# SPDX-License-Identifier: GPL-2.0-or-later
"""The real daemon in the guest: where it comes from, its module, and what it and the kernel say of its streams.

Imported before rig.relay of tests/lib, which reads the environment: PRESET names the build (release). To the daemon the
names RTPFERRY_* would be settings.
"""

import contextlib
import functools
import os
import subprocess
import sys
import time

GUEST = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("RTPFERRY_")}
ROOT = GUEST["RTPFERRY_ROOT"]
os.environ.setdefault("PRESET", "release")
sys.path[:0] = [f"{ROOT}/tests/lib"]
# pylint: disable=wrong-import-position
from rfnl import Family
from rig import topology
from rig.process import until
from rig.relay import Relay
from rig.suite import equal

KO = GUEST["RTPFERRY_KO"]


def has_module():
    """Whether the module is loaded."""
    return os.path.isdir("/sys/module/rtpferry")


def load(file=KO):
    """Load the module, or another build of it."""
    subprocess.run(["modprobe", "-a", "udp_tunnel", "nfnetlink", "x_tables"], check=True)
    subprocess.run(["insmod", file], check=True)


def unload():
    """Take the module away; the work of namespaces that end may still hold it for a moment."""
    until(lambda: not has_module() or subprocess.run(["rmmod", "rtpferry"], check=False, stderr=subprocess.DEVNULL)
          .returncode == 0, 10, "the module to be unloaded")


@functools.cache
def ground():
    """The topology; one for all tests of a script."""
    return topology.make()


@contextlib.contextmanager
def another(folder, it, *options, number=1, **keys):
    """One more relay in the namespace of a scene's, with interfaces of IPv4 alone; it ends with the block."""
    os.mkdir(f"{folder}/{number}")
    relay = Relay(it.place.relay.net, f"{folder}/{number}", ["a/10.77.1.1", "b/10.77.2.1"], ng_port=2223 + number,
                  ports=(30000 + 2000 * number, 31999 + 2000 * number), http=f"127.0.0.{number + 1}", options=options,
                  **keys)
    try:
        yield relay
        relay.stop()
    finally:
        relay.kill()


def tables(relay=None):
    """The tables of a relay's namespace; of the whole node."""
    with relay.namespace.entered() if relay else contextlib.nullcontext():
        family = Family()
    found = [message["table"] for message in family.dump("table-get")]
    family.close()
    return found


def in_kernel(relay, count, seconds=8):
    """Wait until so many streams are forwarded in the kernel."""
    until(lambda: relay.metric("rtpferry_streams", dataplane="kmod") == count, seconds, f"{count} streams in the kernel")


def arrived(relay):
    """Packets that arrived: (of the kernel, of user space)."""
    metrics = relay.metrics()
    return tuple(sum(value for name, value in metrics.items() if name.startswith("rtpferry_packets_total{")
                     and 'direction="in"' in name and f'dataplane="{one}"' in name) for one in ("kmod", "user"))


def packets(relay, call):
    """Packets of a call, RTP."""
    return relay.json(f"/api/v1/sessions/{call.id}")["rtp"]["packets"]


def counted(relay, call, count):
    """Wait until all packets of a call are in its figures: the kernel tells its own once a second."""
    end = time.monotonic() + 6
    while packets(relay, call) < count and time.monotonic() < end:
        time.sleep(0.1)
    equal(packets(relay, call), count, "packets of the call")


def move_in(relay, call):
    """Set a call up and let it talk until it is forwarded in the kernel."""
    call.setup().talk(5)
    in_kernel(relay, 2)
    return call
