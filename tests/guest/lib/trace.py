# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel does, by its own tracing: events, or calls of a function."""

import os
import re

TRACING = "/sys/kernel/tracing"


class Trace:
    """with Trace("net:net_dev_start_xmit") as trace: lines() are those of that event; with Trace("rf_tx_find") of calls."""

    def __init__(self, what):
        if not os.path.exists(f"{TRACING}/events"):
            os.system(f"mount -t tracefs tracefs {TRACING}")
        if ":" not in what:
            self._write("kprobe_events", f"p:rf/{what} {what}")
        self.what = what
        self.event = f"events/{what.replace(':', '/') if ':' in what else 'rf/' + what}/enable"

    def __enter__(self):
        self._write("trace", "\n")
        self._write(self.event, "1")
        return self

    def __exit__(self, *_):
        self._write(self.event, "0")
        if ":" not in self.what:
            self._write("kprobe_events", f"-:rf/{self.what}")

    def lines(self):
        with open(f"{TRACING}/trace", encoding="ascii", errors="replace") as file:
            return [line for line in file if f" {self.what.split(':')[-1]}: " in line]

    def contexts(self):
        """Where each call was made: "d", "b" and "s" for interrupts off, bottom halves off, in a softirq."""
        return [re.search(r"\[\d+\] (\S+) ", line).group(1) for line in self.lines()]

    @staticmethod
    def _write(name, text):
        add = os.O_APPEND if name == "kprobe_events" else os.O_TRUNC
        file = os.open(f"{TRACING}/{name}", os.O_WRONLY | add)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)
