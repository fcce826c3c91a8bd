/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading compound RTCP packets (RFC 3550 section 6), reduced-size ones too (RFC 5506). Nothing is copied or allocated.
 */
#ifndef RF_RTP_RTCP_H
#define RF_RTP_RTCP_H

#include <stddef.h>
#include <stdint.h>

enum rf_rtcp_type { RF_RTCP_SR = 200, RF_RTCP_RR = 201, RF_RTCP_SDES = 202, RF_RTCP_BYE = 203, RF_RTCP_APP = 204 };

/* One packet of a compound. */
struct rf_rtcp_packet {
	uint8_t type;          /* enum rf_rtcp_type, or another */
	uint8_t n_blocks;      /* report blocks of an SR or RR; 0 in others */
	uint32_t ssrc;         /* SR, RR: the sender; 0 in others */
	uint32_t ntp_mid;      /* SR: middle 32 bits of the NTP timestamp */
	uint32_t timestamp;    /* SR: in RTP units, of the same instant */
	uint32_t packets_sent; /* SR: since the sender began */
	uint32_t octets_sent;  /* SR: of payload, since then */
	const uint8_t *blocks; /* SR, RR: the report blocks as they came; see rf_rtcp_block */
};

/* A report block (section 6.4.1). */
struct rf_rtcp_block {
	uint32_t ssrc;           /* the source reported on */
	uint8_t fraction_lost;   /* of 256, since the report before */
	int32_t lost;            /* cumulative, 24 bits with sign */
	uint32_t highest_seq;    /* extended */
	uint32_t jitter;         /* RTP units */
	uint32_t last_sr;        /* ntp_mid of the last SR from that source; 0: none */
	uint32_t delay_since_sr; /* since it was received, 1/65536 s */
};

/* Where a reader is. */
struct rf_rtcp_reader {
	const uint8_t *p; /* the next packet, borrowed */
	size_t left;      /* bytes from there */
};

/* Read data, which must outlive the reader. */
void rf_rtcp_reader_init(struct rf_rtcp_reader *reader, const void *data, size_t len);

/* The next packet of the compound: 1, 0 at the end, -EBADMSG where the lengths or the version are wrong. */
int rf_rtcp_next(struct rf_rtcp_reader *reader, struct rf_rtcp_packet *out);

/* Report block i, below n_blocks, of a packet from rf_rtcp_next(). */
void rf_rtcp_block(const struct rf_rtcp_packet *packet, unsigned i, struct rf_rtcp_block *out);

#endif
