/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The quality of a leg over time: a ring of 10-second samples, and what they come to.
 */
#ifndef RF_CALL_QUALITY_H
#define RF_CALL_QUALITY_H

#include "base/arena.h"
#include "call/report.h"
#include "rtp/leg.h"

#define RF_QUALITY_INTERVAL_S 10
#define RF_QUALITY_SAMPLES 90 /* in the ring at most: 15 minutes */

struct rf_quality {
	struct rf_report_sample *ring; /* owned; grows to RF_QUALITY_SAMPLES */
	uint16_t size;                 /* samples allocated */
	uint16_t n;                    /* samples held */
	uint16_t next;                 /* where the next goes */
	uint32_t n_scored;             /* samples with packets since the start */
	double mos_sum;                /* of them */
	struct rf_report_sample worst; /* lowest MOS of them */
	struct rf_report_sample best;  /* highest */
	uint64_t last_packets;         /* without duplicates, at the last sample */
	uint64_t last_lost;            /* at the last sample */
	double last_loss_ratio;        /* of the last interval with packets expected */
};

/*
 * Close an interval. totals: of the leg now; round_trip in seconds, 0 when unknown. A ring that finds no memory
 * keeps what it has; the sums go on.
 */
void rf_quality_sample(struct rf_quality *quality, const struct rf_leg_totals *totals, struct rf_str codec,
                       double round_trip, int64_t wall_us);
void rf_quality_free(struct rf_quality *quality);

/* Fill a report's quality from samples, totals and round trips (seconds, 0: unknown). 0 or -ENOMEM. */
int rf_quality_report(const struct rf_quality *quality, const struct rf_leg_totals *totals, struct rf_str codec,
                      double round_trip, struct rf_arena *arena, struct rf_report_quality *out);

#endif
