/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes out of well-formed input: order of lines, and which lines pass.
 */
#include "rewrite.h"

static void a_static_type_gets_its_rtpmap(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP 0\n", NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\n"
	                       "a=rtcp:30001\n");
}

static void lines_of_a_section_come_in_the_conventional_order(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVPF 96 0\n"
	                   "i=title\n"
	                   "b=TIAS:64000\n"
	                   "b=RR:800\n"
	                   "b=AS:80\n"
	                   "a=tls-id:abc\n"
	                   "a=fingerprint:sha-256 AA:BB\n"
	                   "a=setup:actpass\n"
	                   "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:key\n"
	                   "a=maxptime:60\n"
	                   "a=ptime:20\n"
	                   "a=rtcp-mux\n"
	                   "a=rtcp:4000 IN IP4 192.0.2.10\n"
	                   "a=sendonly\n"
	                   "a=ssrc:1 cname:x\n"
	                   "a=rtcp-fb:* ccm fir\n"
	                   "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
	                   "a=extmap-allow-mixed\n"
	                   "a=rtcp-fb:96 nack\n"
	                   "a=fmtp:0 x\n"
	                   "a=fmtp:96 useinbandfec=1\n"
	                   "a=rtpmap:96 opus/48000/2\n"
	                   "a=rtcp-rsize\n"
	                   "a=label:12\n"
	                   "a=mid:au\n",
	              NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVPF 96 0\n"
	                       "i=title\n"
	                       "c=IN IP4 203.0.113.1\n"
	                       "b=AS:80\n"
	                       "b=TIAS:64000\n"
	                       "b=RR:800\n"
	                       "a=mid:au\n"
	                       "a=label:12\n"
	                       "a=rtpmap:96 opus/48000/2\n"
	                       "a=fmtp:96 useinbandfec=1\n"
	                       "a=rtcp-fb:96 nack\n"
	                       "a=rtpmap:0 PCMU/8000\n"
	                       "a=fmtp:0 x\n"
	                       "a=extmap-allow-mixed\n"
	                       "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
	                       "a=rtcp-fb:* ccm fir\n"
	                       "a=ssrc:1 cname:x\n"
	                       "a=rtcp-rsize\n"
	                       "a=sendonly\n"
	                       "a=rtcp:30000\n"
	                       "a=rtcp-mux\n"
	                       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:key\n"
	                       "a=setup:actpass\n"
	                       "a=fingerprint:sha-256 AA:BB\n"
	                       "a=tls-id:abc\n"
	                       "a=ptime:20\n"
	                       "a=maxptime:60\n");
}

static void the_session_part_keeps_its_lines_without_c(void **state)
{
	(void)state;
	rewrite_check(
		"v=0\no=- 1 2 IN IP4 192.0.2.10\ns= \ni=info\nu=http://example.com/\ne=a@example.com\n"
		"e=b@example.com\np=+1 617\nc=IN IP4 192.0.2.10\nb=TIAS:64000\nb=CT:9\nb=AS:64\n"
		"t=0 0\nr=7d 1h 0 25h\nt=1 2\nz=0 -1h\nk=prompt\n"
		"a=tool:x\na=group:LS a v\na=msid-semantic: WMS\na=recvonly\n"
		"m=audio 4000 RTP/AVP 8\n",
		NULL,
		"v=0\no=- 1 2 IN IP4 192.0.2.10\ns= \ni=info\nu=http://example.com/\ne=a@example.com\n"
		"e=b@example.com\np=+1 617\nb=AS:64\nb=TIAS:64000\nb=CT:9\n"
		"t=0 0\nr=7d 1h 0 25h\nt=1 2\nz=0 -1h\nk=prompt\n"
		"a=tool:x\na=group:LS a v\na=msid-semantic: WMS\n"
		"m=audio 30000 RTP/AVP 8\nc=IN IP4 203.0.113.1\na=rtpmap:8 PCMA/8000\na=recvonly\na=rtcp:30001\n");
}

static void sections_are_rewritten_each_for_itself(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=sendonly\n"
	                   "m=audio 4000 RTP/AVP 0 101\n"
	                   "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\na=inactive\n"
	                   "m=video 4002 RTP/AVP 97 34\n"
	                   "c=IN IP4 192.0.2.77\n"
	                   "a=rtpmap:97 H264/90000\na=fmtp:97 profile-level-id=42e01f\na=content:slides\n"
	                   "m=audio 0 RTP/AVP 8 18\na=mid:3\na=ptime:20\na=rtpmap:8 PCMA/8000\n",
	              NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0 101\nc=IN IP4 203.0.113.1\n"
	                       "a=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\n"
	                       "a=inactive\na=rtcp:30001\n"
	                       "m=video 30004 RTP/AVP 97 34\nc=IN IP4 203.0.113.1\n"
	                       "a=rtpmap:97 H264/90000\na=fmtp:97 profile-level-id=42e01f\n"
	                       "a=rtpmap:34 H263/90000\na=content:slides\na=sendonly\na=rtcp:30005\n"
	                       "m=audio 0 RTP/AVP 8 18\nc=IN IP4 0.0.0.0\na=mid:3\n");
}

