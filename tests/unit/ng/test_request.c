/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dictionaries as proxies send them, and the requests that come of them.
 */
#include "call/request.h"

#include <stdio.h>

#include "reading.h"

static void assert_addr(const struct rf_addr *addr, const char *expected)
{
	char text[RF_ADDR_TEXT];

	assert_string_equal(rf_addr_print(addr, text), expected);
}

static void an_empty_request_asks_for_nothing(void **state)
{
	const struct rf_request *q = read_json(*state, "{}");

	assert_int_equal(q->flags, 0);
	assert_int_equal(q->tos, RF_TOS_DEFAULT);
	assert_int_equal(q->delete_delay, -1);
	assert_int_equal(q->limit, -1);
	assert_int_equal(q->received_from.family, RF_FAMILY_NONE);
	assert_int_equal(q->profile, RF_SDP_PROFILE_NONE);
	assert_int_equal(q->refused.len, 0);
	assert_int_equal(q->n_strip + q->n_offer + q->n_except + q->n_mask, 0);
	assert_false(q->learn_given);
	assert_false(q->supports_load_limit);
}

static void identity_and_names_are_read_in_every_spelling(void **state)
{
	const struct rf_request *q = read_json(
		*state, "{\"call-ID\":\"c\",\"from-tag\":\"f\",\"to_tag\":\"t\",\"SDP\":\"v\",\"via-branch\":\"b\","
			"\"from-label\":\"l\",\"set label\":\"s\",\"to-label\":\"tl\",\"metadata\":\"m\","
			"\"address\":\"192.0.2.1\"}");

	assert_str(q->call_id, "c");
	assert_str(q->from_tag, "f");
	assert_str(q->to_tag, "t");
	assert_str(q->sdp, "v");
	assert_str(q->via_branch, "b");
	assert_str(q->label, "l");
	assert_str(q->set_label, "s");
	assert_str(q->to_label, "tl");
	assert_str(q->metadata, "m");
	assert_str(q->address, "192.0.2.1");
}

static void integers_serve_as_strings_and_strings_as_integers(void **state)
{
	const struct rf_request *q = read_bencode(
		*state, "d7:call-idi12345e8:from-tagi-1e3:TOS3:18412:delete delay1:05:limit2:648:SIP code3:200e");

	assert_str(q->call_id, "12345");
	assert_str(q->from_tag, "-1");
	assert_int_equal(q->tos, 184);
	assert_int_equal(q->delete_delay, 0);
	assert_int_equal(q->limit, 64);
}

static void json_numbers_with_a_fraction_count_as_whole_ones(void **state)
{
	const struct rf_request *q =
		read_json(*state, "{\"TOS\":46.0,\"call-id\":1.5,\"metadata\":true,\"delete-delay\":1e300}");

	assert_int_equal(q->tos, 46);
	assert_str(q->call_id, "1.5");
	assert_str(q->metadata, "yes");
	assert_int_equal(q->delete_delay, -1);
}

static void of_repeated_keys_lists_accumulate_and_the_last_scalar_counts(void **state)
{
	/* As Kamailio sends delete-delay: an integer, and a string under another spelling. */
	const struct rf_request *q =
		read_bencode(*state, "d12:delete delayi5e12:delete-delay2:205:flagsl10:asymmetrice7:replacel6:origine"
	                             "5:flagsl13:strict sourcee7:replacel8:usernamee8:from-tag1:a8:from-tag1:be");

	assert_int_equal(q->delete_delay, 20);
	assert_int_equal(q->flags, RF_FLAG_ASYMMETRIC | RF_FLAG_STRICT_SOURCE);
	assert_int_equal(q->replace, RF_REPLACE_ORIGIN | RF_REPLACE_USERNAME);
	assert_str(q->from_tag, "b");
}

