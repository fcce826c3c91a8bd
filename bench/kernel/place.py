# SPDX-License-Identifier: GPL-2.0-or-later
"""In the guest: a namespace for each way of forwarding, between a caller and a callee that all share.

    caller  w-NAME ------ west  NAME  east ------ e-NAME  callee
            10.1.0.2   10.1.0.1      10.2.0.1   10.2.0.2
            fd01::2     fd01::1       fd02::1    fd02::2

Neither party has a socket: frames leave the caller's device by packet socket, or are put into west by frames.ko, and
what is forwarded carries a link address that is not the callee's, so that its IP layer drops it at once. The control
frames carry one that is not the relay's, and end likewise: what a way costs more than they do is everything from the
entry of the relay's IP layer to the far end of a link.
"""

import os
import shlex
import socket
import struct

from rig import Inside, sh

ENDS = {4: ("10.1.0.2", "10.1.0.1"), 6: ("fd01::2", "fd01::1")}
FAR = {4: ("10.2.0.1", "10.2.0.2"), 6: ("fd02::1", "fd02::2")}
CALLER_PORT, RELAY_PORT, CALLEE_PORT = 10000, 20000, 30000


def parties():
    for name in ("caller", "callee"):
        sh(f"ip netns add {name}")


class Place:
    """One relay's namespace."""

    def __init__(self, name):
        self.name = name
        self.links = {}   # by link: a packet socket of the party's and the Ethernet addresses
        sh(f"ip netns add {name} && ip -n {name} link set lo up")
        for party, link, net in (("caller", "west", 1), ("callee", "east", 2)):
            sh(f"ip link add name {link} netns {name} type veth peer name {link[0]}-{name} netns {party} && "
               f"ip -n {name} addr add 10.{net}.0.1/24 dev {link} && "
               f"ip -n {name} addr add fd0{net}::1/64 dev {link} nodad && "
               f"ip -n {name} link set {link} up && ip -n {party} link set {link[0]}-{name} up && "
               f"ip -n {name} neigh add 10.{net}.0.2 lladdr 2:0:0:0:0:{net} dev {link} nud permanent && "
               f"ip -n {name} neigh add fd0{net}::2 lladdr 2:0:0:0:0:{net} dev {link} nud permanent")
        self.inside("echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.mac = self.inside("cat /sys/class/net/west/address").strip()

    def inside(self, command):
        """Run it in the namespace; what it printed."""
        return sh(f"ip netns exec {self.name} sh -c {shlex.quote(command)}")

    def remove(self):
        sh(f"ip netns del {self.name}")

    def arrived(self):
        """Frames that the callee's end of the link has seen."""
        with Inside("callee"), open("/proc/net/dev", encoding="ascii") as file:
            for line in file:
                name, _, numbers = line.partition(":")
                if name.strip() == f"e-{self.name}":
                    return int(numbers.split()[1])
        raise RuntimeError(f"callee has no device e-{self.name}")

    def send(self, link, family, source, dest, ssrc=1):
        """One RTP frame into west or east, for state that must exist first; source and dest are (address, port)."""
        if link not in self.links:
            party, device = ("caller", f"w-{self.name}") if link == "west" else ("callee", f"e-{self.name}")
            mac = bytes.fromhex(self.inside(f"cat /sys/class/net/{link}/address").strip().replace(":", ""))
            with Inside(party):
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                sock.bind((device, 0))
            self.links[link] = sock, mac + b"\2\0\0\0\0" + bytes([1 if link == "west" else 2])
        sock, head = self.links[link]
        sock.send(head + (b"\x08\0" if family == 4 else b"\x86\xdd") + packet(family, source, dest, ssrc))

    def conntrack(self):
        """Connection tracking, as a rule that asks for it brings it in."""
        sh("modprobe nf_conntrack")
        self.inside("nft 'add table ip c; add chain ip c p { type filter hook prerouting priority 0; }; "
                    "add rule ip c p ct state invalid drop'")


def packet(family, source, dest, ssrc):
    """An IP packet with the first RTP packet of a stream."""
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    ends = socket.inet_pton(kind, source[0]) + socket.inet_pton(kind, dest[0])
    rtp = struct.pack("!BBHII", 0x80, 0, 0, 0, ssrc) + bytes(160)
    udp = struct.pack("!HHHH", source[1], dest[1], 8 + len(rtp), 0)
    udp = udp[:6] + (checksum(ends + struct.pack("!HH", 17, len(udp + rtp)) + udp + rtp) or 0xffff).to_bytes(2, "big")
    if family == 6:
        return struct.pack("!IHBB", 6 << 28, len(udp + rtp), 17, 64) + ends + udp + rtp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 28 + len(rtp), 0, 0x4000, 64, 17, 0)
    return head[:10] + checksum(head + ends).to_bytes(2, "big") + ends + udp + rtp


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def write_ports(path, ports):
    """For blast: the relay's port of each call."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{port}\n" for port in ports)
    return path
