/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sequence numbers of a source, and the sums of a leg (RFC 3550 A.1, A.3), counted by hand.
 */
#include "rtp/leg.h"

#include <string.h>

#include "test.h"

#define END (-1)

_Static_assert(sizeof(struct rf_rtp_source) <= 104, "several of them are copied with every report");

/* Sequence numbers as they arrive, and what must be counted. */
struct row {
	const char *name;
	int seqs[24]; /* ends with END */
	unsigned expected, lost, duplicates, reordered, strays;
};

static const struct row rows[] = {
	{"one packet", {5, END}, 1, 0, 0, 0, 0},
	{"in order", {5, 6, 7, 8, END}, 4, 0, 0, 0, 0},
	{"a gap", {5, 6, 9, 10, END}, 6, 2, 0, 0, 0},
	{"over the wrap", {65534, 65535, 0, 1, END}, 4, 0, 0, 0, 0},
	{"a gap over the wrap", {65533, 2, END}, 6, 4, 0, 0, 0},
	{"a duplicate", {5, 6, 6, 7, END}, 3, 0, 1, 0, 0},
	{"a duplicate of the first", {5, 5, END}, 1, 0, 1, 0, 0},
	{"duplicates do not hide loss", {5, 6, 6, 6, 8, END}, 4, 1, 2, 0, 0},
	{"an old duplicate", {1, 2, 3, 4, 5, 6, 7, 1, END}, 7, 0, 1, 0, 0},
	{"a duplicate over the wrap", {65535, 0, 1, 65535, END}, 3, 0, 1, 0, 0},
	{"two change places", {5, 7, 6, 8, END}, 4, 0, 0, 1, 0},
	{"a late one comes twice", {5, 7, 6, 6, 8, END}, 4, 0, 1, 1, 0},
	{"change places over the wrap", {65535, 1, 0, 2, END}, 4, 0, 0, 1, 0},
	{"older than the first", {5, 4, 6, END}, 3, 0, 0, 1, 0},
	{"much older than the first", {50, 40, END}, 11, 9, 0, 1, 0},
	{"older than the first, below 0", {1, 65534, 2, END}, 5, 2, 0, 1, 0},
	{"last of the duplicate window", {100, 163, 100, END}, 64, 62, 1, 0, 0},
	{"behind the duplicate window", {100, 164, 100, END}, 65, 62, 0, 1, 0},
	{"last within the misorder limit", {200, 101, END}, 100, 98, 0, 1, 0},
	{"beyond the misorder limit", {200, 100, 201, END}, 2, 0, 0, 0, 1},
	{"last within the dropout limit", {0, 2999, END}, 3000, 2998, 0, 0, 0},
	{"beyond the dropout limit", {0, 3000, 1, END}, 2, 0, 0, 0, 1},
	{"a restart ahead", {10, 11, 40000, 40001, 40002, END}, 5, 0, 0, 0, 0},
	{"a restart behind", {40000, 40001, 10, 11, 13, END}, 6, 1, 0, 0, 0},
	{"a restart after loss", {10, 15, 40000, 40001, END}, 8, 4, 0, 0, 0},
	{"a restart over the wrap", {30000, 65535, 0, 1, END}, 4, 0, 0, 0, 0},
	{"two restarts", {10, 11, 20000, 20001, 50, 51, 52, END}, 7, 0, 0, 0, 0},
	{"a restart that is not confirmed at once", {10, 40000, 11, 40001, 12, END}, 3, 0, 0, 0, 2},
	{"strays far apart", {10, 40000, 20000, 50000, 11, END}, 2, 0, 0, 0, 3},
	{"a stray comes twice", {10, 40000, 40000, 11, END}, 2, 0, 0, 0, 2},
	{"the first one was a stray", {50000, 100, 101, 102, END}, 4, 0, 0, 0, 0},
	{"a duplicate after a restart", {10, 11, 40000, 40001, 40000, END}, 4, 0, 1, 0, 0},
};

static void feed(struct rf_leg *leg, uint32_t ssrc, int seq, int64_t now_us)
{
	rf_leg_update(leg, ssrc, (uint16_t)seq, (uint32_t)seq * 160, 8, 8000, 172, now_us);
}

static void sequences_are_counted_as_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct rf_leg_totals totals;
		struct rf_leg leg = {0};
		unsigned n = 0;

		for (; row->seqs[n] != END; n++)
			feed(&leg, 0x1234, row->seqs[n], 1000000 + 20000 * (int64_t)n);
		rf_leg_totals(&leg, &totals);
		if (totals.packets != n || totals.expected != row->expected || totals.lost != row->lost ||
		    totals.duplicates != row->duplicates || totals.reordered != row->reordered ||
		    leg.sources[0].strays != row->strays)
			fail_msg("%s: expected %d, lost %d, duplicates %d, reordered %d, strays %u", row->name,
			         (int)totals.expected, (int)totals.lost, (int)totals.duplicates, (int)totals.reordered,
			         leg.sources[0].strays);
		assert_int_equal(leg.sources[0].bytes, 172 * n);
	}
}

