# SPDX-License-Identifier: GPL-2.0-or-later
"""In the guest: Debian's rtpengine, its daemon, its module and its rule, with calls made over ng."""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import time

from place import CALLEE_PORT, CALLER_PORT, ENDS, FAR, write_ports
from rig import Inside, sh
from ways import Way

NG_PORT = 2223
NETWORK = {4: "IP4", 6: "IP6"}


class Peer(Way):
    """Calls of the daemon's that its module forwards."""

    def __init__(self, place, calls, came=4, goes=4, table=0):
        super().__init__(place, calls)
        self.family, self.dest, self.table = came, ENDS[came][1], table
        sh("modprobe -a x_tables nft_compat iptable_filter ip6table_filter crypto_hash aead 2>/dev/null; "
           f"grep -q ^xt_RTPENGINE /proc/modules || insmod {os.environ['PEER_KO']}")
        path = f"XTABLES_LIBDIR={os.environ['PEER_XTABLES']}:$(echo /usr/lib/*/xtables)"
        for tool in ("iptables", "ip6tables"):
            place.inside(f"{path} {tool} -I INPUT -p udp -j RTPENGINE --id {table}")
        self._start()
        ports = [self._call(n, came, goes) for n in range(calls)]
        self.ports = write_ports(f"/run/bench/peer-{place.name}", [west for west, _ in ports])
        self._kernelise(ports, came, goes)

    def _start(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 18, 1 << 18))
        interfaces = [f"--interface={name}/{address}" for name, ends in (("west", [ENDS[f][1] for f in (4, 6)]),
                                                                          ("east", [FAR[f][0] for f in (4, 6)]))
                      for address in ends]
        with Inside(self.place.name):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.log = open(f"/run/bench-peer-{self.place.name}.log", "wb")   # pylint: disable=consider-using-with
            self.process = subprocess.Popen(   # pylint: disable=consider-using-with
                ["rtpengine", "--foreground", "--log-stderr", "--log-level=3", f"--table={self.table}", "--no-fallback",
                 f"--listen-ng=127.0.0.1:{NG_PORT}", "--port-min=20000", "--port-max=60000", "--num-threads=1",
                 "--endpoint-learning=immediate", "--timeout=3600", "--silent-timeout=3600", *interfaces],
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.socket.connect(("127.0.0.1", NG_PORT))
        self.socket.settimeout(5)
        for _ in range(100):
            try:
                self._ask({"command": "ping"})
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the peer's daemon does not answer: {self.said()}")

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()[-2000:]

    def _ask(self, request):
        cookie = b"%d " % time.monotonic_ns()
        self.socket.send(cookie + bencode(request))
        reply = b""
        while not reply.startswith(cookie):   # an earlier one may come late
            reply = self.socket.recv(1 << 16)
        return reply

    def _call(self, number, came, goes):
        """Offer and answer; the relay's ports towards caller and callee."""
        call = {"call-id": f"c{number}", "from-tag": "a", "flags": ["strict-source", "trust-address"], "ICE": "remove",
                "replace": ["origin", "session-connection"]}
        east = self._port({**call, "command": "offer", "direction": ["west", "east"], "address-family": NETWORK[goes],
                           "sdp": sdp(came, ENDS[came][0], CALLER_PORT + 2 * number)})
        west = self._port({**call, "command": "answer", "to-tag": "b", "address-family": NETWORK[came],
                           "sdp": sdp(goes, FAR[goes][1], CALLEE_PORT + 2 * number)})
        return west, east

    def _port(self, request):
        reply = self._ask(request)
        found = re.search(rb"m=audio (\d+) ", reply)
        if not found:
            raise RuntimeError(f"the peer answered {reply!r} to {request['command']}: {self.said()}")
        return int(found[1])

    def _kernelise(self, ports, came, goes):
        """The daemon hands a call to its module when both parties have sent."""
        for _ in range(30):   # what its sockets have no room for is sent again
            for number, (west, east) in enumerate(ports):
                self.place.send("west", came, (ENDS[came][0], CALLER_PORT + 2 * number), (self.dest, west),
                                number + 1)
                self.place.send("east", goes, (FAR[goes][1], CALLEE_PORT + 2 * number), (FAR[goes][0], east),
                                number + 1)
            time.sleep(0.5)
            if len(self.listed()) >= 2 * self.calls:
                return
        raise RuntimeError(f"the peer's module has {len(self.listed())} targets; expected {2 * self.calls}: {self.said()}")

    def listed(self):
        """Packets of each of the module's targets."""
        with open(f"/proc/rtpengine/{self.table}/list", encoding="ascii") as file:
            return [int(count) for count in re.findall(r"stats: +\d+ bytes, +(\d+) packets", file.read())]

    def forwarded(self):
        return sum(self.listed())

    @contextlib.contextmanager
    def undisturbed(self):
        """Its daemon looks at all calls every second, which is not what its module takes for a packet."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.socket.close()
        self.place.inside("nft flush ruleset")


def sdp(family, address, port):
    head = f"IN {NETWORK[family]} {address}"
    return (f"v=0\r\no=- 1 1 {head}\r\ns=-\r\nc={head}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n")


def bencode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(bencode(word) + bencode(value[word]) for word in sorted(value)) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(bencode(word) for word in value) + b"e"
    return b"%d:%s" % (len(value.encode()), value.encode())
