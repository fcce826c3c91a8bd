/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams in, replies out, whole replies compared.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fake_calls.h"
#include "ng/dispatch.h"
#include "oom.h"
#include "test.h"
#include "tree/bencode.h"
#include "tree/json.h"

#define SDP "3:sdp3:v=0"
#define WHOLE "7:call-id1:c8:from-tag1:f6:to-tag1:t" SDP

/* One test's server without sockets. */
static struct rf_ng *ng;
static struct rf_buf reply;

static int setup(void **state)
{
	struct rf_ng_config config = {0};
	struct rf_str why;

	(void)state;
	fake_reset();
	rf_buf_init(&reply, 65507);
	return rf_ng_new(&config, &ng, &why);
}

static int teardown(void **state)
{
	(void)state;
	rf_ng_free(ng);
	rf_buf_free(&reply);
	return 0;
}

static bool handle(const char *datagram)
{
	rf_buf_reset(&reply);
	return rf_ng_handle(ng, rf_str_of(datagram), &reply);
}

static void assert_reply(const char *datagram, const char *expected)
{
	assert_true(handle(datagram));
	if (reply.len != strlen(expected) || memcmp(reply.data, expected, reply.len) != 0)
		fail_msg("%s\nreplied %.*s\nexpected %s", datagram, (int)reply.len, reply.data, expected);
}

static void a_ping_gets_a_pong_in_its_encoding(void **state)
{
	(void)state;
	assert_reply("5_77_1 d7:command4:pinge", "5_77_1 d6:result4:ponge");
	assert_reply("5_77_2 {\"command\":\"ping\"}", "5_77_2 {\"result\":\"pong\"}");
	assert_reply("x d7:command4:pingetrailing", "x d6:result4:ponge");
}

static void without_a_cookie_nothing_is_said(void **state)
{
	(void)state;
	assert_false(handle(""));
	assert_false(handle(" d7:command4:pinge"));
	assert_false(handle("d7:command4:pinge"));
	assert_false(handle("nospace"));
	assert_int_equal(reply.len, 0);
}

static void a_reply_that_went_astray_is_not_answered(void **state)
{
	(void)state;
	assert_false(handle("x d6:result4:ponge"));
	assert_false(handle("x d6:result5:error12:error-reason3:why"
	                    "e"));
	assert_reply("x d6:result4:pong7:command4:pinge", "x d6:result4:ponge");
}

static void every_error_of_the_envelope_has_its_words(void **state)
{
	static const struct {
		const char *datagram;
		const char *reply;
	} cases[] = {
		{"x ", "x d6:result5:error12:error-reason25:Invalid data (no payload)e"},
		{"x y", "x d6:result5:error12:error-reason22:Invalid NG data formate"},
		{"x  d7:command4:pinge", "x d6:result5:error12:error-reason22:Invalid NG data formate"},
		{"x l4:pinge", "x d6:result5:error12:error-reason22:Invalid NG data formate"},
		{"x d7:command4:pi", "x d6:result5:error12:error-reason35:Could not decode bencode dictionarye"},
		{"x {\"command\":", "x {\"result\":\"error\",\"error-reason\":\"Failed to parse JSON document\"}"},
		{"x {\"a\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}",
	         "x {\"result\":\"error\",\"error-reason\":\"Could not decode JSON dictionary\"}"},
		{"x de", "x d6:result5:error12:error-reason36:Dictionary contains no key \"command\"e"},
		{"x d7:commandlee", "x d6:result5:error12:error-reason36:Dictionary contains no key \"command\"e"},
		{"x {}", "x {\"result\":\"error\",\"error-reason\":\"Dictionary contains no key \\\"command\\\"\"}"},
		{"x d7:command6:dancede", "x d6:result5:error12:error-reason20:Unrecognized commande"},
		{"x d7:command15:start recordinge", "x d6:result5:error12:error-reason20:Unrecognized commande"},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(cases); i++)
		assert_reply(cases[i].datagram, cases[i].reply);
}

