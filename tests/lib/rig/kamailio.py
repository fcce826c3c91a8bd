# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Kamailio with its rtpengine module, pointed at the relay."""

import glob
import os
import socket

from .process import Process, until

TEMPLATE = os.path.join(os.path.dirname(__file__), "kamailio.cfg")
PORT = 5060
_RELAYS = 'loadmodule "rtpengine.so"\nmodparam("rtpengine", "rtpengine_sock", "{}")\n'


def modules():
    """The folder of Kamailio's modules."""
    found = glob.glob("/usr/lib/*/kamailio/modules")
    if not found:
        raise RuntimeError("no folder /usr/lib/*/kamailio/modules: is kamailio installed?")
    return found[0]


def uri_host(address):
    """An address as it is written in a SIP URI."""
    return f"[{address}]" if ":" in address else address


class Kamailio:
    """One proxy beside the relay. `callee` is where it sends calls to, `listen` are its own addresses; `rtpengine` are the relays,
    `settings` further lines of its configuration; with None for the relays they load the module and tell it where those are."""

    def __init__(self, namespace, folder, listen, callee, callee_port=5060, rtpengine="udp:127.0.0.1:2223",
                 net_a=("10.77.1.0/24", "fd77:1::/64"), debug=1, settings=""):
        callee_family = "IP6" if ":" in callee else "IP4"
        words = {
            "DEBUG": debug, "CHILDREN": 2, "MODULES": modules(),
            "RTPENGINE": (_RELAYS.format(rtpengine) if rtpengine else "") + settings,
            "LISTEN": "\n".join(f"listen=udp:{uri_host(one)}:{PORT}" for one in listen),
            "CALLEE": uri_host(callee), "CALLEE_PORT": callee_port,
            "NET_A4": net_a[0], "NET_A6": net_a[1], "FAMILY_A": "IP4", "FAMILY_B": callee_family,
        }
        with open(TEMPLATE, encoding="utf-8") as file:
            text = file.read()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        config = f"{folder}/kamailio.cfg"
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        self._namespace, self._address = namespace, listen[0]
        os.makedirs(f"{folder}/kamailio", exist_ok=True)
        self.process = Process(namespace, ["kamailio", "-f", config, "-DD", "-E", "-m", "64", "-M", "8",
                                           "-Y", f"{folder}/kamailio", "-w", f"{folder}/kamailio"],
                               f"{folder}/kamailio.log")
        until(self._up, 15, "Kamailio to answer OPTIONS")

    def _up(self):
        if not self.process.alive():
            raise RuntimeError(f"Kamailio ended at once:\n{self.process.tail()}")
        host = uri_host(self._address)
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        with self._namespace.socket(family) as probe:
            probe.settimeout(0.2)
            probe.bind((self._address, 0))
            text = (f"OPTIONS sip:{host}:{PORT} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{probe.getsockname()[1]};"
                    f"branch=z9hG4bKup\r\nMax-Forwards: 5\r\nFrom: <sip:rig@{host}>;tag=1\r\nTo: <sip:{host}>\r\n"
                    "Call-ID: up\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
            try:
                probe.sendto(text.encode(), (self._address, PORT))
                return probe.recv(65535).startswith(b"SIP/2.0 200")
            except (TimeoutError, ConnectionRefusedError):
                return False

    def stop(self):
        """End it and its children."""
        self.process.stop(seconds=3)
