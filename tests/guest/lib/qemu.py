# SPDX-License-Identifier: GPL-2.0-or-later
"""The QEMU that emulates a guest.

In TCG of several threads a virtual CPU may run code that another has just changed. A kernel changes its own code (static
keys), and dies then of "Oops: int3" in whatever it does: before QEMU 8.1 within seconds, where one CPU sends through
loopback and the other sets and clears SO_TIMESTAMP; with 10.0 once in a million changes. A guest of more than one CPU has
a newer QEMU, that of Debian's backports where the machine's is older; it is unpacked where the kernels are and uses the
libraries of the machine's.
"""

import os
import re

from command import GuestError, command, locked
from suite import Suite

NAME = "qemu-system-x86_64"
SOUND = (8, 1)
PACKAGES = ("qemu-system-x86", "qemu-system-data", "seabios")


def qemu(cpus, folder):
    """The words of a command that emulates so many CPUs; what is fetched for it is kept in folder."""
    if cpus == 1 or _version([NAME]) >= SOUND:
        return [NAME]
    root = f"{folder}/root"
    words = [f"{root}/usr/bin/{NAME}", "-L", f"{root}/usr/share/qemu", "-L", f"{root}/usr/share/seabios"]
    with locked(f"{folder}/fetching"):
        if not os.path.exists(f"{folder}/unpacked"):
            print("guest: fetching QEMU of backports", flush=True)
            Suite("backports", folder).unpack(PACKAGES, root)
            with open(f"{folder}/unpacked", "w", encoding="ascii"):
                pass
    if _version(words) < SOUND:
        raise GuestError(f"{words[0]} is older than {SOUND[0]}.{SOUND[1]}: its virtual CPUs run code that has changed")
    return words


def _version(words):
    """(major, minor)"""
    found = re.search(r"version (\d+)\.(\d+)", command([*words, "--version"]))
    return (int(found[1]), int(found[2])) if found else (0, 0)