static void long_streams_wrap_many_times(void **state)
{
	struct rf_leg_totals totals;
	struct rf_leg leg = {0};
	unsigned sent = 0;

	(void)state;
	/* Every tenth is lost, every seventh that is not comes twice. */
	for (unsigned i = 0; i < 300000; i++) {
		if (i % 10 == 5)
			continue;
		feed(&leg, 1, (uint16_t)(60000 + i), i);
		sent++;
		if (i % 7 == 0) {
			feed(&leg, 1, (uint16_t)(60000 + i), i);
			sent++;
		}
	}
	rf_leg_totals(&leg, &totals);
	assert_int_equal(totals.packets, sent);
	assert_int_equal(totals.expected, 300000);
	assert_int_equal(totals.lost, 30000);
	assert_int_equal(totals.duplicates, sent - 270000);
	assert_int_equal(totals.reordered, 0);
}

static void the_verdict_names_what_a_packet_was(void **state)
{
	static const struct {
		uint16_t seq;
		enum rf_rtp_verdict verdict;
	} packets[] = {
		{10, RF_RTP_NEXT},     {12, RF_RTP_NEXT},       {11, RF_RTP_LATE},    {11, RF_RTP_DUPLICATE},
		{30000, RF_RTP_STRAY}, {30001, RF_RTP_RESTART}, {30002, RF_RTP_NEXT},
	};
	struct rf_rtp_source source;

	(void)state;
	rf_rtp_source_init(&source, 1);
	assert_int_equal(rf_rtp_source_expected(&source), 0);
	assert_int_equal(rf_rtp_source_lost(&source), 0);
	for (size_t i = 0; i < RF_COUNT(packets); i++) {
		const struct rf_rtp_arrival arrival = {.seq = packets[i].seq, .clock_rate = 8000};

		assert_int_equal(rf_rtp_source_update(&source, &arrival), packets[i].verdict);
	}
}

static void a_leg_sums_over_its_sources(void **state)
{
	struct rf_leg_totals totals;
	struct rf_leg leg = {0};

	(void)state;
	/* Ten sources of three packets, one of which is lost and one a duplicate. */
	for (unsigned ssrc = 0; ssrc < 10; ssrc++) {
		feed(&leg, ssrc, 100, ssrc * 1000);
		feed(&leg, ssrc, 102, ssrc * 1000 + 1);
		feed(&leg, ssrc, 102, ssrc * 1000 + 2);
		assert_int_equal(leg.sources[leg.current].ssrc, ssrc);
	}
	assert_int_equal(leg.n_sources, RF_LEG_SOURCES);
	rf_leg_totals(&leg, &totals);
	assert_int_equal(totals.packets, 30);
	assert_int_equal(totals.expected, 30);
	assert_int_equal(totals.lost, 10);
	assert_int_equal(totals.duplicates, 10);
	assert_int_equal(totals.reordered, 0);
}

static void the_source_heard_least_recently_gives_way(void **state)
{
	struct rf_leg leg = {0};

	(void)state;
	for (unsigned ssrc = 1; ssrc <= 4; ssrc++)
		feed(&leg, ssrc, 1, ssrc * 1000);
	feed(&leg, 1, 2, 5000);
	feed(&leg, 5, 1, 6000);
	for (unsigned i = 0; i < RF_LEG_SOURCES; i++)
		assert_int_not_equal(leg.sources[i].ssrc, 2);
	assert_int_equal(leg.past_packets, 1);
	assert_int_equal(rf_leg_update(&leg, 1, 3, 0, 8, 0, 172, 7000), 0);
	assert_int_equal(leg.sources[0].clock_rate, RF_LEG_CLOCK_RATE);
}

static void an_empty_leg_has_no_figures(void **state)
{
	static const struct rf_leg_totals zero;
	struct rf_leg_totals totals;
	struct rf_leg leg = {0};

	(void)state;
	rf_leg_totals(&leg, &totals);
	assert_memory_equal(&totals, &zero, sizeof(zero));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_are_counted_as_by_hand),
		cmocka_unit_test(long_streams_wrap_many_times),
		cmocka_unit_test(the_verdict_names_what_a_packet_was),
		cmocka_unit_test(a_leg_sums_over_its_sources),
		cmocka_unit_test(the_source_heard_least_recently_gives_way),
		cmocka_unit_test(an_empty_leg_has_no_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
