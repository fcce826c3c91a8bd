/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram as compound RTCP: every block is read, and the reader ends.
 */
#include <stdlib.h>

#include "rtp/far_end.h"
#include "rtp/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_sr_memory memory = {0};
	struct rf_far_end far = {0};
	struct rf_rtcp_reader reader;
	struct rf_rtcp_packet packet;
	struct rf_rtcp_block block;
	int64_t now_us = 1000000;

	rf_rtcp_reader_init(&reader, data, size);
	while (rf_rtcp_next(&reader, &packet) > 0) {
		if (packet.type == RF_RTCP_SR)
			rf_sr_memory_add(&memory, packet.ssrc, packet.ntp_mid, now_us);
		now_us += 1000000;
		for (unsigned i = 0; i < packet.n_blocks; i++) {
			rf_rtcp_block(&packet, i, &block);
			rf_far_end_update(&far, &memory, &block, now_us);
		}
		if (far.round_trip_us > RF_ROUND_TRIP_MAX_US || reader.left > size)
			abort();
	}
	return 0;
}
