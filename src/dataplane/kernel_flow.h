/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream's flow in the kernel, from its installation until its worker has taken its figures over.
 *
 * The kernel counts and measures while the flow stands. What it counts is added to the stream's counters of the control
 * thread, difference by difference, and stays there for good. What it measures, loss and jitter by SSRC, is merged into
 * the worker's leg once the flow has ended, since measuring goes on from there; until the worker shows that it has done
 * so (rf_figures.folds), a report merges it into its copy. So nothing is missing in a report, nor in it twice.
 */
#ifndef RF_DATAPLANE_KERNEL_FLOW_H
#define RF_DATAPLANE_KERNEL_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "dataplane/dataplane.h"
#include "dataplane/kmod/flow.h"
#include "dataplane/user/worker.h"

#define RF_SO_RCVMARK 75 /* of Linux 5.19; C libraries learn of it later */

/* What flows of a stream have counted: of the stream they arrived at, and of the one they left from. Control thread. */
struct rf_kernel_counts {
	uint64_t packets_in, bytes_in;   /* forwarded of what arrived here */
	uint64_t packets_out, bytes_out; /* forwarded to the party */
	uint64_t rtcp_in;                /* of packets_in */
	uint64_t drops[RF_DROPS];        /* of what arrived */
	int64_t first_us;                /* monotonic, at most a reading too late; 0: none */
	int64_t last_us;                 /* monotonic; 0: none */
};

struct rf_kernel_flow {
	/* The control thread's. */
	struct rf_list in_ending;         /* of stream->ending; a list of its own while it is installed */
	struct rf_stream *stream;         /* where its packets arrive; fixed, the worker reads it, too */
	struct rf_stream *out;            /* where they leave from */
	struct rf_flow flow;              /* as it is installed */
	uint64_t fold;                    /* number of its end, counted by the stream from 1; 0: installed */
	bool heard_under_way;             /* heard was posted and has not come back */
	struct rf_endpoint heard_from;    /* for heard */
	struct rf_message on, off, heard; /* to the worker; it is freed when off has come back */

	/* The control thread's until off is posted; only read from then on. */
	struct rf_flow_stats last; /* of the kernel, as told last */
};

struct rf_kernel;

/* 0 or -ENOMEM. Ready to be installed, with its cookie in flow. */
int rf_kernel_flow_new(struct rf_kernel *kernel, struct rf_stream *stream, struct rf_stream *out,
                       const struct rf_flow *flow, struct rf_kernel_flow **out_flow);
/* It never was installed, or nobody knows it any more. NULL is fine. */
void rf_kernel_flow_free(struct rf_kernel *kernel, struct rf_kernel_flow *flow);
/* It stands in the kernel: tell the worker. */
void rf_kernel_flow_begin(struct rf_kernel_flow *flow);
/*
 * It is gone from the kernel, or left there (kernel_left.h), and last is all that is counted: the worker goes on from
 * it. The stream has no flow then.
 */
void rf_kernel_flow_end(struct rf_kernel *kernel, struct rf_kernel_flow *flow);
/* A message of the flow's came back. */
void rf_kernel_flow_done(struct rf_kernel *kernel, const struct rf_message *message);
/* The kernel tells of the flow: count what is more than before. */
void rf_kernel_flow_count(struct rf_kernel *kernel, struct rf_kernel_flow *flow, const struct rf_flow_stats *stats);
/* The same of a flow that is no stream's any more, into the totals alone; in and out are rows of interfaces. */
void rf_kernel_flow_count_rest(struct rf_kernel *kernel, struct rf_flow_stats *last, const struct rf_flow_stats *stats,
                               unsigned in, unsigned out);
/* Add what it measured to a leg. */
void rf_kernel_flow_merge(const struct rf_kernel_flow *flow, struct rf_leg *leg);

/* Add to a report, read from the worker with that number of folds, what the kernel knows of the stream. */
void rf_kernel_report(const struct rf_stream *stream, uint64_t folds, struct rf_stream_report *report);

#endif
