/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_model.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"

static const double bounds[] = {0.1, 1, 10};

static struct rf_histogram histogram(double value)
{
	struct rf_histogram h;

	rf_histogram_init(&h, bounds, 3);
	rf_histogram_observe(&h, value);
	return h;
}

static const struct rf_endpoint listen_ng[] = {{{RF_FAMILY_IP4, {127, 0, 0, 1}}, 2223}};

void fake_init(struct fake *fake, unsigned n)
{
	*fake = (struct fake){
		.calls = {.n = n,
	                  .n_samples = 2,
	                  .totals = {.sessions = 7,
	                             .ended = {[RF_END_DELETE] = 3, [RF_END_TIMEOUT] = 1},
	                             .one_way = 1,
	                             .duration = histogram(5),
	                             .setup = histogram(0.5),
	                             .jitter = histogram(0.002),
	                             .loss = histogram(0.25),
	                             .mos = histogram(4),
	                             .round_trip = histogram(0.02)}},
		.process = {.version = "0.1.0",
	                    .revision = "abc",
	                    .started_wall_us = 1700000000500000,
	                    .ng_bound = true,
	                    .dataplane_ready = true,
	                    .listen_ng = listen_ng,
	                    .n_listen_ng = 1},
		.config = {.max_session_series = 5000},
	};
	fake->config.process = &fake->process;
	fake->config.calls = &fake->calls;
	fake->config.dataplane_handle = &fake->dataplane;
}

static struct rf_str id_of(const struct rf_calls *calls, unsigned i, char dst[32])
{
	if (i == 0 && calls->first_id)
		return rf_str_of(calls->first_id);
	return (struct rf_str){dst, (size_t)snprintf(dst, 32, "call-%u", i + 1)};
}

unsigned rf_calls_count(const struct rf_calls *calls)
{
	return calls->n;
}

unsigned rf_calls_held(const struct rf_calls *calls)
{
	return calls->n + 1;
}

bool rf_calls_draining(const struct rf_calls *calls)
{
	return calls->draining;
}

void rf_calls_drain(struct rf_calls *calls, bool drain)
{
	calls->draining = drain;
}

const struct rf_calls_totals *rf_calls_totals(const struct rf_calls *calls)
{
	return &calls->totals;
}

const char *rf_end_name(enum rf_end end)
{
	static const char *const names[] = {"delete",    "timeout",  "silent_timeout", "offer_timeout", "final_timeout",
	                                    "terminate", "no_ports", "failed",         "shutdown"};

	return names[end];
}

void rf_calls_each(const struct rf_calls *calls, bool (*fn)(struct rf_str call_id, void *arg), void *arg)
{
	char text[32];

	for (unsigned i = 0; i < calls->n; i++)
		if (!fn(id_of(calls, i, text), arg))
			return;
}

static int find(const struct rf_calls *calls, struct rf_str call_id, unsigned *index)
{
	char text[32];
	uint64_t n = 0;

	if (calls->n > 0 && rf_str_equal(id_of(calls, 0, text), call_id)) {
		*index = 0;
		return 0;
	}
	if (call_id.len < 6 || rf_str_to_u64((struct rf_str){call_id.p + 5, call_id.len - 5}, &n) != 0 || n < 2 ||
	    n > calls->n)
		return -ENOENT;
	*index = (unsigned)n - 1;
	return 0;
}

int rf_calls_terminate(struct rf_calls *calls, struct rf_str call_id)
{
	unsigned index;

	if (find(calls, call_id, &index) != 0)
		return -ENOENT;
	memcpy(calls->terminated_text, call_id.p, call_id.len);
	calls->terminated = (struct rf_str){calls->terminated_text, call_id.len};
	return 0;
}

