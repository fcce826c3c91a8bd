/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the map says about an SDP.
 */
#include <stdio.h>

#include "rewrite.h"

static void assert_endpoint(const struct rf_endpoint *endpoint, const char *expected)
{
	char text[RF_ENDPOINT_TEXT];

	assert_string_equal(rf_endpoint_print(endpoint, text), expected);
}

static void assert_str(struct rf_str s, const char *expected)
{
	assert_true(rf_str_equal(s, rf_str_of(expected)));
}

static void the_session_part_is_read(void **state)
{
	struct rf_arena *arena;
	const struct rf_sdp *sdp =
		rewrite_parse("v=0\no=a b 1 22 IN IP4 192.0.2.1\ns=x y\nt=0 0\na=rtpferry-loop:q\n", &arena);

	(void)state;
	assert_str(sdp->username, "a b");
	assert_str(sdp->session_id, "1");
	assert_str(sdp->version, "22");
	assert_str(sdp->session_name, "x y");
	assert_true(sdp->loop_marked);
	assert_true(rf_sdp_has_loop_mark(sdp, RF_STR("q")));
	assert_false(rf_sdp_has_loop_mark(sdp, RF_STR("r")));
	assert_int_equal(sdp->n_media, 0);
	rf_arena_free(arena);
}

static void endpoints_are_read(void **state)
{
	struct rf_arena *arena;
	const struct rf_sdp *sdp = rewrite_parse(HEAD "m=audio 4000 RTP/AVP 0\n"
	                                              "m=audio 4000 RTP/AVP 0\na=rtcp:5001\n"
	                                              "m=audio 4000 RTP/AVP 0\na=rtcp:5001 IN IP4 192.0.2.99\n"
	                                              "m=audio 4000 RTP/AVP 0\na=rtcp:5001\na=rtcp-mux\n"
	                                              "m=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::1\n"
	                                              "m=audio 65535 RTP/AVP 0\nc=IN IP4 host.example\n"
	                                              "m=audio 4000 RTP/AVP 0\nc=IN IP4 224.2.1.1/127/3\na=rtcp:0\n",
	                                         &arena);
	static const char *const rtcp[] = {"192.0.2.10:4001", "192.0.2.10:5001",    "192.0.2.99:5001",
	                                   "192.0.2.10:4000", "[2001:db8::1]:4001", "-:0",
	                                   "224.2.1.1:4001"};

	(void)state;
	assert_int_equal(sdp->n_media, 7);
	for (unsigned i = 0; i < 7; i++)
		assert_endpoint(&sdp->media[i].rtcp, rtcp[i]);
	assert_endpoint(&sdp->media[0].rtp, "192.0.2.10:4000");
	assert_endpoint(&sdp->media[3].rtcp_unmuxed, "192.0.2.10:5001");
	assert_endpoint(&sdp->media[4].rtp, "[2001:db8::1]:4000");
	assert_endpoint(&sdp->media[6].rtp, "224.2.1.1:4000");
	assert_false(sdp->media[0].rtcp_given);
	assert_true(sdp->media[1].rtcp_given);
	assert_false(sdp->media[6].rtcp_given);
	rf_arena_free(arena);
}

static void kinds_and_profiles_are_told(void **state)
{
	static const struct {
		const char *transport;
		enum rf_sdp_kind kind;
		enum rf_sdp_profile profile;
	} cases[] = {
		{"RTP/AVP", RF_SDP_RTP, RF_SDP_RTP_AVP},
		{"rtp/avpf", RF_SDP_RTP, RF_SDP_RTP_AVPF},
		{"RTP/SAVP", RF_SDP_RTP, RF_SDP_RTP_SAVP},
		{"RTP/SAVPF", RF_SDP_RTP, RF_SDP_RTP_SAVPF},
		{"UDP/TLS/RTP/SAVP", RF_SDP_RTP, RF_SDP_UDP_TLS_RTP_SAVP},
		{"UDP/TLS/RTP/SAVPF", RF_SDP_RTP, RF_SDP_UDP_TLS_RTP_SAVPF},
		{"udptl", RF_SDP_OPAQUE, RF_SDP_PROFILE_NONE},
		{"UDPTL", RF_SDP_OPAQUE, RF_SDP_PROFILE_NONE},
		{"udp", RF_SDP_OPAQUE, RF_SDP_PROFILE_NONE},
		{"UDP/BFCP", RF_SDP_OPAQUE, RF_SDP_PROFILE_NONE},
		{"UDP/DTLS/SCTP", RF_SDP_OPAQUE, RF_SDP_PROFILE_NONE},
		{"TCP/MSRP", RF_SDP_FOREIGN, RF_SDP_PROFILE_NONE},
		{"TCP/RTP/AVP", RF_SDP_FOREIGN, RF_SDP_PROFILE_NONE},
		{"RTP/AVPX", RF_SDP_FOREIGN, RF_SDP_PROFILE_NONE},
		{"what", RF_SDP_FOREIGN, RF_SDP_PROFILE_NONE},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rf_arena *arena;
		const struct rf_sdp *sdp;

		snprintf(text, sizeof(text), HEAD "m=audio 4000 %s 0\n", cases[i].transport);
		sdp = rewrite_parse(text, &arena);
		assert_int_equal(sdp->media[0].kind, cases[i].kind);
		assert_int_equal(sdp->media[0].profile, cases[i].profile);
		assert_str(sdp->media[0].transport, cases[i].transport);
		rf_arena_free(arena);
	}
	assert_null(rf_sdp_profile_name(RF_SDP_PROFILE_NONE));
	assert_string_equal(rf_sdp_profile_name(RF_SDP_RTP_SAVPF), "RTP/SAVPF");
}

