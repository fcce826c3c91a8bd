# SPDX-License-Identifier: GPL-2.0-or-later
"""The relay under test. RELAY=rtpferry (default) or rtpengine: the same tests run against both.

PRESET names the build that is tested (default dev); RTPFERRYD and RTPFERRYCTL override the paths. RELAY_DATAPLANE=kmod
has rtpferryd forward in the kernel or not at all.
"""

import glob
import http.client
import json
import os
import re
import socket
import subprocess

from .ng import Ng
from .process import Process, until

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
KIND = os.environ.get("RELAY", "rtpferry")
PRESET = os.environ.get("PRESET", "dev")
DAEMON = os.environ.get("RTPFERRYD", f"{ROOT}/build/{PRESET}/src/rtpferryd")
CTL = os.environ.get("RTPFERRYCTL", f"{ROOT}/build/{PRESET}/src/ctl/rtpferryctl")
DATAPLANE = os.environ.get("RELAY_DATAPLANE", "")
HTTP_PORT = 9101
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=97:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=97",
    "TSAN_OPTIONS": f"exitcode=97:second_deadlock_stack=1:suppressions={ROOT}/tests/lib/tsan.supp",
}
REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:")


class Relay:
    """One relay in one namespace, started by the command `through`, with an ng client and a view of its figures."""

    def __init__(self, namespace, folder, interfaces, ng="127.0.0.1", ng_port=2223, ports=(30000, 31999),
                 options=(), http="127.0.0.1", through=(), wait=True):
        self.namespace = namespace
        self.ports = ports
        self.ctl = f"{folder}/ctl.sock"
        self._ng_address = (ng, ng_port)
        self._http = http
        at = f"[{ng}]" if ":" in ng else ng
        shared = [f"--interface={one}" for one in interfaces]
        shared += [f"--listen-ng={at}:{ng_port}", f"--port-min={ports[0]}", f"--port-max={ports[1]}",
                   "--delete-delay=0"]
        if KIND == "rtpengine":
            command = ["rtpengine", "--foreground", "--log-stderr", "--table=-1", "--num-threads=2",
                       "--pidfile=/dev/null", "--config-file=none", *shared, "--log-level=6"]
        else:
            command = [DAEMON, "--config-file=none", *shared, f"--listen-http={http}:{HTTP_PORT}", f"--listen-ctl={self.ctl}",
                       f"--state-dir={folder}", "--log-level=" + os.environ.get("RELAY_LOG", "info")]
            if DATAPLANE:
                command += [f"--dataplane={DATAPLANE}", *(["--no-fallback"] if DATAPLANE == "kmod" else [])]
        if PRESET == "tsan":  # its shadow memory has no room for a far-away random address layout
            command = ["setarch", "--addr-no-randomize", *command]
        self.process = Process(namespace, [*through, *command, *options], f"{folder}/relay.log", env=SANITIZERS)
        self.ng = Ng(namespace, ng, ng_port)
        if wait:
            self.wait_up()

    def wait_up(self):
        """Wait until it answers; for relays that were started with wait=False, in the same instant as others."""
        until(lambda: self._up(), 15, f"a ping answered by {self.process.command[0]}")

    def _up(self):
        if not self.process.alive():
            raise RuntimeError(f"the relay ended at once, status {self.process.wait(0)}:\n{self.process.tail()}")
        return self.ng.alive(0.2)

    def client(self, encoding="bencode"):
        """Another ng client."""
        return Ng(self.namespace, *self._ng_address, encoding)

    def get(self, path):
        """(status, text) of an HTTP GET."""
        connection = http.client.HTTPConnection(self._http, HTTP_PORT, timeout=5)
        connection.sock = self.namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.sock.settimeout(5)
        connection.sock.connect((self._http, HTTP_PORT))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def json(self, path):
        """The JSON document under a path."""
        status, text = self.get(path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {text[:200]}")
        return json.loads(text)

    def metrics(self, path="/metrics"):
        """All samples of a metrics page: {'name{labels}': value}."""
        samples = {}
        for line in self.get(path)[1].splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def metric(self, name, **labels):
        """The sum of the samples of a metric that carry these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for sample, value in self.metrics().items()
                   if sample.partition("{")[0] == name and all(one in sample for one in wanted))

    def control(self, *args):
        """What rtpferryctl prints."""
        done = subprocess.run([CTL, f"--socket={self.ctl}", *args], capture_output=True, text=True, timeout=10,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"rtpferryctl {' '.join(args)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def calls(self):
        """The call-ids that the relay holds."""
        return self.ng("list", limit=10000)["calls"]

    def ports_in_use(self):
        """How many media ports are taken."""
        if KIND == "rtpengine":
            return self._bound_ports()
        return int(self.metric("rtpferry_ports_in_use"))

    def _bound_ports(self):
        bound = 0
        for name in glob.glob(f"/proc/{self.process.pid}/net/udp*"):
            with open(name, encoding="ascii") as file:
                found = (re.match(r"\s*\d+: [0-9A-F]+:([0-9A-F]{4})", line) for line in file)
                bound += sum(1 for one in found if one and self.ports[0] <= int(one[1], 16) <= self.ports[1])
        return bound

    def packets(self, call_id):
        """RTP packets that the relay counted for a call."""
        return self.ng("query", call_id=call_id)["totals"]["RTP"]["packets"]

    def expect_clean(self, seconds=5):
        """No session left, no port leaked, and still alive."""
        until(lambda: not self.calls(), seconds, "the last session to end")
        until(lambda: self.ports_in_use() == 0, seconds, "the last port to be free")
        self.expect_alive()

    def expect_alive(self):
        """Running, answering, and without a sanitizer's report."""
        if not self.process.alive():
            raise AssertionError(f"the relay is gone, status {self.process.wait(0)}")
        if not self.ng.alive(3):
            raise AssertionError("the relay does not answer a ping")
        self.expect_no_report()

    def expect_no_report(self):
        """Nothing that a sanitizer said."""
        text = self.process.text()
        for one in REPORTS:
            if one in text:
                raise AssertionError(f"a sanitizer reported:\n{text[text.index(one):][:4000]}")

    def stop(self):
        """End it with what it promises for two signals; a build with sanitizers must have nothing to report."""
        self.ng.close()
        if not self.process.alive():
            raise AssertionError(f"the relay had died, status {self.process.wait(0)}")
        status = self.process.stop(seconds=10)
        self.expect_no_report()
        if KIND == "rtpferry" and status != 0:
            raise AssertionError(f"the relay ended with status {status}, expected 0")

    def kill(self):
        """End it without asking."""
        self.ng.close()
        self.process.stop(seconds=0.5)
