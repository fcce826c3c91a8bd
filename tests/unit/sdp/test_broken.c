/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What real endpoints get wrong, and what is refused.
 */
#include <errno.h>

#include "rewrite.h"

#define AUDIO_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\na=rtcp:30001\n"

static void lines_of_a_section_in_any_order(void **state)
{
	(void)state;
	rewrite_check("v=0\na=tool:x\nt=0 0\nc=IN IP4 192.0.2.10\ns=call\nb=AS:9\no=alice 1 2 IN IP4 192.0.2.10\n"
	              "m=audio 4000 RTP/AVP 0\na=ssrc:1\nb=AS:64\nc=IN IP4 192.0.2.11\n",
	              NULL,
	              "v=0\no=alice 1 2 IN IP4 192.0.2.10\ns=call\nb=AS:9\nt=0 0\na=tool:x\n"
	              "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\nb=AS:64\na=rtpmap:0 PCMU/8000\na=ssrc:1\n"
	              "a=sendrecv\na=rtcp:30001\n");
}

static void missing_times_and_name_are_supplied(void **state)
{
	(void)state;
	rewrite_check("v=0\no=alice 1 2 IN IP4 192.0.2.10\nc=IN IP4 192.0.2.10\nm=audio 4000 RTP/AVP 0\n", NULL,
	              "v=0\no=alice 1 2 IN IP4 192.0.2.10\ns=-\nt=0 0\n" AUDIO_OUT);
}

static void an_empty_name_passes(void **state)
{
	(void)state;
	rewrite_check("v=0\no=alice 1 2 IN IP4 192.0.2.10\ns=\nc=IN IP4 192.0.2.10\nt=0 0\nm=audio 4000 RTP/AVP 0\n",
	              NULL, "v=0\no=alice 1 2 IN IP4 192.0.2.10\ns=\nt=0 0\n" AUDIO_OUT);
}

static void a_missing_last_line_end(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP 0\na=x:", NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=x:\na=sendrecv\n"
	                       "a=rtcp:30001\n");
}

static void what_follows_an_empty_line_is_ignored(void **state)
{
	(void)state;
	rewrite_check("\n\n" HEAD "m=audio 4000 RTP/AVP 0\n\nm=video 4002 RTP/AVP 34\n--boundary--\n", NULL,
	              HEAD_OUT AUDIO_OUT);
}

static void unknown_lines_and_empty_values_pass_in_order(void **state)
{
	(void)state;
	rewrite_check(HEAD "x=what\na=empty:\ny\na=\n"
	                   "m=audio 4000 RTP/AVP 0\nq=1\na=silenceSupp:\n continued\na=:novalue\n",
	              NULL,
	              HEAD_OUT "x=what\na=empty:\ny\na=\n"
	                       "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\n"
	                       "q=1\na=silenceSupp:\n continued\na=:novalue\na=sendrecv\na=rtcp:30001\n");
}

static void spaces_in_structured_lines(void **state)
{
	(void)state;
	rewrite_check("v=0 \no=Cisco SIP UA  7 8  IN IP4 192.0.2.10 \ns= a b \nc=IN  IP4 192.0.2.10 \nt=0 0 \n"
	              "m=audio  4000  RTP/AVP 0  8 \n",
	              NULL,
	              "v=0\no=Cisco SIP UA  7 8  IN IP4 192.0.2.10 \ns= a b \nt=0 0 \n"
	              "m=audio 30000 RTP/AVP 0 8\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\n"
	              "a=sendrecv\na=rtcp:30001\n");
}

static void carriage_returns_before_the_line_end(void **state)
{
	(void)state;
	rewrite_check("v=0\r\r\no=alice 1 2 IN IP4 192.0.2.10\r\r\ns=call\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
	              "m=audio 4000 RTP/AVP 0\r\r\n",
	              NULL, HEAD_OUT AUDIO_OUT);
}

static void several_directions_and_rtcp_lines_count_by_the_last(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP "
	                   "0\na=rtcp\na=rtpmap\na=ptime\na=sendonly\na=rtcp:9\na=recvonly\na=rtcp:x\na=sendrecv\n",
	              NULL, HEAD_OUT AUDIO_OUT "a=ptime\n");
}

static void formats_that_are_no_payload_types_stay(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP 00 0 telephone 200 99 0\na=rtpmap:00 x/1\na=rtpmap:0 x/0\na=rtpmap:99 "
	                   "opus\na=rtpmap:200 "
	                   "x/1\na=rtpmap:0\na=rtpmap:\na=fmtp:0\n",
	              NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVP 00 0 telephone 200 99 0\nc=IN IP4 203.0.113.1\n"
	                       "a=rtpmap:0 PCMU/8000\na=fmtp:0\na=rtpmap:99 opus\na=sendrecv\na=rtcp:30001\n");
}

