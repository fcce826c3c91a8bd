/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timeouts, limits and quality over time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

static int setup(void **state)
{
	struct bench *b = malloc(sizeof(*b));

	*state = b;
	return b ? bench_open(b) : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	bench_close(b);
	free(b);
	assert_int_equal(fake_pairs_taken, 0);
	return 0;
}

static void answered_call(struct bench *b, const char *lines)
{
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, lines)));
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, lines)));
}

static uint64_t ended(const struct bench *b, enum rf_end why)
{
	return rf_calls_totals(b->calls)->ended[why];
}

static void a_call_without_packets_ends_after_timeout(void **state)
{
	struct bench *b = *state;

	answered_call(b, NULL);
	fake_pass(59);
	assert_int_equal(rf_calls_count(b->calls), 1);
	fake_pass(2);
	assert_int_equal(rf_calls_count(b->calls), 0);
	assert_int_equal(ended(b, RF_END_TIMEOUT), 1);
}

static void packets_of_one_party_keep_a_call(void **state)
{
	struct bench *b = *state;

	answered_call(b, NULL);
	fake_pass(50);
	fake_stream(30000)->report.last_packet_us = fake_now_us;
	fake_pass(50);
	assert_int_equal(rf_calls_count(b->calls), 1);
	fake_pass(12);
	assert_int_equal(rf_calls_count(b->calls), 0);
}

static void a_call_on_hold_has_the_silent_timeout(void **state)
{
	struct bench *b = *state;

	answered_call(b, "a=inactive\r\n");
	fake_pass(3599);
	assert_int_equal(rf_calls_count(b->calls), 1);
	fake_pass(2);
	assert_int_equal(ended(b, RF_END_SILENT_TIMEOUT), 1);
}

static void an_offer_that_nobody_answers_ends_after_offer_timeout(void **state)
{
	struct bench *b = *state;

	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	fake_pass(299);
	assert_int_equal(rf_calls_count(b->calls), 1);
	fake_pass(2);
	assert_int_equal(ended(b, RF_END_OFFER_TIMEOUT), 1);
}

static void final_timeout_ends_any_call(void **state)
{
	struct bench *b = *state;

	b->config.limits.final_timeout = 20;
	rf_calls_set_limits(b->calls, &b->config.limits);
	answered_call(b, NULL);
	fake_pass(22);
	assert_int_equal(ended(b, RF_END_FINAL_TIMEOUT), 1);
}

static void max_sessions_refuses_the_next_call_only(void **state)
{
	struct bench *b = *state;

	b->config.limits.max_sessions = 1;
	rf_calls_set_limits(b->calls, &b->config.limits);
	answered_call(b, NULL);
	b->request.call_id = RF_STR("call-2");
	assert_false(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_int_equal(b->reply.result, RF_RESULT_LOAD_LIMIT);
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4002, NULL)));
}

/* Let a leg have received that many of packets expected. */
static void hear(uint16_t port, uint16_t first, unsigned n, unsigned every)
{
	struct rf_stream_report *report = &fake_stream(port)->report;

	for (unsigned i = 0; i < n; i++) {
		if (every && i % every == every - 1)
			continue; /* lost */
		rf_leg_update(&report->leg, 0x1234, (uint16_t)(first + i), (uint32_t)(first + i) * 160, 0, 8000, 172,
		              fake_now_us + (int64_t)i * 20000);
		report->packets_in++;
	}
	report->last_packet_us = fake_now_us;
}

static void quality_is_sampled_every_ten_seconds(void **state)
{
	struct bench *b = *state;
	struct rf_call_report *report;
	const struct rf_report_quality *quality;

	answered_call(b, NULL);
	hear(30000, 1, 500, 0);
	fake_pass(10);
	hear(30000, 501, 500, 10);
	fake_pass(10);
	assert_int_equal(rf_call_report(b->calls, RF_STR("call-1"), b->arena, &report), 0);
	quality = &report->parties[1].media[0].quality;
	assert_int_equal(quality->n_samples, 2);
	assert_int_equal(quality->samples[0].packets, 500);
	assert_int_equal(quality->samples[0].lost, 0);
	assert_in_range(quality->samples[1].lost, 49, 50);
	assert_true(quality->loss_ratio_interval > 0.09 && quality->loss_ratio_interval < 0.11);
	assert_true(quality->mos_min < quality->mos_max);
	assert_true(quality->worst.wall_us == quality->samples[1].wall_us);
	assert_string_equal(report->parties[1].media[0].codec.p, "PCMU/8000");
}

static void a_ring_of_samples_keeps_the_newest(void **state)
{
	struct bench *b = *state;
	struct rf_call_report *report;
	const struct rf_report_quality *quality;

	answered_call(b, NULL);
	for (unsigned i = 0; i < 100; i++) {
		hear(30000, (uint16_t)(1 + i * 10), 10, 0);
		fake_pass(10);
	}
	assert_int_equal(rf_call_report(b->calls, RF_STR("call-1"), b->arena, &report), 0);
	quality = &report->parties[1].media[0].quality;
	assert_int_equal(quality->n_samples, 90);
	for (unsigned i = 1; i < quality->n_samples; i++)
		assert_int_equal(quality->samples[i].wall_us - quality->samples[i - 1].wall_us, 10000000);
	assert_true(fake_now_us - quality->samples[89].wall_us < 10000000);
}

static void a_call_heard_from_one_side_counts_as_one_way(void **state)
{
	struct bench *b = *state;

	answered_call(b, NULL);
	hear(30000, 1, 100, 0);
	assert_true(bench_delete(b, "alice", NULL));
	assert_int_equal(rf_calls_totals(b->calls)->one_way, 1);
	assert_int_equal(rf_calls_totals(b->calls)->loss.count, 1);
	assert_int_equal(rf_calls_totals(b->calls)->setup.count, 1);
	assert_int_equal(rf_calls_totals(b->calls)->duration.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_without_packets_ends_after_timeout),
		TEST(packets_of_one_party_keep_a_call),
		TEST(a_call_on_hold_has_the_silent_timeout),
		TEST(an_offer_that_nobody_answers_ends_after_offer_timeout),
		TEST(final_timeout_ends_any_call),
		TEST(max_sessions_refuses_the_next_call_only),
		TEST(quality_is_sampled_every_ten_seconds),
		TEST(a_ring_of_samples_keeps_the_newest),
		TEST(a_call_heard_from_one_side_counts_as_one_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
