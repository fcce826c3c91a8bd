# SPDX-License-Identifier: GPL-2.0-or-later
"""User Mode Linux from Debian's sources: a kernel that is a process, at the machine's own speed, on one processor."""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import threading
from types import SimpleNamespace

from command import GuestError, command

HERE = os.path.dirname(os.path.realpath(__file__))
CONFIG = f"{HERE}/uml.config"
PACKAGE = "linux-source-6.1"
MEMORY_MB = 2048


class Uml:
    """Built once for each version of the sources and each configuration."""

    def __init__(self, cache, work):
        self.cache = cache
        self.work = work   # what this checkout builds and runs
        self.version = ""
        self.path = ""

    @property
    def tree(self):
        """Where out of tree modules are built against."""
        return f"{self.path}/linux"

    def build(self):
        """Have it; takes some minutes and 2 GB the first time."""
        self.version = re.search(r"^  Candidate: (\S+)$", command(["apt-cache", "policy", PACKAGE]), re.M)[1]
        with open(CONFIG, "rb") as file:
            name = hashlib.sha256(file.read() + self.version.encode()).hexdigest()[:12]
        self.path = f"{self.cache}/{name}"
        if os.path.exists(f"{self.path}/built"):
            return
        print(f"bench: building User Mode Linux from {PACKAGE} {self.version}; some minutes", flush=True)
        self._unpack()
        make = ["make", "-s", "-C", self.tree, "ARCH=um"]
        command([*make, "defconfig"])
        command(["env", "ARCH=um", "scripts/kconfig/merge_config.sh", "-m", ".config", CONFIG], cwd=self.tree)
        command([*make, "olddefconfig"])
        self._check_config()
        command([*make, f"-j{os.cpu_count()}", "linux", "modules"])
        command([*make, f"INSTALL_MOD_PATH={self.path}", "INSTALL_MOD_STRIP=1", "modules_install"])
        with open(f"{self.path}/built", "w", encoding="ascii"):
            pass

    def _unpack(self):
        shutil.rmtree(self.path, ignore_errors=True)
        os.makedirs(f"{self.path}/deb")
        command(["apt-get", "download", f"{PACKAGE}={self.version}"], cwd=f"{self.path}/deb")
        command(["dpkg-deb", "-x", glob.glob(f"{self.path}/deb/*.deb")[0], f"{self.path}/deb"])
        os.makedirs(self.tree)
        command(["tar", "-C", self.tree, "--strip-components=1", "-xf", f"{self.path}/deb/usr/src/{PACKAGE}.tar.xz"])
        shutil.rmtree(f"{self.path}/deb")

    def _check_config(self):
        with open(CONFIG, encoding="ascii") as file:
            wanted = re.findall(r"^CONFIG_\w+=[ym]$", file.read(), re.M)
        with open(f"{self.tree}/.config", encoding="ascii") as file:
            have = file.read().splitlines()
        missing = [line for line in wanted if line not in have]
        if missing:
            raise GuestError(f"the configuration did not take {', '.join(missing)}")

    def as_kernel(self):
        """What Module wants to know of a kernel."""
        return SimpleNamespace(path=self.path, work=self.work, headers=self.tree)

    @property
    def modules(self):
        return glob.glob(f"{self.path}/lib/modules/*")[0]

    def run(self, script, words, environment, timeout_s, each_line):
        """Run a script in it as root of the machine's files, read only below a layer in memory; its exit status."""
        share = f"{self.work}/share"
        shutil.rmtree(share, ignore_errors=True)
        os.makedirs(share)
        settings = [f"{name}={value}" for name, value in environment.items()]
        with open(f"{share}/command", "w", encoding="utf-8") as file:
            file.write("".join(f"{word}\n" for word in ("env", *settings, script, *words)))
        with open(f"{share}/modules", "w", encoding="utf-8") as file:
            file.write(self.modules)
        shutil.copy(f"{HERE}/uml_begin", f"{share}/begin")
        process = subprocess.Popen(   # pylint: disable=consider-using-with
            [f"{self.tree}/linux", f"mem={MEMORY_MB}M", f"initrd={self._initramfs()}", "rdinit=/init", f"share={share}",
             "con=null", "con0=null,fd:1", "quiet", "panic=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            start_new_session=True, env={**os.environ, "TMPDIR": "/dev/shm"})
        timer = threading.Timer(timeout_s, process.kill)
        timer.start()
        try:
            for line in process.stdout:
                if "ubd device" not in line:   # it has no disk, and says so
                    each_line(line)
            process.wait()
        finally:
            timer.cancel()
            process.kill()
        try:
            with open(f"{share}/status", encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return 125

    def _initramfs(self):
        tree, image = f"{self.work}/initramfs.d", f"{self.work}/initramfs"
        shutil.rmtree(tree, ignore_errors=True)
        for folder in ("bin", "proc", "sys", "dev", "host", "memory", "root"):
            os.makedirs(f"{tree}/{folder}")
        shutil.copy(shutil.which("busybox"), f"{tree}/bin/busybox")
        shutil.copy(f"{HERE}/uml_init", f"{tree}/init")
        with open(image, "wb") as file:
            subprocess.run("find . | cpio -o -H newc --quiet", shell=True, cwd=tree, stdout=file, check=True)
        return image
