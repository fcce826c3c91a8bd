/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a packet tells: loss and jitter of RTP, the far end's view and the round trip from RTCP. */
#include "dataplane/user/packet.h"
#include "rtp/merge.h"
#include "rtp/rtcp.h"

static void measure_rtp(struct rf_stream *stream, const struct rf_packet *packet)
{
	const struct rf_rtp_packet *rtp = &packet->rtp;
	uint32_t clock_rate = packet->type ? packet->type->clock_rate : rf_rtp_static_clock_rate(rtp->payload_type);
	struct rf_leg *leg = &stream->measured->leg;
	unsigned i;

	if (stream->offloaded)
		i = rf_leg_count_aside(leg, rtp->ssrc, rtp->seq, rtp->payload_type, clock_rate, (uint32_t)packet->len,
		                       packet->now_us);
	else
		i = rf_leg_update(leg, rtp->ssrc, rtp->seq, rtp->timestamp, rtp->payload_type, clock_rate,
		                  (uint32_t)packet->len, packet->now_us);
	rf_measured_show(stream->measured, i);
}

/*
 * Is the compound whole, to its last byte? That of SRTCP is not: it is encrypted behind its first eight bytes, and ends
 * with an index and a tag (RFC 3711 section 3.4). Its blocks would be noise.
 */
static bool rtcp_is_whole(const struct rf_packet *packet)
{
	struct rf_rtcp_reader reader;
	struct rf_rtcp_packet part;
	int more;

	rf_rtcp_reader_init(&reader, packet->data, packet->len);
	do
		more = rf_rtcp_next(&reader, &part);
	while (more > 0);
	return more == 0;
}

static void measure_rtcp(struct rf_stream *stream, const struct rf_packet *packet)
{
	struct rf_rtcp_reader reader;
	struct rf_rtcp_packet part;
	struct rf_rtcp_block block;

	if (!rtcp_is_whole(packet))
		return;
	rf_rtcp_reader_init(&reader, packet->data, packet->len);
	while (rf_rtcp_next(&reader, &part) > 0) {
		for (unsigned i = 0; i < part.n_blocks; i++) {
			rf_rtcp_block(&part, i, &block);
			rf_far_end_update(&stream->figures.far, &stream->reports, &block, packet->now_us);
		}
	}
	RF_SHOW(stream, far);
}

void rf_packet_read_reports(struct rf_stream *stream, const struct rf_packet *packet)
{
	rf_shown_begin(&stream->shown);
	measure_rtcp(stream, packet);
	rf_shown_end(&stream->shown);
}

void rf_packet_measure(struct rf_stream *stream, const struct rf_packet *packet)
{
	struct rf_figures *figures = &stream->figures;

	rf_shown_begin(&stream->shown);
	figures->in.packets++;
	figures->in.bytes += packet->len;
	figures->in.last_us = packet->now_us;
	if (packet->kind == RF_PACKET_RTP && stream->measured) {
		measure_rtp(stream, packet);
	} else if (packet->kind == RF_PACKET_RTCP) {
		figures->in.rtcp++;
		measure_rtcp(stream, packet);
	}
	RF_SHOW(stream, in);
	if (figures->place.first_us == 0) {
		figures->place.first_us = packet->now_us;
		RF_SHOW(stream, place);
	}
	rf_shown_end(&stream->shown);
}

void rf_packet_note_reports(struct rf_stream *out, const struct rf_packet *packet)
{
	struct rf_rtcp_reader reader;
	struct rf_rtcp_packet part;

	rf_rtcp_reader_init(&reader, packet->data, packet->len);
	while (rf_rtcp_next(&reader, &part) > 0)
		if (part.type == RF_RTCP_SR)
			rf_sr_memory_add(&out->reports, part.ssrc, part.ntp_mid, packet->now_us);
}
