# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian kernels for the guest: fetched with apt, unpacked below build/guest, never installed.

$RTPFERRY_GUESTS names another folder to unpack them in, for several checkouts to share; what is built and run stays in
each checkout's own build/guest.
"""

import contextlib
import fcntl
import glob
import os
import re
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
BUILD = os.path.realpath(f"{HERE}/../../../build/guest")

# What people ask for, and the suite that has it; None is the machine's own suite, whose kernel is 6.1.
SUITES = {"6.1": None, "6.12": "backports", "sid": "sid"}
WANTED = ("linux-image-amd64", "linux-headers-amd64")
FOLLOWED = re.compile(r"linux-(image|headers|kbuild)-")


class KernelError(Exception):
    """A kernel cannot be had; the text says why."""


class Kernel:
    """An unpacked kernel with its headers."""

    machine = "pc"  # QEMU's, that it runs on

    def __init__(self, name):
        if name not in SUITES:
            raise KernelError(f"there is no kernel '{name}'; expected one of {', '.join(SUITES)}")
        self.name = name
        self.path = os.path.join(os.environ.get("RTPFERRY_GUESTS", BUILD), name)
        self.work = os.path.join(BUILD, name)  # what this checkout builds and runs
        self.root = os.path.join(self.path, "root")
        self._suite = SUITES[name]

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
        os.makedirs(f"{self.path}/debs", exist_ok=True)
        apt = self._own_apt() if self._suite else []
        packages = self._packages(apt)
        print(f"guest: fetching {' '.join(packages)}", flush=True)
        command(["apt-get", *apt, "download", *packages], cwd=f"{self.path}/debs")
        for package in sorted(glob.glob(f"{self.path}/debs/*.deb")):
            command(["dpkg-deb", "-x", package, self.root])
            os.remove(package)
        self._relocate()
        command(["depmod", "-b", self.modules.split("/lib/modules/")[0], self.release])
        with open(done, "w", encoding="ascii"):
            pass

    def _packages(self, apt):
        """The meta packages' dependencies that are packages of the kernel's."""
        found, todo = [], list(WANTED)
        while todo:
            listing = command(["apt-cache", *apt, "depends", todo.pop()])
            for name in re.findall(r"^[ |]+Depends: (\S+)$", listing, re.M):
                if FOLLOWED.match(name) and not name.endswith("-unsigned") and name not in found:
                    found.append(name)
                    todo.append(name)
        if not found:
            raise KernelError(f"apt knows no {WANTED[0]}; run apt-get update")
        return found

    def _own_apt(self):
        """Options for apt that make it read another suite of the system's mirror, in a state of its own."""
        state = f"{self.path}/apt"
        for folder in ("lists/partial", "cache/archives/partial"):
            os.makedirs(f"{state}/{folder}", exist_ok=True)
        with open(f"{state}/list.sources", "w", encoding="utf-8") as file:
            file.write(mirror_stanza(self._suite))
        options = [f"Dir::Etc::sourcelist={state}/list.sources", "Dir::Etc::sourceparts=-",
                   f"Dir::State::lists={state}/lists", f"Dir::Cache={state}/cache", "APT::Get::List-Cleanup=0",
                   f"APT::Default-Release={self._full_suite()}"]
        apt = [word for option in options for word in ("-o", option)]
        command(["apt-get", *apt, "update"])
        return apt

    def _full_suite(self):
        return full_suite(self._suite)

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


@contextlib.contextmanager
def locked(path):
    """Hold a lock file; waits for whoever has it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def full_suite(suite):
    """backports of the running release have its name in front."""
    with open("/etc/os-release", encoding="utf-8") as file:
        codename = re.search(r"^VERSION_CODENAME=(\w+)", file.read(), re.M).group(1)
    return f"{codename}-{suite}" if suite == "backports" else suite


def mirror_stanza(suite):
    """The system's own source for its release, for another suite of the same mirror."""
    with open("/etc/os-release", encoding="utf-8") as file:
        codename = re.search(r"^VERSION_CODENAME=(\w+)", file.read(), re.M).group(1)
    for name in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
        with open(name, encoding="utf-8") as file:
            stanzas = re.split(r"\n\s*\n", "\n".join(line for line in file.read().splitlines()
                                                     if not line.startswith("#")))
        for stanza in stanzas:
            if re.search(rf"^Suites:.*\b{codename}(\s|$)", stanza, re.M):
                return re.sub(r"^Suites:.*$", f"Suites: {full_suite(suite)}", stanza, flags=re.M) + "\n"
    for name in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list"))]:
        if not os.path.exists(name):
            continue
        with open(name, encoding="utf-8") as file:
            found = re.search(rf"^deb\s+(\[[^]]*\]\s+)?(\S+)\s+{codename}\s", file.read(), re.M)
        if found:
            return f"Types: deb\nURIs: {found.group(2)}\nSuites: {full_suite(suite)}\nComponents: main\n"
    raise KernelError(f"no source of apt's names the suite '{codename}', so its mirror is not known")


def command(words, cwd=None):
    """Run it; what it printed, or KernelError with the end of that."""
    done = subprocess.run(words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise KernelError(f"{' '.join(words)} ended with status {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout
