# SPDX-License-Identifier: GPL-2.0-or-later
"""Modules that the guest does not load by itself."""

import os


class KeptOut:
    """Modules that are not loaded on demand, until the end of a with-block."""

    FILE = "/etc/modprobe.d/rft-kept-out.conf"   # of the guest: the layer in memory

    def __init__(self, *modules):
        with open(self.FILE, "w", encoding="ascii") as file:
            file.write("".join(f"install {module} /bin/false\n" for module in modules))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """They may be loaded again."""
        if os.path.exists(self.FILE):
            os.remove(self.FILE)
