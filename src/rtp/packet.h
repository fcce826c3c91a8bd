/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a datagram on a media port is (RFC 7983, RFC 5761), and the header of an RTP packet (RFC 3550 section 5.1).
 */
#ifndef RF_RTP_PACKET_H
#define RF_RTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RF_RTP_HEADER 12 /* bytes of the fixed header */

enum rf_packet_kind {
	RF_PACKET_OTHER,     /* none of those below */
	RF_PACKET_TOO_SHORT, /* shorter than the header of what its first byte says it is; the empty datagram too */
	RF_PACKET_STUN,      /* first byte 0 to 3 */
	RF_PACKET_DTLS,      /* 20 to 63 */
	RF_PACKET_RTP,       /* 128 to 191, and the second byte is not RTCP's */
	RF_PACKET_RTCP,      /* 128 to 191, second byte 192 to 223 */
};

enum rf_packet_kind rf_packet_classify(const void *data, size_t len);

/* The header of an RTP packet, in host order. */
struct rf_rtp_packet {
	uint8_t payload_type; /* 0 to 127 */
	bool marker;          /* as the profile means it */
	uint16_t seq;         /* sequence number */
	uint32_t timestamp;   /* in units of the payload type's clock rate */
	uint32_t ssrc;        /* synchronisation source */
	size_t payload;       /* where it begins: after CSRCs and header extension */
	size_t payload_len;   /* bytes, without padding */
};

/* Read an RTP header. 0, or -EBADMSG when the version or one of the lengths in it is wrong. */
int rf_rtp_parse(const void *data, size_t len, struct rf_rtp_packet *out);

/* Bytes of a payload that is silence, for codecs of one byte a sample. */
#define RF_SILENCE_PCMU 0xff
#define RF_SILENCE_PCMA 0xd5

/* Make the whole payload of an RTP packet that byte. 0, or -EBADMSG (data is as it was). */
int rf_rtp_silence(void *data, size_t len, uint8_t byte);

#endif
