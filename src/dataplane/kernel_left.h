/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flows in the kernel's table that no stream has. An earlier owner of an adopted table left them: they go on until they
 * are idle. Or they were ours and could not be ended: they are ended as soon as the module lets us. Where a stream is
 * to have a flow, none of these may stand in its place: a flow that is replaced keeps its statistics. Control thread
 * only.
 */
#ifndef RF_DATAPLANE_KERNEL_LEFT_H
#define RF_DATAPLANE_KERNEL_LEFT_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/list.h"
#include "dataplane/kmod/flow.h"

#define RF_KERNEL_LEFT_US 60000000 /* an earlier owner's flow that was idle for so long is deleted, */
#define RF_KERNEL_LEFT_ENDS 1000   /* at most so many of them after a dump: each takes a request */
#define RF_KERNEL_LEFT_TABLES 64   /* orphans that are ended at a time */

struct rf_kernel;
struct rf_kernel_flow;

struct rf_kernel_left {
	struct rf_hash flows; /* by local address and port */
	struct rf_list all;   /* of the same */
	unsigned dump;        /* number of the dump under way, or of the next */
};

/* 0 or -ENOMEM. */
int rf_kernel_left_init(struct rf_kernel_left *left);
void rf_kernel_left_free(struct rf_kernel_left *left);
/* They are somebody else's, or gone with the table. */
void rf_kernel_left_forget(struct rf_kernel_left *left);

/*
 * What an adopted table has of its earlier owner: 0, or an error that kernel->why tells. Until that is known a flow of
 * ours might replace one of them.
 */
int rf_kernel_left_read(struct rf_kernel *kernel);
/* A dump has a flow that no stream has. Without memory it is seen by the next. */
void rf_kernel_left_see(struct rf_kernel *kernel, const struct rf_flow_stats *stats);
/* A dump is complete: what it did not have is gone; what is idle, or ours, is ended. */
void rf_kernel_left_tend(struct rf_kernel *kernel);
/* That flow is no stream's any more, and could not be ended. */
void rf_kernel_left_add(struct rf_kernel *kernel, const struct rf_kernel_flow *flow);
/* End what is left there, for a stream has the port. 0: nothing is there; an error: it is tried again each second.
 */
int rf_kernel_left_end(struct rf_kernel *kernel, const struct rf_endpoint *local);

/*
 * End the orphans of our label that we could not adopt, since they have another hook or not the wanted id: to new calls
 * on their flows' ports nobody else could be heard until their lease ends.
 */
void rf_kernel_left_tables(const struct rf_kernel *kernel);

#endif
