/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/rtcp.h"

#include <errno.h>

#include "rtp/bytes.h"

#define VERSION 2
#define PADDING 0x20    /* of the first byte */
#define COUNT_MASK 0x1f /* of the first byte */
#define HEADER 4        /* bytes of the common header */
#define BLOCK 24        /* bytes of a report block */
#define SR_BLOCKS 28    /* where the report blocks begin, in an SR … */
#define RR_BLOCKS 8     /* … and in an RR */

void rf_rtcp_reader_init(struct rf_rtcp_reader *reader, const void *data, size_t len)
{
	reader->p = data;
	reader->left = len;
}

/* SR and RR: p is the packet, size its bytes without padding. 0 or -EBADMSG. */
static int read_report(const uint8_t *p, size_t size, struct rf_rtcp_packet *out)
{
	size_t blocks = out->type == RF_RTCP_SR ? SR_BLOCKS : RR_BLOCKS;
	unsigned n = p[0] & COUNT_MASK;

	if (size < blocks + (size_t)n * BLOCK)
		return -EBADMSG;
	out->ssrc = rf_get_u32(p + 4);
	out->n_blocks = (uint8_t)n;
	out->blocks = p + blocks;
	if (out->type == RF_RTCP_SR) {
		out->ntp_mid = rf_get_u32(p + 10);
		out->timestamp = rf_get_u32(p + 16);
		out->packets_sent = rf_get_u32(p + 20);
		out->octets_sent = rf_get_u32(p + 24);
	}
	return 0;
}

int rf_rtcp_next(struct rf_rtcp_reader *reader, struct rf_rtcp_packet *out)
{
	const uint8_t *p = reader->p;
	struct rf_rtcp_packet packet = {0};
	size_t size;
	size_t padding = 0;

	if (reader->left == 0)
		return 0;
	if (reader->left < HEADER || p[0] >> 6 != VERSION)
		return -EBADMSG;
	size = ((size_t)rf_get_u16(p + 2) + 1) * 4;
	if (size > reader->left)
		return -EBADMSG;
	if (p[0] & PADDING) {
		/* Only the last packet of a compound is padded, in whole words. */
		padding = p[size - 1];
		if (size != reader->left || padding == 0 || padding % 4 != 0 || padding > size - HEADER)
			return -EBADMSG;
	}
	packet.type = p[1];
	if ((packet.type == RF_RTCP_SR || packet.type == RF_RTCP_RR) && read_report(p, size - padding, &packet))
		return -EBADMSG;
	reader->p += size;
	reader->left -= size;
	*out = packet;
	return 1;
}

void rf_rtcp_block(const struct rf_rtcp_packet *packet, unsigned i, struct rf_rtcp_block *out)
{
	const uint8_t *p = packet->blocks + (size_t)i * BLOCK;
	uint32_t lost = rf_get_u32(p + 4) & 0xffffff;

	out->ssrc = rf_get_u32(p);
	out->fraction_lost = p[4];
	out->lost = lost & 0x800000 ? (int32_t)lost - 0x1000000 : (int32_t)lost;
	out->highest_seq = rf_get_u32(p + 8);
	out->jitter = rf_get_u32(p + 12);
	out->last_sr = rf_get_u32(p + 16);
	out->delay_since_sr = rf_get_u32(p + 20);
}
