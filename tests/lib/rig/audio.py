# SPDX-License-Identifier: GPL-2.0-or-later
"""Sound: tones made, and found again."""

import math
import struct
import wave

RATE = 8000


def tone(frequency, seconds, rate=RATE, level=0.5):
    """Samples of a sine, 16 bits."""
    return [int(32767 * level * math.sin(2 * math.pi * frequency * n / rate)) for n in range(int(seconds * rate))]


def alaw(sample):
    """One 16-bit sample as G.711 A-law: sign, three bits of segment, four of mantissa, even bits inverted."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = (sample if sample >= 0 else -sample - 1) >> 3
    segment = max(magnitude.bit_length() - 5, 0)
    mantissa = magnitude >> max(segment, 1) & 0x0f
    return (sign | segment << 4 | mantissa) ^ 0x55


def write_alaw(path, samples):
    """A file of bare A-law bytes, as SIPp's rtp_stream plays it."""
    with open(path, "wb") as file:
        file.write(bytes(alaw(sample) for sample in samples))


def write_wav(path, samples, rate=RATE):
    """A mono WAV file."""
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def read_wav(path):
    """(samples of the first channel, rate) of a 16-bit WAV file, also one whose header was not finished."""
    with open(path, "rb") as file:
        data = file.read()
    channels, rate = struct.unpack_from("<HI", data, 22)
    start = data.index(b"data") + 8
    count = (len(data) - start) // 2
    return struct.unpack_from(f"<{count}h", data, start)[::channels], rate


def strength(samples, frequency, rate=RATE):
    """The share of the signal's energy at a frequency, 0 to 1 (Goertzel)."""
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * frequency / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    return 2 * power / (len(samples) * energy)