static void fax_over_udptl_passes_with_its_attributes(void **state)
{
	(void)state;
	rewrite_check(
		HEAD "m=image 4000 udptl t38\na=T38FaxVersion:0\na=T38MaxBitRate:14400\na=T38FaxFillBitRemoval:0\n"
		     "a=T38FaxRateManagement:transferredTCF\na=T38FaxUdpEC:t38UDPRedundancy\n",
		NULL,
		HEAD_OUT "m=image 30000 udptl t38\nc=IN IP4 203.0.113.1\na=T38FaxVersion:0\na=T38MaxBitRate:14400\n"
			 "a=T38FaxFillBitRemoval:0\na=T38FaxRateManagement:transferredTCF\n"
			 "a=T38FaxUdpEC:t38UDPRedundancy\na=sendrecv\n");
}

static void other_udp_sections_are_opaque(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=application 4000 UDP/BFCP *\na=floorctrl:c-only\na=confid:1\n", NULL,
	              HEAD_OUT "m=application 30000 UDP/BFCP *\nc=IN IP4 203.0.113.1\na=floorctrl:c-only\na=confid:1\n"
	                       "a=sendrecv\n");
}

static void a_section_not_over_udp_passes_verbatim_with_the_session_address(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=sendonly\nm=message 7654 TCP/MSRP *\ni=chat\na=accept-types:text/plain\n"
	                   "a=path:msrp://alice.example.com:7654/x;tcp\n"
	                   "m=application 5000 TCP/BFCP *\nc=IN IP4 192.0.2.99\na=setup:passive\na=recvonly\n",
	              NULL,
	              HEAD_OUT "m=message 7654 TCP/MSRP *\ni=chat\nc=IN IP4 192.0.2.10\na=accept-types:text/plain\n"
	                       "a=path:msrp://alice.example.com:7654/x;tcp\na=sendonly\n"
	                       "m=application 5000 TCP/BFCP *\nc=IN IP4 192.0.2.99\na=setup:passive\na=recvonly\n");
}

static void ice_and_bundle_go_and_other_groups_stay(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=ice-lite\na=ice-ufrag:s\na=group:BUNDLE a\na=group:FID a b\na=ice-options:trickle\n"
	                   "m=audio 4000 RTP/AVP 0\na=mid:a\na=ice-ufrag:x\na=ice-pwd:y\n"
	                   "a=candidate:1 1 UDP 1 192.0.2.10 4000 typ host\na=end-of-candidates\n"
	                   "a=remote-candidates:1 192.0.2.1 9\na=ice-mismatch\na=msid:a b\n",
	              NULL,
	              HEAD_OUT
	              "a=group:FID a b\n"
	              "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=mid:a\na=rtpmap:0 PCMU/8000\na=msid:a b\n"
	              "a=sendrecv\na=rtcp:30001\n");
}

static void a_type_nobody_knows_stays_without_rtpmap(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP 0 127 72\na=rtpmap:55 stray/8000\na=fmtp:55 x\n", NULL,
	              HEAD_OUT
	              "m=audio 30000 RTP/AVP 0 127 72\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\n"
	              "a=rtcp:30001\n");
}

static void a_null_address_is_replaced_where_planned(void **state)
{
	(void)state;
	rewrite_check(
		"v=0\no=- 1 2 IN IP4 192.0.2.10\ns=-\nc=IN IP4 0.0.0.0\nt=0 0\nm=audio 4000 RTP/AVP 0\n"
		"m=audio 4002 RTP/AVP 0\nc=IN IP6 ::\na=sendonly\n",
		NULL,
		"v=0\no=- 1 2 IN IP4 192.0.2.10\ns=-\nt=0 0\nm=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\n"
		"a=rtpmap:0 PCMU/8000\na=sendrecv\na=rtcp:30001\n"
		"m=audio 30004 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendonly\na=rtcp:30005\n");
}

static void an_srtp_section_passes_its_keys(void **state)
{
	(void)state;
	rewrite_check(HEAD
	              "a=fingerprint:sha-256 AA:BB\nm=audio 4000 RTP/SAVP 0\n"
	              "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:one\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:two\n",
	              NULL,
	              HEAD_OUT "a=fingerprint:sha-256 AA:BB\nm=audio 30000 RTP/SAVP 0\nc=IN IP4 203.0.113.1\n"
	                       "a=rtpmap:0 PCMU/8000\na=sendrecv\na=rtcp:30001\n"
	                       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:one\n"
	                       "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:two\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_static_type_gets_its_rtpmap),
		cmocka_unit_test(lines_of_a_section_come_in_the_conventional_order),
		cmocka_unit_test(the_session_part_keeps_its_lines_without_c),
		cmocka_unit_test(sections_are_rewritten_each_for_itself),
		cmocka_unit_test(fax_over_udptl_passes_with_its_attributes),
		cmocka_unit_test(other_udp_sections_are_opaque),
		cmocka_unit_test(a_section_not_over_udp_passes_verbatim_with_the_session_address),
		cmocka_unit_test(ice_and_bundle_go_and_other_groups_stay),
		cmocka_unit_test(a_type_nobody_knows_stays_without_rtpmap),
		cmocka_unit_test(a_null_address_is_replaced_where_planned),
		cmocka_unit_test(an_srtp_section_passes_its_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
