# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP as it passes on a device."""

import socket
import struct
import threading
import time
from collections import namedtuple

Seen = namedtuple("Seen", "source destination leaves")  # (address, port), (address, port), whether it goes out by the device

DRAIN = 2     # seconds that a thread reads on at most
OUTGOING = 4  # sll_pkttype of what the device sends


def _parse(frame, leaves):
    """What a frame is, or None when it is no whole UDP packet."""
    packet = frame[14:]
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == 0x0800 and packet[9] == 17:
        family, addresses, udp = socket.AF_INET, (packet[12:16], packet[16:20]), packet[(packet[0] & 15) * 4:]
    elif kind == 0x86dd and packet[6] == 17:
        family, addresses, udp = socket.AF_INET6, (packet[8:24], packet[24:40]), packet[40:]
    else:
        return None
    ports = struct.unpack_from("!HH", udp)
    ends = [(socket.inet_ntop(family, one), port) for one, port in zip(addresses, ports)]
    return Seen(*ends, leaves)


class Wire:
    """Collects the UDP packets of a device, from the time it is made to its end."""

    def __init__(self, namespace, device):
        self.seen = []
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.bind((device, 3))  # ETH_P_ALL
        self._socket.settimeout(0.2)
        self._ends = 0  # when the thread gives up, once it shall end; before, when nothing is left to read
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while not self._ends or time.monotonic() < self._ends:
            try:
                frame, where = self._socket.recvfrom(65535)
            except TimeoutError:
                if self._ends:
                    return
                continue
            found = _parse(frame, where[2] == OUTGOING) if len(frame) >= 42 else None
            if found:
                self.seen.append(found)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends = time.monotonic() + DRAIN
        self._thread.join()
        self._socket.close()

    def towards(self, *end):
        """The sources of what went to an (address, port)."""
        return {one.source for one in self.seen if one.destination == end}

    def left_by(self, *end):
        """The sources of what left by the device to an (address, port)."""
        return {one.source for one in self.seen if one.leaves and one.destination == end}
