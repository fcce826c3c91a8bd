// SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later
/*
 * Compiled by the kernel module too: includes nothing but its header.
 */
#include "rtp/source.h"

void rf_rtp_source_init(struct rf_rtp_source *source, uint32_t ssrc)
{
	*source = (struct rf_rtp_source){.ssrc = ssrc, .bad_seq = RF_RTP_NO_BAD_SEQ};
}

uint32_t rf_rtp_static_clock_rate(uint8_t payload_type)
{
	switch (payload_type) {
	case 6:
		return 16000;
	case 10:
	case 11:
		return 44100;
	case 16:
		return 11025;
	case 17:
		return 22050;
	case 14:
	case 25:
	case 26:
	case 28:
	case 31:
	case 32:
	case 33:
	case 34:
		return 90000;
	default:
		return 8000;
	}
}

static void begin_sequence(struct rf_rtp_source *source, uint16_t first)
{
	source->base_seq = first;
	source->max_seq = first;
	source->window = 1;
	source->bad_seq = RF_RTP_NO_BAD_SEQ;
}

static enum rf_rtp_verdict place_behind(struct rf_rtp_source *source, uint16_t behind)
{
	uint32_t seq = source->max_seq - behind;

	if (behind < RF_RTP_WINDOW) {
		uint64_t bit = (uint64_t)1 << behind;

		if (source->window & bit) {
			source->duplicates++;
			return RF_RTP_DUPLICATE;
		}
		source->window |= bit;
	}
	source->reordered++;
	if ((int32_t)(seq - source->base_seq) < 0)
		source->base_seq = seq;
	return RF_RTP_LATE;
}

static enum rf_rtp_verdict place_far_away(struct rf_rtp_source *source, uint16_t seq)
{
	if (seq != source->bad_seq) {
		source->bad_seq = (uint16_t)(seq + 1);
		source->strays++;
		return RF_RTP_STRAY;
	}
	/* The suspect before this one was no stray: it began the new sequence. */
	source->strays--;
	source->expected_past += source->max_seq - source->base_seq + 1;
	begin_sequence(source, (uint16_t)(seq - 1));
	rf_rtp_source_advance(source, 1);
	return RF_RTP_RESTART;
}

enum rf_rtp_verdict rf_rtp_source_place(struct rf_rtp_source *source, uint16_t seq)
{
	uint16_t behind = (uint16_t)(source->max_seq - seq);

	if (!source->started) {
		source->started = 1;
		begin_sequence(source, seq);
		return RF_RTP_NEXT;
	}
	if (behind < RF_RTP_MAX_MISORDER)
		return place_behind(source, behind);
	return place_far_away(source, seq);
}

void rf_rtp_source_change_type(struct rf_rtp_source *source, uint8_t payload_type, uint32_t clock_rate)
{
	uint32_t before = source->clock_rate; /* in the kernel another CPU may set it to 0 meanwhile */

	if (before && before != clock_rate)
		source->jitter = (uint32_t)((uint64_t)source->jitter * clock_rate / before);
	source->clock_rate = clock_rate;
	source->payload_type = payload_type;
}

uint64_t rf_rtp_source_expected(const struct rf_rtp_source *source)
{
	if (!source->started)
		return 0;
	return (uint64_t)source->expected_past + (source->max_seq - source->base_seq + 1);
}

uint64_t rf_rtp_source_lost(const struct rf_rtp_source *source)
{
	uint64_t expected = rf_rtp_source_expected(source);
	uint64_t received = source->packets - source->duplicates - source->strays;

	return expected > received ? expected - received : 0;
}
