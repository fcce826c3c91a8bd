# SPDX-License-Identifier: GPL-2.0-or-later
"""SIPp scenarios put together from steps, so that a test shows a call's course and not its headers."""

STREAM = "[rtpstream_audio_port]"  # the port that SIPp itself sends and receives audio on
SOUND = "sound.alaw"               # what it plays; made by Sipp before it starts


def sdp(port=STREAM, version=1, direction="sendrecv", address="[media_ip]", family="[media_ip_type]", extra=()):
    """An SDP body with one PCMA stream."""
    lines = ["v=0", f"o=- 4711 {version} IN IP{family} {address}", "s=-", f"c=IN IP{family} {address}", "t=0 0",
             f"m=audio {port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", *extra]
    return "\n".join(lines + ([f"a={direction}"] if direction else []))


class Scenario:
    """Steps in the order in which they happen."""

    # For receive(): remember who is who, for a request that the called side makes later.
    KEEP_PARTIES = ('<action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/>'
                    '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="us"/></action>')

    def __init__(self, name):
        self.name = name
        self._xml = []
        self._cseq = 1
        self._invite = 1

    def xml(self):
        """The whole document."""
        body = "\n".join(self._xml)
        return f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="{self.name}">\n{body}\n</scenario>\n'

    def _message(self, lines, body="", retrans=True):
        head = list(lines)
        if body:
            head.append("Content-Type: application/sdp")
        head.append("Content-Length: [len]")
        text = "\n".join(head) + "\n\n" + body
        attribute = ' retrans="500"' if retrans else ""
        self._xml.append(f"  <send{attribute}>\n<![CDATA[\n{text}\n]]>\n  </send>")
        return self

    def receive(self, what, optional=False, save_route=False, timeout=None, action=""):
        """Wait for a status code (int) or for a request (its method)."""
        kind = f'response="{what}"' if isinstance(what, int) else f'request="{what}"'
        kind += ' optional="true"' if optional else ""
        kind += ' rrs="true"' if save_route else ""
        kind += f' timeout="{timeout}"' if timeout else ""
        self._xml.append(f"  <recv {kind}>{action}</recv>")
        return self

    def play(self):
        """Start to send audio to the address in the SDP that came last."""
        self._xml.append(f'  <nop><action><exec rtp_stream="{SOUND},-1,8"/></action></nop>')
        return self

    def pause(self, ms):
        """Wait, with audio going on."""
        self._xml.append(f'  <pause milliseconds="{ms}"/>')
        return self

    # The calling side.

    def invite(self, body):
        """The first INVITE."""
        self._invite = self._cseq
        return self._message([
            "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            "From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]c[call_number]",
            "To: <sip:[service]@[remote_ip]:[remote_port]>",
            "Call-ID: [call_id]",
            f"CSeq: {self._cseq} INVITE",
            "Contact: <sip:caller@[local_ip]:[local_port]>",
            "Max-Forwards: 70"], body)

    def _within(self, method, cseq, body="", retrans=True):
        return self._message([
            f"{method} [next_url] SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            "[routes]",
            "From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]c[call_number]",
            "To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]",
            "Call-ID: [call_id]",
            f"CSeq: {cseq} {method}",
            "Contact: <sip:caller@[local_ip]:[local_port]>",
            "Max-Forwards: 70"], body, retrans)

    def reinvite(self, body):
        """A later INVITE of the same call, answered with 200 and acknowledged."""
        self._cseq += 1
        self._within("INVITE", self._cseq, body)
        self.receive(100, optional=True).receive(200)
        return self._within("ACK", self._cseq, retrans=False)

    def ack(self, body=""):
        """Acknowledge the first INVITE."""
        return self._within("ACK", self._invite, body, retrans=False)

    def bye(self):
        """End the call."""
        self._cseq += 1
        return self._within("BYE", self._cseq).receive(200)

    def ack_failure(self):
        """Acknowledge a final response that is not 2xx."""
        return self._message([
            "ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
            "[last_Via:]",
            "From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]c[call_number]",
            "To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]",
            "Call-ID: [call_id]",
            f"CSeq: {self._invite} ACK",
            "Max-Forwards: 70"], retrans=False)

    def cancel(self):
        """Take the first INVITE back."""
        return self._message([
            "CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
            "[last_Via:]",
            "From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]c[call_number]",
            "To: <sip:[service]@[remote_ip]:[remote_port]>",
            "Call-ID: [call_id]",
            f"CSeq: {self._invite} CANCEL",
            "Max-Forwards: 70"])

    # The called side.

    def reject_cancelled(self):
        """Answer a CANCEL and the INVITE that it takes back, and wait for the latter's ACK."""
        self.receive("CANCEL").reply_within("200 OK")
        self._message([
            "SIP/2.0 487 Request Terminated",
            "[last_Via:]",
            "[last_Record-Route:]",
            "[last_From:]",
            "[last_To:];tag=[pid]s[call_number]",
            "[last_Call-ID:]",
            "CSeq: 1 INVITE"], retrans=True)
        return self.receive("ACK")

    def reply(self, status, body="", retrans=False):
        """Answer the request that came last."""
        return self._message([
            f"SIP/2.0 {status}",
            "[last_Via:]",
            "[last_Record-Route:]",
            "[last_From:]",
            "[last_To:];tag=[pid]s[call_number]",
            "[last_Call-ID:]",
            "[last_CSeq:]",
            "Contact: <sip:callee@[local_ip]:[local_port]>"], body, retrans)

    def bye_of_callee(self):
        """The called side hangs up; the INVITE was received with KEEP_PARTIES."""
        return self._message([
            "BYE [next_url] SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            "[routes]",
            "From:[$us];tag=[pid]s[call_number]",
            "To:[$them]",
            "Call-ID: [call_id]",
            "CSeq: 1 BYE",
            "Max-Forwards: 70"]).receive(200)

    def reply_within(self, status, body="", retrans=False):
        """Answer a request of an established dialog, whose To has the tag already."""
        return self._message([
            f"SIP/2.0 {status}",
            "[last_Via:]",
            "[last_Record-Route:]",
            "[last_From:]",
            "[last_To:]",
            "[last_Call-ID:]",
            "[last_CSeq:]",
            "Contact: <sip:callee@[local_ip]:[local_port]>"], body, retrans)
