# SPDX-License-Identifier: GPL-2.0-or-later
"""nfnetlink_queue's other end: a thread that gives back each packet of a queue as it came."""

import socket
import struct
import threading

NETLINK_NETFILTER, SUBSYSTEM = 12, 3
PACKET, VERDICT, CONFIG = 0, 1, 2
A_HEADER, A_VERDICT, A_COMMAND, A_PARAMS = 1, 2, 1, 2
BIND, COPY_META, ACCEPT = 1, 1, 1


def message(kind, queue, attribute, value):
    body = struct.pack("=BB", socket.AF_UNSPEC, 0) + struct.pack("!H", queue)
    body += struct.pack("=HH", 4 + len(value), attribute) + value
    return struct.pack("=IHHII", 16 + len(body), SUBSYSTEM << 8 | kind, 1, 0, 0) + body


class Queue:
    """with Queue(): whatever rules put into queue 0 of the namespace that we are in goes on."""

    def __init__(self):
        self.given_back = 0
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))
        self.socket.send(message(CONFIG, 0, A_COMMAND, struct.pack("=BBH", BIND, 0, 0)))
        self.socket.send(message(CONFIG, 0, A_PARAMS, struct.pack("!IB", 0, COPY_META)))
        self.socket.settimeout(0.1)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.socket.close()

    def _serve(self):
        while not self.ended.is_set():
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            if struct.unpack_from("=H", data, 4)[0] != SUBSYSTEM << 8 | PACKET:
                continue
            self.socket.send(message(VERDICT, 0, A_VERDICT, struct.pack("!I", ACCEPT) + self._number(data)))
            self.given_back += 1

    @staticmethod
    def _number(data):
        """The packet's, in its first attribute; four bytes."""
        at = 20
        while True:
            length, kind = struct.unpack_from("=HH", data, at)
            if kind & 0x3fff == A_HEADER:
                return data[at + 4:at + 8]
            at += (length + 3) & ~3
