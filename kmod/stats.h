/* SPDX-License-Identifier: GPL-2.0-only */
/* What is counted and measured of a flow. */
#ifndef RF_STATS_H
#define RF_STATS_H

#include <linux/cache.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/types.h>
#include <uapi/rtpferry.h>
#include "rtp/source.h"

#ifndef CONFIG_64BIT
#error "figures are read while packets change them; expected a kernel of 64 bits, which tears none"
#endif

#define RF_MAX_SOURCES 4

/**
 * struct rf_slot - one SSRC
 * @source: its figures; those that each packet writes come first
 */
struct rf_slot {
	struct rf_rtp_source source;
} ____cacheline_aligned;

/**
 * struct rf_past - sums over the SSRCs of a flow that had to make room
 * @packets: received
 * @bytes: of UDP payload in them
 * @expected: by sequence numbers
 * @lost: of those, not received
 * @duplicates: received again
 * @reordered: late
 */
struct rf_past {
	u64 packets;
	u64 bytes;
	u64 expected;
	u64 lost;
	u64 duplicates;
	u64 reordered;
};

/**
 * struct rf_stats - what is counted and measured of a flow
 *
 * Written by the CPU on which the stream arrives, without a lock. Where a stream moves
 * to another CPU while packets are on both, a count may be lost; nothing else can.
 *
 * @slots: the last SSRCs, the first of the flow in front
 * @past: of SSRCs that had to make room
 * @rtcp_packets: RTCP
 * @rtcp_bytes: of UDP payload in it
 * @rtcp_us: ktime of the last
 * @passed_up: by enum rtpferry_reason
 * @dropped: by enum rtpferry_reason
 */
struct rf_stats {
	struct rf_slot slots[RF_MAX_SOURCES];
	struct rf_past past;
	u64 rtcp_packets;
	u64 rtcp_bytes;
	s64 rtcp_us;
	u64 passed_up[RTPFERRY_REASON_COUNT];
	u64 dropped[RTPFERRY_REASON_COUNT];
};

/**
 * struct rf_totals - sums over the SSRCs of a flow
 * @packets: RTCP included
 * @bytes: of UDP payload in them
 * @last_us: ktime of the last; 0: none yet
 */
struct rf_totals {
	u64 packets;
	u64 bytes;
	s64 last_us;
};

/* The clock of all figures, in microseconds. */
static inline s64 rf_stats_now_us(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

int rf_stats_init(void);
void rf_stats_exit(void);
struct rf_stats *rf_stats_new(void);
void rf_stats_free(struct rf_stats *stats);
struct rf_rtp_source *rf_stats_make_room(struct rf_stats *stats, u32 ssrc);
struct rf_totals rf_stats_totals(const struct rf_stats *stats);

#endif
