/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A leg that is measured in two places, held against a third that sees every packet.
 */
#include "rtp/merge.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define END (-1)
#define STEP_US 20000 /* between two packets of a sender */

/* What kmod tells of an SSRC, from the arithmetic that it compiles (kmod/netlink_flow.c, put_source). */
static struct rf_leg_part part_of(const struct rf_rtp_source *source)
{
	return (struct rf_leg_part){
		.ssrc = source->ssrc,
		.clock_rate = source->clock_rate,
		.packets = source->packets,
		.bytes = source->bytes,
		.expected = rf_rtp_source_expected(source),
		.duplicates = source->duplicates,
		.reordered = source->reordered,
		.strays = source->strays,
		.jitter = source->jitter,
		.highest_seq = source->max_seq,
		.window = source->window,
		.payload_type = source->payload_type,
		.last_us = source->last_us,
	};
}

static void merge_all(struct rf_leg *leg, const struct rf_leg *kernel)
{
	for (unsigned i = 0; i < kernel->n_sources; i++) {
		struct rf_leg_part part = part_of(&kernel->sources[i]);

		rf_leg_merge(leg, &part);
	}
}

/* -- by hand -- */

/* Sequence numbers that user space sees, then the kernel, then user space again, and what must be counted. */
struct row {
	const char *name;
	int before[8], kernel[8], aside[4], after[8]; /* each ends with END */
	unsigned expected, lost, duplicates, reordered, strays;
};

