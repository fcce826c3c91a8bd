# SPDX-License-Identifier: GPL-2.0-or-later
"""In the guest: frames.ko, which puts frames into the west device of a Place."""

import os
import struct

from place import CALLER_PORT, ENDS, RELAY_PORT, packet
from rig import Inside
from ways import Control


class FrameSource:
    """Frames of a way's calls; sequence numbers go on from one order to the next."""

    def __init__(self, way):
        self.way = way
        self.seq = 1
        ports = [RELAY_PORT + 2 * call for call in range(way.calls)]
        if way.ports:
            with open(way.ports, encoding="ascii") as file:
                ports = [int(line) for line in file]
        head = bytes.fromhex(way.mac.replace(":", "")) + b"\2\0\0\0\0\1" + b"\x08\0"
        self.frames = b"".join(head + packet(4, (ENDS[4][0], CALLER_PORT + 2 * call), (way.dest, port), call + 1)
                               for call, port in enumerate(ports))

    def send(self, packets, interval_ns=0):
        """Nanoseconds for all, and how late the latest was where they have an interval. All must come out."""
        order = struct.pack("16sIIIIII", b"west", self.way.calls, len(self.frames) // self.way.calls, packets, self.seq,
                            interval_ns, 0)
        before = self.way.place.arrived()
        with Inside(self.way.place.name):
            file = os.open("/proc/rtpferry_frames", os.O_RDWR)
            try:
                os.write(file, order + self.frames)
                spent, latest = os.read(file, 48).split()
            finally:
                os.close(file)
        came = self.way.place.arrived() - before
        self.seq += packets // self.way.calls
        expected = 0 if isinstance(self.way, Control) else packets
        if not expected <= came <= expected + 50:
            raise RuntimeError(f"of {packets} packets {came} came out")
        return int(spent), int(latest)
