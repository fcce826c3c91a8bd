/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/merge.h"

/*
 * Where the part's sequence numbers lie, in the source's extended numbers: from first to last. Only their distance to
 * the source's own is known, from the low 16 bits.
 */
struct range {
	uint32_t first;
	uint32_t last;
};

/*
 * The part's own first sequence number, its low 16 bits. When it lies below what reordering explains, the part has seen
 * a restart, and where it began is not known: false.
 */
static bool find_first(const struct rf_leg_part *part, uint16_t *first)
{
	int64_t begin = (int64_t)part->highest_seq + 1 - (int64_t)part->expected;

	*first = (uint16_t)begin;
	return begin > -RF_RTP_MAX_MISORDER && begin <= UINT16_MAX;
}

/* The part begins with what looked like a stray here: it was the first packet of the new sequence. */
static void take_stray(struct rf_rtp_source *source, uint64_t *expected)
{
	source->strays--;
	(*expected)++;
}

/* A window as it is told from a sequence number so far ahead. */
static uint64_t shifted(uint64_t window, uint32_t ahead)
{
	return ahead < RF_RTP_WINDOW ? window << ahead : 0;
}

/* The part follows the source, or overlaps it, in one sequence. window: as in struct rf_leg_part. */
static void extend(struct rf_rtp_source *source, struct range part, uint64_t window)
{
	uint32_t ahead = part.last - source->max_seq;

	if ((int32_t)(part.first - source->base_seq) < 0)
		source->base_seq = part.first;
	if ((int32_t)ahead <= 0) {
		source->window |= shifted(window | 1, 0 - ahead);
		return;
	}
	source->window = shifted(source->window, ahead) | window | 1;
	source->max_seq = part.last;
}

/* The part is a sequence of its own: the source's is over. */
static void begin_again(struct rf_rtp_source *source, const struct rf_leg_part *part, uint64_t expected)
{
	if (source->started)
		source->expected_past += source->max_seq - source->base_seq + 1;
	source->started = 1;
	source->max_seq = (uint16_t)part->highest_seq;
	source->base_seq = source->max_seq + 1 - (uint32_t)expected;
	source->window = part->window | 1;
}

/*
 * Nothing was measured here, only counted aside, and what was counted lies within the part or behind its end: the
 * part's sequence is the one, up to there.
 */
static bool take_over(struct rf_rtp_source *source, const struct rf_leg_part *part)
{
	uint16_t behind = (uint16_t)(part->highest_seq - source->max_seq);
	uint16_t ahead = (uint16_t)(0 - behind);

	if (source->window != 0 || (behind >= part->expected && ahead >= RF_RTP_MAX_DROPOUT))
		return false;
	source->started = 0;
	begin_again(source, part, part->expected);
	if (behind >= part->expected)
		rf_rtp_source_advance(source, ahead);
	return true;
}

/* The part's first packet lies so far behind what is next here. It was received there: was it here, as well? */
static void place_first(struct rf_rtp_source *source, uint16_t overlap)
{
	if (overlap == 0 || overlap > RF_RTP_MAX_MISORDER)
		return;
	if (overlap <= RF_RTP_WINDOW && source->window >> (overlap - 1) & 1)
		source->duplicates++;
	else
		source->reordered++;
}

static void join_sequences(struct rf_rtp_source *source, const struct rf_leg_part *part)
{
	uint64_t expected = part->expected;
	uint32_t begin = source->max_seq + 1;
	uint16_t first, gap, overlap;
	bool known = find_first(part, &first);

	if (known && source->bad_seq == first) {
		take_stray(source, &expected);
		first--;
	} else if (known) {
		place_first(source, (uint16_t)(begin - first));
	}
	gap = (uint16_t)(first - begin);
	overlap = (uint16_t)(begin - first);
	if (known && gap < RF_RTP_MAX_DROPOUT - 1)
		extend(source, (struct range){begin + gap, begin + gap + (uint32_t)expected - 1}, part->window);
	else if (known && overlap <= RF_RTP_MAX_MISORDER)
		extend(source, (struct range){begin - overlap, begin - overlap + (uint32_t)expected - 1}, part->window);
	else
		begin_again(source, part, expected);
}

/* Sequence numbers of both, as one place would have followed them. */
static void merge_sequences(struct rf_rtp_source *source, const struct rf_leg_part *part)
{
	if (part->expected == 0)
		return;
	if (!source->started)
		begin_again(source, part, part->expected);
	else if (!take_over(source, part))
		join_sequences(source, part);
	source->bad_seq = RF_RTP_NO_BAD_SEQ;
}

static void take_jitter(struct rf_rtp_source *source, const struct rf_leg_part *part)
{
	source->jitter = part->jitter;
	source->clock_rate = part->clock_rate ? part->clock_rate : RF_LEG_CLOCK_RATE;
	source->payload_type = part->payload_type | RF_LEG_TYPE_UNTIMED;
	source->last_us = part->last_us;
}

void rf_leg_merge(struct rf_leg *leg, const struct rf_leg_part *part)
{
	struct rf_rtp_source *source;
	bool only_asides;
	unsigned i;

	if (part->packets == 0)
		return;
	i = rf_leg_source(leg, part->ssrc);
	source = &leg->sources[i];
	only_asides = source->window == 0;
	source->packets += part->packets;
	source->bytes += part->bytes;
	source->duplicates += part->duplicates;
	source->reordered += part->reordered;
	source->strays += part->strays;
	merge_sequences(source, part);
	if (only_asides || part->last_us >= source->last_us)
		take_jitter(source, part);
	if (source->last_us >= leg->sources[leg->current].last_us)
		leg->current = (uint8_t)i;
}

unsigned rf_leg_count_aside(struct rf_leg *leg, uint32_t ssrc, uint16_t seq, uint8_t payload_type, uint32_t clock_rate,
                            uint32_t bytes, int64_t now_us)
{
	unsigned i = rf_leg_source(leg, ssrc);
	struct rf_rtp_source *source = &leg->sources[i];

	source->packets++;
	source->bytes += bytes;
	if (source->started)
		return i;
	/* The first that is known of this SSRC: where its sequence begins. No bit in the window: nothing is measured.
	 */
	source->started = 1;
	source->base_seq = seq;
	source->max_seq = seq;
	source->clock_rate = clock_rate ? clock_rate : RF_LEG_CLOCK_RATE;
	source->payload_type = payload_type | RF_LEG_TYPE_UNTIMED;
	source->last_us = now_us;
	return i;
}