static const struct row rows[] = {
	{"nothing lost", {5, 6, END}, {7, 8, END}, {END}, {9, 10, END}, 6, 0, 0, 0, 0},
	{"the kernel has all", {END}, {7, 8, END}, {END}, {END}, 2, 0, 0, 0, 0},
	{"the kernel has the beginning", {END}, {7, 8, END}, {END}, {9, END}, 3, 0, 0, 0, 0},
	{"loss at the first border", {5, 6, END}, {9, 10, END}, {END}, {11, END}, 7, 2, 0, 0, 0},
	{"loss at the second border", {5, 6, END}, {7, 8, END}, {END}, {11, END}, 7, 2, 0, 0, 0},
	{"loss within the kernel", {5, 6, END}, {7, 9, 11, END}, {END}, {12, END}, 8, 2, 0, 0, 0},
	{"over the wrap at the border", {65534, 65535, END}, {0, 1, END}, {END}, {2, END}, 5, 0, 0, 0, 0},
	{"over the wrap in the kernel", {65533, END}, {65534, 65535, 0, 1, END}, {END}, {2, END}, 6, 0, 0, 0, 0},
	{"last of the gap", {0, END}, {2999, 3000, END}, {END}, {3001, END}, 3002, 2998, 0, 0, 0},
	{"beyond the gap", {0, END}, {3000, 3001, END}, {END}, {3002, END}, 4, 0, 0, 0, 0},
	{"a restart at the border", {5, 6, END}, {40000, 40001, END}, {END}, {40002, END}, 5, 0, 0, 0, 0},
	{"a restart far behind", {5000, 5001, END}, {5, 6, END}, {END}, {7, END}, 5, 0, 0, 0, 0},
	{"a restart that user space suspects", {5, 6, 40000, END}, {40001, 40002, END}, {END}, {END}, 5, 0, 0, 0, 0},
	{"a restart in the kernel", {5, 6, END}, {7, 8, 40000, 40001, 40002, END}, {END}, {40003, END}, 8, 0, 0, 0, 0},
	{"an aside is not lost", {5, 6, END}, {7, 9, 10, END}, {8, END}, {11, END}, 7, 0, 0, 0, 0},
	{"an aside at the first border", {5, 6, END}, {8, 9, END}, {7, END}, {10, END}, 6, 0, 0, 0, 0},
	{"an aside at the second border", {5, 6, END}, {7, 8, END}, {9, END}, {10, END}, 6, 0, 0, 0, 0},
	{"asides before a new SSRC's flow", {END}, {8, 9, END}, {6, 7, END}, {10, END}, 5, 0, 0, 0, 0},
	{"an aside within a new SSRC's flow", {END}, {6, 8, 9, END}, {7, END}, {10, END}, 5, 0, 0, 0, 0},
	{"an aside deep within a new SSRC's flow", {END}, {6, 7, 500, END}, {300, END}, {501, END}, 496, 491, 0, 0, 0},
	{"an aside behind a new SSRC's flow", {END}, {6, 7, END}, {8, END}, {9, END}, 4, 0, 0, 0, 0},
	{"an aside ends a new SSRC", {END}, {6, 7, END}, {8, END}, {END}, 3, 0, 0, 0, 0},
	{"asides alone", {END}, {END}, {6, 7, END}, {8, END}, 3, 0, 0, 0, 0},
	{"asides do not hide loss", {5, END}, {6, 10, END}, {7, END}, {11, END}, 7, 2, 0, 0, 0},
	{"the border is crossed", {5, 6, 8, END}, {7, 9, END}, {END}, {10, END}, 6, 0, 0, 1, 0},
	{"late ones at the border: the first is told", {5, 6, 10, END}, {7, 8, END}, {END}, {11, END}, 7, 1, 0, 1, 0},
	{"the kernel began before", {6, 7, END}, {5, 8, END}, {END}, {9, END}, 5, 0, 0, 1, 0},
	{"late behind the second border", {5, END}, {6, 8, END}, {END}, {7, 9, END}, 5, 0, 0, 1, 0},
	{"a duplicate that user space knows", {5, 6, END}, {7, END}, {END}, {6, 8, END}, 4, 0, 1, 0, 0},
	{"a duplicate in the kernel", {5, END}, {6, 6, 7, END}, {END}, {8, END}, 4, 0, 1, 0, 0},
	{"a duplicate at the first border", {5, 6, END}, {6, 7, END}, {END}, {8, END}, 4, 0, 1, 0, 0},
	{"a duplicate of one before the border", {5, 6, 7, END}, {6, 8, END}, {END}, {9, END}, 5, 0, 1, 0, 0},
	{"a late one at the first border", {5, 7, END}, {6, 8, END}, {END}, {9, END}, 5, 0, 0, 1, 0},
	{"a late one behind the window", {5, 75, END}, {6, 76, END}, {END}, {77, END}, 73, 68, 0, 1, 0},
	{"a duplicate of one in the kernel", {5, END}, {6, 7, 8, END}, {END}, {7, 9, END}, 5, 0, 1, 0, 0},
	{"a duplicate of a late one in the kernel", {5, END}, {8, 7, END}, {END}, {7, 9, END}, 5, 1, 1, 1, 0},
	{"late behind what the kernel had", {5, 7, 8, END}, {9, 11, END}, {END}, {10, 6, 12, END}, 8, 0, 0, 2, 0},
	{"a duplicate behind a kernel that was late", {5, 6, 10, END}, {7, END}, {END}, {7, 11, END}, 7, 2, 1, 1, 0},
	{"late in a new SSRC's flow", {END}, {6, 8, END}, {END}, {6, 7, 9, END}, 4, 0, 1, 1, 0},
	{"a duplicate in a new SSRC's flow, behind an aside",
         {END},
         {6, 8, END},
         {9, END},
         {6, 10, END},
         5,
         1,
         1,
         0,
         0},
	{"a late one in the kernel", {5, END}, {7, 6, 8, END}, {END}, {9, END}, 5, 0, 0, 1, 0},
	{"a stray in the kernel", {5, END}, {6, 30000, 7, END}, {END}, {8, END}, 4, 0, 0, 0, 1},
	{"a stray before the kernel", {5, 40000, END}, {6, 7, END}, {END}, {40001, 40002, END}, 5, 0, 0, 0, 1},
	{"no gap is read from a restart",
         {63539, 63540, END},
         {10000, 10001, 12000, 10, 11, END},
         {END},
         {12, END},
         2006,
         1998,
         0,
         0,
         0},
	{"a restart after the kernel", {5, END}, {6, END}, {END}, {40000, 40001, END}, 4, 0, 0, 0, 0},
};

