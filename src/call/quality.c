/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call/quality.h"

#include <errno.h>
#include <stdlib.h>

#include "rtp/mos.h"

static double ratio(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

/* Room for one more sample: the ring doubles until it has its full size, then the oldest gives way. */
static bool make_room(struct rf_quality *quality)
{
	if (quality->n < quality->size || quality->size == RF_QUALITY_SAMPLES)
		return true;

	unsigned size = quality->size ? quality->size * 2u : 6;
	if (size > RF_QUALITY_SAMPLES)
		size = RF_QUALITY_SAMPLES;
	struct rf_report_sample *ring = realloc(quality->ring, size * sizeof(*ring));
	if (!ring)
		return false;
	quality->ring = ring;
	quality->size = (uint16_t)size;
	quality->next = quality->n;
	return true;
}

static void keep(struct rf_quality *quality, const struct rf_report_sample *sample)
{
	if (!make_room(quality))
		return;
	quality->ring[quality->next] = *sample;
	quality->next = (uint16_t)((quality->next + 1) % quality->size);
	if (quality->n < quality->size)
		quality->n++;
}

static void score(struct rf_quality *quality, const struct rf_report_sample *sample)
{
	if (quality->n_scored == 0 || sample->mos < quality->worst.mos)
		quality->worst = *sample;
	if (quality->n_scored == 0 || sample->mos > quality->best.mos)
		quality->best = *sample;
	quality->mos_sum += (double)sample->mos;
	quality->n_scored++;
}

void rf_quality_sample(struct rf_quality *quality, const struct rf_leg_totals *totals, struct rf_str codec,
                       double round_trip, int64_t wall_us)
{
	uint64_t packets = totals->packets - totals->duplicates;
	/* A late packet takes a loss of an earlier interval back: then nothing was lost in this one. */
	uint64_t lost = totals->lost > quality->last_lost ? totals->lost - quality->last_lost : 0;
	struct rf_report_sample sample = {
		.wall_us = wall_us,
		.packets = (uint32_t)(packets - quality->last_packets),
		.lost = (uint32_t)lost,
		.jitter = (float)totals->jitter,
		.round_trip = (float)round_trip,
	};
	uint64_t expected = (uint64_t)sample.packets + sample.lost;

	quality->last_packets = packets;
	quality->last_lost = totals->lost;
	if (expected) {
		quality->last_loss_ratio = ratio(lost, expected);
		sample.mos = (float)rf_mos(codec, quality->last_loss_ratio, totals->jitter, round_trip);
		score(quality, &sample);
	} else if (!quality->n_scored) {
		return; /* nothing to tell before the first packet */
	}
	keep(quality, &sample);
}

void rf_quality_free(struct rf_quality *quality)
{
	free(quality->ring);
	*quality = (struct rf_quality){0};
}

int rf_quality_report(const struct rf_quality *quality, const struct rf_leg_totals *totals, struct rf_str codec,
                      double round_trip, struct rf_arena *arena, struct rf_report_quality *out)
{
	struct rf_report_sample *samples = NULL;

	if (quality->n) {
		samples = rf_arena_alloc(arena, quality->n * sizeof(*samples));
		if (!samples)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < quality->n; i++) {
		unsigned oldest = quality->n < quality->size ? 0 : quality->next;
		samples[i] = quality->ring[(oldest + i) % quality->size];
	}
	*out = (struct rf_report_quality){
		.totals = *totals,
		.loss_ratio = ratio(totals->lost, totals->expected),
		.loss_ratio_interval =
			quality->n_scored ? quality->last_loss_ratio : ratio(totals->lost, totals->expected),
		.round_trip = round_trip,
		.worst = quality->worst,
		.best = quality->best,
		.samples = samples,
		.n_samples = quality->n,
	};
	if (totals->packets)
		out->mos = rf_mos(codec, out->loss_ratio, totals->jitter, round_trip);
	if (quality->n_scored) {
		out->mos_min = (double)quality->worst.mos;
		out->mos_max = (double)quality->best.mos;
		out->mos_average = quality->mos_sum / quality->n_scored;
	}
	return 0;
}
