# SPDX-License-Identifier: GPL-2.0-or-later
"""One guest: an initramfs that puts the host's root, read only, under an overlay in memory and runs a script there."""

import os
import shutil
import subprocess
import sys
import threading

from command import GuestError, command
from kernel import SHARED
from qemu import qemu

HERE = os.path.dirname(os.path.realpath(__file__))
# What the initramfs needs to see the host, each with what it depends on.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console")
CONSOLE_TAIL = 60


class Guest:
    """Boots a kernel and runs one script in it."""

    def __init__(self, kernel, cpus=2, memory_mb=1024):
        self.kernel = kernel
        self.cpus = cpus
        self.memory_mb = memory_mb
        self.share = f"{kernel.work}/share"
        self.console = f"{kernel.work}/console.log"
        self.processor = "max"
        self.plugin = []   # more words for QEMU
        self.append = ""   # more words for the kernel

    def run(self, script, arguments, timeout_s, environment=None, each_line=None):
        """The script's exit status; 125 when the guest ended without one."""
        shutil.rmtree(self.share, ignore_errors=True)
        os.makedirs(self.share)
        shutil.copy(f"{HERE}/../begin", f"{self.share}/begin")
        with open(f"{self.share}/modules", "w", encoding="utf-8") as file:
            own = f"{self.kernel.work}/lib/modules"   # with the module, where it was built
            file.write(own if os.path.isdir(own) else os.path.dirname(self.kernel.modules))
        settings = [f"{name}={value}" for name, value in (environment or {}).items()]
        with open(f"{self.share}/command", "w", encoding="utf-8") as file:
            file.write("".join(f"{word}\n" for word in (os.getcwd(), "env", *settings, script, *arguments)))
        status = None
        why = self._watch(timeout_s, each_line or show)
        try:
            with open(f"{self.share}/status", encoding="ascii") as file:
                status = int(file.read())
        except (OSError, ValueError):
            pass
        if status is None:
            self._show_console(f"the guest ended without an exit status ({why})")
            return 125
        return status

    def _watch(self, timeout_s, each_line):
        """Run QEMU, give what the script prints to each_line; how it ended."""
        with subprocess.Popen(self._qemu(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              errors="replace") as process:
            timer = threading.Timer(timeout_s, process.kill)
            timer.start()
            for line in process.stdout:
                each_line(line)
            status = process.wait()
            if not timer.is_alive():
                return f"not done after {timeout_s} seconds"
            timer.cancel()
            return f"QEMU ended with status {status}"

    def _show_console(self, why):
        with open(self.console, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()[-CONSOLE_TAIL:]
        print(f"guest: {why}; the end of its console:", *lines, sep="\n    ", file=sys.stderr, flush=True)

    def _qemu(self):
        export = "security_model=none,multidevs=remap"
        return [*qemu(self.cpus, f"{SHARED}/qemu"), "-machine", self.kernel.machine, "-accel",
                "tcg" + (",thread=multi" if self.cpus > 1 else ""), "-cpu", self.processor, "-smp", str(self.cpus), "-m",
                str(self.memory_mb), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-kernel", self.kernel.image, "-initrd", self._initramfs(),
                "-append", f"console=ttyS0 loglevel=5 panic=-1 oops=panic panic_on_warn=0 {self.append}",
                "-serial", f"file:{self.console}",
                "-virtfs", f"local,path=/,mount_tag=host,readonly=on,{export}",
                "-virtfs", f"local,path={self.share},mount_tag=share,{export}",
                "-device", "virtio-serial-pci", "-chardev", "file,id=out,path=/dev/stdout",
                "-device", "virtserialport,chardev=out,name=out", *self.plugin]

    def _initramfs(self):
        """Built once per kernel."""
        init = f"{HERE}/../init"
        image = f"{self.kernel.work}/initramfs"
        if os.path.exists(image) and os.path.getmtime(image) > os.path.getmtime(init):
            return image
        tree = f"{self.kernel.work}/initramfs.d"
        shutil.rmtree(tree, ignore_errors=True)
        for folder in ("bin", "modules", "proc", "sys", "dev", "host", "memory", "root", "share"):
            os.makedirs(f"{tree}/{folder}")
        busybox = shutil.which("busybox")
        if not busybox or "statically" not in command(["file", "-L", busybox]):
            raise GuestError("no static busybox; expected Debian's package busybox-static")
        shutil.copy(busybox, f"{tree}/bin/busybox")
        shutil.copy(init, f"{tree}/init")
        os.chmod(f"{tree}/init", 0o755)
        with open(f"{tree}/modules/order", "w", encoding="ascii") as order:
            for number, path in enumerate(self._module_files()):
                name = f"{number:02}-{os.path.basename(path).split('.ko')[0]}.ko"
                unpack(path, f"{tree}/modules/{name}")
                order.write(f"{name}\n")
        with open(image, "wb") as file:
            subprocess.run("find . | cpio -o -H newc --quiet", shell=True, cwd=tree, stdout=file, check=True)
        return image

    def _module_files(self):
        """In the order in which insmod takes them; what is built in is left out."""
        files = []
        base = self.kernel.modules.split("/lib/modules/")[0]
        for module in MODULES:
            listing = command(["modprobe", "-d", base, "-S", self.kernel.release, "--show-depends", module])
            for line in listing.splitlines():
                word, _, path = line.partition(" ")
                if word == "insmod" and path.strip() not in files:
                    files.append(path.strip())
        return files


def show(line):
    """What the script prints, as it comes."""
    print(line, end="", flush=True)


def unpack(path, to):
    """A module as insmod of an initramfs takes it."""
    if path.endswith(".xz"):
        with open(to, "wb") as file:
            subprocess.run(["xz", "-dc", path], stdout=file, check=True)
    else:
        shutil.copy(path, to)
