/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Legs in order, the worst first: a binary heap, so that the work may be cut anywhere between two legs, which a
 * library's sort does not allow.
 */
#ifndef RF_HTTP_RANK_H
#define RF_HTTP_RANK_H

#include "http/survey.h"

/* A leg and the session that it belongs to. */
struct rf_rank_leg {
	struct rf_survey_row *row;
	const struct rf_survey_leg *leg;
};

struct rf_rank {
	struct rf_rank_leg *legs; /* borrowed: room for all; a heap, the worst at the top */
	size_t n;                 /* legs in the heap */
};

/* Add a leg; there must be room. */
void rf_rank_push(struct rf_rank *rank, struct rf_rank_leg leg);
/* Take the worst leg away; there must be one. */
struct rf_rank_leg rf_rank_pop(struct rf_rank *rank);

#endif
