# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends planned packets, and says what a receiver must have measured: an arithmetic of its own, RFC 3550 by the letter."""

import time
from dataclasses import dataclass

from .rtp import SAMPLES, packet

RATE = 8000  # Hz, of G.711


@dataclass
class Figures:
    """Loss and jitter of one leg, wherever they were read."""

    packets: int     # received, duplicates included
    expected: int    # first to highest sequence number
    lost: int        # of those, never received
    duplicates: int  # received again
    reordered: int   # arrived after a higher number
    jitter: float    # seconds

    def counts(self):
        """All but jitter, which cannot be equal to the last digit."""
        return self.packets, self.expected, self.lost, self.duplicates, self.reordered


class Plan:
    """Packets of one source, 20 ms apart, with what happens to some of them on the way."""

    def __init__(self, count, ssrc, first=1000, gap_ms=10, drop=(), twice=(), swap=(), late=()):
        """Indices of packets: lost, sent twice, swapped with the next one, or {index: milliseconds late}.

        The clock of the timestamps goes 20 ms a packet; gap_ms is what really passes, to save time: the steady
        difference is part of the jitter, and the reference sees it, too.
        """
        late = dict(late)
        order = [index for index in range(count) if index not in set(drop)]
        for index in swap:
            at = order.index(index)
            order[at], order[at + 1] = order[at + 1], order[at]
        self.ssrc, self.first = ssrc, first
        self._events = []
        for slot, index in enumerate(order):
            moment = slot * gap_ms / 1000 + late.get(index, 0) / 1000
            self._events.append((moment, index))
            if index in set(twice):
                self._events.append((moment + 0.001, index))
        self._events.sort(key=lambda event: event[0])
        self._arrivals = []  # (seconds, index), as really sent

    def data(self, index):
        """The packet with this index."""
        return packet(self.first + index, (index * SAMPLES) + 7777, self.ssrc, b"%06d" % index + b"\xd5" * 154)

    def send(self, endpoint, target):
        """Send all of them at their times; the datagrams in the order in which they left."""
        sent = []
        self._arrivals = []
        begin = time.monotonic()
        for moment, index in self._events:
            time.sleep(max(begin + moment - time.monotonic(), 0))
            before = time.monotonic()
            sent.append(self.data(index))
            endpoint.send(target, sent[-1])
            self._arrivals.append(((before + time.monotonic()) / 2, index))
        return sent

    def figures(self):
        """What a receiver without loss of its own must find."""
        seen, highest, reordered, duplicates = set(), -1, 0, 0
        jitter = previous = None
        for moment, index in self._arrivals:
            if index in seen:
                duplicates += 1
                continue
            seen.add(index)
            reordered += index < highest
            highest = max(highest, index)
            transit = moment * RATE - index * SAMPLES
            if previous is not None:
                jitter = (jitter or 0) + (abs(transit - previous) - (jitter or 0)) / 16
            previous = transit
        expected = highest - min(seen) + 1
        return Figures(len(self._arrivals), expected, expected - len(seen), duplicates, reordered,
                       (jitter or 0) / RATE)


def from_api(relay, call_id, tag):
    """The figures of a party's first media in /api/v1/sessions/{call-id}."""
    session = relay.json(f"/api/v1/sessions/{call_id}")
    party = next(one for one in session["parties"] if one.get("tag") == tag)
    quality = party["media"][0]["quality"]
    return Figures(*(quality[key] for key in ("packets", "expected", "lost", "duplicates", "reordered", "jitter_s")))


def from_metrics(relay, call_id, party):
    """The figures of a party (1: the offerer) in /metrics/sessions."""
    samples = relay.metrics("/metrics/sessions")
    info = next(name for name in samples if name.startswith("rtpferry_session_info") and f'"{call_id}"' in name)
    session = info.partition('session="')[2].partition('"')[0]

    def value(name):
        wanted = (f"rtpferry_session_{name}{{", f'session="{session}"', f'party="{party}"', 'media="1"')
        return next(number for sample, number in samples.items() if all(part in sample for part in wanted))
    return Figures(*(int(value(f"packets{kind}_total")) for kind in
                     ("", "_expected", "_lost", "_duplicate", "_reordered")), value("jitter_seconds"))
