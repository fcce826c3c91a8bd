// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include "flow.h"
#include "stats.h"

/**
 * struct rtp_header - RFC 3550, 5.1; at any alignment
 * @first: version and what else no relay asks
 * @second: marker and payload type
 * @seq: sequence number
 * @timestamp: in units of the payload type's clock
 * @ssrc: who sends
 */
struct rtp_header {
	u8 first;
	u8 second;
	__be16 seq;
	__be32 timestamp;
	__be32 ssrc;
} __packed;

static struct kmem_cache *cache;

int __init rf_stats_init(void)
{
	cache = KMEM_CACHE(rf_stats, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

void rf_stats_exit(void)
{
	kmem_cache_destroy(cache);
}

/**
 * rf_stats_new - statistics, all zero
 *
 * Context: may sleep.
 * Return: to be freed with rf_stats_free(); NULL: no memory.
 */
struct rf_stats *rf_stats_new(void)
{
	return kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);
}

/* NULL is fine. */
void rf_stats_free(struct rf_stats *stats)
{
	if (stats)
		kmem_cache_free(cache, stats);
}

static void add_past(struct rf_past *past, const struct rf_rtp_source *source)
{
	past->packets += source->packets;
	past->bytes += source->bytes;
	past->expected += rf_rtp_source_expected(source);
	past->lost += rf_rtp_source_lost(source);
	past->duplicates += source->duplicates;
	past->reordered += source->reordered;
}

/* The slot of an SSRC that has none: an empty one, or the one that was silent longest. */
static struct rf_rtp_source *make_room(struct rf_stats *stats, u32 ssrc)
{
	struct rf_rtp_source *oldest = &stats->slots[0].source;
	unsigned int i;

	for (i = 1; i < RF_MAX_SOURCES && oldest->started; i++) {
		struct rf_rtp_source *source = &stats->slots[i].source;

		if (!source->started || source->last_us < oldest->last_us)
			oldest = source;
	}
	if (oldest->started)
		add_past(&stats->past, oldest);
	rf_rtp_source_init(oldest, ssrc);
	return oldest;
}

static struct rf_rtp_source *find_source(struct rf_stats *stats, u32 ssrc)
{
	struct rf_slot *slot;

	/* A slot that is still empty may be taken for SSRC 0: it is what that one needs. */
	for (slot = stats->slots; slot < stats->slots + RF_MAX_SOURCES; slot++) {
		if (likely(slot->source.ssrc == ssrc))
			return &slot->source;
	}
	return make_room(stats, ssrc);
}

static u32 clock_rate(const struct rf_flow *flow, u8 number)
{
	const struct rf_type *type;

	for (type = flow->types; type < flow->types + flow->n_types; type++) {
		if (likely(type->number == number))
			return type->clock_rate;
	}
	return rf_rtp_static_clock_rate(number);
}

/**
 * rf_stats_rtp - measure a packet
 * @flow: that it matched
 * @payload: begins with its RTP header, 12 bytes
 * @bytes: of UDP payload
 *
 * Context: softirq.
 */
void rf_stats_rtp(const struct rf_flow *flow, const void *payload, u32 bytes)
{
	const struct rtp_header *rtp = payload;
	struct rf_rtp_arrival arrival = {
		.now_us = rf_stats_now_us(),
		.timestamp = be32_to_cpu(rtp->timestamp),
		.bytes = bytes,
		.seq = be16_to_cpu(rtp->seq),
		.payload_type = rtp->second & 0x7f,
	};

	arrival.clock_rate = clock_rate(flow, arrival.payload_type);
	rf_rtp_source_update(find_source(flow->stats, be32_to_cpu(rtp->ssrc)), &arrival);
}

/**
 * rf_stats_rtcp - count a packet
 * @flow: that it matched
 * @bytes: of UDP payload
 *
 * Context: softirq.
 */
void rf_stats_rtcp(const struct rf_flow *flow, u32 bytes)
{
	flow->stats->rtcp_packets++;
	flow->stats->rtcp_bytes += bytes;
	flow->stats->rtcp_us = rf_stats_now_us();
}

/**
 * rf_stats_totals - sums over the SSRCs of a flow
 * @stats: of the flow; packets may be changing them
 *
 * Context: any.
 */
struct rf_totals rf_stats_totals(const struct rf_stats *stats)
{
	struct rf_totals totals = {
		.packets = READ_ONCE(stats->past.packets) + READ_ONCE(stats->rtcp_packets),
		.bytes = READ_ONCE(stats->past.bytes) + READ_ONCE(stats->rtcp_bytes),
		.last_us = READ_ONCE(stats->rtcp_us),
	};
	unsigned int i;

	for (i = 0; i < RF_MAX_SOURCES; i++) {
		const struct rf_rtp_source *source = &stats->slots[i].source;

		totals.packets += READ_ONCE(source->packets);
		totals.bytes += READ_ONCE(source->bytes);
		totals.last_us = max_t(s64, totals.last_us, READ_ONCE(source->last_us));
	}
	return totals;
}
