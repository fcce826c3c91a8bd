/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One datagram as RTP: payload inside the packet, silence changes nothing else. Then the bytes as a stream of packets:
 * a leg's figures must fit together whatever comes.
 */
#include <stdlib.h>
#include <string.h>

#include "rtp/leg.h"
#include "rtp/packet.h"

#define MAX 4096 /* bytes looked at */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void one_packet(const uint8_t *data, size_t size)
{
	enum rf_packet_kind kind = rf_packet_classify(data, size);
	struct rf_rtp_packet packet;
	struct rf_rtp_packet again;
	uint8_t copy[MAX];

	memcpy(copy, data, size);
	if (rf_rtp_parse(data, size, &packet)) {
		check(rf_rtp_silence(copy, size, RF_SILENCE_PCMU) != 0 && memcmp(copy, data, size) == 0);
		return;
	}
	check(kind == RF_PACKET_RTP || kind == RF_PACKET_RTCP);
	check(packet.payload >= RF_RTP_HEADER && packet.payload + packet.payload_len <= size);
	check(rf_rtp_silence(copy, size, RF_SILENCE_PCMU) == 0 && rf_rtp_parse(copy, size, &again) == 0);
	check(memcmp(copy, data, packet.payload) == 0 && again.payload_len == packet.payload_len);
}

static void a_stream(const uint8_t *data, size_t size)
{
	struct rf_leg_totals totals;
	struct rf_leg leg = {0};
	int64_t now_us = 0;
	uint64_t sent = 0;

	for (; size >= 8; data += 8, size -= 8, sent++) {
		uint16_t seq = (uint16_t)(data[0] << 8 | data[1]);
		uint32_t timestamp = (uint32_t)data[2] << 24 | (uint32_t)data[3] << 8;

		now_us += (int64_t)data[4] << (data[5] & 31);
		rf_leg_update(&leg, data[6] & 7, seq, timestamp, data[7] & 1, data[7] & 2 ? 8000 : data[7] * 1000u, 172,
		              now_us);
	}
	rf_leg_totals(&leg, &totals);
	check(totals.packets == sent && totals.lost <= totals.expected && totals.duplicates <= sent);
	check(totals.expected - totals.lost <= sent && totals.jitter >= 0 && totals.jitter <= 1.1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > MAX)
		return 0;
	one_packet(data, size);
	a_stream(data, size);
	return 0;
}