/* The i-th session's leg: the first party of the second session is the one with loss. */
static void fill_media(const struct rf_calls *calls, struct rf_report_media *media, struct rf_report_sample *samples,
                       unsigned i, unsigned party)
{
	bool lossy = i == 1 && party == 0;

	*media = (struct rf_report_media){
		.index = 1,
		.type = RF_STR("audio"),
		.protocol = RF_STR("RTP/AVP"),
		.codec = RF_STR("PCMA/8000"),
		.direction = "sendrecv",
		.iface = party == 0 ? RF_STR("pub") : RF_STR("priv"),
		.n_streams = 1,
		.streams = {{.flags = RF_STREAM_RTP | RF_STREAM_RTCP | RF_STREAM_STRICT,
	                     .local = {{RF_FAMILY_IP4, {10, 0, 0, 1}}, 30000},
	                     .shown = {{RF_FAMILY_IP4, {192, 0, 2, 1}}, 30000},
	                     .sdp = {{RF_FAMILY_IP4, {192, 0, 2, 9}}, 4000},
	                     .now = {.remote = {{RF_FAMILY_IP4, {192, 0, 2, 9}}, 4000}}}},
	};
	media->streams[0].now.kernel = calls->kernel && i == 2 && party == 0;
	media->streams[0].now.kernel_why = media->streams[0].now.kernel ? "" : "there is no kernel table";
	if (calls->quiet)
		return;
	media->streams[0].now.packets_in = 100;
	media->streams[0].now.bytes_in = 17200;
	media->streams[0].now.drops[RF_DROP_NOT_RTP] = 2;
	media->quality = (struct rf_report_quality){
		.totals = {.packets = lossy ? 90 : 100,
	                   .expected = 100,
	                   .lost = lossy ? 10 : 0,
	                   .duplicates = 1,
	                   .reordered = 2,
	                   .jitter = 0.0015},
		.loss_ratio = lossy ? 0.1 : 0,
		.loss_ratio_interval = lossy ? 0.2 : 0,
		.round_trip = party == 0 ? 0.03 : 0,
		.mos = lossy ? 3.2 : 4.4,
		.samples = samples,
		.n_samples = calls->n_samples,
	};
}

int rf_call_report(const struct rf_calls *calls, struct rf_str call_id, struct rf_arena *arena,
                   struct rf_call_report **out)
{
	struct rf_call_report *report = rf_arena_alloc(arena, sizeof(*report));
	struct rf_report_party *parties = rf_arena_alloc(arena, 2 * sizeof(*parties));
	struct rf_report_media *media = rf_arena_alloc(arena, 2 * sizeof(*media));
	struct rf_report_sample *samples = rf_arena_alloc(arena, (calls->n_samples + 1) * sizeof(*samples));
	unsigned i;

	if (find(calls, call_id, &i) != 0)
		return -ENOENT;
	if (!report || !parties || !media || !samples)
		return -ENOMEM;
	for (unsigned k = 0; k < calls->n_samples; k++)
		samples[k] = (struct rf_report_sample){.wall_us = 1700000010000000 + k * 10000000ll,
		                                       .packets = 500,
		                                       .lost = k,
		                                       .jitter = 0.5f,
		                                       .mos = 4};
	for (unsigned p = 0; p < 2; p++) {
		fill_media(calls, &media[p], samples, i, p);
		parties[p] = (struct rf_report_party){
			.tag = p == 0 ? RF_STR("from") : RF_STR("to"),
			.tagged = true,
			.created_wall_us = 1700000001000000,
			.peer = p == 0 ? 1 : 0,
			.n_media = 1,
			.media = &media[p],
		};
	}
	*report = (struct rf_call_report){
		.call_id = rf_arena_copy(arena, call_id),
		.created_wall_us = 1700000001000000,
		.last_signal_wall_us = 1700000002000000,
		.answered_wall_us = i % 2 ? 0 : 1700000002000000,
		.age = 72.5 + i,
		.n_parties = 2,
		.parties = parties,
		.rtp = {.packets = 200, .bytes = 34400, .errors = 2},
	};
	*out = report;
	return 0;
}

int rf_call_report_now(const struct rf_calls *calls, struct rf_str call_id, struct rf_arena *arena,
                       struct rf_call_report **out)
{
	return rf_call_report(calls, call_id, arena, out);
}
