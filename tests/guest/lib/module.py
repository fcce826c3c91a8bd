# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel module, built against an unpacked kernel's headers in a copy of its sources, and where modprobe finds it."""

import os
import re
import shutil

from command import GuestError, command

# What the module is built from; the paths between them are kept.
SOURCES = ("kmod", "include/uapi", "src/rtp/source.c", "src/rtp/source.h")
# What depmod reads of a kernel besides its modules.
LISTS = ("modules.order", "modules.builtin", "modules.builtin.modinfo")
NOISE = "Skipping BTF generation"   # of a module: nobody reads its types


class Module:
    """rtpferry.ko for one kernel, and the plugin that iptables needs for its target."""

    def __init__(self, kernel, root, tree="tree", abi=None):
        self.kernel = kernel
        self.root = root
        self.abi = abi   # in place of the version of the contract that it has
        self.tree = f"{kernel.work}/{tree}"
        self.file = f"{self.tree}/kmod/rtpferry.ko"
        self.plugins = f"{kernel.work}/xtables"

    def build(self, *words):
        """Copy what changed, then make; words are further arguments of make. Nothing when nothing changed."""
        done = f"{self.tree}/built"
        changed = self.copy()
        if os.path.exists(done) and not changed and not words:
            return
        if os.path.exists(done):
            os.remove(done)
        output = command(["make", "-s", "-C", self.kernel.headers, f"M={self.tree}/kmod", "W=1", *words, "modules"])
        said = [line for line in output.splitlines() if line.strip() and not line.startswith(NOISE)]
        if said:
            print(*said, sep="\n", flush=True)
        if words:
            return
        if not self.abi:
            self._build_plugin()
            self._register()
        with open(done, "w", encoding="ascii"):
            pass

    def copy(self):
        """The sources; how many of them had changed."""
        return sum(self._copy(source) for source in SOURCES)

    def _build_plugin(self):
        os.makedirs(self.plugins, exist_ok=True)
        command(["gcc", "-fPIC", "-shared", "-Wall", "-Werror", f"-I{self.tree}/include/uapi",
                 f"{self.tree}/kmod/xtables/libxt_RTPFERRY.c", "-o", f"{self.plugins}/libxt_RTPFERRY.so"])

    def _register(self):
        """A folder of modules for the guest: the kernel's, and ours as an update, with what depmod says of them."""
        base = f"{self.kernel.work}/lib/modules/{self.kernel.release}"
        shutil.rmtree(base, ignore_errors=True)
        os.makedirs(f"{base}/updates")
        os.symlink(f"{self.kernel.modules}/kernel", f"{base}/kernel")
        for name in LISTS:
            if os.path.exists(f"{self.kernel.modules}/{name}"):
                shutil.copy(f"{self.kernel.modules}/{name}", base)
        shutil.copy(self.file, f"{base}/updates")
        command(["depmod", "-b", self.kernel.work, self.kernel.release])

    def _copy(self, name):
        path = f"{self.root}/{name}"
        if os.path.isdir(path):
            return sum(self._copy(f"{name}/{entry}") for entry in sorted(os.listdir(path)))
        to = f"{self.tree}/{name}"
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if os.path.exists(to) and os.path.getmtime(to) == os.path.getmtime(path):
            return 0
        shutil.copy2(path, to)
        if self.abi and name.endswith("uapi/rtpferry.h"):
            self._rename_contract(to)
        return 1

    def _rename_contract(self, header):
        times = os.stat(header)
        with open(header, encoding="utf-8") as file:
            text = file.read()
        changed = re.sub(r"(?m)^(#define RTPFERRY_ABI) .*$", rf"\1 {self.abi}", text)
        if changed == text:
            raise GuestError(f"{header} has no RTPFERRY_ABI to change")
        with open(header, "w", encoding="utf-8") as file:
            file.write(changed)
        os.utime(header, ns=(times.st_atime_ns, times.st_mtime_ns))
