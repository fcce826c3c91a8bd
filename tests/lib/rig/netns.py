# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces: made with a name that tells their owner, entered, and always removed again."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time

PREFIX = "rft"
NETNS_FOLDER = "/run/netns"
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def run(*command, check=True, stdin=None):
    """Run a short command; a failure raises with what the command said."""
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def can_make():
    """Whether this process may make namespaces, join them with a veth pair and filter in them."""
    name = f"{PREFIX}-{os.getpid()}-probe"
    try:
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "add", "probe0", "type", "veth", "peer", "name", "probe1")
        run("ip", "netns", "exec", name, "nft", "add table inet probe")
        return True
    except (RuntimeError, OSError):
        return False
    finally:
        with contextlib.suppress(OSError):
            run("ip", "netns", "del", name, check=False)


class Namespace:
    """One network namespace. The name None stands for the one we are in already (the demo on loopback)."""

    def __init__(self, name):
        self.name = f"{PREFIX}-{os.getpid()}-{name}" if name else None
        self._fd = -1
        if self.name:
            run("ip", "netns", "add", self.name)
            self._fd = os.open(f"{NETNS_FOLDER}/{self.name}", os.O_RDONLY | os.O_CLOEXEC)
            self.ip("link", "set", "lo", "up")

    def ip(self, *args):
        """Run `ip ARGS` inside."""
        return run("ip", "-n", self.name, *args)

    def ips(self, *lines):
        """Several of them at once: a process each costs more than what it does."""
        return run("ip", "-n", self.name, "-batch", "-", stdin="".join(f"{line}\n" for line in lines))

    def nft(self, rules):
        """Load nft rules inside; return what nft prints."""
        return run("ip", "netns", "exec", self.name, "nft", "-f", "-", stdin=rules)

    def sysctl(self, key, value):
        """Set one net.* switch inside."""
        with self.entered(), open("/proc/sys/" + key.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(str(value))

    def enter(self):
        """Move the calling thread inside for good (used between fork and exec)."""
        if self._fd >= 0 and _libc.setns(self._fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter namespace {self.name}")

    @contextlib.contextmanager
    def entered(self):
        """Be inside for the length of a with-block; sockets made there stay there."""
        if self._fd < 0:
            yield
            return
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.enter()
            yield
        finally:
            if _libc.setns(home, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot return to the first namespace")
            os.close(home)

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_DGRAM):
        """A socket that lives inside."""
        with self.entered():
            return socket.socket(family, kind)

    def destroy(self):
        """End what still runs inside, then remove it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            _remove(self.name)


def link(left, left_name, right, right_name):
    """A veth pair between two namespaces, both ends up."""
    left.ips(f"link add name {left_name} type veth peer name {right_name} netns {right.name}",
             f"link set dev {left_name} up")
    right.ip("link", "set", "dev", right_name, "up")


def address(namespace, device, *addresses):
    """Give a device its addresses; IPv6 ones are usable at once."""
    namespace.ips(*(f"addr add {one} dev {device} {'nodad' if ':' in one else ''}" for one in addresses))


def _remove(name):
    """End by pid what runs inside a namespace of ours, and delete it."""
    for _ in range(20):
        pids = [int(pid) for pid in run("ip", "netns", "pids", name, check=False).split()]
        pids = [pid for pid in pids if pid != os.getpid()]
        if not pids:
            break
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    run("ip", "netns", "del", name, check=False)


def remove_leftovers():
    """Remove the namespaces of runs that are gone without having cleaned up."""
    if not os.path.isdir(NETNS_FOLDER):
        return
    for name in os.listdir(NETNS_FOLDER):
        part = name.split("-")
        if len(part) == 3 and part[0] == PREFIX and part[1].isdigit() and not os.path.exists(f"/proc/{part[1]}"):
            _remove(name)
