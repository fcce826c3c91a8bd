/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet on its way through a worker.
 */
#ifndef RF_DATAPLANE_USER_PACKET_H
#define RF_DATAPLANE_USER_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "dataplane/stream.h"
#include "rtp/packet.h"

struct rf_packet {
	uint8_t *data;            /* the worker's buffer */
	size_t len;               /* bytes */
	int64_t now_us;           /* monotonic: taken off the socket */
	int64_t stamp_ns;         /* wall clock: arrived in the kernel; 0: not sampled */
	bool copy;                /* the kernel's table has forwarded it already */
	struct rf_endpoint from;  /* its source */
	enum rf_packet_kind kind; /* on an opaque stream always RF_PACKET_OTHER */
	struct rf_rtp_packet rtp; /* the header, for RF_PACKET_RTP */
	const struct rf_payload_type
		*type; /* what the stream's configuration knows of its payload type; NULL: nothing */
};

/* Count an accepted packet, and measure it when it is RTP or RTCP (measure.c). */
void rf_packet_measure(struct rf_stream *stream, const struct rf_packet *packet);
/* Take over what an RTCP packet says of the party's reception (measure.c). */
void rf_packet_read_reports(struct rf_stream *stream, const struct rf_packet *packet);
/* Note the sender reports of an RTCP packet that goes to a party now (measure.c). */
void rf_packet_note_reports(struct rf_stream *out, const struct rf_packet *packet);

#endif
