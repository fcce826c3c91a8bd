// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include "stats.h"

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

/**
 * rf_stats_make_room - a slot for an SSRC that has none
 * @stats: of the flow
 * @ssrc: of the packet that is to be measured
 *
 * Context: bottom halves off.
 * Return: an empty slot, or the one that was silent longest.
 */
struct rf_rtp_source *rf_stats_make_room(struct rf_stats *stats, u32 ssrc)
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

/**
 * rf_stats_totals - sums over the SSRCs of a flow
 * @stats: of the flow; packets may be changing them
 *
 * Context: any.
 * Return: the sums.
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
