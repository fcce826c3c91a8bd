/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One leg whose packets were measured in two places: some here, by rtp/leg.h, and some by the kernel, whose figures of
 * each SSRC come as a part. The packets of the two are disjoint; which one saw which is a matter of time, with few
 * strays at the borders. Values only.
 */
#ifndef RF_RTP_MERGE_H
#define RF_RTP_MERGE_H

#include "rtp/leg.h"

/* What the other place tells of one SSRC, since it saw it first. */
struct rf_leg_part {
	uint32_t ssrc;        /* as in the RTP header */
	uint32_t clock_rate;  /* Hz, of the last packet */
	uint64_t packets;     /* received, duplicates included */
	uint64_t bytes;       /* of UDP payload */
	uint64_t expected;    /* RFC 3550 A.3 */
	uint32_t duplicates;  /* received again */
	uint32_t reordered;   /* late */
	uint32_t strays;      /* out of any sequence */
	uint32_t jitter;      /* RTP units times 16 */
	uint32_t highest_seq; /* extended by wraps since its own first packet; the low 16 bits are the RTP header's */
	uint64_t window;      /* bit n: highest_seq - n was received; 0: not known */
	uint8_t payload_type; /* of the last packet */
	int64_t last_us;      /* arrival of the last packet, the clock of rf_leg_update */
};

/*
 * Add a part to a leg, as if one place had measured all packets: packets, bytes, duplicates, reordered and strays are
 * summed; expected covers both ranges of sequence numbers and a gap between them of less than RF_RTP_MAX_DROPOUT, and
 * counts an overlap once; the part's first packet is a duplicate when it was received here as well, and late when it
 * lies behind what was. Afterwards the leg goes on from the part's highest sequence number, knows which packets behind
 * it were received, and its jitter is that of whichever of the two heard the SSRC last.
 * For a report: merge into a copy. For good, when the other place has ended: merge into the leg itself.
 */
void rf_leg_merge(struct rf_leg *leg, const struct rf_leg_part *part);

/*
 * A packet that was received here while the other place measures the leg: counted, and no sequence or jitter worked out
 * from it, since its neighbours are unknown here. What the other place thinks lost with it is made good by the merge.
 * Returns the index of the source.
 */
unsigned rf_leg_count_aside(struct rf_leg *leg, uint32_t ssrc, uint16_t seq, uint8_t payload_type, uint32_t clock_rate,
                            uint32_t bytes, int64_t now_us);

#endif
