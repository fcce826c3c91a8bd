# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's kernel source, and the debug kernel that is built from it: cached by the hash of what decides about it."""

import glob
import hashlib
import os
import re
import shutil
import subprocess

from command import GuestError, command, locked
from kernel import BUILD, SHARED, Kernel

HERE = os.path.dirname(os.path.realpath(__file__))
PACKAGE = "linux-source-6.1"
# Of the built tree, what neither a module's build nor a guest needs.
REMOVED = ("*.o", "*.a", "*.cmd")


class Source:
    """The unpacked source of Debian's kernel: for the debug kernel, and for the scripts that check code."""

    def __init__(self):
        self.version = self._version()
        self.path = os.path.join(SHARED, f"source-{self.version}")

    @staticmethod
    def _version():
        found = re.search(r"^Version: (\S+)$", command(["apt-cache", "show", "--no-all-versions", PACKAGE]), re.M)
        if not found:
            raise GuestError(f"apt knows no {PACKAGE}; run apt-get update")
        return found.group(1)

    def fetch(self):
        """Have it unpacked; does nothing when it is."""
        with locked(f"{self.path}.lock"):
            if not os.path.exists(self.path):
                self._unpack()

    def _unpack(self):
        print(f"guest: fetching {PACKAGE} {self.version}", flush=True)
        work = f"{self.path}.part"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(f"{work}/tree")
        command(["apt-get", "download", PACKAGE], cwd=work)
        command(["dpkg-deb", "-x", *glob.glob(f"{work}/*.deb"), f"{work}/package"])
        command(["tar", "-xf", *glob.glob(f"{work}/package/usr/src/*.tar.xz"), "-C", f"{work}/tree", "--strip-components=1"])
        os.rename(f"{work}/tree", self.path)
        shutil.rmtree(work)


class DebugKernel(Kernel):
    """A kernel with all that looks for faults."""

    name = "debug"
    machine = "q35"  # the other one's table of interrupts is a program that takes a debug kernel minutes

    def __init__(self):  # pylint: disable=super-init-not-called
        self._source = Source()
        with open(f"{HERE}/debug.config", encoding="ascii") as file:
            self._config = file.read()
        key = f"{self._source.version}\n{self._config}\n{command(['gcc', '-dumpfullversion'])}"
        name = f"debug-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        self.path = os.path.join(SHARED, name)
        self.work = os.path.join(BUILD, name)
        self.root = f"{self.path}/root"

    @property
    def image(self):
        return f"{self.path}/bzImage"

    @property
    def headers(self):
        return f"{self.path}/build"

    def _fetch(self):
        """Have it built; does nothing when it is."""
        done = f"{self.path}/built"
        if os.path.exists(done):
            return
        self._source.fetch()
        shutil.rmtree(self.headers, ignore_errors=True)
        os.makedirs(self.headers)
        self._configure()
        print(f"guest: building {self.path}, which takes some minutes", flush=True)
        self._make("bzImage", "modules")
        self._make("modules_install", f"INSTALL_MOD_PATH={self.root}")
        shutil.copy(f"{self.headers}/arch/x86/boot/bzImage", self.image)
        self._prune()
        with open(done, "w", encoding="ascii"):
            pass

    def _make(self, *words):
        jobs = str(min(os.cpu_count() or 1, 8))
        with open(f"{self.path}/build.log", "a", encoding="utf-8") as log:
            status = subprocess.run(
                ["nice", "make", "-s", "-j", jobs, "-C", self._source.path, f"O={self.headers}", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False,
                env=dict(os.environ, KCONFIG_ALLCONFIG=f"{HERE}/debug.config", KBUILD_BUILD_TIMESTAMP="0")).returncode
        if status != 0:
            raise GuestError(f"make {' '.join(words)} ended with status {status}; see {self.path}/build.log")

    def _configure(self):
        """kconfig drops silently what it cannot have; nothing of ours may be dropped."""
        self._make("allnoconfig")
        with open(f"{self.headers}/.config", encoding="ascii") as file:
            have = set(file.read().splitlines())
        lost = [line for line in self._config.splitlines() if "CONFIG_" in line and line not in have
                and not (line.endswith("is not set") and f"{line.split()[1]}=y" not in have)]
        if lost:
            raise GuestError(f"the kernel does not take these options of debug.config: {', '.join(lost)}")

    def _prune(self):
        """Most of what was built is in the image by now."""
        for folder, folders, names in os.walk(self.headers):
            if folder == self.headers:
                folders[:] = [name for name in folders if name not in ("scripts", "tools")]
            for name in names:
                if name.endswith(tuple(pattern[1:] for pattern in REMOVED)) or name.startswith(("vmlinux", ".tmp_vmlinux")):
                    os.remove(f"{folder}/{name}")
