/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cumulative histogram with fixed upper bounds, as Prometheus wants it. One writer; not thread-safe.
 */
#ifndef RF_BASE_HISTOGRAM_H
#define RF_BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define RF_HISTOGRAM_MAX 20 /* bounds at most */

struct rf_histogram {
	const double *bounds;                   /* ascending upper bounds, in the metric's unit; not owned */
	size_t n_bounds;                        /* at most RF_HISTOGRAM_MAX */
	uint64_t buckets[RF_HISTOGRAM_MAX + 1]; /* not cumulative; the last is +Inf */
	uint64_t count;                         /* values observed */
	double sum;                             /* of them, in the metric's unit */
};

void rf_histogram_init(struct rf_histogram *h, const double *bounds, size_t n_bounds);
void rf_histogram_observe(struct rf_histogram *h, double value);

#endif
