# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian kernels for the guest: fetched with apt, unpacked below build/guest, never installed.

$RTPFERRY_GUESTS names another folder to unpack them in, for several checkouts to share; what is built and run stays in
each checkout's own build/guest.
"""

import contextlib
import glob
import os
import re

from command import GuestError, command, locked
from suite import Suite

HERE = os.path.dirname(os.path.realpath(__file__))
BUILD = os.path.realpath(f"{HERE}/../../../build/guest")
SHARED = os.environ.get("RTPFERRY_GUESTS", BUILD)

# What people ask for, and the suite that has it; None is the machine's own suite, whose kernel is 6.1.
SUITES = {"6.1": None, "6.12": "backports", "sid": "sid"}
WANTED = ("linux-image-amd64", "linux-headers-amd64")
FOLLOWED = re.compile(r"linux-(image|headers|kbuild)-")


class Kernel:
    """An unpacked kernel with its headers."""

    machine = "pc"  # QEMU's, that it runs on

    def __init__(self, name):
        if name not in SUITES:
            raise GuestError(f"there is no kernel '{name}'; expected one of {', '.join(SUITES)}")
        self.name = name
        self.path = os.path.join(SHARED, name)
        self.work = os.path.join(BUILD, name)  # what this checkout builds and runs
        self.root = os.path.join(self.path, "root")

    @property
    def release(self):
        """What uname -r will say."""
        return os.path.basename(self.modules)

    @property
    def image(self):
        return f"{self.root}/boot/vmlinuz-{self.release}"

    @property
    def modules(self):
        return (glob.glob(f"{self.root}/lib/modules/*") + glob.glob(f"{self.root}/usr/lib/modules/*"))[0]

    @property
    def headers(self):
        return f"{self.root}/usr/src/linux-headers-{self.release}"

    @contextlib.contextmanager
    def held(self):
        """Nobody else of this checkout builds for it or runs it meanwhile."""
        with locked(f"{self.work}/lock"):
            yield

    def fetch(self):
        """Have it unpacked; does nothing when it is."""
        with locked(f"{self.path}/fetching"):
            self._fetch()

    def _fetch(self):
        done = f"{self.path}/unpacked"
        if os.path.exists(done):
            return
        suite = Suite(SUITES[self.name], self.path)
        packages = _packages(suite)
        print(f"guest: fetching {' '.join(packages)}", flush=True)
        suite.unpack(packages, self.root)
        self._relocate()
        command(["depmod", "-b", self.modules.split("/lib/modules/")[0], self.release])
        with open(done, "w", encoding="ascii"):
            pass

    def _relocate(self):
        """The headers' makefiles name files below /usr/src; they are below our root."""
        for name in glob.glob(f"{self.root}/usr/src/linux-headers-*/Makefile"):
            with open(name, encoding="utf-8") as file:
                text = file.read()
            with open(name, "w", encoding="utf-8") as file:
                file.write(re.sub(r"(?<![\w/])/usr/(src|lib)/linux-", rf"{self.root}/usr/\1/linux-", text))
        for folder in glob.glob(f"{self.root}/usr/src/linux-headers-*"):
            for name in os.listdir(folder):
                link = f"{folder}/{name}"
                if os.path.islink(link) and os.readlink(link).startswith("/"):
                    target = self.root + os.readlink(link)
                    os.remove(link)
                    os.symlink(target, link)


def _packages(suite):
    """The meta packages' dependencies that are packages of the kernel's."""
    found, todo = [], list(WANTED)
    while todo:
        for name in suite.depends(todo.pop()):
            if FOLLOWED.match(name) and not name.endswith("-unsigned") and name not in found:
                found.append(name)
                todo.append(name)
    if not found:
        raise GuestError(f"apt knows no {WANTED[0]}; run apt-get update")
    return found
