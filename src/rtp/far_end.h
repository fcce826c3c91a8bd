/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a party's RTCP says of its own reception (RFC 3550 section 6.4.1), and the round trip to it. Values only.
 */
#ifndef RF_RTP_FAR_END_H
#define RF_RTP_FAR_END_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp/rtcp.h"

#define RF_SR_MEMORY 4                       /* sender reports remembered */
#define RF_ROUND_TRIP_MAX_US (60 * 1000000u) /* what is longer is a mistake of the party's */

/* The last report block of a party, about the stream that the relay sends to it. */
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

/* A sender report that was sent to a party. */
struct rf_sr_sent {
	uint32_t ssrc; /* its sender */
	uint32_t
		ntp_mid; /* middle 32 bits of its NTP timestamp, which a report block returns as "last SR"; 0: unused */
	int64_t sent_us; /* monotonic */
};

/* The sender reports sent to one party last. A zeroed memory is an empty one. */
struct rf_sr_memory {
	struct rf_sr_sent sent[RF_SR_MEMORY]; /* a ring */
	uint8_t next;                         /* where the next one goes */
};

/* A sender report goes to the party now. */
void rf_sr_memory_add(struct rf_sr_memory *memory, uint32_t ssrc, uint32_t ntp_mid, int64_t now_us);

/*
 * Take over a report block that came from the party now. memory: of the reports sent to that party. A block that does
 * not answer a remembered report, or whose delay cannot be true, leaves the round trip as it was.
 */
void rf_far_end_update(struct rf_far_end *far, const struct rf_sr_memory *memory, const struct rf_rtcp_block *block,
                       int64_t now_us);

#endif
