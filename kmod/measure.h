/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet adds to the figures of its flow; compiled into the one function that needs it. */
#ifndef RF_MEASURE_H
#define RF_MEASURE_H

#include "flow.h"

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

static __always_inline struct rf_rtp_source *rf_measure_source(struct rf_stats *stats, u32 ssrc)
{
	unsigned int i;

	/* A slot that is still empty may be taken for SSRC 0: it is what that one needs. */
	for (i = 0; i < RF_MAX_SOURCES; i++) {
		if (likely(stats->slots[i].source.ssrc == ssrc))
			return &stats->slots[i].source;
	}
	return rf_stats_make_room(stats, ssrc);
}

static __always_inline u32 rf_measure_clock_rate(const struct rf_flow *flow, u8 number)
{
	unsigned int i;

	for (i = 0; i < flow->n_types; i++) {
		if (likely(flow->types[i].number == number))
			return flow->types[i].clock_rate;
	}
	return rf_rtp_static_clock_rate(number);
}

/* RTP, with its header of 12 bytes, and so many bytes of UDP payload. Bottom halves off. */
static __always_inline void rf_measure_rtp(const struct rf_flow *flow, const void *payload,
					   u32 bytes)
{
	const struct rtp_header *rtp = payload;
	u8 payload_type = rtp->second & 0x7f;
	struct rf_rtp_arrival arrival = {
		.now_us = rf_stats_now_us(),
		.timestamp = be32_to_cpu(rtp->timestamp),
		.clock_rate = rf_measure_clock_rate(flow, payload_type),
		.bytes = bytes,
		.seq = be16_to_cpu(rtp->seq),
		.payload_type = payload_type,
	};

	rf_rtp_source_update(rf_measure_source(flow->stats, be32_to_cpu(rtp->ssrc)), &arrival);
}

/* RTCP, of so many bytes of UDP payload. Bottom halves off. */
static inline void rf_measure_rtcp(const struct rf_flow *flow, u32 bytes)
{
	flow->stats->rtcp_packets++;
	flow->stats->rtcp_bytes += bytes;
	flow->stats->rtcp_us = rf_stats_now_us();
}

#endif