static void every_missing_part_has_its_words(void **state)
{
	static const struct {
		const char *dict;
		const char *reason;
	} cases[] = {
		{"d7:command5:offere", "22:No SDP body in message"},
		{"d7:command5:offer" SDP "e", "21:No call-id in message"},
		{"d7:command5:offer7:call-id1:c" SDP "e", "22:No from-tag in message"},
		{"d7:command6:answer7:call-id1:c8:from-tag1:f" SDP "e", "20:No to-tag in message"},
		{"d7:command6:deletee", "21:No call-id in message"},
		{"d7:command5:querye", "21:No call-id in message"},
		{"d7:command11:block mediae", "21:No call-id in message"},
	};
	char datagram[128], expected[128];

	(void)state;
	for (size_t i = 0; i < RF_COUNT(cases); i++) {
		snprintf(datagram, sizeof(datagram), "x %s", cases[i].dict);
		snprintf(expected, sizeof(expected), "x d6:result5:error12:error-reason%se", cases[i].reason);
		assert_reply(datagram, expected);
	}
	assert_int_equal(fake.offers + fake.answers + fake.deletes + fake.queries + fake.changes, 0);
}

static void errors_of_the_model_are_passed_on(void **state)
{
	static const char *const reasons[] = {
		"Unknown call-id",
		"Unknown call-ID",
		"Failed to parse SDP",
		"Incomplete SDP specification",
		"Invalid dialogue association",
		"Error rewriting SDP",
		"From-tag given, but no such tag exists",
		"No monologue matching the given label",
		"Failed to match address to any tag",
		"Not currently playing media",
		"Ran out of ports",
	};
	char expected[160];

	(void)state;
	for (size_t i = 0; i < RF_COUNT(reasons); i++) {
		fake.reply = (struct rf_reply){.result = RF_RESULT_ERROR, .error = rf_str_of(reasons[i])};
		snprintf(expected, sizeof(expected), "x d6:result5:error12:error-reason%zu:%se", strlen(reasons[i]),
		         reasons[i]);
		assert_reply("x d7:command5:offer" WHOLE "e", expected);
	}
}

static void offer_and_answer_carry_the_sdp(void **state)
{
	(void)state;
	fake.reply.sdp = RF_STR("v=0\r\n");
	assert_reply("x d7:command5:offer" WHOLE "e", "x d3:sdp5:v=0\r\n6:result2:oke");
	assert_string_equal(fake.call_id, "c");
	assert_reply("x {\"command\":\"answer\",\"call-id\":\"c\",\"from-tag\":\"f\",\"to-tag\":\"t\",\"sdp\":\"v=0\"}",
	             "x {\"sdp\":\"v=0\\r\\n\",\"result\":\"ok\"}");
	assert_int_equal(fake.offers, 1);
	assert_int_equal(fake.answers, 1);
}

static void a_warning_goes_next_to_ok(void **state)
{
	(void)state;
	fake.reply.warning = RF_STR("Call-ID not found or tags didn't match");
	assert_reply("x d7:command6:delete7:call-id1:ce",
	             "x d7:warning38:Call-ID not found or tags didn't match6:result2:oke");
}

static void a_load_limit_is_told_as_the_client_understands_it(void **state)
{
	(void)state;
	fake.reply = (struct rf_reply){.result = RF_RESULT_LOAD_LIMIT, .error = RF_STR("CPU usage limit exceeded")};
	assert_reply("x d7:command5:offer" WHOLE "8:supportsl10:load limitee",
	             "x d7:message24:CPU usage limit exceeded6:result10:load limite");
	assert_reply("x d7:command5:offer" WHOLE "e",
	             "x d6:result5:error12:error-reason30:Parallel session limit reachede");
}

static void what_is_refused_does_not_reach_the_model(void **state)
{
	(void)state;
	assert_reply("x d7:command5:offer3:ICE5:force" WHOLE "e",
	             "x d6:result5:error12:error-reason43:ICE=force: ICE is not offered by this relaye");
	assert_int_equal(fake.offers, 0);
	assert_reply("x d7:command6:delete3:ICE5:force" WHOLE "e", "x d6:result2:oke");
	assert_int_equal(fake.deletes, 1);
}

static void a_call_id_too_long_is_refused_by_every_command(void **state)
{
	char datagram[1200] = "x d7:command6:delete7:call-id1025:";
	size_t len = strlen(datagram);

	(void)state;
	memset(datagram + len, 'c', 1025);
	datagram[len + 1025] = 'e'; /* the rest is zero */
	assert_reply(datagram,
	             "x d6:result5:error12:error-reason49:call-id is 1025 bytes long, expected at most 1024e");
	assert_int_equal(fake.deletes, 0);
}

