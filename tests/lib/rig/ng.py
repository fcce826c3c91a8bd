# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the ng protocol, and the SDP it sends."""

import itertools
import json
import os
import socket

from . import bencode


class NgError(Exception):
    """The relay answered with result=error; the text is its error-reason."""


class Ng:
    """One ng client on one socket of a namespace."""

    def __init__(self, namespace, host, port, encoding="bencode"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = namespace.socket(family)
        self.socket.connect((host, port))
        self.encoding = encoding
        self._serial = itertools.count(1)

    def close(self):
        """Give the socket back."""
        self.socket.close()

    def raw(self, datagram, seconds=1.0):
        """Send bytes as they are; the next datagram that comes, or None."""
        self.send(datagram)
        return self.raw_next(seconds)

    def raw_next(self, seconds=1.0):
        """The next datagram that comes, or None."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1 << 18)
        except (TimeoutError, ConnectionRefusedError):
            return None

    def send(self, datagram):
        """Send bytes as they are and wait for nothing; a refusal of an earlier one is no matter."""
        try:
            self.socket.send(datagram)
        except ConnectionRefusedError:
            pass

    def drain(self):
        """Read what has come; how many datagrams."""
        count = 0
        self.socket.setblocking(False)
        try:
            while True:
                self.socket.recv(1 << 18)
                count += 1
        except (BlockingIOError, ConnectionRefusedError):
            return count
        finally:
            self.socket.settimeout(None)

    def request(self, command, seconds=2.0, **keys):
        """Send a command and return the reply's dictionary as it is. Underscores in names become hyphens."""
        message = {"command": command}
        message.update({name.replace("_", "-"): value for name, value in keys.items() if value is not None})
        cookie = b"%d_%d" % (os.getpid(), next(self._serial)) + os.urandom(4).hex().encode()
        body = bencode.encode(message) if self.encoding == "bencode" else json.dumps(message).encode()
        self.socket.settimeout(seconds)
        for _ in range(3):
            self.socket.send(cookie + b" " + body)
            reply = self._reply(cookie)
            if reply is not None:
                return reply
        raise TimeoutError(f"no reply to {command}")

    def __call__(self, command, **keys):
        """Like request(), but an error raises NgError."""
        reply = self.request(command, **keys)
        if reply.get("result") not in ("ok", "pong"):
            raise NgError(reply.get("error-reason") or str(reply))
        return reply

    def _reply(self, cookie):
        while True:
            try:
                data = self.socket.recv(1 << 18)
            except (TimeoutError, ConnectionRefusedError):
                return None
            got, _, body = data.partition(b" ")
            if got == cookie:
                return bencode.decode(body) if body[:1] == b"d" else json.loads(body)

    def alive(self, seconds=1.0):
        """Whether a ping is answered."""
        try:
            return self.request("ping", seconds=seconds).get("result") == "pong"
        except (TimeoutError, OSError):
            return False
