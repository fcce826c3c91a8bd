/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker shows is read whole, whenever it is read. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "dataplane/user/figures.h"
#include "test.h"

#define TIME_US 300000 /* that a reader and a writer run against each other */
#define PACKET 172

/* A stream as far as it is shown; the macro RF_SHOW wants these names. */
struct shown_stream {
	struct rf_figures figures;   /* the writer's */
	struct rf_shown shown;       /* read by the test */
	struct rf_measured measured; /* the same */
	pthread_t writer;            /* counts without end */
	atomic_bool stop;            /* it */
};

/* All figures are the same number, or a multiple of it. */
static void show(struct shown_stream *stream, uint64_t n)
{
	rf_shown_begin(&stream->shown);
	stream->figures.in.packets = n;
	stream->figures.in.bytes = n * PACKET;
	stream->figures.place.relearned = n;
	stream->measured.leg.sources[0].packets = n;
	stream->measured.leg.past_reordered = n;
	rf_measured_show(&stream->measured, 0);
	RF_SHOW(stream, in);
	RF_SHOW(stream, place);
	rf_shown_end(&stream->shown);
}

static void *write_without_end(void *arg)
{
	struct shown_stream *stream = arg;

	/* With pauses: a reader of what changes without end would never be done. */
	for (uint64_t n = 1; !atomic_load_explicit(&stream->stop, memory_order_relaxed); n++) {
		show(stream, n);
		usleep(1);
	}
	return NULL;
}

static void a_copy_is_of_one_moment(void **state)
{
	static struct shown_stream stream;
	int64_t end_us = rf_clock_us() + TIME_US;
	struct rf_figures figures;
	uint64_t last = 0, seen = 0;
	struct rf_leg leg;

	(void)state;
	assert_int_equal(pthread_create(&stream.writer, NULL, write_without_end, &stream), 0);
	while (rf_clock_us() < end_us) {
		rf_figures_read(&stream.shown, &stream.measured, &figures, &leg);
		assert_int_equal(figures.in.bytes, figures.in.packets * PACKET);
		assert_int_equal(figures.place.relearned, figures.in.packets);
		assert_int_equal(leg.sources[0].packets, figures.in.packets);
		assert_int_equal(leg.past_reordered, figures.in.packets);
		assert_true(figures.in.packets >= last);
		seen += figures.in.packets > last;
		last = figures.in.packets;
	}
	atomic_store(&stream.stop, true);
	pthread_join(stream.writer, NULL);
	assert_true(seen > 1);
}

static void a_stream_without_rtp_has_an_empty_leg(void **state)
{
	static struct shown_stream stream;
	struct rf_figures figures;
	struct rf_leg leg;

	(void)state;
	show(&stream, 7);
	memset(&leg, 0xff, sizeof(leg));
	rf_figures_read(&stream.shown, NULL, &figures, &leg);
	assert_int_equal(figures.in.packets, 7);
	assert_int_equal(leg.n_sources, 0);
	assert_int_equal(leg.past_reordered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_of_one_moment),
		cmocka_unit_test(a_stream_without_rtp_has_an_empty_leg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