static void list_tells_as_many_calls_as_asked(void **state)
{
	const struct rf_value *calls;
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_value *dict;

	(void)state;
	fake.n_calls = 50;
	assert_reply("x d7:command4:list5:limiti1ee", "x d5:callsl24:a-call-of-the-fake-modele6:result2:oke");
	assert_reply("x d7:command4:list5:limiti0ee", "x d5:callsle6:result2:oke");
	assert_reply("x d7:command4:list5:limiti-1ee",
	             "x d6:result5:error12:error-reason27:invalid limit, must be >= 0e");
	assert_true(handle("x d7:command4:liste"));
	assert_int_equal(rf_bencode_decode(arena, (struct rf_str){reply.data + 2, reply.len - 2}, &dict), 0);
	calls = rf_value_get(dict, RF_STR("calls"));
	assert_int_equal(calls->items.count, 32);
	rf_arena_free(arena);
}

static void a_reply_that_does_not_fit_is_an_error(void **state)
{
	static const char expected[] = "x d6:result5:error12:error-reason39:The reply is too long for its transporte";

	(void)state;
	fake.n_calls = 4000;
	assert_reply("x d7:command4:list5:limiti4000ee", expected);
	fake.n_calls = 10000000;
	assert_reply("x d7:command4:list5:limiti10000000ee", "x d6:result5:error12:error-reason13:Out of memorye");
}

static void media_commands_reach_the_model(void **state)
{
	static const struct {
		const char *datagram;
		enum rf_media_change change;
	} cases[] = {
		{"x d7:command11:block media7:call-id1:ce", RF_BLOCK_MEDIA},
		{"x d7:command13:unblock media7:call-id1:ce", RF_UNBLOCK_MEDIA},
		{"x d7:command13:silence media7:call-id1:ce", RF_SILENCE_MEDIA},
		{"x d7:command15:unsilence media7:call-id1:ce", RF_UNSILENCE_MEDIA},
		{"x d7:command10:block DTMF7:call-id1:ce", RF_BLOCK_DTMF},
		{"x d7:command12:unblock DTMF7:call-id1:ce", RF_UNBLOCK_DTMF},
		{"x d7:command10:block-dtmf7:call-id1:ce", RF_BLOCK_DTMF},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(cases); i++) {
		assert_reply(cases[i].datagram, "x d6:result2:oke");
		assert_int_equal(fake.change, cases[i].change);
	}
}

static void delete_tells_the_call_unless_it_should_be_fast(void **state)
{
	(void)state;
	fake.reply.report = fake_report();
	assert_true(handle("x d7:command6:delete7:call-id1:ce"));
	assert_non_null(memmem(reply.data, reply.len, "6:totalsd3:RTPd7:packetsi1000e", 30));
	assert_reply("x d7:command6:delete7:call-id1:c5:flagsl4:fastee", "x d6:result2:oke");
}

static void requests_are_counted_by_command_and_result(void **state)
{
	const struct rf_ng_command_stats *rows;
	unsigned n;

	(void)state;
	handle("x d7:command5:offer" WHOLE "e");
	handle("x d7:command5:offere");
	fake.reply.result = RF_RESULT_LOAD_LIMIT;
	handle("x d7:command5:offer" WHOLE "8:supportsl10:load limitee");
	handle("x garbage");
	n = rf_ng_stats(ng, &rows);
	assert_string_equal(rows[0].command, "offer");
	assert_int_equal(rows[0].ok, 1);
	assert_int_equal(rows[0].error, 1);
	assert_int_equal(rows[0].load_limit, 1);
	assert_int_equal(rows[0].duration->count, 3);
	assert_string_equal(rows[n - 1].command, "other");
	assert_int_equal(rows[n - 1].error, 1);
}

