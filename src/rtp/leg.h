/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One party's RTP in one media, by SSRC: what loss and jitter are measured on. Values only, no clock, no
 * I/O: the caller gives the time. The arithmetic itself is in rtp/source.h, which the kernel module
 * compiles too.
 */
#ifndef RF_RTP_LEG_H
#define RF_RTP_LEG_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp/far_end.h"
#include "rtp/source.h"

#define RF_LEG_SOURCES 4       /* SSRCs remembered; the one heard least recently gives way */
#define RF_LEG_CLOCK_RATE 8000 /* Hz, assumed for a payload type of unknown rate */

/*
 * In a source's payload_type: the packet before the next was not measured here, so that no jitter can be measured on
 * the next. A packet's payload type never equals one with this bit.
 */
#define RF_LEG_TYPE_UNTIMED 0x80

struct rf_leg {
	struct rf_rtp_source sources[RF_LEG_SOURCES]; /* used ones first */
	uint8_t n_sources;                            /* used ones */
	uint8_t current;                              /* index of the SSRC heard last */
	uint64_t past_packets;                        /* of sources that gave way: received */
	uint64_t past_expected;                       /* of the same: expected */
	uint64_t past_lost;                           /* of the same: lost */
	uint64_t past_duplicates;                     /* of the same: received again */
	uint64_t past_reordered;                      /* of the same: late */
};

/* Over all SSRCs of a leg. */
struct rf_leg_totals {
	uint64_t packets;    /* received, duplicates included */
	uint64_t expected;   /* RFC 3550 A.3 */
	uint64_t lost;       /* expected - received without duplicates; never below 0 */
	uint64_t duplicates; /* received again */
	uint64_t reordered;  /* arrived after a higher sequence number */
	double jitter;       /* seconds, RFC 3550 A.8, of the SSRC heard last */
};

/*
 * Measure one RTP packet. clock_rate in Hz (0: then 8000 is assumed); now_us monotonic.
 * Returns the index of the source in leg->sources. A zeroed leg is an empty one.
 */
unsigned rf_leg_update(struct rf_leg *leg, uint32_t ssrc, uint16_t seq, uint32_t timestamp, uint8_t payload_type,
                       uint32_t clock_rate, uint32_t bytes, int64_t now_us);

/* The index of an SSRC's source; a new one is made, and the one heard least recently gives way to it. */
unsigned rf_leg_source(struct rf_leg *leg, uint32_t ssrc);

/* The payload type of a source's last packet, 0 to 127. */
static inline uint8_t rf_leg_payload_type(const struct rf_rtp_source *source)
{
	return source->payload_type & (uint8_t)~RF_LEG_TYPE_UNTIMED;
}

void rf_leg_totals(const struct rf_leg *leg, struct rf_leg_totals *out);

#endif