static void feed(struct rf_leg *leg, const int *seqs, int64_t *now_us)
{
	for (; *seqs != END; seqs++, *now_us += STEP_US)
		rf_leg_update(leg, 1, (uint16_t)*seqs, (uint32_t)*seqs * 160, 8, 8000, 172, *now_us);
}

static void test_rows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RF_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct rf_leg user = {.n_sources = 0}, kernel = {.n_sources = 0};
		struct rf_leg_totals totals;
		int64_t now_us = 1000000;

		feed(&user, row->before, &now_us);
		feed(&kernel, row->kernel, &now_us);
		for (const int *seq = row->aside; *seq != END; seq++)
			rf_leg_count_aside(&user, 1, (uint16_t)*seq, 8, 8000, 172, now_us);
		merge_all(&user, &kernel);
		feed(&user, row->after, &now_us);
		rf_leg_totals(&user, &totals);
		if (totals.expected != row->expected || totals.lost != row->lost ||
		    totals.duplicates != row->duplicates || totals.reordered != row->reordered ||
		    user.sources[0].strays != row->strays)
			fail_msg("%s: %u expected, %u lost, %u duplicates, %u reordered, %u strays", row->name,
			         (unsigned)totals.expected, (unsigned)totals.lost, (unsigned)totals.duplicates,
			         (unsigned)totals.reordered, (unsigned)user.sources[0].strays);
	}
}

/* -- against a leg that sees everything -- */

#define SENDERS 3
#define HELD 4 /* packets that a sender's network may hold back */

struct sender {
	uint32_t ssrc, timestamp;
	uint16_t seq;
	uint16_t held[HELD]; /* sequence numbers on their way */
	unsigned n_held;     /* of them */
};

enum place { USER, KERNEL };

struct world {
	uint64_t random;
	int64_t now_us;
	struct sender senders[SENDERS];
	struct rf_leg all, user, kernel;
	enum place place;
	bool asides;        /* some of the kernel's packets climb */
	bool restarted;     /* in the kernel: where the part began is not known then */
	unsigned asides_at; /* packets that climbed since the kernel took over */
};

static uint32_t draw(struct world *w, uint32_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)(w->random >> 20) % below;
}

static void arrive(struct world *w, struct sender *s, uint16_t seq)
{
	uint32_t timestamp = s->timestamp - (uint32_t)(uint16_t)(s->seq - seq) * 160;

	w->now_us += draw(w, 3000);
	rf_leg_update(&w->all, s->ssrc, seq, timestamp, 8, 8000, 172, w->now_us);
	if (w->place == USER) {
		rf_leg_update(&w->user, s->ssrc, seq, timestamp, 8, 8000, 172, w->now_us);
	} else if (w->asides && draw(w, 20) == 0) {
		rf_leg_count_aside(&w->user, s->ssrc, seq, 8, 8000, 172, w->now_us);
	} else {
		rf_leg_update(&w->kernel, s->ssrc, seq, timestamp, 8, 8000, 172, w->now_us);
	}
}

static void let_go(struct world *w, struct sender *s)
{
	while (s->n_held > 0)
		arrive(w, s, s->held[--s->n_held]);
}

static void advance(struct sender *s)
{
	s->seq++;
	s->timestamp += 160;
}

static void restart(struct world *w, struct sender *s)
{
	bool asides = w->asides;

	let_go(w, s);
	w->restarted |= w->place == KERNEL;
	s->seq = (uint16_t)(s->seq + 4000 + draw(w, 50000));
	/* A restart is two in sequence: both in one place. */
	w->asides = false;
	arrive(w, s, s->seq);
	advance(s);
	arrive(w, s, s->seq);
	w->asides = asides;
}

