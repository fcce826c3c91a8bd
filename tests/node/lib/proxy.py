# SPDX-License-Identifier: GPL-2.0-or-later
"""A Kamailio between phone and party inside, and calls through it.

    phone  198.51.100.2 [sip]--[sip] 198.51.100.9  proxy  10.0.0.8 [lan]   the cloud's network
"""

from rig.kamailio import Kamailio
from rig.netns import address, link
from rig.scenario import Scenario, sdp
from rig.suite import equal

PROXY = "198.51.100.9"


def place_of_proxy(it):
    """The proxy's namespace."""
    space = it.cloud.space("proxy")
    link(it.cloud.phone.net, "sip", space, "sip")
    address(space, "sip", f"{PROXY}/32")
    it.cloud.phone.net.ip("route", "add", f"{PROXY}/32", "dev", "sip")
    space.ip("route", "add", f"{it.cloud.phone.ip4}/32", "dev", "sip")
    it.cloud.plug("lan", space, "lan", "10.0.0.8/24")
    it.cloud.inside.net.ip("route", "add", f"{PROXY}/32", "via", "10.0.0.8")
    return space


def listed(pods):
    """The relays as the notes of the chart write them for Kamailio."""
    return " ".join(f"udp:{pod.fields['status.podIP']}:{pod.ports['ng']}" for pod in pods)


def kamailio(it, space, folder, relays, settings=""):
    """The proxy; relays: listed(), or None when settings tell them."""
    return Kamailio(space, folder, [PROXY, "10.0.0.8"], it.cloud.inside.ip4, rtpengine=relays, settings=settings,
                    net_a=("198.51.100.0/24", "fd77:1::/64"))


def calling(seconds):
    """A caller who talks so long and then hangs up."""
    course = Scenario("calling").invite(sdp()).receive(100, optional=True).receive(180, optional=True)
    return course.receive(200, save_route=True).ack().play().pause(seconds * 1000).bye()


def called():
    """Who answers, talks and is hung up on."""
    course = Scenario("called").receive("INVITE").reply("180 Ringing").reply("200 OK", sdp(), retrans=True)
    return course.receive("ACK").play().receive("BYE").reply_within("200 OK")


def sessions(pods):
    """How many calls each relay holds."""
    return [int(pod.metric("rtpferry_sessions")) for pod in pods]


def whole(counter, sources, count, seconds, rate=45):
    """So many flows of these sources came, each with nearly all packets of so many seconds: so many a second."""
    flows = [flow.packets for flow in counter.flows() if flow.source in sources and flow.port % 2 == 0]
    long = [packets for packets in flows if packets >= rate * seconds]
    equal(len(long), count, f"calls with {seconds} s of audio from {sources} (packets of all: {sorted(flows)})")
