# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole scene for one test: topology, relay, proxy, counters; checked and removed at its end."""

import contextlib

from . import topology
from .kamailio import Kamailio
from .media import Counter
from .relay import Relay
from .sipp import Sipp

MEDIA = (6000, 29999)  # the ports that callers and callees use


class Stage:
    """What a test acts on."""

    def __init__(self, folder, nat=False, callee_family=4):
        self.folder = folder
        self.place = topology.make(nat=nat)
        self.callee_address = self.place.callee.ip6 if callee_family == 6 else self.place.callee.ip4
        self.relay = self.proxy = None
        self._peers = []
        try:
            net = self.place.relay.net
            self.relay = Relay(net, folder, [f"a/{self.place.relay.ip4}", f"b/{self.place.relay_b4}",
                                             f"b/{self.place.relay_b6}"])
            self.proxy = Kamailio(net, folder, [self.place.relay.ip4, self.place.relay_b4, self.place.relay_b6],
                                  self.callee_address)
            self.caller_media = Counter(self.place.caller.net, *MEDIA)
            self.callee_media = Counter(self.place.callee.net, *MEDIA)
        except BaseException:
            self.close()
            raise

    def called(self, scenario, name="callee", **options):
        """Start a SIPp that waits for calls."""
        self._peers.append(Sipp(self.place.callee, self.folder, scenario, name, address=self.callee_address,
                                **options))
        return self._peers[-1]

    def calling(self, scenario, name="caller", **options):
        """Start a SIPp that calls through the proxy."""
        self._peers.append(Sipp(self.place.caller, self.folder, scenario, name,
                                remote=f"{self.place.relay.ip4}:5060", **options))
        return self._peers[-1]

    def callee_side(self):
        """The relay's address that the callee sees."""
        return self.place.relay_b6 if ":" in self.callee_address else self.place.relay_b4

    def heard(self):
        """(packets of audio that reached the caller, the callee), both from the relay only."""
        return self.caller_media.rtp(self.place.relay.ip4), self.callee_media.rtp(self.callee_side())

    def close(self):
        """End everything, asking nothing."""
        for peer in self._peers:
            peer.stop()
        if self.proxy:
            self.proxy.stop()
        if self.relay:
            self.relay.kill()
        self.place.destroy()

    def leave(self):
        """The end of a test that went well: the relay must be clean and must end as it should."""
        self.relay.expect_clean()
        self.relay.stop()


@contextlib.contextmanager
def stage(folder, **options):
    """A Stage for the length of a with-block; with what every test asserts at its end."""
    scene = Stage(folder, **options)
    try:
        yield scene
        scene.leave()
    finally:
        scene.close()
