/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of calls, and blocking and silencing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench.h"

static int setup(void **state)
{
	struct bench *b = malloc(sizeof(*b));

	*state = b;
	if (!b || bench_open(b))
		return -1;
	return bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)) &&
	                       bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL))
	               ? 0
	               : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	bench_close(b);
	free(b);
	assert_int_equal(fake_pairs_taken, 0);
	return 0;
}

static void delete_gives_the_final_statistics_and_all_ports(void **state)
{
	struct bench *b = *state;

	fake_stream(30000)->report.packets_in = 100;
	fake_stream(30000)->report.bytes_in = 17200;
	assert_true(bench_delete(b, "alice", "bob"));
	assert_non_null(b->reply.report);
	assert_int_equal(b->reply.report->n_parties, 2);
	assert_int_equal(b->reply.report->rtp.packets, 100);
	assert_int_equal(b->reply.report->rtp.bytes, 17200);
	assert_int_equal(rf_calls_held(b->calls), 0);
	assert_int_equal(fake_pairs_taken, 0);
}

static void delete_without_tags_ends_the_call(void **state)
{
	struct bench *b = *state;

	assert_true(bench_delete(b, NULL, NULL));
	assert_int_equal(rf_calls_held(b->calls), 0);
	/* what came and went between two looks is not missed */
	assert_int_equal(rf_calls_peak(b->calls), 1);
	assert_int_equal(rf_calls_peak(b->calls), 0);
}

static void delete_from_the_callee_ends_the_call(void **state)
{
	struct bench *b = *state;

	assert_true(bench_delete(b, "bob", "alice"));
	assert_int_equal(rf_calls_held(b->calls), 0);
}

/* The call goes on without it: nothing of it ends in the kernel for that, and the figures are its last all the same. */
static void a_deleted_branch_has_final_statistics_too(void **state)
{
	struct bench *b = *state;
	unsigned port;

	b->request.call_id = RF_STR("fork");
	b->request.via_branch = RF_STR("z9hG4bK-1");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	port = reply_port(b, 0);
	b->request.call_id = RF_STR("fork");
	b->request.via_branch = RF_STR("z9hG4bK-2");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	b->request.call_id = RF_STR("fork");
	b->request.via_branch = RF_STR("z9hG4bK-1");
	assert_true(bench_answer(b, "alice", "early", sdp_audio("198.51.100.8", 5000, NULL)));
	fake_stream((uint16_t)port)->in_kernel = 70;
	b->request.call_id = RF_STR("fork");
	b->request.via_branch = RF_STR("z9hG4bK-1");
	assert_true(bench_delete(b, "alice", "early"));
	assert_int_equal(b->reply.report->rtp.packets, 70);
	b->request.call_id = RF_STR("fork");
	assert_true(bench_delete(b, NULL, NULL));
}

static void a_query_asks_the_kernel(void **state)
{
	struct bench *b = *state;

	fake_stream(30000)->in_kernel = 70;
	b->request.call_id = RF_STR("call-1");
	rf_calls_query(b->calls, &b->request, b->arena, &b->reply);
	assert_int_equal(b->reply.report->rtp.packets, 70);
}

/* What was written to standard error by a set of calls that ends: one is deleted and lingers, the other is not. */
static void end_with_a_log(struct bench *b, char *text, size_t size)
{
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	struct rf_log *log;

	assert_non_null(file);
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_INFO, &log), 0);
	rf_calls_free(b->calls);
	b->config.log = log;
	b->config.limits.delete_delay = 30;
	assert_int_equal(rf_calls_new(&b->config, &b->calls), 0);
	b->request.call_id = RF_STR("deleted");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	b->request.call_id = RF_STR("alive");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	b->request.call_id = RF_STR("deleted");
	assert_true(bench_delete(b, "alice", NULL));
	dup2(fileno(file), STDERR_FILENO);
	rf_calls_free(b->calls);
	dup2(before, STDERR_FILENO);
	close(before);
	b->calls = NULL;
	rf_log_free(log);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void a_call_that_lingers_at_the_end_was_deleted(void **state)
{
	struct bench *b = *state;
	char text[4096], *line, *rest = text;
	unsigned ends = 0;

	end_with_a_log(b, text, sizeof(text));
	while ((line = strsep(&rest, "\n"))) {
		if (!strstr(line, "ended ("))
			continue;
		assert_non_null(strstr(line, strstr(line, "deleted") ? "ended (delete)" : "ended (shutdown)"));
		ends++;
	}
	assert_int_equal(ends, 2);
}

static void fast_leaves_the_statistics_out(void **state)
{
	struct bench *b = *state;

	b->request.flags = RF_FLAG_FAST;
	assert_true(bench_delete(b, "alice", NULL));
	assert_null(b->reply.report);
}

static void an_unknown_call_is_a_warning_and_an_error_if_fatal(void **state)
{
	struct bench *b = *state;

	b->request.call_id = RF_STR("nobody");
	assert_true(bench_delete(b, "alice", NULL));
	assert_true(rf_str_equal(b->reply.warning, RF_STR("Call-ID not found or tags didn't match")));
	b->request.call_id = RF_STR("nobody");
	b->request.flags = RF_FLAG_FATAL;
	assert_false(bench_delete(b, "alice", NULL));
	assert_true(bench_delete(b, "mallory", NULL));
	assert_true(b->reply.warning.len > 0);
	assert_int_equal(rf_calls_count(b->calls), 1);
}