static void lists_may_be_one_string_with_commas(void **state)
{
	const struct rf_request *q = read_json(
		*state, "{\"flags\":\"trust address, NAT-wait ,,reset\",\"replace\":\"origin,zero address\","
			"\"rtcp-mux\":\"offer,require\",\"supports\":\"load limit\",\"direction\":\"priv,pub\"}");

	assert_int_equal(q->flags, RF_FLAG_TRUST_ADDRESS | RF_FLAG_NAT_WAIT | RF_FLAG_RESET);
	assert_int_equal(q->replace, RF_REPLACE_ORIGIN | RF_REPLACE_ZERO_ADDRESS);
	assert_int_equal(q->rtcp_mux, RF_MUX_OFFER | RF_MUX_REQUIRE);
	assert_true(q->supports_load_limit);
	assert_str(q->from_iface, "priv");
	assert_str(q->to_iface, "pub");
}

static void every_replace_and_mux_word_acts(void **state)
{
	const struct rf_request *q = read_json(
		*state, "{\"replace\":[\"origin\",\"origin-full\",\"session-connection\",\"session name\",\"username\","
			"\"SDP version\",\"force-increment-sdp-ver\",\"zero-address\"],"
			"\"rtcp-mux\":[\"offer\",\"require\",\"demux\",\"accept\",\"reject\"]}");

	assert_int_equal(q->replace, RF_REPLACE_ORIGIN | RF_REPLACE_ORIGIN_FULL | RF_REPLACE_SESSION_NAME |
	                                     RF_REPLACE_USERNAME | RF_REPLACE_SDP_VERSION | RF_REPLACE_FORCE_INCREMENT |
	                                     RF_REPLACE_ZERO_ADDRESS);
	assert_int_equal(q->rtcp_mux, RF_MUX_OFFER | RF_MUX_REQUIRE | RF_MUX_DEMUX | RF_MUX_ACCEPT | RF_MUX_REJECT);
}

static void addresses_are_read_in_their_forms(void **state)
{
	struct reading *r = *state;
	const struct rf_request *q =
		read_json(r, "{\"received from\":[\"IP4\",\"192.0.2.7\"],\"media address\":\"2001:db8::1\","
	                     "\"address-family\":\"ip6\"}");

	assert_addr(&q->received_from, "192.0.2.7");
	assert_addr(&q->media_address, "2001:db8::1");
	assert_int_equal(q->address_family, RF_FAMILY_IP6);
	q = read_json(r, "{\"received-from\":\"IP6 2001:db8::2\",\"address family\":\"IP4\"}");
	assert_addr(&q->received_from, "2001:db8::2");
	assert_int_equal(q->address_family, RF_FAMILY_IP4);
	q = read_json(r, "{\"received-from\":\"192.0.2.9\"}");
	assert_addr(&q->received_from, "192.0.2.9");
	q = read_json(r, "{\"received-from\":\"nobody\",\"address-family\":\"IPX\"}");
	assert_int_equal(q->received_from.family, RF_FAMILY_NONE);
	assert_int_equal(q->address_family, RF_FAMILY_NONE);
	assert_int_equal(r->reader.warnings, 2);
	q = read_json(r, "{\"media-address\":\"example.org\"}");
	assert_str(q->refused, "media-address \"example.org\": expected an IP address");
}

static void interfaces_are_read_in_their_forms(void **state)
{
	struct reading *r = *state;
	const struct rf_request *q = read_json(r, "{\"direction\":[\"pub\",\"priv\"]}");

	assert_str(q->from_iface, "pub");
	assert_str(q->to_iface, "priv");
	q = read_json(r, "{\"from-interface\":\"a\",\"to-interface\":\"b\"}");
	assert_str(q->from_iface, "a");
	assert_str(q->to_iface, "b");
	q = read_json(r, "{\"interface\":\"a\"}");
	assert_str(q->from_iface, "a");
	assert_str(q->to_iface, "a");
	read_json(r, "{\"direction\":[\"a\",\"b\",\"c\"]}");
	assert_int_equal(r->reader.warnings, 1);
}

