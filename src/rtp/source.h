/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/*
 * Arithmetic of one RTP source (SSRC): sequence numbers, loss, duplicates, reordering, jitter (RFC 3550 A.1, A.3, A.8).
 * Integers only, no libc: the kernel module compiles this file too, so that both paths give the same numbers.
 */
#ifndef RF_RTP_SOURCE_H
#define RF_RTP_SOURCE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

struct rf_rtp_source {
	uint32_t ssrc;
	uint32_t clock_rate;     /* Hz, of the last packet's payload type */
	uint64_t packets;        /* received, duplicates included */
	uint64_t bytes;          /* of UDP payload */
	uint32_t expected_past;  /* expected before the last restart of the sequence */
	uint32_t base_seq;       /* extended, first since the last restart */
	uint32_t max_seq;        /* extended, highest seen */
	uint32_t bad_seq;        /* where a restart would go on; above 0xffff: none suspected */
	uint64_t window;         /* bit n: max_seq - n was received */
	uint32_t duplicates;
	uint32_t reordered;
	uint32_t timestamp;      /* RTP, of the last packet */
	uint32_t transit;        /* arrival - timestamp of the last packet measured, RTP units */
	uint32_t jitter;         /* RTP units times 16 (A.8) */
	uint8_t payload_type;    /* of the last packet */
	uint8_t started;         /* a packet was seen */
	int64_t last_us;         /* arrival of the last packet, caller's clock */
};

#endif
