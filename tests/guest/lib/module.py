# SPDX-License-Identifier: GPL-2.0-or-later
"""The module, built against an unpacked kernel's headers in a copy of its sources."""

import os
import shutil

from kernel import command

# What the module is built from; the paths between them are kept.
SOURCES = ("kmod", "include/uapi", "src/rtp/source.c", "src/rtp/source.h")


class Module:
    """rtpferry.ko for one kernel."""

    def __init__(self, kernel, root, tree="tree"):
        self.kernel = kernel
        self.root = root
        self.tree = f"{kernel.work}/{tree}"
        self.file = f"{self.tree}/kmod/rtpferry.ko"

    def build(self, *words):
        """Copy what changed, then make; words are further arguments of make."""
        self.copy()
        output = command(["make", "-s", "-C", self.kernel.headers, f"M={self.tree}/kmod", "W=1", *words, "modules"])
        if output.strip():
            print(output, end="", flush=True)

    def copy(self):
        """Copy what changed of the sources."""
        for source in SOURCES:
            self._copy(source)

    def _copy(self, name):
        path = f"{self.root}/{name}"
        if os.path.isdir(path):
            for entry in sorted(os.listdir(path)):
                self._copy(f"{name}/{entry}")
            return
        to = f"{self.tree}/{name}"
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if not os.path.exists(to) or os.path.getmtime(to) != os.path.getmtime(path):
            shutil.copy2(path, to)
