# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's SIPp: one instance per side of a call."""

import os
import re

from . import audio
from .process import Process, until
from .scenario import SOUND

DONE = "finished"


class Sipp:
    """A SIPp that runs one scenario in one namespace. Its audio is a tone in PCMA."""

    def __init__(self, place, folder, scenario, name, remote="", service="callee", port=5060, calls=1, rate=1,
                 media_port=6000, address=None, frequency=440, options=()):
        self.name = name
        self.folder = f"{folder}/{name}"
        os.makedirs(self.folder)
        with open(f"{self.folder}/scenario.xml", "w", encoding="utf-8") as file:
            file.write(scenario.xml())
        audio.write_alaw(f"{self.folder}/{SOUND}", audio.tone(frequency, 2))
        address = address or place.ip4
        command = ["sipp", *([remote] if remote else []), "-sf", "scenario.xml", "-s", service,
                   "-i", address, "-p", str(port), "-mi", address, "-mp", str(media_port),
                   "-m", str(calls), "-r", str(rate), "-l", str(calls), "-nostdin", "-nd",
                   "-trace_err", "-error_file", "errors.txt", "-trace_msg", "-message_file", "messages.txt",
                   "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-timer_resol", "5",
                   "-watchdog_minor_maxtriggers", "100000", "-watchdog_major_maxtriggers", "100000"]
        self.process = Process(place.net, command + list(options), f"{folder}/{name}.log", cwd=self.folder,
                               env={"TERM": "dumb"})
        until(lambda: self._bound(port) or not self.process.alive(), 5, f"SIPp {name} to listen on port {port}", 0.005)

    def _bound(self, port):
        """Whether its SIP socket is there; a call that comes before would wait for a retransmission."""
        tables = ""
        for name in ("udp", "udp6"):
            with open(f"/proc/{self.process.pid}/net/{name}", encoding="ascii") as file:
                tables += file.read()
        return f":{port:04X} " in tables

    def read(self, name):
        """One of the files that it wrote; empty when there is none."""
        try:
            with open(f"{self.folder}/{name}", encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def finish(self, seconds=30):
        """Wait until all its calls are over; fail unless each went as the scenario says."""
        status = self.process.wait(seconds)
        if status is None:
            self.process.stop()
            raise AssertionError(f"SIPp {self.name} was not done after {seconds} s\n{self._story()}")
        if status != 0:
            raise AssertionError(f"SIPp {self.name} ended with status {status}\n{self._story()}")

    def _story(self):
        return self.read("errors.txt")[-1500:] + "\n--- messages\n" + self.read("messages.txt")[-3000:]

    def received(self):
        """The messages that came in, in order."""
        blocks = re.split(r"^-{20,}.*$\n?", self.read("messages.txt"), flags=re.M)
        return [block.partition("\n\n")[2] for block in blocks if "message received" in block.partition("\n\n")[0]]

    def sdp(self, count=1, seconds=10):
        """Wait for the count-th different SDP that came in; (address, port) of its first stream."""
        return until(lambda: self._bodies()[count - 1:count], seconds, f"SDP number {count} at {self.name}")[0]

    def _bodies(self):
        found = []
        for message in self.received():
            where = re.search(r"^c=IN IP[46] (\S+)", message, re.M), re.search(r"^m=audio (\d+)", message, re.M)
            if all(where):
                found.append((where[0][1], int(where[1][1])))
        return found

    def stop(self):
        """End it without asking how it went."""
        self.process.stop(seconds=0.5)
