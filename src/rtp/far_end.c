/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/far_end.h"

#include <stddef.h>

void rf_sr_memory_add(struct rf_sr_memory *memory, uint32_t ssrc, uint32_t ntp_mid, int64_t now_us)
{
	memory->sent[memory->next] = (struct rf_sr_sent){.ssrc = ssrc, .ntp_mid = ntp_mid, .sent_us = now_us};
	memory->next = (uint8_t)((memory->next + 1) % RF_SR_MEMORY);
}

/* The report that the block answers; the latest of equal ones. */
static const struct rf_sr_sent *find_sent(const struct rf_sr_memory *memory, const struct rf_rtcp_block *block)
{
	if (block->last_sr == 0)
		return NULL;
	for (unsigned i = 1; i <= RF_SR_MEMORY; i++) {
		const struct rf_sr_sent *sent = &memory->sent[(memory->next + RF_SR_MEMORY - i) % RF_SR_MEMORY];

		if (sent->ntp_mid == block->last_sr && sent->ssrc == block->ssrc)
			return sent;
	}
	return NULL;
}

void rf_far_end_update(struct rf_far_end *far, const struct rf_sr_memory *memory, const struct rf_rtcp_block *block,
                       int64_t now_us)
{
	const struct rf_sr_sent *sent = find_sent(memory, block);

	far->valid = true;
	far->ssrc = block->ssrc;
	far->fraction_lost = block->fraction_lost;
	far->lost = block->lost;
	far->jitter = block->jitter;
	far->highest_seq = block->highest_seq;
	far->reports++;
	far->last_us = now_us;
	if (sent) {
		/* The delay at the party is in units of 1/65536 s. */
		int64_t held_us = (int64_t)((uint64_t)block->delay_since_sr * 1000000 >> 16);
		int64_t round_trip_us = now_us - sent->sent_us - held_us;

		if (round_trip_us >= 0 && round_trip_us <= RF_ROUND_TRIP_MAX_US)
			far->round_trip_us = round_trip_us > 0 ? (uint32_t)round_trip_us : 1;
	}
}