/* One packet is sent; none, it, others, or it twice arrive. */
static void send(struct world *w, bool restarts)
{
	struct sender *s = &w->senders[draw(w, SENDERS)];
	uint32_t fate = draw(w, 1000);

	w->now_us += STEP_US / SENDERS;
	advance(s);
	if (restarts && fate == 0) {
		restart(w, s);
	} else if (fate < 30) {
		if (draw(w, 10) == 0)
			for (uint32_t n = draw(w, 500); n > 0; n--)
				advance(s);
	} else if (fate < 60 && s->n_held < HELD) {
		s->held[s->n_held++] = s->seq;
	} else {
		arrive(w, s, s->seq);
		if (fate < 80 && !(w->place == KERNEL && w->asides))
			arrive(w, s, s->seq);
		if (s->n_held > 0 && draw(w, 3) == 0)
			arrive(w, s, s->held[--s->n_held]);
	}
}

static void compare(const struct world *w, const struct rf_leg *merged, uint64_t tolerance)
{
	struct rf_leg_totals is, should;

	rf_leg_totals(merged, &is);
	rf_leg_totals(&w->all, &should);
	assert_int_equal(is.packets, should.packets);
	assert_in_range(is.expected + tolerance, should.expected, should.expected + 2 * tolerance);
	assert_in_range(is.lost + tolerance, should.lost, should.lost + 2 * tolerance);
	assert_in_range(is.duplicates + tolerance, should.duplicates, should.duplicates + 2 * tolerance);
	assert_in_range(is.reordered + tolerance, should.reordered, should.reordered + 2 * tolerance);
	for (unsigned i = 0; i < merged->n_sources; i++)
		for (unsigned j = 0; j < w->all.n_sources; j++)
			if (merged->sources[i].ssrc == w->all.sources[j].ssrc) {
				assert_int_equal(merged->sources[i].bytes, w->all.sources[j].bytes);
				assert_in_range(merged->sources[i].strays + tolerance, w->all.sources[j].strays,
				                w->all.sources[j].strays + 2 * tolerance);
			}
}

static void world_begin(struct world *w, uint64_t seed)
{
	*w = (struct world){.random = seed * 0x9e3779b97f4a7c15u | 1, .now_us = 5000000};
	for (unsigned i = 0; i < SENDERS; i++)
		w->senders[i] = (struct sender){.ssrc = 100 + i, .seq = (uint16_t)draw(w, 65536)};
}

/* What a report shows while the kernel has the leg. */
static void look(const struct world *w, uint64_t tolerance)
{
	struct rf_leg copy = w->user;

	merge_all(&copy, &w->kernel);
	compare(w, &copy, tolerance);
}

static void to_user(struct world *w)
{
	merge_all(&w->user, &w->kernel);
	w->kernel = (struct rf_leg){.n_sources = 0};
	w->place = USER;
}

static void settle(struct world *w)
{
	for (unsigned i = 0; i < SENDERS; i++)
		let_go(w, &w->senders[i]);
}

static void test_equal(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 1500; seed++) {
		struct world w;

		world_begin(&w, seed);
		for (unsigned stay = 0; stay < 6; stay++) {
			for (uint32_t n = draw(&w, 600); n > 0; n--)
				send(&w, w.place == USER);
			settle(&w);
			look(&w, 0);
			if (w.place == KERNEL)
				to_user(&w);
			else
				w.place = KERNEL;
		}
		compare(&w, &w.user, 0);
	}
}

/* Long enough in the kernel for sequence numbers to wrap more than once. */
static void test_wraps(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w, 4711);
	for (unsigned stay = 0; stay < 6; stay++) {
		for (uint32_t n = 200000 + draw(&w, 400000); n > 0; n--)
			send(&w, w.place == USER);
		settle(&w);
		look(&w, 0);
		if (w.place == KERNEL)
			to_user(&w);
		else
			w.place = KERNEL;
	}
	compare(&w, &w.user, 0);
}

