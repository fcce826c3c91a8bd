# SPDX-License-Identifier: GPL-2.0-or-later
"""Namespaces, packets and results for the scripts that run in the guest.

       eth0  10.1.0.2     10.1.0.1  west         east  10.2.0.1     10.2.0.2  eth0
    caller ------------------------------- relay ------------------------------- callee
             fd01::2      fd01::1                      fd02::1      fd02::2
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import time
import traceback

import console

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)

RELAY_A, RELAY_B = "10.1.0.1", "10.2.0.1"
CALLER, CALLEE = "10.1.0.2", "10.2.0.2"
RELAY_A6, RELAY_B6 = "fd01::1", "fd02::1"
CALLER6, CALLEE6 = "fd01::2", "fd02::2"


def sh(command):
    """Run it; what it printed."""
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: status {done.returncode}: {done.stdout}")
    return done.stdout


class Inside:
    """with Inside(name): this thread is in that namespace; sockets made there stay there."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self._enter(os.open(f"/run/netns/{self.name}", os.O_RDONLY))

    def __exit__(self, *_):
        self._enter(self.home)

    @staticmethod
    def _enter(fd):
        if LIBC.setns(fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(fd)


def topology(queues=1):
    """The picture above; its devices with that many queues each way."""
    each = f"numtxqueues {queues} numrxqueues {queues}"
    for name in ("caller", "relay", "callee"):
        sh(f"ip netns add {name}")
    for party, link, net in (("caller", "west", 1), ("callee", "east", 2)):
        sh(f"ip link add name {link} netns relay {each} type veth peer name eth0 netns {party} {each}")
        sh(f"ip -n relay addr add 10.{net}.0.1/24 dev {link} && ip -n relay addr add fd0{net}::1/64 dev {link} nodad")
        sh(f"ip -n {party} addr add 10.{net}.0.2/24 dev eth0 && ip -n {party} addr add fd0{net}::2/64 dev eth0 nodad")
        sh(f"ip -n relay link set {link} up && ip -n {party} link set eth0 up && ip -n relay link set lo up")
        sh(f"ip -n {party} route add default via 10.{net}.0.1 && ip -n {party} route add default via fd0{net}::1")
    for party, link, net in (("caller", "west", 1), ("callee", "east", 2)):
        know_neighbour(party, link, f"10.{net}.0.2")
        know_neighbour(party, link, f"fd0{net}::2")


def link_address(where, device):
    """Six bytes."""
    return bytes.fromhex(sh(f"ip netns exec {where} cat /sys/class/net/{device}/address").strip().replace(":", ""))


def know_neighbour(party, link, address):
    """So that the first packet need not wait for the relay to ask."""
    mac = sh(f"ip netns exec {party} cat /sys/class/net/eth0/address").strip()
    sh(f"ip -n relay neigh replace {address} lladdr {mac} dev {link} nud permanent")


def clear():
    for name in sh("ip netns list").split("\n"):
        if name:
            sh(f"ip netns del {name.split()[0]}")


def udp(where, address, port, timeout_s=1.0):
    """A bound socket in a namespace."""
    with Inside(where):
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((address, port))
    sock.settimeout(timeout_s)
    return sock


def offload(where, device, on, command=0x17):
    """Whether a device takes the UDP checksum over (ETHTOOL_STXCSUM), or another of ethtool's switches."""
    with Inside(where), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        value = ctypes.create_string_buffer(struct.pack("II", command, on))
        fcntl.ioctl(sock, 0x8946, struct.pack("16sP", device.encode(), ctypes.addressof(value)))


def feature(where, device, name, on):
    """A feature of a device by its name, as ethtool -K has it."""
    with Inside(where), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        def ethtool(words):
            buffer = ctypes.create_string_buffer(words)
            fcntl.ioctl(sock, 0x8946, struct.pack("16sP", device.encode(), ctypes.addressof(buffer)))
            return buffer.raw
        count = struct.unpack_from("I", ethtool(struct.pack("IIQI", 0x37, 0, 1 << 4, 0)), 16)[0]   # of ETH_SS_FEATURES
        names = ethtool(struct.pack("III", 0x1b, 4, count) + bytes(32 * count))[12:]
        bit = [names[at:at + 32].rstrip(b"\0").decode() for at in range(0, 32 * count, 32)].index(name)
        blocks = [[0, 0] for _ in range(0, count, 32)]
        blocks[bit // 32] = [1 << bit % 32, on << bit % 32]
        ethtool(struct.pack("II", 0x3b, len(blocks)) + b"".join(struct.pack("II", *block) for block in blocks))


class Capture:
    """Frames on a device, from the time it is made."""

    def __init__(self, where, device):
        with Inside(where):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self.socket.bind((device, 3))
        self.socket.settimeout(1.0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, packet, kind=0x0800, to=b"\xff" * 6):
        """An Ethernet frame of our own, to a link address."""
        self.socket.send(to + b"\2\0\0\0\0\1" + struct.pack("!H", kind) + packet)

    def udp(self, port):
        """The next datagram to that port: ip (the whole packet), ttl, tos, udp, checksum."""
        while True:
            try:
                frame = self.socket.recv(65536)[14:]
            except TimeoutError:
                return None
            if frame[0] >> 4 == 4 and frame[9] == 17:
                out = {"ttl": frame[8], "tos": frame[1], "udp": frame[(frame[0] & 15) * 4:]}
            elif frame[0] >> 4 == 6 and frame[6] == 17:
                out = {"ttl": frame[7], "tos": struct.unpack_from("!H", frame)[0] >> 4 & 0xff, "udp": frame[40:]}
            else:
                continue
            if struct.unpack_from("!H", out["udp"], 2)[0] == port:
                out["ip"] = frame
                out["checksum"] = struct.unpack_from("!H", out["udp"], 6)[0]
                return out


def rtp(seq, ssrc=0x1234, kind=0, payload=b"x" * 160, timestamp=None):
    stamp = seq * 160 if timestamp is None else timestamp
    return struct.pack("!BBHII", 0x80, kind, seq & 0xffff, stamp & 0xffffffff, ssrc) + payload


def rtcp(ssrc=0x1234):
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc)


def receive(sock):
    """(data, sender's address, port), or None."""
    try:
        data, sender = sock.recvfrom(65536)
    except TimeoutError:
        return None
    return data, sender[0], sender[1]


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, expected {wanted!r}")


def reasons(stats, key):
    return {row["reason"]: row["packets"] for row in stats.get(key, [])}


class Skip(Exception):
    """The test cannot be made here; the text says why."""


class Tests:
    """A list of sentences, each a test; the exit status says whether all held."""

    def __init__(self):
        self.failed = 0
        self.only = sys.argv[1:]

    def check(self, sentence, function, *words):
        if self.only and not any(word in sentence for word in self.only):
            return
        started = time.monotonic()
        try:
            function(*words)
            print(f"ok      {sentence} ({time.monotonic() - started:.1f} s)", flush=True)
        except Skip as why:
            print(f"skipped {sentence}: {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            self.failed += 1
            print(f"FAILED  {sentence}", flush=True)
            traceback.print_exc(file=sys.stdout)

    def end(self):
        """Every script ends so: with the module gone, no report and, where the kernel looks for them, no leak."""
        self.only = []
        self.check("the module goes, and its memory with it", self._unload)
        if console.debugs():
            if "LEAKS_LATER" not in os.environ:   # of the script leaks
                self.check("kmemleak finds nothing", lambda: console.none(console.leaks(), "lost"))
            self.check("lockdep was looking all the time", lambda: equal(console.lockdep_looks(), True))
        self.check("the console is quiet", lambda: console.none(console.reports(), "reports"))
        sys.exit(1 if self.failed else 0)

    @staticmethod
    def _unload():
        """What a script left behind ends with its namespaces; then nothing of the module's may be in use."""
        clear()
        for _ in range(50):
            if "rtpferry" not in sh("cat /proc/modules") or "in use" not in sh("rmmod rtpferry 2>&1 || true"):
                break
            time.sleep(0.2)
        equal([line for line in sh("cat /proc/modules").splitlines() if line.startswith("rtpferry ")], [])
        equal([line for line in sh("cat /proc/slabinfo").splitlines() if line.startswith("rf_")], [], "slabs")

    @classmethod
    def run(cls, sentences, *prepare, queues=1):
        """Load the module, make the topology and what else is wanted, and check a dict of sentences and functions."""
        load()
        topology(queues)
        for make in prepare:
            make()
        tests = cls()
        for sentence, function in sentences.items():
            tests.check(sentence, function)
        tests.end()


def load():
    """The module as modprobe finds it, with what it depends on; from its file where the guest has no list of modules."""
    sh(f"modprobe rtpferry 2>/dev/null || insmod {os.environ['RTPFERRY_KO']}")
