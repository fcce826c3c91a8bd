/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What dataplane.c and group.c share. Control thread only.
 */
#ifndef RF_DATAPLANE_INTERNAL_H
#define RF_DATAPLANE_INTERNAL_H

#include "base/list.h"
#include "dataplane/dataplane.h"
#include "dataplane/kernel.h"
#include "dataplane/stream.h"

struct rf_dataplane {
	struct rf_dataplane_config config; /* as given */
	struct rf_worker **workers;        /* owned */
	unsigned n_workers;                /* of them */
	struct rf_mailbox done;            /* messages that workers have done */
	struct rf_loop_item *done_item;    /* wakes the control thread for them */
	struct rf_list groups;             /* that were not freed, or whose worker has not let go yet */
	unsigned n_streams;                /* in them */
	struct {
		unsigned id;               /* rf_local.iface_id */
		char name[RF_IFACE_NAME];  /* as it was when the first stream used it */
	} ifaces[RF_DATAPLANE_MAX_IFACES]; /* the rows of the workers' totals */
	unsigned n_ifaces;                 /* of them */
	struct rf_kernel kernel;           /* its table and guard */
};

/* Finish what the workers have done: streams and groups that are gone are freed, their ports go back. */
void rf_dataplane_reap(struct rf_dataplane *dataplane);
/* The row of an interface in the totals; when there are too many, the last one stands for the rest. */
unsigned rf_dataplane_iface(struct rf_dataplane *dataplane, const struct rf_local *local);

/* A message came back (group.c). */
void rf_group_done(struct rf_message *message);
/* Free a group that no worker knows any more, with all its streams (group.c). */
void rf_group_destroy(struct rf_group *group);

#endif
