# SPDX-License-Identifier: GPL-2.0-or-later
"""RTP endpoints that know every packet which they sent and got."""

import os
import socket
import struct
import threading
import time
from collections import namedtuple

Got = namedtuple("Got", "time source data")  # monotonic seconds, (address, port), the datagram's bytes

PCMA = 8
SAMPLES = 160  # of one packet of 20 ms
MODULE = "/sys/module/rtpferry"  # where it is loaded, calls move into the kernel and back
SETTLE = 0.03  # seconds that a real party takes at least, after an answer, before it talks


def packet(sequence, timestamp, ssrc, payload=b"\xd5" * SAMPLES, payload_type=PCMA, marker=False):
    """One RTP packet (RFC 3550 section 5.1)."""
    return struct.pack("!BBHII", 0x80, payload_type | (0x80 if marker else 0), sequence & 0xffff,
                       timestamp & 0xffffffff, ssrc) + payload


def sequence_of(data):
    """The sequence number of an RTP packet."""
    return struct.unpack_from("!H", data, 2)[0]


def receiver_report(ssrc, about, lost=0, fraction=0, highest=0, jitter=0, lsr=0, dlsr=0):
    """An RTCP receiver report with one block (RFC 3550 section 6.4.2)."""
    return struct.pack("!BBHIIIIIII", 0x81, 201, 7, ssrc, about, fraction << 24 | lost & 0xffffff, highest, jitter,
                       lsr, dlsr)


def sender_report(ssrc, packets=0, octets=0, ntp=0, timestamp=0):
    """An RTCP sender report without blocks (RFC 3550 section 6.4.1)."""
    return struct.pack("!BBHIQIII", 0x80, 200, 6, ssrc, ntp, timestamp, packets, octets)


class Endpoint:
    """A bound UDP socket whose datagrams are collected by a thread."""

    def __init__(self, namespace, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = namespace.socket(family)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((address, port))
        self.address, self.port = self.socket.getsockname()[:2]
        self.got = []
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while True:
            try:
                data, source = self.socket.recvfrom(65535)
            except ConnectionRefusedError:
                continue
            except OSError:
                return
            if not data and source[:2] == (self.address, self.port):
                return
            self.got.append(Got(time.monotonic(), source[:2], data))

    def send(self, to, data):
        """One datagram."""
        self.socket.sendto(data, to)

    def wait(self, count, seconds=3):
        """Wait until so many datagrams are there (or the time is over); all of them."""
        end = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < end:
            time.sleep(0.005)
        return list(self.got)

    def clear(self):
        """Forget what came so far; return it."""
        before, self.got = self.got, []
        return before

    def close(self):
        """End the thread and give the port back."""
        try:
            self.socket.sendto(b"", (self.address, self.port))
            self._thread.join(1)
        finally:
            self.socket.close()


class Stream:
    """A sender's state: SSRC, next sequence number and timestamp; every packet's payload is its own."""

    def __init__(self, ssrc, sequence=1000, timestamp=50000, mark=b""):
        self.ssrc, self.sequence, self.timestamp = ssrc, sequence, timestamp
        self._mark = mark

    def next(self):
        """The next packet."""
        payload = (self._mark + b"%08x" % self.sequence).ljust(SAMPLES, b"\x5d")
        data = packet(self.sequence, self.timestamp, self.ssrc, payload)
        self.sequence += 1
        self.timestamp += SAMPLES
        return data


def comes_through(got, sent):
    """Every packet, once and in order? Where a call may move into the kernel, what waited for the relay just then may be
    overtaken, once: two runs in order, one within the other."""
    if not os.path.isdir(MODULE) or sorted(got) != sorted(sent):
        return got == sent
    places = {}
    for place, one in enumerate(sent):
        places.setdefault(one, []).append(place)
    ends = [-1, -1]   # of the two runs, the further one first
    for one in got:
        place = places[one].pop(0)
        run = 0 if place > ends[0] else 1
        if place < ends[run]:
            return False
        ends[run] = place
    return True


def talk(left, right, count=25, pause=0.01, seconds=3):
    """Both sides send `count` packets at the same time. Each of left and right is (endpoint, its stream, where to, and whom it
    hears where that is another).

    Fails unless every packet arrived at the other side, once, in order (comes_through), unchanged, from the address it sends to.
    """
    sent = ([], [])
    for endpoint, *_ in (left, right):
        endpoint.clear()
    time.sleep(SETTLE)
    for _ in range(count):
        for (endpoint, stream, target, *_), list_ in zip((left, right), sent):
            list_.append(stream.next())
            endpoint.send(target, list_[-1])
        time.sleep(pause)
    for name, (endpoint, _, target, *hears), wanted in (("first", left, sent[1]), ("second", right, sent[0])):
        got = endpoint.wait(count, seconds)
        if not comes_through([one.data for one in got], wanted):
            order = [wanted.index(one.data) if one.data in wanted else "?" for one in got]
            raise AssertionError(f"the {name} side got {len(got)} packets, expected the {count} that were sent to it: {order}")
        sources = {one.source for one in got}
        if sources != {tuple(hears[0] if hears else target)}:
            raise AssertionError(f"the {name} side got audio from {sources}, expected {hears[0] if hears else target}")
