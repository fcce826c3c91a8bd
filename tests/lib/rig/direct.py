# SPDX-License-Identifier: GPL-2.0-or-later
"""A relay that is driven over ng by the test itself, and calls made of two endpoints of its own."""

import contextlib
import itertools
import re

from . import topology
from .relay import Relay
from .rtp import Endpoint, Stream, talk

_serial = itertools.count(1)


def audio_sdp(address, port, *extra, direction="sendrecv", profile="RTP/AVP", formats="8", media="audio"):
    """An SDP body with one stream; `extra` are further lines of its media section."""
    family = "IP6" if ":" in address else "IP4"
    lines = ["v=0", f"o=- 4711 1 IN {family} {address}", "s=-", f"c=IN {family} {address}", "t=0 0",
             f"m={media} {port} {profile} {formats}", *extra]
    if direction:
        lines.append(f"a={direction}")
    return "\r\n".join(lines) + "\r\n"


class Sdp:
    """The few things that tests look at in a rewritten SDP."""

    def __init__(self, text):
        self.text = text
        self.ports = [int(port) for port in re.findall(r"^m=\S+ (\d+)", text, re.M)]
        self.addresses = re.findall(r"^c=IN IP[46] (\S+)", text, re.M)
        self.port = self.ports[0] if self.ports else None
        self.address = self.addresses[0] if self.addresses else None
        self.mux = bool(re.search(r"^a=rtcp-mux\s*$", text, re.M))
        found = re.search(r"^a=rtcp:(\d+)", text, re.M)
        self.rtcp_port = int(found[1]) if found else None
        found = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", text, re.M)
        self.direction = found[1] if found else None

    @property
    def rtp(self):
        """Where RTP of the first stream goes."""
        return self.address, self.port

    @property
    def rtcp_apart(self):
        """Where its RTCP goes when it is not multiplexed, whatever was offered."""
        apart = self.rtcp_port if self.rtcp_port not in (None, self.port) else self.port + 1
        return self.address, apart


class Call:
    """A call between a left endpoint (the offerer) and a right one. What ng said last is in .towards_*."""

    def __init__(self, relay, left, right, call_id=None):
        self.relay, self.left, self.right = relay, left, right
        self.id = call_id or f"call-{next(_serial)}@rig"
        self.towards_right = None  # the SDP that the right side gets: where it sends to
        self.towards_left = None   # the same for the left side
        self.left_stream = Stream(0x1ef70001, mark=b"left")
        self.right_stream = Stream(0x51de0002, sequence=4000, timestamp=9000, mark=b"right")

    def offer(self, sdp=None, **keys):
        """The left side offers; the rewritten SDP."""
        sdp = sdp or audio_sdp(self.left.address, self.left.port)
        to_tag = "right" if self.towards_left else None
        reply = self.relay.ng("offer", call_id=self.id, from_tag="left", to_tag=to_tag, sdp=sdp,
                              **_defaults(keys, "a", "b"))
        self.towards_right = Sdp(reply["sdp"])
        return self.towards_right

    def answer(self, sdp=None, **keys):
        """The right side answers; the rewritten SDP."""
        sdp = sdp or audio_sdp(self.right.address, self.right.port)
        reply = self.relay.ng("answer", call_id=self.id, from_tag="left", to_tag="right", sdp=sdp,
                              **_defaults(keys, "b", "a"))
        self.towards_left = Sdp(reply["sdp"])
        return self.towards_left

    def reoffer_from_right(self, sdp, **keys):
        """The right side offers; the rewritten SDP for the left one."""
        reply = self.relay.ng("offer", call_id=self.id, from_tag="right", to_tag="left", sdp=sdp,
                              **_defaults(keys, "b", "a"))
        self.towards_left = Sdp(reply["sdp"])
        return self.towards_left

    def answer_from_left(self, sdp, **keys):
        """The left side answers that; the rewritten SDP for the right one."""
        reply = self.relay.ng("answer", call_id=self.id, from_tag="right", to_tag="left", sdp=sdp,
                              **_defaults(keys, "a", "b"))
        self.towards_right = Sdp(reply["sdp"])
        return self.towards_right

    def setup(self, offer=None, answer=None):
        """Offer and answer with further keys; returns itself."""
        self.offer(**(offer or {}))
        self.answer(**(answer or {}))
        return self

    def talk(self, count=25, left=None, right=None):
        """Audio both ways, every packet checked."""
        talk((left or self.left, self.left_stream, self.towards_left.rtp),
             (right or self.right, self.right_stream, self.towards_right.rtp), count)

    def delete(self, **keys):
        """End it; the reply."""
        return self.relay.ng("delete", call_id=self.id, from_tag="left", **keys)


def _defaults(keys, first, second):
    wanted = {"replace": ["origin"], "direction": [first, second]}
    wanted.update(keys)
    return wanted


class Scene:
    """Topology and relay, and the endpoints that were asked for."""

    def __init__(self, folder, options=(), ports=(30000, 31999), interfaces=None, ng="127.0.0.1", through=(), place=None):
        self.place = place or topology.make()
        self._lent = place is not None   # by somebody who goes on with it
        self._endpoints = []
        self.relay = None
        try:
            self.relay = Relay(self.place.relay.net, folder,
                               interfaces or ["a/10.77.1.1", "a/fd77:1::1", "b/10.77.2.1", "b/fd77:2::1"],
                               ng=ng, ports=ports, options=options, through=through)
        except BaseException:
            self.close()
            raise

    def _endpoint(self, place, port, six, address):
        made = Endpoint(place.net, address or (place.ip6 if six else place.ip4), port)
        self._endpoints.append(made)
        return made

    def left(self, port=7000, six=False, address=None):
        """An endpoint at the caller."""
        return self._endpoint(self.place.caller, port, six, address)

    def right(self, port=7100, six=False, address=None):
        """An endpoint at the callee."""
        return self._endpoint(self.place.callee, port, six, address)

    def call(self, **keys):
        """A call, not set up yet, between fresh endpoints."""
        return Call(self.relay, self.left(), self.right(), **keys)

    def rest(self):
        """Close the endpoints; others may have their ports."""
        while self._endpoints:
            self._endpoints.pop().close()

    def gone(self):
        """The relay has ended by itself, as it should: there is nothing to ask it any more."""
        self.relay.kill()
        self.relay = None

    def leave(self):
        """The end of a test that went well."""
        if not self.relay:
            return
        for call_id in self.relay.calls():
            self.relay.ng("delete", call_id=call_id)
        self.relay.expect_clean()
        self.relay.stop()

    def close(self):
        """End everything."""
        self.rest()
        if self.relay:
            self.relay.kill()
        if not self._lent:
            self.place.destroy()


@contextlib.contextmanager
def scene(folder, **options):
    """A Scene for the length of a with-block; at its end all calls are deleted and nothing may be left."""
    made = Scene(folder, **options)
    try:
        yield made
        made.leave()
    finally:
        made.close()
