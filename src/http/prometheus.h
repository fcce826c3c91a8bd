/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the text format of Prometheus (0.0.4) and OpenMetrics (1.0.0).
 */
#ifndef RF_HTTP_PROMETHEUS_H
#define RF_HTTP_PROMETHEUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/histogram.h"
#include "base/str.h"

struct rf_prometheus {
	struct rf_buf *out; /* borrowed */
	bool openmetrics;   /* else Prometheus text */
	const char *prefix; /* of all names, with its underscore */
	const char *name;   /* of the family being written */
};

struct rf_prometheus_label {
	const char *name;
	struct rf_str value; /* any bytes: escaped, and what is not UTF-8 replaced */
};

enum rf_prometheus_type {
	RF_PROMETHEUS_GAUGE,
	RF_PROMETHEUS_COUNTER,        /* name ends in _total */
	RF_PROMETHEUS_COUNTER_SHARED, /* as COUNTER, where a gauge has the name without _total: OpenMetrics gets it as
	                                 "unknown" */
	RF_PROMETHEUS_HISTOGRAM,
};

/* The content type that a client's Accept header asks for; *openmetrics tells which of the two it is. */
const char *rf_prometheus_negotiate(struct rf_str accept, bool *openmetrics);

/* Begin a family: HELP and TYPE. name is that of its samples, without prefix, static. */
void rf_prometheus_family(struct rf_prometheus *p, enum rf_prometheus_type type, const char *name, const char *help);
/* Write a sample of the family begun last. */
void rf_prometheus_u64(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n, uint64_t value);
void rf_prometheus_i64(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n, int64_t value);
void rf_prometheus_real(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n, double value);
void rf_prometheus_histogram(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n,
                             const struct rf_histogram *histogram);
/* The end of the text: OpenMetrics wants a mark. */
void rf_prometheus_end(struct rf_prometheus *p);

#endif