static void tos_is_kept_set_or_default(void **state)
{
	struct reading *r = *state;

	assert_int_equal(read_json(r, "{\"TOS\":-1}")->tos, RF_TOS_KEEP);
	assert_int_equal(read_json(r, "{\"tos\":0}")->tos, 0);
	assert_int_equal(read_json(r, "{\"tos\":255}")->tos, 255);
	assert_int_equal(read_json(r, "{\"tos\":256}")->tos, RF_TOS_DEFAULT);
	assert_int_equal(read_json(r, "{\"tos\":\"x\"}")->tos, RF_TOS_DEFAULT);
	assert_int_equal(r->reader.warnings, 1);
}

static void a_delay_or_limit_without_sense_is_not_taken(void **state)
{
	struct reading *r = *state;

	assert_int_equal(read_json(r, "{\"delete-delay\":-3}")->delete_delay, -1);
	assert_int_equal(read_json(r, "{\"delete-delay\":99999999999}")->delete_delay, 86400);
	assert_true(read_json(r, "{\"limit\":-1}")->limit < -1);
	assert_true(read_json(r, "{\"limit\":\"many\"}")->limit < -1);
}

static void profiles_are_passed_on(void **state)
{
	struct reading *r = *state;

	assert_int_equal(read_json(r, "{\"transport protocol\":\"RTP/AVP\"}")->profile, RF_SDP_RTP_AVP);
	assert_int_equal(read_json(r, "{\"transport-protocol\":\"RTP/SAVPF\"}")->profile, RF_SDP_RTP_SAVPF);
	assert_int_equal(read_json(r, "{\"transport-protocol\":\"accept\"}")->profile, RF_SDP_PROFILE_NONE);
	assert_int_equal(r->request.refused.len, 0);
	assert_str(read_json(r, "{\"transport-protocol\":\"TCP/MSRP\"}")->refused,
	           "transport-protocol \"TCP/MSRP\": expected an RTP profile such as RTP/AVP");
}

static void learning_modes_are_read(void **state)
{
	struct reading *r = *state;
	static const struct {
		const char *text;
		enum rf_learn learn;
	} modes[] = {
		{"{\"endpoint-learning\":\"off\"}", RF_LEARN_OFF},
		{"{\"endpoint-learning\":\"immediate\"}", RF_LEARN_IMMEDIATE},
		{"{\"endpoint learning\":\"delayed\"}", RF_LEARN_DELAYED},
		{"{\"flags\":[\"endpoint-learning-heuristic\"]}", RF_LEARN_HEURISTIC},
	};

	for (size_t i = 0; i < RF_COUNT(modes); i++) {
		const struct rf_request *q = read_json(r, modes[i].text);

		assert_true(q->learn_given);
		assert_int_equal(q->learn, modes[i].learn);
	}
}

static void codec_lists_come_as_a_dictionary_or_as_flags(void **state)
{
	struct reading *r = *state;
	const struct rf_request *q =
		read_json(r, "{\"codec\":{\"strip\":[\"G722\",\"all\"],\"offer\":[\"PCMA\"],\"except\":\"PCMU,GSM\","
	                     "\"mask\":[\"opus\"]},"
	                     "\"flags\":[\"codec-strip-opus/48000/2\",\"codec-mask-speex\",\"codec-offer-a--b..c\"]}");

	assert_int_equal(q->n_strip, 3);
	assert_str(q->strip[0], "G722");
	assert_str(q->strip[1], "all");
	assert_str(q->strip[2], "opus/48000/2");
	assert_int_equal(q->n_offer, 2);
	assert_str(q->offer[1], "a=b c");
	assert_int_equal(q->n_except, 2);
	assert_str(q->except[1], "GSM");
	assert_int_equal(q->n_mask, 2);
	assert_int_equal(q->refused.len, 0);
	read_json(r, "{\"codec\":\"PCMA\"}");
	assert_int_equal(r->reader.warnings, 1);
	read_json(r, "{\"codec\":{\"polish\":[\"PCMA\"],\"ignore\":[\"a\"],\"set\":[\"b\"]}}");
	assert_int_equal(r->reader.warnings, 1);
}

