/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of calls: finding, making, ending, counting.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "call/model.h"
#include "call/report.h"

#define CALL(it) RF_CONTAINER(it, struct rf_call, link)
#define TICK_US 100000 /* each slot is visited once a second */

static const double duration_bounds[] = {1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400};
static const double setup_bounds[] = {0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120};
static const double jitter_bounds[] = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2};
static const double loss_bounds[] = {0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5};
static const double mos_bounds[] = {1.5, 2, 2.5, 3, 3.25, 3.5, 3.75, 4, 4.2, 4.4};
static const double round_trip_bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2};

#define INIT(h, b) rf_histogram_init(h, b, sizeof(b) / sizeof((b)[0]))

int rf_text_set(struct rf_str *dst, struct rf_str src)
{
	char *copy = NULL;

	if (rf_str_equal(*dst, src))
		return 0;
	if (src.len) {
		copy = malloc(src.len);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, src.p, src.len);
	}
	rf_text_free(dst);
	*dst = (struct rf_str){copy, src.len};
	return 0;
}

void rf_text_free(struct rf_str *s)
{
	free((char *)s->p);
	*s = RF_STR_NONE;
}

int rf_calls_new(const struct rf_calls_config *config, struct rf_calls **out)
{
	uint64_t seed = (uint64_t)rf_clock_us();
	struct rf_calls *calls = calloc(1, sizeof(*calls));
	int error;

	if (!calls)
		return -ENOMEM;
	calls->config = *config;
	for (unsigned i = 0; i < RF_CALL_SLOTS; i++)
		rf_list_init(&calls->slots[i]);
	INIT(&calls->totals.duration, duration_bounds);
	INIT(&calls->totals.setup, setup_bounds);
	INIT(&calls->totals.jitter, jitter_bounds);
	INIT(&calls->totals.loss, loss_bounds);
	INIT(&calls->totals.mos, mos_bounds);
	INIT(&calls->totals.round_trip, round_trip_bounds);

	/* Without entropy yet the clock's reading is the seed: chosen keys are a nuisance, not a breach. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed ^= (uint64_t)rf_clock_wall_us();
	snprintf(calls->loop_id, sizeof(calls->loop_id), "%016llx", (unsigned long long)seed * 0x9e3779b97f4a7c15ull);
	error = rf_hash_init(&calls->by_id, seed);
	if (error)
		goto free_calls;
	error = rf_loop_timer(config->loop, TICK_US, true, rf_timer_tick, calls, &calls->timer);
	if (error)
		goto free_hash;
	*out = calls;
	return 0;

free_hash:
	rf_hash_free(&calls->by_id);
free_calls:
	free(calls);
	return error;
}

void rf_calls_free(struct rf_calls *calls)
{
	if (!calls)
		return;
	for (unsigned i = 0; i < RF_CALL_SLOTS; i++) {
		RF_LIST_EACH_SAFE (it, &calls->slots[i])
			rf_call_end(CALL(it), CALL(it)->delete_at_us ? RF_END_DELETE : RF_END_SHUTDOWN);
	}
	rf_loop_remove(calls->timer);
	rf_hash_free(&calls->by_id);
	free(calls);
}

void rf_calls_set_limits(struct rf_calls *calls, const struct rf_calls_limits *limits)
{
	calls->config.limits = *limits;
}

struct rf_call *rf_call_find(const struct rf_calls *calls, struct rf_str call_id)
{
	struct rf_hash_node *node = rf_hash_find(&calls->by_id, call_id);

	return node ? RF_CONTAINER(node, struct rf_call, node) : NULL;
}

int rf_call_new(struct rf_calls *calls, struct rf_str call_id, struct rf_call **out)
{
	struct rf_call *call = calloc(1, sizeof(*call));
	int error = -ENOMEM;

	if (!call)
		return error;
	if (rf_text_set(&call->call_id, call_id))
		goto free_call;
	error = rf_group_new(calls->config.dataplane, &call->group);
	if (error)
		goto free_call_id;

	rf_list_init(&call->parties);
	call->calls = calls;
	call->learn = calls->config.learn;
	call->tos = calls->config.tos;
	if (calls->config.strict_source)
		call->stream_flags |= RF_STREAM_STRICT;
	call->created_us = call->signal_us = rf_clock_us();
	call->created_wall_us = call->signal_wall_us = rf_clock_wall_us();
	call->node.key = call->call_id;
	rf_hash_insert(&calls->by_id, &call->node);
	rf_list_append(&calls->slots[calls->next_slot], &call->link);
	calls->next_slot = (calls->next_slot + 1) % RF_CALL_SLOTS;
	calls->totals.sessions++;
	if (calls->by_id.count > calls->peak)
		calls->peak = (unsigned)calls->by_id.count;
	*out = call;
	return 0;

free_call_id:
	rf_text_free(&call->call_id);
free_call:
	free(call);
	return error;
}

/* Count one leg's quality into the histograms and tell it. */
static void count_leg(struct rf_call *call, const struct rf_report_party *party, const struct rf_report_media *media)
{
	struct rf_calls_totals *totals = &call->calls->totals;
	const struct rf_report_quality *quality = &media->quality;

	if (!quality->totals.packets)
		return;
	rf_histogram_observe(&totals->jitter, quality->totals.jitter);
	rf_histogram_observe(&totals->loss, quality->loss_ratio);
	rf_histogram_observe(&totals->mos, quality->mos);
	if (quality->round_trip > 0)
		rf_histogram_observe(&totals->round_trip, quality->round_trip);
	rf_call_log(call, RF_LOG_INFO,
	            "leg %.*s media %u %.*s: %llu packets, %llu lost, %llu duplicate, %llu reordered, jitter %.1f ms, "
	            "MOS %.1f",
	            RF_STR_ARG(party->tag), media->index, RF_STR_ARG(media->codec),
	            (unsigned long long)quality->totals.packets, (unsigned long long)quality->totals.lost,
	            (unsigned long long)quality->totals.duplicates, (unsigned long long)quality->totals.reordered,
	            quality->totals.jitter * 1000, quality->mos);
}

static bool heard(const struct rf_report_party *party)
{
	for (unsigned i = 0; i < party->n_media; i++) {
		for (unsigned j = 0; j < party->media[i].n_streams; j++) {
			if (party->media[i].streams[j].now.packets_in)
				return true;
		}
	}
	return false;
}

/* The end-of-call figures: quality of each leg, and whether one party alone was heard. */
static void count_end(struct rf_call *call, enum rf_end why)
{
	struct rf_calls_totals *totals = &call->calls->totals;
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_call_report *report = NULL;
	unsigned parties_heard = 0;

	totals->ended[why]++;
	rf_histogram_observe(&totals->duration, (double)(rf_clock_us() - call->created_us) / 1e6);
	if (!arena || rf_call_report(call->calls, call->call_id, arena, &report))
		goto out;
	for (unsigned i = 0; i < report->n_parties; i++) {
		const struct rf_report_party *party = &report->parties[i];

		for (unsigned j = 0; j < party->n_media; j++)
			count_leg(call, party, &party->media[j]);
		parties_heard += heard(party);
	}
	if (call->answered_us && parties_heard == 1) {
		totals->one_way++;
		rf_call_log(call, RF_LOG_WARNING, "one-way: packets came from one party only");
	}
	rf_call_log(call, RF_LOG_INFO, "ended (%s) after %.1f s: %llu RTP packets, %llu RTCP packets", rf_end_name(why),
	            report->age, (unsigned long long)report->rtp.packets, (unsigned long long)report->rtcp.packets);
out:
	rf_arena_free(arena);
}

void rf_call_end(struct rf_call *call, enum rf_end why)
{
	struct rf_calls *calls = call->calls;

	rf_group_finish(call->group);
	count_end(call, why);
	if (call->delete_at_us)
		calls->deleted--;
	rf_hash_remove(&calls->by_id, &call->node);
	rf_list_remove(&call->link);
	RF_LIST_EACH_SAFE (it, &call->parties)
		rf_party_free(RF_PARTY(it));
	rf_group_free(call->group);
	rf_text_free(&call->metadata);
	rf_text_free(&call->call_id);
	free(call);
}

void rf_call_schedule_end(struct rf_call *call, int64_t delay_s)
{
	if (delay_s <= 0) {
		rf_call_end(call, RF_END_DELETE);
		return;
	}
	if (!call->delete_at_us)
		call->calls->deleted++;
	call->delete_at_us = rf_clock_us() + delay_s * 1000000;
}

void rf_call_revive(struct rf_call *call)
{
	if (!call->delete_at_us)
		return;
	call->delete_at_us = 0;
	call->calls->deleted--;
}

int rf_calls_terminate(struct rf_calls *calls, struct rf_str call_id)
{
	struct rf_call *call = rf_call_find(calls, call_id);

	if (!call)
		return -ENOENT;
	rf_call_end(call, RF_END_TERMINATE);
	return 0;
}

void rf_calls_drain(struct rf_calls *calls, bool drain)
{
	calls->draining = drain;
}

bool rf_calls_draining(const struct rf_calls *calls)
{
	return calls->draining;
}

unsigned rf_calls_count(const struct rf_calls *calls)
{
	return (unsigned)calls->by_id.count - calls->deleted;
}

unsigned rf_calls_held(const struct rf_calls *calls)
{
	return (unsigned)calls->by_id.count;
}

unsigned rf_calls_peak(struct rf_calls *calls)
{
	unsigned peak = calls->peak;

	calls->peak = (unsigned)calls->by_id.count;
	return peak;
}

void rf_calls_each(const struct rf_calls *calls, bool (*fn)(struct rf_str call_id, void *arg), void *arg)
{
	for (unsigned i = 0; i < RF_CALL_SLOTS; i++) {
		RF_LIST_EACH (it, &calls->slots[i]) {
			if (!fn(CALL(it)->call_id, arg))
				return;
		}
	}
}

const struct rf_calls_totals *rf_calls_totals(const struct rf_calls *calls)
{
	return &calls->totals;
}

const char *rf_end_name(enum rf_end end)
{
	static const char *const names[RF_ENDS] = {
		[RF_END_DELETE] = "delete",
		[RF_END_TIMEOUT] = "timeout",
		[RF_END_SILENT_TIMEOUT] = "silent_timeout",
		[RF_END_OFFER_TIMEOUT] = "offer_timeout",
		[RF_END_FINAL_TIMEOUT] = "final_timeout",
		[RF_END_TERMINATE] = "terminate",
		[RF_END_NO_PORTS] = "no_ports",
		[RF_END_FAILED] = "failed",
		[RF_END_SHUTDOWN] = "shutdown",
	};
	return names[end];
}
