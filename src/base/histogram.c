/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/histogram.h"

#include <math.h>

void rf_histogram_init(struct rf_histogram *h, const double *bounds, size_t n_bounds)
{
	*h = (struct rf_histogram){
		.bounds = bounds,
		.n_bounds = n_bounds < RF_HISTOGRAM_MAX ? n_bounds : RF_HISTOGRAM_MAX,
	};
}

void rf_histogram_observe(struct rf_histogram *h, double value)
{
	size_t i = 0;

	if (isnan(value))
		return; /* it would make the sum useless for good */
	while (i < h->n_bounds && value > h->bounds[i])
		i++;
	h->buckets[i]++;
	h->count++;
	h->sum += value;
}
