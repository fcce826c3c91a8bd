/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/rank.h"

static bool worse(const struct rf_rank_leg *a, const struct rf_rank_leg *b)
{
	int order = rf_survey_leg_compare(a->leg, b->leg);

	if (order == 0 && a->row != b->row)
		order = rf_survey_row_compare(a->row, b->row);
	if (order == 0)
		order = a->leg < b->leg ? -1 : 1; /* of one session: as it tells them */
	return order < 0;
}

void rf_rank_push(struct rf_rank *rank, struct rf_rank_leg leg)
{
	size_t at = rank->n++;

	while (at > 0 && worse(&leg, &rank->legs[(at - 1) / 2])) {
		rank->legs[at] = rank->legs[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	rank->legs[at] = leg;
}

struct rf_rank_leg rf_rank_pop(struct rf_rank *rank)
{
	struct rf_rank_leg worst = rank->legs[0], last = rank->legs[--rank->n];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < rank->n) {
		if (child + 1 < rank->n && worse(&rank->legs[child + 1], &rank->legs[child]))
			child++;
		if (!worse(&rank->legs[child], &last))
			break;
		rank->legs[at] = rank->legs[child];
		at = child;
	}
	rank->legs[at] = last;
	return worst;
}
