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

#include "rtp/source.h"

#define RF_LEG_SOURCES 4 /* SSRCs remembered; the one heard least recently gives way */

struct rf_leg {
	struct rf_rtp_source sources[RF_LEG_SOURCES]; /* used ones first */
	uint8_t n_sources;
	uint8_t current;   /* index of the SSRC heard last */
	/* Sums of sources that gave way. */
	uint64_t past_packets, past_expected, past_lost, past_duplicates, past_reordered;
};

/* Over all SSRCs of a leg. */
struct rf_leg_totals {
	uint64_t packets;    /* received, duplicates included */
	uint64_t expected;   /* RFC 3550 A.3 */
	uint64_t lost;       /* expected - received without duplicates; never below 0 */
	uint64_t duplicates; /* */
	uint64_t reordered;  /* arrived after a higher sequence number */
	double jitter;       /* seconds, RFC 3550 A.8, of the SSRC heard last */
};

/*
 * Measure one RTP packet. clock_rate in Hz (0: then 8000 is assumed); now_us monotonic.
 * Returns the index of the source in leg->sources.
 */
unsigned rf_leg_update(struct rf_leg *leg, uint32_t ssrc, uint16_t seq, uint32_t timestamp, uint8_t payload_type,
		       uint32_t clock_rate, uint32_t bytes, int64_t now_us);

void rf_leg_totals(const struct rf_leg *leg, struct rf_leg_totals *out);

/* What a party's RTCP said of its own reception of one SSRC (RFC 3550 section 6.4.1), and the round trip to it. */
struct rf_far_end {
	bool valid;             /* a report block was seen */
	uint32_t ssrc;          /* the source reported on */
	uint8_t fraction_lost;  /* of 256, since its report before */
	int32_t lost;           /* cumulative */
	uint32_t jitter;        /* RTP units */
	uint32_t highest_seq;   /* extended */
	uint32_t round_trip_us; /* relay to party and back; 0: not known */
	uint32_t reports;       /* report blocks seen */
	int64_t last_us;        /* monotonic */
};

#endif