/* Packets that climb, at any place, are neither lost nor counted twice. One at a border may be. */
static void test_asides(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 1500; seed++) {
		struct rf_leg_totals totals;
		struct world w;

		world_begin(&w, seed);
		w.asides = true;
		for (unsigned stay = 0; stay < 2; stay++) {
			for (uint32_t n = 50 + draw(&w, 600); n > 0; n--)
				send(&w, w.place == USER);
			settle(&w);
			w.place = KERNEL;
		}
		w.asides = false;
		look(&w, HELD * SENDERS);
		to_user(&w);
		for (uint32_t n = 60; n > 0; n--)
			send(&w, false);
		settle(&w);
		rf_leg_totals(&w.user, &totals);
		assert_true(totals.expected >= totals.lost);
		compare(&w, &w.user, HELD * SENDERS);
	}
}

/* Packets that are under way while the leg moves: as many may be told wrong. */
static void test_borders_crossed(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 1500; seed++) {
		uint64_t crossing = 0;
		struct world w;

		world_begin(&w, seed);
		for (unsigned stay = 0; stay < 6; stay++) {
			for (uint32_t n = 30 + draw(&w, 600); n > 0; n--)
				send(&w, false);
			for (unsigned i = 0; i < SENDERS; i++)
				crossing += w.senders[i].n_held;
			look(&w, crossing);
			if (w.place == KERNEL)
				to_user(&w);
			else
				w.place = KERNEL;
		}
	}
}

/* A restart in the kernel hides where the part began: a gap may be read that was none, and no more. */
static void test_restarts_in_the_kernel(void **state)
{
	unsigned exact = 0, rounds = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 1500; seed++) {
		struct rf_leg_totals is, should;
		struct world w;

		world_begin(&w, seed);
		for (unsigned stay = 0; stay < 2; stay++) {
			for (uint32_t n = 20 + draw(&w, 1000); n > 0; n--)
				send(&w, true);
			settle(&w);
			w.place = KERNEL;
		}
		look(&w, SENDERS * RF_RTP_MAX_DROPOUT);
		if (!w.restarted)
			continue;
		merge_all(&w.user, &w.kernel);
		rf_leg_totals(&w.user, &is);
		rf_leg_totals(&w.all, &should);
		rounds++;
		exact += is.expected == should.expected && is.lost == should.lost;
	}
	assert_true(rounds > 400);
	assert_true(exact * 100 > rounds * 85);
}

/* -- jitter -- */

static void steady(struct rf_leg *leg, uint16_t seq, unsigned n, int64_t *now_us, uint32_t timestamp)
{
	for (unsigned i = 0; i < n; i++, *now_us += STEP_US)
		rf_leg_update(leg, 7, (uint16_t)(seq + i), timestamp + i * 160, 8, 8000, 172,
		              *now_us + (i % 2 ? 2000 : 0));
}

/* The sender's clock has drifted while the kernel measured: the first packet after that says nothing of jitter. */
static void test_no_spike(void **state)
{
	struct rf_leg user = {.n_sources = 0}, kernel = {.n_sources = 0};
	struct rf_leg_totals before, after;
	int64_t now_us = 1000000;
	uint32_t jitter;

	(void)state;
	steady(&user, 0, 200, &now_us, 0);
	steady(&kernel, 200, 200, &now_us, 200 * 160);
	jitter = kernel.sources[0].jitter;
	merge_all(&user, &kernel);
	assert_int_equal(user.sources[0].jitter, jitter);
	rf_leg_totals(&user, &before);
	now_us += 500000;
	steady(&user, 400, 1, &now_us, 400 * 160);
	assert_int_equal(user.sources[0].jitter, jitter);
	steady(&user, 401, 200, &now_us, 401 * 160);
	rf_leg_totals(&user, &after);
	assert_true(after.jitter < before.jitter * 1.5 && after.jitter > before.jitter * 0.5);
}

