/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/leg.h"

static void give_way(struct rf_leg *leg, const struct rf_rtp_source *source)
{
	leg->past_packets += source->packets;
	leg->past_expected += rf_rtp_source_expected(source);
	leg->past_lost += rf_rtp_source_lost(source);
	leg->past_duplicates += source->duplicates;
	leg->past_reordered += source->reordered;
}

unsigned rf_leg_source(struct rf_leg *leg, uint32_t ssrc)
{
	unsigned oldest = 0;

	if (leg->n_sources > 0 && leg->sources[leg->current].ssrc == ssrc)
		return leg->current;
	for (unsigned i = 0; i < leg->n_sources; i++) {
		if (leg->sources[i].ssrc == ssrc)
			return i;
		if (leg->sources[i].last_us < leg->sources[oldest].last_us)
			oldest = i;
	}
	if (leg->n_sources < RF_LEG_SOURCES)
		oldest = leg->n_sources++;
	else
		give_way(leg, &leg->sources[oldest]);
	rf_rtp_source_init(&leg->sources[oldest], ssrc);
	return oldest;
}

unsigned rf_leg_update(struct rf_leg *leg, uint32_t ssrc, uint16_t seq, uint32_t timestamp, uint8_t payload_type,
                       uint32_t clock_rate, uint32_t bytes, int64_t now_us)
{
	const struct rf_rtp_arrival arrival = {
		.now_us = now_us,
		.timestamp = timestamp,
		.clock_rate = clock_rate ? clock_rate : RF_LEG_CLOCK_RATE,
		.bytes = bytes,
		.seq = seq,
		.payload_type = payload_type,
	};
	unsigned i = rf_leg_source(leg, ssrc);

	leg->current = (uint8_t)i;
	rf_rtp_source_update(&leg->sources[i], &arrival);
	return i;
}

void rf_leg_totals(const struct rf_leg *leg, struct rf_leg_totals *out)
{
	*out = (struct rf_leg_totals){
		.packets = leg->past_packets,
		.expected = leg->past_expected,
		.lost = leg->past_lost,
		.duplicates = leg->past_duplicates,
		.reordered = leg->past_reordered,
	};
	for (unsigned i = 0; i < leg->n_sources; i++) {
		const struct rf_rtp_source *source = &leg->sources[i];

		out->packets += source->packets;
		out->expected += rf_rtp_source_expected(source);
		out->lost += rf_rtp_source_lost(source);
		out->duplicates += source->duplicates;
		out->reordered += source->reordered;
	}
	if (leg->n_sources > 0) {
		const struct rf_rtp_source *source = &leg->sources[leg->current];

		out->jitter = source->jitter / 16.0 / source->clock_rate;
	}
}
