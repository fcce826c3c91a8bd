# SPDX-License-Identifier: GPL-2.0-or-later
"""The relays under test. Both get the same options: rtpferryd understands the peer's."""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import machine

ADDRESS = "127.0.0.1"
NG_PORT = 62000
PORTS = (10000, 60000)


class Relay:
    """One relay program: how to start it, ask whether it lives, look at it, stop it."""

    def __init__(self, name, program, extra=()):
        self.name = name
        self.program = program
        self.extra = list(extra)
        self.process = None
        self.log = None

    def available(self):
        return shutil.which(self.program) is not None

    def version(self):
        out = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        found = re.search(r"\d+(\.\d+)+\S*", out.stdout + out.stderr)
        return found.group(0) if found else "unknown version"

    def arguments(self, interfaces):
        argv = [self.program, "--foreground", "--log-stderr", "--log-level=4", "--table=-1",
                f"--listen-ng={ADDRESS}:{NG_PORT}", f"--port-min={PORTS[0]}", f"--port-max={PORTS[1]}"]
        argv += [f"--interface={address}" for address in interfaces]
        return argv + self.extra

    def start(self, core=None, interfaces=(ADDRESS,)):
        """Starts the relay; returns the seconds until it answered its first ping."""
        self.log = tempfile.TemporaryFile()
        begin = time.monotonic()
        self.process = machine.spawn(self.arguments(interfaces), core, stdout=self.log, stderr=self.log)
        self._await_pong(begin + 10)
        return time.monotonic() - begin

    def _await_pong(self, deadline):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect((ADDRESS, NG_PORT))
            s.settimeout(0.0005)
            while time.monotonic() < deadline:
                try:
                    s.send(b"1_1 d7:command4:pinge")
                    if b"pong" in s.recv(1024):
                        return
                except ConnectionRefusedError:
                    time.sleep(0.0002)
                except TimeoutError:
                    pass
                if self.process.poll() is not None:
                    break
        self.stop()
        self.log.seek(0)
        raise SystemExit(f"{self.name} does not answer a ping; its log ends with:\n"
                         + self.log.read().decode(errors="replace")[-2000:])

    @property
    def pid(self):
        return self.process.pid

    def memory_kib(self):
        """Proportional and resident set, KiB."""
        found = {}
        with open(f"/proc/{self.pid}/smaps_rollup") as f:
            for line in f:
                fields = line.split()
                if fields[0] in ("Pss:", "Rss:"):
                    found[fields[0][:-1].lower()] = int(fields[1])
        return found

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def context_switches(self):
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/status") as f:
                total += sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)
        return total

    def stop(self):
        """The first TERM may only begin to drain; the second ends at once."""
        for number, patience in ((signal.SIGTERM, 0.2), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait()


def peer(extra=()):
    return Relay("rtpengine", "rtpengine", extra)


def ours(build, extra=()):
    control = f"--listen-ctl={tempfile.gettempdir()}/rtpferry-bench-{os.getpid()}.sock"
    return Relay("rtpferry", os.path.join(build, "src", "rtpferryd"), [control] + list(extra))