static void statistics_have_the_usual_shape(void **state)
{
	static const char *const parts[] = {
		"{\"statistics\":{\"currentstatistics\":{\"sessionsown\":7,\"sessionsforeign\":0,\"sessionstotal\":7",
		"\"totalstatistics\":{\"uptime\":\"0\",\"managedsessions\":2,",
		"\"timeoutsessions\":3,",
		"\"avgcallduration\":\"3.000000\",\"totalcallsduration\":\"6.000000\"",
		"\"mos\":{\"mos_total\":\"0.000000\"",
		"\"totaloffercount\":1",
		"\"interfaces\":[]",
		"\"result\":\"ok\"}",
	};

	(void)state;
	fake.n_calls = 7;
	fake.totals.ended[RF_END_TIMEOUT] = 3;
	rf_histogram_observe(&fake.totals.duration, 2);
	rf_histogram_observe(&fake.totals.duration, 4);
	handle("x d7:command5:offer" WHOLE "e");
	assert_true(handle("x {\"command\":\"statistics\"}"));
	for (size_t i = 0; i < RF_COUNT(parts); i++) {
		if (!memmem(reply.data, reply.len, parts[i], strlen(parts[i])))
			fail_msg("%s not in %.*s", parts[i], (int)reply.len, reply.data);
	}
}

/* Flip, cut and replace bytes of a request: each is answered, or is without a cookie, and takes little of the CPU. */
static void broken_requests_are_answered_within_milliseconds(void **state)
{
	static const char *const requests[] = {
		"5_1 d7:command5:offer5:flagsl13:trust address9:codec-aaae7:replacel6:origine12:delete delayi5e" WHOLE
		"e",
		"5_2 "
		"{\"command\":\"offer\",\"call-id\":\"c\",\"from-tag\":\"f\",\"sdp\":\"v=0\\r\\n\",\"flags\":[\"a--b\"]"
		","
		"\"codec\":{\"strip\":[\"x\"]},\"rtpp-flags\":\"a=[b c=[d]] e\"}",
	};
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < RF_COUNT(requests); i++) {
		size_t len = strlen(requests[i]);

		for (int round = 0; round < 5000; round++) {
			char copy[512];
			int64_t start_us = rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID);
			size_t cut = (size_t)rand_r(&seed) % (len + 1);

			memcpy(copy, requests[i], len);
			for (int flips = rand_r(&seed) % 8; flips > 0; flips--)
				copy[(size_t)rand_r(&seed) % len] ^= (char)(1 << rand_r(&seed) % 8);
			if (round % 2)
				cut = len;
			rf_buf_reset(&reply);
			if (rf_ng_handle(ng, (struct rf_str){copy, cut}, &reply))
				assert_true(reply.len > 4 && !reply.error);
			assert_true(rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID) - start_us < 50000);
		}
	}
}

static int serve_one(void *arg)
{
	struct rf_ng_config config = {0};
	struct rf_ng *own;
	struct rf_buf out;
	struct rf_str why;
	int err = rf_ng_new(&config, &own, &why);

	(void)arg;
	if (err)
		return err;
	rf_buf_init(&out, 65507);
	rf_ng_handle(own, RF_STR("x {\"command\":\"query\",\"call-id\":5,\"flags\":[\"a--b\"]}"), &out);
	if (out.error || !memmem(out.data, out.len, "\"result\":\"ok\"", 13))
		err = -ENOMEM;
	rf_buf_free(&out);
	rf_ng_free(own);
	return err;
}

static void failing_allocations_leave_nothing_behind(void **state)
{
	(void)state;
	fake.reply.report = fake_report();
	rf_oom_run(serve_one, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ping_gets_a_pong_in_its_encoding),
		TEST(without_a_cookie_nothing_is_said),
		TEST(a_reply_that_went_astray_is_not_answered),
		TEST(every_error_of_the_envelope_has_its_words),
		TEST(every_missing_part_has_its_words),
		TEST(errors_of_the_model_are_passed_on),
		TEST(offer_and_answer_carry_the_sdp),
		TEST(a_warning_goes_next_to_ok),
		TEST(a_load_limit_is_told_as_the_client_understands_it),
		TEST(what_is_refused_does_not_reach_the_model),
		TEST(a_call_id_too_long_is_refused_by_every_command),
		TEST(list_tells_as_many_calls_as_asked),
		TEST(a_reply_that_does_not_fit_is_an_error),
		TEST(media_commands_reach_the_model),
		TEST(delete_tells_the_call_unless_it_should_be_fast),
		TEST(requests_are_counted_by_command_and_result),
		TEST(statistics_have_the_usual_shape),
		TEST(broken_requests_are_answered_within_milliseconds),
		TEST(failing_allocations_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
