/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/packet.h"

#include <errno.h>
#include <string.h>

#include "rtp/bytes.h"

#define VERSION 2
#define PADDING 0x20   /* of the first byte */
#define EXTENSION 0x10 /* of the first byte */
#define CSRC_MASK 0x0f /* of the first byte */
#define MARKER 0x80    /* of the second byte */
#define STUN_HEADER 20 /* bytes, RFC 8489 section 5 */
#define DTLS_HEADER 13 /* bytes of a record's header, RFC 6347 section 4.1 */
#define RTCP_HEADER 4  /* bytes: a reduced-size BYE of no source has no more */
#define RTCP_FIRST 192 /* second bytes that RTP leaves to RTCP, RFC 5761 section 4 */
#define RTCP_LAST 223

static enum rf_packet_kind at_least(size_t len, size_t header, enum rf_packet_kind kind)
{
	return len < header ? RF_PACKET_TOO_SHORT : kind;
}

enum rf_packet_kind rf_packet_classify(const void *data, size_t len)
{
	const uint8_t *p = data;

	if (len < 2)
		return RF_PACKET_TOO_SHORT;
	if (p[0] <= 3)
		return at_least(len, STUN_HEADER, RF_PACKET_STUN);
	if (p[0] >= 20 && p[0] <= 63)
		return at_least(len, DTLS_HEADER, RF_PACKET_DTLS);
	if (p[0] >> 6 != VERSION)
		return RF_PACKET_OTHER;
	if (p[1] >= RTCP_FIRST && p[1] <= RTCP_LAST)
		return at_least(len, RTCP_HEADER, RF_PACKET_RTCP);
	return at_least(len, RF_RTP_HEADER, RF_PACKET_RTP);
}

int rf_rtp_parse(const void *data, size_t len, struct rf_rtp_packet *out)
{
	const uint8_t *p = data;
	size_t header;
	size_t padding = 0;

	if (len < RF_RTP_HEADER || p[0] >> 6 != VERSION)
		return -EBADMSG;
	header = RF_RTP_HEADER + (size_t)(p[0] & CSRC_MASK) * 4;
	if (p[0] & EXTENSION) {
		if (len < header + 4)
			return -EBADMSG;
		header += 4 + (size_t)rf_get_u16(p + header + 2) * 4;
	}
	if (len < header)
		return -EBADMSG;
	if (p[0] & PADDING) {
		padding = p[len - 1];
		if (padding == 0 || padding > len - header)
			return -EBADMSG;
	}
	*out = (struct rf_rtp_packet){
		.payload_type = p[1] & (uint8_t)~MARKER,
		.marker = p[1] & MARKER,
		.seq = rf_get_u16(p + 2),
		.timestamp = rf_get_u32(p + 4),
		.ssrc = rf_get_u32(p + 8),
		.payload = header,
		.payload_len = len - header - padding,
	};
	return 0;
}

int rf_rtp_silence(void *data, size_t len, uint8_t byte)
{
	struct rf_rtp_packet packet;
	int err = rf_rtp_parse(data, len, &packet);

	if (err)
		return err;
	memset((uint8_t *)data + packet.payload, byte, packet.payload_len);
	return 0;
}