static void a_codec_list_is_bounded(void **state)
{
	char text[2048] = "{\"codec-strip\":\"";
	size_t len = strlen(text);
	const struct rf_request *q;

	for (int i = 0; i < RF_REQUEST_MAX_CODECS + 1; i++)
		len += (size_t)sprintf(text + len, "c%d,", i);
	snprintf(text + len, sizeof(text) - len, "\"}");
	q = read_json(*state, text);
	assert_int_equal(q->n_strip, RF_REQUEST_MAX_CODECS);
	assert_str(q->refused, "more than 64 codecs in one list");
}

static void what_would_break_the_media_is_refused_by_name(void **state)
{
	static const struct {
		const char *text;
		const char *refused;
	} cases[] = {
		{"{\"ICE\":\"force\"}", "ICE=force: ICE is not offered by this relay"},
		{"{\"ICE\":\"force-relay\"}", "ICE=force-relay: ICE is not offered by this relay"},
		{"{\"flags\":[\"WebRTC\"]}", "flags=webrtc: WebRTC is not offered by this relay"},
		{"{\"flags\":[\"always transcode\"]}",
	         "flags=always-transcode: transcoding is not offered by this relay"},
		{"{\"flags\":[\"record-call\"]}", "flags=record-call: recording is not offered by this relay"},
		{"{\"record call\":\"yes\"}", "record-call=yes: recording is not offered by this relay"},
		{"{\"codec\":{\"transcode\":[\"PCMA\"]}}", "codec PCMA: transcoding is not offered by this relay"},
		{"{\"flags\":[\"transcode-opus\"]}", "codec opus: transcoding is not offered by this relay"},
		{"{\"T.38\":[\"force\"]}", "T.38=force: a fax gateway is not offered by this relay"},
		{"{\"bundle\":[\"require\"]}", "bundle=require: BUNDLE is not offered by this relay"},
		{"{\"media echo\":\"both\"}", "media-echo=both: an echo is not offered by this relay"},
		{"{\"drop-traffic\":\"start\"}",
	         "drop-traffic=start: dropping all traffic is not offered by this relay"},
		{"{\"ICE\":\"force\",\"record-call\":\"on\"}", "ICE=force: ICE is not offered by this relay"},
	};

	for (size_t i = 0; i < RF_COUNT(cases); i++)
		assert_str(read_json(*state, cases[i].text)->refused, cases[i].refused);
}

static void what_is_harmless_is_accepted(void **state)
{
	static const char *const texts[] = {
		"{\"ICE\":\"remove\"}",
		"{\"ICE\":\"default\"}",
		"{\"ICE\":\"optional\"}",
		"{\"SDES\":\"off\"}",
		"{\"DTLS\":\"off\"}",
		"{\"DTLS\":\"passive\"}",
		"{\"SDES\":[\"no-AES_CM_128_HMAC_SHA1_32\",\"pad\"]}",
		"{\"record-call\":\"off\"}",
		"{\"T.38\":[\"no-ECM\",\"FEC\"]}",
		"{\"ptime\":20}",
		"{\"moh\":{\"file\":\"x\"}}",
		"{\"OSRTP\":[\"offer\"]}",
		"{\"generate RTCP\":\"on\"}",
		"{\"DTMF-security\":\"drop\"}",
		"{\"drop-traffic\":\"stop\"}",
		"{\"all\":\"none\"}",
		"{\"extmap\":{\"strip\":[\"x\"]}}",
	};
	struct reading *r = *state;

	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		assert_int_equal(read_json(r, texts[i])->refused.len, 0);
		assert_int_equal(r->reader.warnings, 0);
	}
}

