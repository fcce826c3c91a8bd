/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/*
 * Arithmetic of one RTP source (SSRC): sequence numbers, loss, duplicates, reordering, jitter (RFC 3550 A.1, A.3, A.8).
 * Integers only, no libc: the kernel module compiles source.c too, so that both paths give the same numbers.
 *
 * Where this departs from the RFC's sample code, and why:
 * - No probation. A source counts from its first packet, since a relay has checked the address before. A first packet
 *   that was a stray is put right by the restart rule: two packets in sequence elsewhere begin a new sequence.
 * - The packet that a restart was suspected from belongs to the new sequence once the next one confirms it.
 * - A packet older than the first one, within the misorder limit, moves the beginning back rather than making loss
 * negative.
 * - Jitter is not measured on duplicates, on packets that repeat the timestamp of the packet before (RFC 4733 events,
 * the fragments of a video frame), where the payload type changes, and where arrival and timestamp part by more than a
 *   second: that is a sender whose timestamps jump or stand still in silence, not a network.
 */
#ifndef RF_RTP_SOURCE_H
#define RF_RTP_SOURCE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

#define RF_RTP_MAX_DROPOUT 3000 /* a sequence number this far ahead is a restart, not loss (A.1) */
#define RF_RTP_MAX_MISORDER 100 /* one this far behind is a restart, not reordering (A.1) */
#define RF_RTP_WINDOW 64        /* packets behind the highest in which duplicates are told from late ones */
#define RF_RTP_NO_BAD_SEQ 0x10000u

/*
 * Sequence numbers are extended to 32 bits by counting their wraps; they are compared modulo 2^32. What every packet
 * reads and writes comes first, in 64 bytes.
 */
struct rf_rtp_source {
	uint32_t ssrc;
	uint32_t clock_rate;    /* Hz, of the last packet's payload type; never 0 once started */
	uint64_t packets;       /* received, duplicates included */
	uint64_t bytes;         /* of UDP payload */
	uint64_t window;        /* bit n: max_seq - n was received */
	int64_t last_us;        /* arrival of the last packet, caller's clock */
	uint32_t max_seq;       /* extended, highest seen */
	uint32_t bad_seq;       /* where a suspected restart would go on; RF_RTP_NO_BAD_SEQ: none suspected */
	uint32_t timestamp;     /* RTP, of the last packet that was not a duplicate */
	uint32_t transit;       /* arrival - timestamp of the same packet, RTP units */
	uint32_t jitter;        /* RTP units times 16 (A.8) */
	uint8_t payload_type;   /* of the last packet that was not a duplicate */
	uint8_t started;        /* a packet was seen */
	uint32_t expected_past; /* expected before the last restart of the sequence */
	uint32_t base_seq;      /* extended, first since the last restart */
	uint32_t duplicates;    /* received again within the window */
	uint32_t reordered;     /* arrived after a higher sequence number, duplicates not included */
	uint32_t strays;        /* out of any sequence: neither expected nor lost */
};

/* What of a packet is measured. */
struct rf_rtp_arrival {
	int64_t now_us;       /* arrival, any monotonic clock */
	uint32_t timestamp;   /* RTP */
	uint32_t clock_rate;  /* Hz of the payload type, not 0 */
	uint32_t bytes;       /* of UDP payload */
	uint16_t seq;         /* RTP sequence number */
	uint8_t payload_type; /* 0 to 127 */
};

/* What a packet was found to be. */
enum rf_rtp_verdict {
	RF_RTP_NEXT,      /* first, next, or ahead within the dropout limit */
	RF_RTP_LATE,      /* behind, received for the first time (or too late to tell) */
	RF_RTP_DUPLICATE, /* received before */
	RF_RTP_STRAY,     /* out of sequence; the next one in order would confirm a restart */
	RF_RTP_RESTART,   /* it has: a new sequence, of two packets so far */
};

/* Forget everything, measure this SSRC from its next packet. */
void rf_rtp_source_init(struct rf_rtp_source *source, uint32_t ssrc);

/* Hz of a payload type that nobody named: of a static one (RFC 3551 section 6) its own, 8000 of all others. */
uint32_t rf_rtp_static_clock_rate(uint8_t payload_type);

/* Measure the sequence number of a packet that is not simply ahead; of rf_rtp_source_update() alone. */
enum rf_rtp_verdict rf_rtp_source_place(struct rf_rtp_source *source, uint16_t seq);

/* Measure the jitter of a packet that began a source or has another type; of rf_rtp_source_update() alone. */
void rf_rtp_source_change_type(struct rf_rtp_source *source, uint8_t payload_type, uint32_t clock_rate);

/* Packets expected since the first one, over restarts (A.3). */
uint64_t rf_rtp_source_expected(const struct rf_rtp_source *source);

/* Of those, packets not received; never below 0. */
uint64_t rf_rtp_source_lost(const struct rf_rtp_source *source);

static inline void rf_rtp_source_advance(struct rf_rtp_source *source, uint16_t ahead)
{
	source->max_seq += ahead;
	source->window = ahead < RF_RTP_WINDOW ? source->window << ahead | 1 : 1;
	source->bad_seq = RF_RTP_NO_BAD_SEQ;
}

/* Arrival in RTP units, modulo 2^32. Split so that the product fits in 64 bits. */
static inline uint32_t rf_rtp_arrival_units(const struct rf_rtp_arrival *arrival)
{
	uint64_t us = (uint64_t)arrival->now_us;

	return (uint32_t)(us / 1000000u * arrival->clock_rate + us % 1000000u * arrival->clock_rate / 1000000u);
}

static inline void rf_rtp_source_measure_jitter(struct rf_rtp_source *source, const struct rf_rtp_arrival *arrival)
{
	uint32_t transit = rf_rtp_arrival_units(arrival) - arrival->timestamp;

	/* A source that has not started has no clock rate. */
	if (source->payload_type == arrival->payload_type && source->clock_rate == arrival->clock_rate) {
		uint32_t step = transit - source->transit;

		if (source->timestamp == arrival->timestamp)
			return;
		if (step > 0x7fffffff)
			step = 0 - step; /* the absolute value, modulo 2^32 */
		if (step <= arrival->clock_rate)
			source->jitter += step - ((source->jitter + 8) >> 4);
	} else {
		rf_rtp_source_change_type(source, arrival->payload_type, arrival->clock_rate);
	}
	source->transit = transit;
	source->timestamp = arrival->timestamp;
}

/* Measure a packet. Here, so that what nearly every packet takes is compiled into its caller. */
static inline enum rf_rtp_verdict rf_rtp_source_update(struct rf_rtp_source *source,
                                                       const struct rf_rtp_arrival *arrival)
{
	uint16_t ahead = (uint16_t)(arrival->seq - source->max_seq);
	enum rf_rtp_verdict verdict = RF_RTP_NEXT;

	if (source->started && ahead != 0 && ahead < RF_RTP_MAX_DROPOUT)
		rf_rtp_source_advance(source, ahead);
	else
		verdict = rf_rtp_source_place(source, arrival->seq);
	source->packets++;
	source->bytes += arrival->bytes;
	source->last_us = arrival->now_us;
	if (verdict != RF_RTP_DUPLICATE && verdict != RF_RTP_STRAY)
		rf_rtp_source_measure_jitter(source, arrival);
	return verdict;
}

#endif
