/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/probe_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "rtp/bytes.h"
#include "rtp/packet.h"

#define TYPE_PCMA 8
#define CLOCK_RATE 8000
#define SAMPLES 160 /* of a packet */
#define NUMBER RF_PROBE_TOKEN
#define TIME (NUMBER + 4)
#define MARK (TIME + 8) /* bytes of the payload that carry something */

int rf_probe_stream_init(struct rf_probe_stream *stream, uint32_t planned)
{
	*stream = (struct rf_probe_stream){.planned = planned};
	if (getrandom(stream->token, sizeof(stream->token), 0) != sizeof(stream->token))
		return -EIO;
	stream->delay_us = malloc(planned * sizeof(*stream->delay_us));
	if (!stream->delay_us)
		return -ENOMEM;
	memset(stream->delay_us, 0xff, planned * sizeof(*stream->delay_us)); /* RF_PROBE_MISSING */
	return 0;
}

void rf_probe_stream_free(struct rf_probe_stream *stream)
{
	free(stream->delay_us);
	stream->delay_us = NULL;
}

static uint8_t *put(uint8_t *p, uint64_t n, unsigned bytes)
{
	while (bytes-- > 0)
		*p++ = (uint8_t)(n >> 8 * bytes);
	return p;
}

void rf_probe_stream_next(struct rf_probe_stream *stream, int64_t now_us, uint8_t packet[RF_PROBE_PACKET])
{
	const uint8_t *token = stream->token;
	uint32_t n = stream->sent++;
	uint8_t *p = packet;

	*p++ = 0x80;
	*p++ = (uint8_t)(TYPE_PCMA | (n == 0 ? 0x80 : 0)); /* marker: a talkspurt begins */
	p = put(p, rf_get_u16(token) + n, 2);              /* first sequence number, timestamp, SSRC: random (5.1) */
	p = put(p, rf_get_u32(token + 2) + n * SAMPLES, 4);
	p = put(p, rf_get_u32(token + 6), 4);
	memcpy(p, token, RF_PROBE_TOKEN);
	p = put(p + RF_PROBE_TOKEN, n, 4);
	p = put(p, (uint64_t)now_us, 8);
	memset(p, RF_SILENCE_PCMA, (size_t)(packet + RF_PROBE_PACKET - p));
}

bool rf_probe_stream_take(struct rf_probe_stream *stream, const void *data, size_t len, const struct rf_endpoint *from,
                          int64_t now_us)
{
	const uint8_t *payload = data;
	struct rf_rtp_packet rtp;
	uint64_t sent_us, delay_us;
	uint32_t n;

	if (rf_packet_classify(data, len) != RF_PACKET_RTP || rf_rtp_parse(data, len, &rtp) != 0 ||
	    rtp.payload_len < MARK)
		return false;
	payload += rtp.payload;
	n = rf_get_u32(payload + NUMBER);
	if (memcmp(payload, stream->token, RF_PROBE_TOKEN) != 0 || n >= stream->sent)
		return false;
	sent_us = (uint64_t)rf_get_u32(payload + TIME) << 32 | rf_get_u32(payload + TIME + 4);
	delay_us = (uint64_t)now_us - sent_us; /* a time to come is far beyond the bound */
	if (delay_us >= RF_PROBE_MISSING)
		return false;
	/* jitter by the time of sending, not by the packet's timestamp: a late sender is not the network */
	rf_leg_update(&stream->leg, rtp.ssrc, rtp.seq, (uint32_t)(sent_us * CLOCK_RATE / 1000000), rtp.payload_type,
	              CLOCK_RATE, (uint32_t)len, now_us);
	if (!rf_endpoint_equal(from, &stream->source) && stream->wrong_source++ == 0)
		stream->wrong = *from;
	if (stream->delay_us[n] == RF_PROBE_MISSING) {
		stream->delay_us[n] = (uint32_t)delay_us;
		stream->received++;
	}
	return true;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int rf_probe_stream_figures(const struct rf_probe_stream *stream, struct rf_probe_figures *out)
{
	size_t size = stream->planned * sizeof(uint32_t);
	uint32_t n = stream->received, middle = n / 2, *sorted;
	struct rf_leg_totals totals;

	rf_leg_totals(&stream->leg, &totals);
	*out = (struct rf_probe_figures){
		.sent = stream->sent,
		.received = n,
		.lost = stream->sent - n,
		.duplicates = totals.duplicates,
		.reordered = totals.reordered,
		.loss_ratio = stream->sent ? (double)(stream->sent - n) / stream->sent : 0,
		.jitter_s = totals.jitter,
	};
	if (n == 0)
		return 0;
	sorted = malloc(size);
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, stream->delay_us, size);
	qsort(sorted, stream->planned, sizeof(*sorted), compare); /* what is missing comes last */
	out->min_s = sorted[0] / 1e6;
	out->median_s = ((double)sorted[middle] + sorted[n - 1 - middle]) / 2e6;
	out->max_s = sorted[n - 1] / 1e6;
	free(sorted);
	return 0;
}
