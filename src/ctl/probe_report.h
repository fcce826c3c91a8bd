/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a probe call has shown, for people and as JSON.
 */
#ifndef RF_CTL_PROBE_REPORT_H
#define RF_CTL_PROBE_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/probe_stream.h"

/* What is told of one direction. */
struct rf_probe_verdict {
	const struct rf_probe_stream *stream; /* borrowed */
	struct rf_probe_figures figures;
	uint64_t strangers;    /* datagrams at the receiver that are none of the stream's */
	struct rf_str problem; /* in the arena: why the direction has failed, and what to look at; empty: it has not */
	struct rf_str warning; /* in the arena: what is odd about it; empty: nothing */
};

struct rf_probe_report {
	struct rf_str call_id;           /* as the relay knows it */
	struct rf_str relay;             /* its ng port, printed */
	double max_loss;                 /* percent of a direction that may be lost */
	struct rf_probe_verdict ways[2]; /* A to B, B to A */
};

/* Judge a stream: *out points to it. 0 or -ENOMEM. */
int rf_probe_judge(struct rf_arena *arena, const struct rf_probe_stream *stream, double max_loss,
                   struct rf_probe_verdict *out);

/* Had both directions audio? */
bool rf_probe_fine(const struct rf_probe_report *report);

/* Append the report; what does not fit the arena is missing. Errors are sticky in out. */
void rf_probe_report_text(const struct rf_probe_report *report, struct rf_arena *arena, struct rf_buf *out);
void rf_probe_report_json(const struct rf_probe_report *report, struct rf_arena *arena, struct rf_buf *out);

#endif