static void attributes_of_section_and_session_are_read(void **state)
{
	struct rf_arena *arena;
	const struct rf_sdp *sdp =
		rewrite_parse(HEAD "a=inactive\na=ice-ufrag:x\na=fingerprint:sha-256 AA\n"
	                           "m=audio 4000 RTP/SAVP 0\na=ptime: 20 \na=mid:x y\na=crypto:1 x\n"
	                           "m=audio 0 RTP/SAVP 0\na=sendonly\n"
	                           "m=audio 1 RTP/SAVP 0\nc=IN IP4 0.0.0.0\na=recvonly\na=rtcp-mux-only\n",
	                      &arena);

	(void)state;
	assert_int_equal(sdp->media[0].direction, RF_SDP_INACTIVE);
	assert_int_equal(sdp->media[1].direction, RF_SDP_SENDONLY);
	assert_int_equal(sdp->media[2].direction, RF_SDP_RECVONLY);
	assert_str(sdp->media[0].ptime, "20");
	assert_str(sdp->media[0].mid, "x y");
	assert_int_equal(sdp->media[1].ptime.len, 0);
	assert_true(sdp->media[0].crypto && !sdp->media[1].crypto);
	assert_true(sdp->media[0].ice && sdp->media[0].fingerprint);
	assert_true(sdp->media[1].rejected && !sdp->media[0].rejected);
	assert_true(sdp->media[2].null_address && !sdp->media[0].null_address);
	assert_true(sdp->media[2].rtcp_mux && !sdp->media[0].rtcp_mux);
	rf_arena_free(arena);
}

static uint64_t fingerprint_of(const char *text)
{
	struct rf_arena *arena;
	uint64_t fingerprint = rewrite_parse(text, &arena)->fingerprint;

	rf_arena_free(arena);
	return fingerprint;
}

static void the_fingerprint_ignores_the_version_only(void **state)
{
	uint64_t first = fingerprint_of("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\n");

	(void)state;
	assert_int_equal(first,
	                 fingerprint_of("v=0\no=- 1 100 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\n"));
	assert_int_not_equal(first,
	                     fingerprint_of("v=0\no=- 2 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\n"));
	assert_int_not_equal(first,
	                     fingerprint_of("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4002 RTP/AVP 0\n"));
}

static void the_text_need_not_outlive_the_map(void **state)
{
	struct rf_arena *arena = rf_arena_new(1 << 20);
	char text[] = HEAD "m=audio 4000 RTP/AVP 96\na=rtpmap:96 opus/48000\n";
	struct rf_str why;
	struct rf_sdp *sdp;

	(void)state;
	assert_int_equal(rf_sdp_parse(arena, rf_str_of(text), &sdp, &why), 0);
	memset(text, 'x', sizeof(text));
	assert_str(sdp->username, "alice");
	assert_str(sdp->media[0].type, "audio");
	assert_str(sdp->media[0].codecs[0].name, "opus");
	rf_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_session_part_is_read),
		cmocka_unit_test(endpoints_are_read),
		cmocka_unit_test(kinds_and_profiles_are_told),
		cmocka_unit_test(attributes_of_section_and_session_are_read),
		cmocka_unit_test(the_fingerprint_ignores_the_version_only),
		cmocka_unit_test(the_text_need_not_outlive_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