static void a_deleted_call_lingers_holds_its_ports_and_then_goes(void **state)
{
	struct bench *b = *state;

	b->request.delete_delay = 30;
	assert_true(bench_delete(b, "alice", NULL));
	assert_int_equal(rf_calls_count(b->calls), 0);
	assert_int_equal(rf_calls_held(b->calls), 1);
	fake_pass(29);
	assert_int_equal(fake_pairs_taken, 2);
	fake_pass(2);
	assert_int_equal(fake_pairs_taken, 0);
	assert_int_equal(rf_calls_held(b->calls), 0);
}

static void a_message_for_a_lingering_call_revives_it(void **state)
{
	struct bench *b = *state;

	b->request.delete_delay = 30;
	assert_true(bench_delete(b, "alice", NULL));
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4000, NULL)));
	assert_int_equal(rf_calls_count(b->calls), 1);
	fake_pass(40);
	assert_int_equal(rf_calls_count(b->calls), 1);
}

static void when_the_last_branch_is_deleted_the_call_is(void **state)
{
	struct bench *b = *state;

	b->config.limits.delete_delay = 30;
	rf_calls_set_limits(b->calls, &b->config.limits);
	for (unsigned i = 0; i < 2; i++) {
		b->request.call_id = RF_STR("fork");
		b->request.via_branch = i ? RF_STR("z9hG4bK-2") : RF_STR("z9hG4bK-1");
		assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	}
	for (unsigned i = 0; i < 2; i++) {
		b->request.call_id = RF_STR("fork");
		b->request.via_branch = i ? RF_STR("z9hG4bK-2") : RF_STR("z9hG4bK-1");
		assert_true(bench_delete(b, "alice", NULL));
		assert_int_equal(rf_calls_count(b->calls), i ? 1 : 2);
	}
	fake_pass(31);
	assert_int_equal(rf_calls_held(b->calls), 1);
	assert_int_equal(fake_pairs_taken, 2);
}

static bool change(struct bench *b, enum rf_media_change what, const char *from, uint32_t flags)
{
	struct rf_request request = {.call_id = RF_STR("call-1"), .from_tag = rf_str_of(from), .flags = flags};

	rf_calls_change_media(b->calls, what, &request, b->arena, &b->reply);
	return b->reply.result == RF_RESULT_OK;
}

/* Ports: the first pair faces bob (30000), the second alice (30002). */
static uint32_t flags_of(uint16_t port)
{
	return fake_stream(port)->config.flags & (RF_STREAM_BLOCK | RF_STREAM_SILENCE | RF_STREAM_BLOCK_DTMF);
}

static void blocking_selects_a_party_the_far_side_or_everybody(void **state)
{
	struct bench *b = *state;

	assert_true(change(b, RF_BLOCK_MEDIA, "alice", 0));
	assert_int_equal(flags_of(30002), RF_STREAM_BLOCK);
	assert_int_equal(flags_of(30000), 0);
	assert_true(change(b, RF_UNBLOCK_MEDIA, "alice", 0));
	assert_true(change(b, RF_SILENCE_MEDIA, "alice", RF_FLAG_EGRESS));
	assert_int_equal(flags_of(30000), RF_STREAM_SILENCE);
	assert_int_equal(flags_of(30002), 0);
	assert_true(change(b, RF_UNSILENCE_MEDIA, NULL, 0));
	assert_true(change(b, RF_BLOCK_DTMF, NULL, 0));
	assert_int_equal(flags_of(30000) & flags_of(30002), RF_STREAM_BLOCK_DTMF);
	assert_true(change(b, RF_UNBLOCK_DTMF, NULL, 0));
	assert_false(change(b, RF_BLOCK_MEDIA, "mallory", 0));
	assert_true(reply_error_is(b, "From-tag given, but no such tag exists"));
}

/* A client that leaves its flags to the relay names the sender of the message always. */
static void with_raw_flags_a_from_tag_selects_only_if_directional(void **state)
{
	struct bench *b = *state;
	struct rf_request request = {.call_id = RF_STR("call-1"), .from_tag = RF_STR("alice"), .raw_flags = true};

	rf_calls_change_media(b->calls, RF_BLOCK_MEDIA, &request, b->arena, &b->reply);
	assert_int_equal(flags_of(30000) & flags_of(30002), RF_STREAM_BLOCK);
	rf_calls_change_media(b->calls, RF_UNBLOCK_MEDIA, &request, b->arena, &b->reply);
	request.flags = RF_FLAG_DIRECTIONAL;
	rf_calls_change_media(b->calls, RF_BLOCK_MEDIA, &request, b->arena, &b->reply);
	assert_int_equal(flags_of(30002), RF_STREAM_BLOCK);
	assert_int_equal(flags_of(30000), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(delete_gives_the_final_statistics_and_all_ports),
		TEST(delete_without_tags_ends_the_call),
		TEST(delete_from_the_callee_ends_the_call),
		TEST(a_deleted_branch_has_final_statistics_too),
		TEST(a_query_asks_the_kernel),
		TEST(a_call_that_lingers_at_the_end_was_deleted),
		TEST(fast_leaves_the_statistics_out),
		TEST(an_unknown_call_is_a_warning_and_an_error_if_fatal),
		TEST(a_deleted_call_lingers_holds_its_ports_and_then_goes),
		TEST(a_message_for_a_lingering_call_revives_it),
		TEST(when_the_last_branch_is_deleted_the_call_is),
		TEST(blocking_selects_a_party_the_far_side_or_everybody),
		TEST(with_raw_flags_a_from_tag_selects_only_if_directional),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
