/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audio of a probe call in one direction: its packets, and what is measured on those that arrive. Values only, no
 * sockets, no clock: the caller gives the time, and both ends have the same clock.
 *
 * A packet is RTP of PCMA, 20 ms. Its payload begins with a token by which it is known, its number, and the time when
 * it was sent; the rest is silence.
 */
#ifndef RF_CTL_PROBE_STREAM_H
#define RF_CTL_PROBE_STREAM_H

#include "base/addr.h"
#include "rtp/leg.h"

#define RF_PROBE_TOKEN 16           /* bytes */
#define RF_PROBE_INTERVAL 20000     /* microseconds of a packet */
#define RF_PROBE_PACKET 172         /* bytes of a packet: header and 160 samples */
#define RF_PROBE_MISSING UINT32_MAX /* no delay: the packet has not arrived */

struct rf_probe_stream {
	const char *name;              /* "A to B" */
	const char *from, *to;         /* "A", "B" */
	struct rf_endpoint sender;     /* our endpoint that sends */
	struct rf_endpoint target;     /* the relay's, where it sends to */
	struct rf_endpoint source;     /* the relay's, where the other one must hear from */
	struct rf_endpoint receiver;   /* our endpoint that hears */
	uint8_t token[RF_PROBE_TOKEN]; /* chosen at random, of this stream alone */
	uint32_t planned;              /* packets to send, the size of delay_us */
	uint32_t sent;                 /* tried to send */
	uint32_t unsent;               /* of those: the socket refused */
	int unsent_error;              /* errno of the last of those */
	uint32_t received;             /* arrived, without duplicates */
	uint32_t wrong_source;         /* arrived from elsewhere than source, duplicates included */
	struct rf_endpoint wrong;      /* where the first of those came from */
	uint32_t *delay_us;            /* owned, by number: one-way delay; RF_PROBE_MISSING: not arrived */
	struct rf_leg leg;             /* RFC 3550's arithmetic */
};

/* What is told of a stream. */
struct rf_probe_figures {
	uint32_t sent, received;       /* packets; received without duplicates */
	uint32_t lost;                 /* sent - received */
	uint64_t duplicates;           /* received again */
	uint64_t reordered;            /* arrived after a higher sequence number */
	double loss_ratio;             /* lost / sent; 0 when nothing was sent */
	double jitter_s;               /* RFC 3550 A.8 */
	double min_s, median_s, max_s; /* one-way delay; 0 when nothing arrived */
};

/* A stream of so many packets, with a random token. The rest is the caller's to fill in. 0, -ENOMEM or -EIO. */
int rf_probe_stream_init(struct rf_probe_stream *stream, uint32_t planned);
void rf_probe_stream_free(struct rf_probe_stream *stream); /* a zeroed one too */

/* Write packet number stream->sent, sent at now_us, and count it. */
void rf_probe_stream_next(struct rf_probe_stream *stream, int64_t now_us, uint8_t packet[RF_PROBE_PACKET]);

/* Take what arrived at the receiver. False: it is no packet of this stream. */
bool rf_probe_stream_take(struct rf_probe_stream *stream, const void *data, size_t len, const struct rf_endpoint *from,
                          int64_t now_us);

/* 0 or -ENOMEM. */
int rf_probe_stream_figures(const struct rf_probe_stream *stream, struct rf_probe_figures *out);

#endif
