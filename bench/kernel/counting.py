# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions, counted in a guest with one virtual CPU by a plugin of QEMU's."""

import bisect
import collections
import re

from boot import Guest

PACKETS = 2000   # as measure sends them
MEMORY_MB = 3072


class Counting:
    """One boot; labels of shapes as the script in the guest prints them, numbers as the plugin does."""

    def __init__(self, kernel, tools):
        self.guest = Guest(kernel, cpus=1, memory_mb=MEMORY_MB)
        # TCG counts each round of a repeated string instruction: by eight bytes a round, not by one.
        self.guest.processor = "max,-erms,-fsrm"
        self.marks, self.blocks = f"{tools}/marks", f"{tools}/blocks"
        self.guest.plugin = ["-icount", "shift=0", "-plugin", f"{tools}/count.so,profile={self.blocks}", "-d", "plugin",
                             "-D", self.marks]
        self.labels = []

    def run(self, script, words, environment, timeout_s):
        """Run a script; its exit status and {label: instructions per packet, the control's taken off}."""
        status = self.guest.run(script, words, timeout_s, environment, self._line)
        with open(self.marks, encoding="ascii") as file:
            counts = [int(number) for number in re.findall(r"^mark \d+ (\d+)$", file.read(), re.M)]
        each = {label: ((two - one) - (one - zero)) / PACKETS
                for label, (zero, one, two) in zip(self.labels, zip(*[iter(counts)] * 3))}
        control = each.get("control")
        return status, {label: value - control if label != "control" else value for label, value in each.items()}

    def _line(self, line):
        if line.startswith("shape "):
            self.labels.append(line[len("shape "):].strip())
            print(f"    {self.labels[-1]}", flush=True)
        else:
            print(line, end="", flush=True)

    def profiles(self):
        """Of each shape, instructions per packet by kernel function."""
        return self._by_function(1, lambda name, module: True)

    def locking(self, module):
        """Of each shape, instructions per packet that lock a cache line, by function of a module."""
        return self._by_function(2, lambda name, of: of == module)

    def _symbols(self):
        """(address, function, module or "") in order."""
        with open(f"{self.guest.share}/kallsyms", encoding="ascii") as file:
            rows = [line.split() for line in file]
        return sorted((int(words[0], 16), words[2], words[3].strip("[]") if len(words) > 3 else "") for words in rows)

    def _by_function(self, column, wanted):
        """Of each shape, a column of the plugin's per packet, by function, where (function, module) is wanted."""
        symbols = self._symbols()
        starts = [address for address, *_ in symbols]
        shapes = []
        with open(self.blocks, encoding="ascii") as file:
            for line in file:
                if line == "shape\n":
                    shapes.append(collections.Counter())
                    continue
                words = line.split()
                address, count = int(words[0], 16), int(words[column])
                at = bisect.bisect_right(starts, address) - 1
                if count and address >> 63 and at >= 0 and wanted(*symbols[at][1:]):
                    shapes[-1][symbols[at][1]] += count / (2 * PACKETS)
        return dict(zip(self.labels, shapes))
