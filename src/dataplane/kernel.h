/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's part of the data plane: the life of the table (kernel.c), which flows stand in it (kernel_sync.c), what
 * they tell (kernel_stats.c), those that no stream has (kernel_left.c), and the guard (guard.c). Control thread only.
 *
 * Without rf_dataplane_config.kernel there is never a table, and all this costs is a guard, if one is wanted.
 */
#ifndef RF_DATAPLANE_KERNEL_H
#define RF_DATAPLANE_KERNEL_H

#include "base/buf.h"
#include "base/list.h"
#include "dataplane/dataplane.h"
#include "dataplane/flow_index.h"
#include "dataplane/kernel_flow.h"
#include "dataplane/kernel_left.h"
#include "dataplane/kmod/rules.h"
#include "dataplane/kmod/table.h"

#define RF_KERNEL_TICK_US 1000000 /* statistics */
#define RF_GUARD_TICK_US 500000   /* the look at the guard, which is to be back within a second */
#define RF_KERNEL_RETRY_TICKS 5   /* between two tries to get a table */
#define RF_KERNEL_RENEW_TICKS 10  /* heartbeats, or a third of the lease where that is less */

struct rf_kernel_iface {
	uint64_t packets_in, bytes_in, packets_out, bytes_out; /* forwarded in the kernel */
};

/* The nftables guard. */
struct rf_guard {
	char name[RF_RULES_NAME];     /* without a table; "": no guard is wanted */
	struct rf_rules *rules;       /* owned; NULL: not installed */
	char in_force[RF_RULES_NAME]; /* name of the installed one; "": none */
	struct rf_buf why;            /* why there is none */
	struct rf_buf said;           /* of it, what the log has */
	uint64_t restored;            /* times that it had to be restored */
	struct rf_loop_item *tick;    /* every RF_GUARD_TICK_US; NULL: no guard is wanted */
};

struct rf_kernel {
	struct rf_dataplane *dataplane; /* whose kernel part this is */
	bool wanted;                    /* a table is */
	struct rf_kernel_config config; /* copied; strings owned; valid when wanted */
	struct rf_loop_item *tick;      /* every RF_KERNEL_TICK_US; NULL: neither table nor guard is wanted */
	unsigned ticks;                 /* so far */

	struct rf_table *table; /* owned; NULL: none */
	bool adopted;           /* from an earlier owner of the label */
	int64_t since_us;       /* monotonic: when it was made or adopted */
	char version[32];       /* of the module; "": not known */
	struct rf_buf why;      /* why there is no table */
	struct rf_buf said;     /* of it, what the log has */

	struct rf_loop_item *visit; /* for the next of waiting; NULL: none waits */
	struct rf_list waiting;     /* struct rf_group: to be looked at by their workers, then here */
	bool refused;               /* some group's flows were, since the last retry */

	struct rf_flow_index index; /* flows by their cookie */
	unsigned n_flows;           /* installed now */
	struct rf_kernel_left left; /* those that no stream has */
	struct rf_loop_item *dump;  /* watches the dump under way; NULL: none */

	struct rf_kernel_iface ifaces[RF_DATAPLANE_MAX_IFACES]; /* by rf_stream.iface */
	uint64_t passed_up[RTPFERRY_REASON_COUNT];              /* by enum rtpferry_reason */
	uint64_t declined[RTPFERRY_REASON_COUNT];               /* before a flow was known, as the table told last */
	uint64_t drops[RF_DROPS];                               /* packets that the kernel dropped */
	uint64_t errors[RTPFERRY_CMD_MAX + 1];                  /* requests that failed, by enum rtpferry_cmd */
	struct rf_guard guard;                                  /* of table and of user space */
};

/* 0 or -ENOMEM; what is missing in the kernel is no error here. */
int rf_kernel_init(struct rf_kernel *kernel, struct rf_dataplane *dataplane, const struct rf_dataplane_config *config);
/* Free the table, and what belongs to it. Workers have stopped, and groups are gone. */
void rf_kernel_close(struct rf_kernel *kernel);
/* What the timer does each RF_KERNEL_TICK_US. */
void rf_kernel_tick(struct rf_kernel *kernel);
/*
 * A request failed with the sentence why: count, tell, and find out whether the table is still ours. Where it is not,
 * there is none when this returns, and no stream has a flow.
 */
void rf_kernel_failed(struct rf_kernel *kernel, enum rtpferry_cmd cmd, int err, const struct rf_buf *why);

/* -- kernel_sync.c -- */

/* The worker has done what was committed, or a place has changed: make the group's flows what they should be. */
void rf_kernel_sync(struct rf_kernel *kernel, struct rf_group *group);
/* Before a commit: streams that are about to go, and those that send from them, lose their flows now. */
void rf_kernel_before_commit(struct rf_kernel *kernel, struct rf_group *group);
/* All flows of a group end now. */
void rf_kernel_withdraw(struct rf_kernel *kernel, struct rf_group *group);
/* The same for all groups; without a word to the kernel where there is no table any more. */
void rf_kernel_lost(struct rf_kernel *kernel);
/* All groups are to be looked at, in turns; or those alone that were refused. */
void rf_kernel_visit(struct rf_kernel *kernel, bool refused_only);

/* -- kernel_stats.c -- */

/* Ask for the statistics of all flows, unless they are on their way. */
void rf_kernel_dump(struct rf_kernel *kernel);
/* Forget a dump that is under way. */
void rf_kernel_dump_stop(struct rf_kernel *kernel);
/* Read at once what the group's flows have counted. */
void rf_kernel_read(struct rf_kernel *kernel, const struct rf_group *group);

/* -- kernel_locals.c -- */

/* The table's local addresses: those of the ports, and what they are advertised as. Owned by the caller. -ENOMEM. */
int rf_kernel_locals(const struct rf_dataplane *dataplane, struct rf_table_local **out, unsigned *n);

/* -- guard.c -- */

/* Install the guard that should be there now: at first, and when the table, an address or a port range has changed. */
void rf_guard_set(struct rf_kernel *kernel);
/*
 * With hook nft the table gets packets by the guard's rules alone: install them for the new table. False: they are
 * refused, and why says by whom; rf_guard_set() goes back to what user space has.
 */
bool rf_guard_feeds(struct rf_kernel *kernel, struct rf_buf *why);
/* What its timer does each RF_GUARD_TICK_US: look whether it is as it should be. */
void rf_guard_check(struct rf_kernel *kernel);
/* Try again where it is not installed. */
void rf_guard_retry(struct rf_kernel *kernel);
/* With a table, which knows the others: remove the rules that killed daemons have left, once theirs is gone. */
void rf_guard_sweep(struct rf_kernel *kernel);
/* Begin to look at it. 0 or -ENOMEM. */
int rf_guard_init(struct rf_kernel *kernel, struct rf_loop *loop);
/* Remove the rules. */
void rf_guard_close(struct rf_kernel *kernel);

#endif