static void unknown_words_are_told_and_the_rest_is_read(void **state)
{
	struct reading *r = *state;
	const struct rf_request *q = read_json(
		r, "{\"colour\":\"green\",\"flags\":[\"sparkle\",\"reset\",\"a--b\"],\"replace\":[\"everything\"],"
		   "\"call-id\":[\"x\"],\"to-tag\":\"t\"}");

	assert_int_equal(r->reader.warnings, 5);
	assert_int_equal(q->flags, RF_FLAG_RESET);
	assert_str(q->to_tag, "t");
	assert_int_equal(q->refused.len, 0);
}

static void warnings_of_one_request_are_bounded(void **state)
{
	static char text[60000];
	struct reading *r = *state;
	size_t len = (size_t)sprintf(text, "{\"flags\":\"");

	while (len < sizeof(text) - 8)
		len += (size_t)sprintf(text + len, "x%zu,", len % 97);
	snprintf(text + len, sizeof(text) - len, "\"}");
	read_json(r, text);
	assert_true(r->reader.warnings > RF_READER_MAX_WARNINGS); /* counted, and told only up to the bound */
}

static void names_have_a_bound(void **state)
{
	char text[2 * RF_REQUEST_MAX_NAME] = "{\"call-id\":\"";
	size_t len = strlen(text);

	memset(text + len, 'c', RF_REQUEST_MAX_NAME);
	snprintf(text + len + RF_REQUEST_MAX_NAME, sizeof(text) - len - RF_REQUEST_MAX_NAME, "\"}");
	assert_int_equal(read_json(*state, text)->refused.len, 0);
	snprintf(text + len + RF_REQUEST_MAX_NAME, sizeof(text) - len - RF_REQUEST_MAX_NAME, "c\"}");
	assert_str(read_json(*state, text)->refused, "call-id is 1025 bytes long, expected at most 1024");
}

static void a_full_arena_refuses_rather_than_guesses(void **state)
{
	struct rf_arena *tiny = rf_arena_new(1);
	struct reading *r = *state;
	struct rf_value value = {.type = RF_VALUE_STR, .str = RF_STR("force")};
	struct rf_value number = {.type = RF_VALUE_INT, .num = 5};

	read_json(r, "{}");
	r->reader.arena = tiny;
	rf_reader_key(&r->reader, RF_STR("ICE"), &value);
	assert_str(r->request.refused, "Out of memory");
	rf_reader_key(&r->reader, RF_STR("call-id"), &number);
	assert_int_equal(r->request.call_id.len, 0);
	rf_arena_free(tiny);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reading_setup, reading_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_request_asks_for_nothing),
		TEST(identity_and_names_are_read_in_every_spelling),
		TEST(integers_serve_as_strings_and_strings_as_integers),
		TEST(json_numbers_with_a_fraction_count_as_whole_ones),
		TEST(of_repeated_keys_lists_accumulate_and_the_last_scalar_counts),
		TEST(lists_may_be_one_string_with_commas),
		TEST(every_replace_and_mux_word_acts),
		TEST(addresses_are_read_in_their_forms),
		TEST(interfaces_are_read_in_their_forms),
		TEST(tos_is_kept_set_or_default),
		TEST(a_delay_or_limit_without_sense_is_not_taken),
		TEST(profiles_are_passed_on),
		TEST(learning_modes_are_read),
		TEST(codec_lists_come_as_a_dictionary_or_as_flags),
		TEST(a_codec_list_is_bounded),
		TEST(what_would_break_the_media_is_refused_by_name),
		TEST(what_is_harmless_is_accepted),
		TEST(unknown_words_are_told_and_the_rest_is_read),
		TEST(warnings_of_one_request_are_bounded),
		TEST(names_have_a_bound),
		TEST(a_full_arena_refuses_rather_than_guesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