static void a_rejected_section_without_format(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=video 0 RTP/AVP\n", NULL, HEAD_OUT "m=video 0 RTP/AVP 0\nc=IN IP4 0.0.0.0\n");
}

static void no_media_at_all(void **state)
{
	(void)state;
	rewrite_check(HEAD, NULL, HEAD_OUT);
}

static void several_connections_and_port_counts(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000/2 RTP/AVP 0\nc=IN IP4 224.2.1.1/127\nc=IN IP4 224.2.1.2/127\nk=clear:x\n",
	              NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\nk=clear:x\na=rtpmap:0 PCMU/8000\n"
	                       "a=sendrecv\na=rtcp:30001\n");
}

static void assert_refused(const char *text, size_t len, int error, const char *sentence)
{
	struct rf_arena *arena = rf_arena_new(4 << 20);
	struct rf_sdp *sdp = NULL;
	struct rf_str why = RF_STR_NONE;
	int rc = rf_sdp_parse(arena, (struct rf_str){text, len}, &sdp, &why);

	assert_int_equal(rc, error);
	assert_null(sdp);
	if (!rf_str_equal(why, rf_str_of(sentence)))
		fail_msg("expected: %s\ngot: %.*s", sentence, RF_STR_ARG(why));
	rf_arena_free(arena);
}

static void what_is_refused_is_named(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"", "SDP is empty, expected v=0 first"},
		{"\r\n\r\n", "SDP line 1 is not v=, expected v=0 first"},
		{"hello", "SDP line 1 is not v=, expected v=0 first"},
		{"v=0", "SDP has no o= line, expected o=USER ID VERSION IN IP4 ADDRESS"},
		{"v=0\no=\n", "SDP line 2 (o=) is incomplete, expected o=USER ID VERSION IN IP4 ADDRESS"},
		{"v=0\no=a 1 IN IP4\n",
	         "SDP line 2 (o=a 1 IN IP4) is incomplete, expected o=USER ID VERSION IN IP4 ADDRESS"},
		{HEAD "m=\n", "SDP line 6 (m=) is incomplete, expected m=TYPE PORT TRANSPORT FORMAT"},
		{HEAD "m=audio 4000 RTP/AVP\n",
	         "SDP line 6 (m=audio 4000 RTP/AVP) has no format, expected at least one"},
		{HEAD "m=audio 70000 RTP/AVP 0\n", "SDP media section 1 has port 70000, expected 0 to 65535"},
		{HEAD "m=audio 1 RTP/AVP 0\nm=audio -1 RTP/AVP 0\n",
	         "SDP media section 2 has port -1, expected 0 to 65535"},
		{HEAD "m=audio x RTP/AVP 0\n", "SDP media section 1 has port x, expected 0 to 65535"},
		{HEAD "m=audio 1 RTP/AVP 0\nc=IN IP4\n",
	         "SDP line 7 (c=IN IP4) is incomplete, expected c=IN IP4 ADDRESS"},
		{HEAD "m=audio \303\274 RTP/AVP 0\n", "SDP media section 1 has port ??, expected 0 to 65535"},
		{HEAD "m=0123456789012345678901234567890123456789\033[2J\n",
	         "SDP line 6 (m=01234567890123456789012345678901234567) is incomplete, expected m=TYPE PORT TRANSPORT "
	         "FORMAT"},
		{HEAD "m=\033[2J\n", "SDP line 6 (m=?[2J) is incomplete, expected m=TYPE PORT TRANSPORT FORMAT"},
		{HEAD "a=x\ry\n", "SDP line 6 holds a carriage return, expected it at the end of a line only"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), -EINVAL, cases[i].sentence);
	assert_refused("v=0\na=\0\n", 8, -EINVAL, "SDP line 2 holds a NUL byte, expected text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_a_section_in_any_order),
		cmocka_unit_test(missing_times_and_name_are_supplied),
		cmocka_unit_test(an_empty_name_passes),
		cmocka_unit_test(a_missing_last_line_end),
		cmocka_unit_test(what_follows_an_empty_line_is_ignored),
		cmocka_unit_test(unknown_lines_and_empty_values_pass_in_order),
		cmocka_unit_test(spaces_in_structured_lines),
		cmocka_unit_test(carriage_returns_before_the_line_end),
		cmocka_unit_test(several_directions_and_rtcp_lines_count_by_the_last),
		cmocka_unit_test(formats_that_are_no_payload_types_stay),
		cmocka_unit_test(a_rejected_section_without_format),
		cmocka_unit_test(no_media_at_all),
		cmocka_unit_test(several_connections_and_port_counts),
		cmocka_unit_test(what_is_refused_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
