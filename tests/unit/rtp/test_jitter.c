/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interarrival jitter (RFC 3550 section 6.4.1) against the formula in floating point, and the streams on which the
 * plain formula goes astray.
 */
#include <math.h>

#include "rtp/leg.h"
#include "test.h"

#define FRAME_US 20000

/* A stream and its leg. */
struct stream {
	struct rf_leg leg;  /* measured */
	uint16_t seq;       /* of the next packet */
	uint32_t timestamp; /* of the next packet */
	int64_t sent_us;    /* when it is sent */
};

/* Send a packet that is delay_us on its way. */
static void emit(struct stream *s, uint8_t type, uint32_t rate, int64_t delay_us)
{
	rf_leg_update(&s->leg, 1, s->seq++, s->timestamp, type, rate, 172, s->sent_us + delay_us);
}

static void pass_time(struct stream *s, uint32_t rate, int64_t us)
{
	s->sent_us += us;
	s->timestamp += (uint32_t)(us * rate / 1000000);
}

static void send_steadily(struct stream *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		emit(s, 8, 8000, 0);
		pass_time(s, 8000, FRAME_US);
	}
}

static double jitter(const struct stream *s)
{
	struct rf_leg_totals totals;

	rf_leg_totals(&s->leg, &totals);
	return totals.jitter;
}

/* J += (|D| - J) / 16, in seconds. */
static void jitter_follows_the_formula(void **state)
{
	static const uint32_t rates[] = {8000, 16000, 48000, 90000};

	(void)state;
	for (size_t r = 0; r < RF_COUNT(rates); r++) {
		/* Timestamps that wrap on the way, a clock that is far on. */
		struct stream s = {.seq = 65000, .timestamp = 0xfffff000, .sent_us = 4000000000000};
		unsigned random = 1;
		int64_t before = 0;
		double reference = 0;

		for (unsigned i = 0; i < 5000; i++) {
			int64_t delay;

			random = random * 1103515245 + 12345;
			delay = 10000 + (random >> 16) % 15000;
			if (i > 0)
				reference += (fabs((double)(delay - before)) / 1e6 - reference) / 16;
			before = delay;
			emit(&s, 96, rates[r], delay);
			pass_time(&s, rates[r], FRAME_US);
			/* Arrival is rounded to one unit, the sum to a sixteenth of one. */
			if (fabs(jitter(&s) - reference) > 2.0 / rates[r])
				fail_msg("at %u Hz, packet %u: %f s, expected %f", rates[r], i, jitter(&s), reference);
		}
		assert_true(reference > 0.002);
	}
}

static void a_steady_stream_has_no_jitter(void **state)
{
	struct stream s = {.seq = 1, .sent_us = 123456789};

	(void)state;
	send_steadily(&s, 1000);
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void a_step_of_delay_shows_once(void **state)
{
	struct stream s = {0};

	(void)state;
	send_steadily(&s, 10);
	emit(&s, 8, 8000, 16000);
	assert_true(fabs(jitter(&s) - 0.001) < 1e-9);
}

static void loss_is_no_jitter(void **state)
{
	struct stream s = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		send_steadily(&s, 3);
		s.seq += 2;
		pass_time(&s, 8000, 2 * FRAME_US);
	}
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void duplicates_are_not_measured(void **state)
{
	struct stream s = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		emit(&s, 8, 8000, 0);
		s.seq--;
		emit(&s, 8, 8000, 15000);
		pass_time(&s, 8000, FRAME_US);
	}
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void telephone_events_are_no_jitter(void **state)
{
	struct stream s = {0};

	(void)state;
	for (int digit = 0; digit < 10; digit++) {
		send_steadily(&s, 10);
		/* An event of 200 ms: one timestamp throughout, the end three times. */
		for (int i = 0; i < 10; i++) {
			emit(&s, 101, 8000, 0);
			s.sent_us += FRAME_US;
		}
		emit(&s, 101, 8000, 0);
		emit(&s, 101, 8000, 0);
		s.timestamp += 10 * 160;
	}
	send_steadily(&s, 1);
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void audio_between_events_is_no_jitter(void **state)
{
	struct stream s = {0};
	uint32_t event;

	(void)state;
	send_steadily(&s, 10);
	event = s.timestamp;
	for (int i = 0; i < 20; i++) {
		rf_leg_update(&s.leg, 1, s.seq++, event, 101, 8000, 16, s.sent_us);
		send_steadily(&s, 1);
	}
	send_steadily(&s, 2);
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void fragments_of_a_frame_are_no_jitter(void **state)
{
	struct stream s = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		for (int fragment = 0; fragment < 10; fragment++)
			emit(&s, 97, 90000, fragment * 2000);
		pass_time(&s, 90000, 40000);
	}
	assert_true(jitter(&s) < 2.0 / 90000);
}

static void silence_is_no_jitter(void **state)
{
	struct stream s = {0};

	(void)state;
	for (int i = 0; i < 20; i++) {
		send_steadily(&s, 50);
		/* Discontinuous transmission: timestamps go on, sequence numbers wait. */
		pass_time(&s, 8000, 3000000);
	}
	assert_true(jitter(&s) < 1.0 / 8000);
	for (int i = 0; i < 20; i++) {
		send_steadily(&s, 50);
		/* A sender that lets its timestamps wait too. */
		s.sent_us += 3000000;
	}
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void timestamps_that_jump_are_no_jitter(void **state)
{
	struct stream s = {0};

	(void)state;
	for (int i = 0; i < 20; i++) {
		send_steadily(&s, 5);
		s.timestamp += 0x71234567;
	}
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void a_changed_clock_rate_skips_a_step_and_keeps_the_seconds(void **state)
{
	struct stream s = {0};
	double before;

	(void)state;
	send_steadily(&s, 10);
	emit(&s, 8, 8000, 16000);
	before = jitter(&s);
	pass_time(&s, 8000, FRAME_US);
	emit(&s, 96, 48000, 0);
	assert_true(fabs(jitter(&s) - before) < 1e-4);
	for (int i = 0; i < 200; i++) {
		pass_time(&s, 48000, FRAME_US);
		emit(&s, 96, 48000, 0);
	}
	assert_true(jitter(&s) < 1.0 / 8000);
}

static void static_types_have_their_clock_rate(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t rate;
	} known[] = {{0, 8000},   {3, 8000},   {5, 8000},   {6, 16000},  {9, 8000},   {10, 44100}, {11, 44100},
	             {14, 90000}, {16, 11025}, {17, 22050}, {18, 8000},  {25, 90000}, {26, 90000}, {28, 90000},
	             {31, 90000}, {32, 90000}, {33, 90000}, {34, 90000}, {35, 8000},  {96, 8000},  {127, 8000}};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(known); i++)
		assert_int_equal(rf_rtp_static_clock_rate(known[i].type), known[i].rate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jitter_follows_the_formula),
		cmocka_unit_test(a_steady_stream_has_no_jitter),
		cmocka_unit_test(a_step_of_delay_shows_once),
		cmocka_unit_test(loss_is_no_jitter),
		cmocka_unit_test(duplicates_are_not_measured),
		cmocka_unit_test(telephone_events_are_no_jitter),
		cmocka_unit_test(audio_between_events_is_no_jitter),
		cmocka_unit_test(fragments_of_a_frame_are_no_jitter),
		cmocka_unit_test(silence_is_no_jitter),
		cmocka_unit_test(timestamps_that_jump_are_no_jitter),
		cmocka_unit_test(a_changed_clock_rate_skips_a_step_and_keeps_the_seconds),
		cmocka_unit_test(static_types_have_their_clock_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