/* The place that heard the SSRC last tells its jitter, clock rate and payload type. */
static void test_last_heard(void **state)
{
	struct rf_leg user = {.n_sources = 0};
	struct rf_leg_part part = {.ssrc = 7,
	                           .clock_rate = 16000,
	                           .packets = 5,
	                           .bytes = 100,
	                           .expected = 5,
	                           .jitter = 555,
	                           .highest_seq = 300,
	                           .payload_type = 9,
	                           .last_us = 500000};
	int64_t now_us = 1000000;
	uint32_t own;

	(void)state;
	steady(&user, 100, 200, &now_us, 0);
	own = user.sources[0].jitter;
	rf_leg_merge(&user, &part);
	assert_int_equal(user.sources[0].jitter, own);
	assert_int_equal(rf_leg_payload_type(&user.sources[0]), 8);
	part.last_us = now_us;
	rf_leg_merge(&user, &part);
	assert_int_equal(user.sources[0].jitter, 555);
	assert_int_equal(user.sources[0].clock_rate, 16000);
	assert_int_equal(rf_leg_payload_type(&user.sources[0]), 9);
	assert_int_equal(user.sources[0].last_us, now_us);
}

/* A leg's jitter is that of the SSRC heard last, wherever that was; a part without packets says nothing. */
static void test_current(void **state)
{
	struct rf_leg user = {.n_sources = 0};
	struct rf_leg_part part = {.ssrc = 8, .clock_rate = 8000, .expected = 5, .jitter = 1600, .highest_seq = 4};
	struct rf_leg_totals totals;
	int64_t now_us = 1000000;

	(void)state;
	rf_leg_merge(&user, &part);
	assert_int_equal(user.n_sources, 0);
	steady(&user, 0, 100, &now_us, 0);
	part.packets = 5;
	part.last_us = now_us - 1000000;
	rf_leg_merge(&user, &part);
	assert_int_equal(user.n_sources, 2);
	assert_int_equal(user.sources[user.current].ssrc, 7);
	part.last_us = now_us + 1;
	rf_leg_merge(&user, &part);
	assert_int_equal(user.sources[user.current].ssrc, 8);
	rf_leg_totals(&user, &totals);
	assert_true(totals.jitter > 0.0124 && totals.jitter < 0.0126);
}

/* A fifth SSRC makes room: nothing of the one that gives way is lost from the sums. */
static void test_one_gives_way(void **state)
{
	struct rf_leg user = {.n_sources = 0};
	struct rf_leg_part part = {
		.ssrc = 50, .clock_rate = 8000, .packets = 8, .expected = 10, .highest_seq = 109, .last_us = 9000000};
	struct rf_leg_totals totals;

	(void)state;
	for (uint32_t i = 0; i < RF_LEG_SOURCES; i++)
		for (uint16_t seq = 0; seq < 10; seq++)
			rf_leg_update(&user, i, seq, seq * 160u, 8, 8000, 172, 1000000 + i * 1000 + seq);
	rf_leg_merge(&user, &part);
	rf_leg_totals(&user, &totals);
	assert_int_equal(user.n_sources, RF_LEG_SOURCES);
	assert_int_equal(user.sources[0].ssrc, 50);
	assert_int_equal(totals.packets, 48);
	assert_int_equal(totals.expected, 50);
	assert_int_equal(totals.lost, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_wraps),
		cmocka_unit_test(test_asides),
		cmocka_unit_test(test_borders_crossed),
		cmocka_unit_test(test_restarts_in_the_kernel),
		cmocka_unit_test(test_no_spike),
		cmocka_unit_test(test_last_heard),
		cmocka_unit_test(test_current),
		cmocka_unit_test(test_one_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
