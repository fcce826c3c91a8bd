# SPDX-License-Identifier: GPL-2.0-or-later
"""Prepared netlink messages for very many flows; made on the host, because a guest's Python is slow."""

import os
import struct

from rfnl import pack

TABLE = 77
PORTS = 20000   # flows of a local address, on even ports from 20000
FAR_ADDRESS, CALLER, CALLEE = "10.2.0.1", "10.1.0.2", "10.2.0.2"
TYPES = [{"number": 0, "clock-rate": 8000}, {"number": 101, "clock-rate": 8000}]


def addresses(flows):
    """The local addresses that so many flows need."""
    return [f"10.1.1.{1 + n}" for n in range((flows + PORTS - 1) // PORTS)]


def key(number):
    return {"local-address": f"10.1.1.{1 + number // PORTS}", "local-port": 20000 + 2 * (number % PORTS)}


def whole(number):
    port = 2 * (number % PORTS)
    return {**key(number), "source-address": CALLER, "source-port": 10000 + port, "out-address": FAR_ADDRESS,
            "out-port": 20000 + port, "to-address": CALLEE, "to-port": 1 + port, "flags": "rtp rtcp", "dscp": 46,
            "type": TYPES}


def write(where, sizes):
    """The files that ourflows reads: set-FLOWS-BATCH, del-FLOWS-BATCH, dump, dumps (20 of them)."""
    for size in sizes:
        for batch in (50, 1) if size == sizes[0] else (50,):
            _write(f"{where}/set-{size}-{batch}", whole, size, batch)
            _write(f"{where}/del-{size}-{batch}", key, size, batch)
    for name, times in (("dump", 1), ("dumps", 20)):
        with open(f"{where}/{name}", "wb") as file:
            file.write(times * framed({"table": {"id": TABLE}}))


def framed(message):
    body = pack("message", message)
    return struct.pack("I", len(body)) + body


def _write(name, make, size, batch):
    if os.path.exists(name) and os.path.getmtime(name) > os.path.getmtime(__file__):
        return
    with open(name, "wb") as file:
        for start in range(0, size, batch):
            file.write(framed({"table": {"id": TABLE}, "flow": [make(number) for number in range(start, start + batch)]}))
