/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw flag strings, as Kamailio passes them on unparsed.
 */
#include "reading.h"

static void words_and_pairs_are_read(void **state)
{
	const struct rf_request *q =
		read_raw(*state, "  trust-address replace-origin\treplace-session-connection ICE=remove "
	                         "RTP/AVP via-branch=z9 TOS=184 symmetric  ");

	assert_int_equal(q->flags, RF_FLAG_TRUST_ADDRESS);
	assert_int_equal(q->replace, RF_REPLACE_ORIGIN);
	assert_int_equal(q->profile, RF_SDP_RTP_AVP);
	assert_int_equal(q->tos, 184);
	assert_str(q->via_branch, "z9");
	assert_int_equal(((struct reading *)*state)->reader.warnings, 0);
}

static void lists_and_dictionaries_nest(void **state)
{
	const struct rf_request *q = read_raw(*state, "replace=[origin zero-address] codec=[strip=[G722 GSM] "
	                                              "offer=PCMA mask=[opus/48000/2]] rtcp-mux=[offer]reset");

	assert_int_equal(q->replace, RF_REPLACE_ORIGIN | RF_REPLACE_ZERO_ADDRESS);
	assert_int_equal(q->n_strip, 2);
	assert_str(q->strip[1], "GSM");
	assert_int_equal(q->n_offer, 1);
	assert_str(q->offer[0], "PCMA");
	assert_str(q->mask[0], "opus/48000/2");
	assert_int_equal(q->rtcp_mux, RF_MUX_OFFER);
	assert_int_equal(q->flags, RF_FLAG_RESET);
}

static void codec_forms_with_and_without_brackets_are_one(void **state)
{
	const struct rf_request *q = read_raw(*state, "codec-strip-G722 codec-strip=[GSM speex] codec-except=PCMU");

	assert_int_equal(q->n_strip, 3);
	assert_str(q->strip[2], "speex");
	assert_int_equal(q->n_except, 1);
}

static void shorthands_of_the_profile_add_up(void **state)
{
	static const struct {
		const char *text;
		enum rf_sdp_profile profile;
	} cases[] = {
		{"RTP", RF_SDP_RTP_AVP},
		{"SRTP", RF_SDP_RTP_SAVP},
		{"AVP", RF_SDP_RTP_AVP},
		{"AVPF", RF_SDP_RTP_AVPF},
		{"SRTP AVPF", RF_SDP_RTP_SAVPF},
		{"AVPF SRTP", RF_SDP_RTP_SAVPF},
		{"DTLS", RF_SDP_UDP_TLS_RTP_SAVP},
		{"DTLS AVPF", RF_SDP_UDP_TLS_RTP_SAVPF},
		{"UDP/TLS/RTP/SAVPF RTP AVP", RF_SDP_RTP_AVP},
		{"RTP/SAVPF", RF_SDP_RTP_SAVPF},
	};

	for (size_t i = 0; i < RF_COUNT(cases); i++)
		assert_int_equal(read_raw(*state, cases[i].text)->profile, cases[i].profile);
}

static void directions_fill_one_side_after_the_other(void **state)
{
	struct reading *r = *state;
	const struct rf_request *q = read_raw(r, "direction=priv direction=pub");

	assert_str(q->from_iface, "priv");
	assert_str(q->to_iface, "pub");
	q = read_raw(r, "internal external");
	assert_str(q->from_iface, "internal");
	assert_str(q->to_iface, "external");
	read_raw(r, "internal external internal");
	assert_int_equal(r->reader.warnings, 1);
}

static void tags_in_the_string_override_and_imply_flags(void **state)
{
	const struct rf_request *q =
		read_json(*state, "{\"rtpp-flags\":\"from-tag=x to-tag=y\",\"from-tag\":\"f\",\"to-tag\":\"t\"}");

	assert_str(q->from_tag, "x");
	assert_str(q->to_tag, "y");
	assert_int_equal(q->flags, RF_FLAG_TO_TAG | RF_FLAG_DIRECTIONAL);
}

static void broken_strings_are_read_as_far_as_they_go(void **state)
{
	static const char *const texts[] = {
		"",
		"   ",
		"=",
		"=x reset",
		"replace=[",
		"replace=[origin",
		"replace=]",
		"]",
		"[a b] reset",
		"codec=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"codec=[strip=[a] b c=d [e]]",
		"a=[b c=d] [",
		"rtpp-flags=reset",
		"rtpp-flags=[reset]",
	};
	struct reading *r = *state;

	for (size_t i = 0; i < RF_COUNT(texts); i++)
		read_raw(r, texts[i]);
	assert_int_equal(read_raw(r, "replace=[origin")->replace, RF_REPLACE_ORIGIN);
	assert_int_equal(read_raw(r, "=x reset")->flags, RF_FLAG_RESET);
	assert_int_equal(read_raw(r, "rtpp-flags=reset")->flags, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reading_setup, reading_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_and_pairs_are_read),
		TEST(lists_and_dictionaries_nest),
		TEST(codec_forms_with_and_without_brackets_are_one),
		TEST(shorthands_of_the_profile_add_up),
		TEST(directions_fill_one_side_after_the_other),
		TEST(tags_in_the_string_override_and_imply_flags),
		TEST(broken_strings_are_read_as_far_as_they_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
