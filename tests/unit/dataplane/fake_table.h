/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel table without a kernel: it takes flows, remembers them, and tells the statistics that a test gives it. It
 * stands in for all of src/dataplane/kmod that the data plane uses. Packets it does not forward: a test that wants them
 * to be says so with figures.
 */
#ifndef RF_TESTS_FAKE_TABLE_H
#define RF_TESTS_FAKE_TABLE_H

#include <stdbool.h>

#include "dataplane/kmod/flow.h"
#include "dataplane/kmod/rules.h"
#include "dataplane/kmod/table.h"

#define FAKE_FLOWS 2048
#define FAKE_ALIASES 8

struct fake_flow {
	bool used;                  /* installed */
	struct rf_flow flow;        /* as set last */
	uint32_t base;              /* the first sequence number that was forwarded */
	struct rf_flow_stats stats; /* that are told */
};

struct fake {
	bool module;                 /* there is one; else -ENOENT */
	int gone;                    /* the table has been taken away: error of what is asked of it; 0: it is there */
	bool adopted;                /* the next table is an orphan's */
	struct rf_table_row rows[4]; /* other tables of the node; id 0: none */
	int refuse_set;              /* error of FLOW_SET; 0: none */
	int lose_set;                /* the same, and it is done */
	int refuse_del;              /* error of FLOW_DEL; 0: none */
	int lose_del;                /* FLOW_DEL that are done without a word: so many, each -ENOBUFS */
	int refuse_read;             /* error of reading all flows at once; 0: none */
	bool module_for_rules;       /* rules can be installed */
	bool no_target;              /* but not those with the target */
	bool rules_missing;          /* the next look finds that they had to be restored */
	void (*on_set)(void *arg);   /* called while FLOW_SET is under way, with on_set_arg; NULL: nothing is */
	void *on_set_arg;

	unsigned tables;                             /* that are open */
	unsigned sets, dels;                         /* FLOW_SET and FLOW_DEL that succeeded */
	unsigned tried_dels;                         /* all FLOW_DEL */
	unsigned last_set;                           /* flows of the last FLOW_SET */
	unsigned renewals;                           /* heartbeats */
	unsigned deleted;                            /* tables that were ended, not left */
	char rules[RF_RULES_NAME];                   /* name of the installed ones; "": none */
	unsigned rules_ranges;                       /* of them */
	bool rules_stay;                             /* when their process was killed */
	unsigned sweeps;                             /* looks for rules that were left */
	struct rf_rules_alias aliases[FAKE_ALIASES]; /* of them */
	unsigned rules_aliases;                      /* of them */
	struct rf_table_local locals[8];             /* of the last table */
	unsigned n_locals;                           /* of them */
	struct fake_flow flows[FAKE_FLOWS];          /* of the table */
};

extern struct fake fake;

/* Forget everything: a module, and no table. */
void fake_reset(void);
/* The flow at that local port; NULL: none. */
struct fake_flow *fake_at(uint16_t port);
unsigned fake_installed(void);
/* The kernel has forwarded RTP of that flow: packets with sequence numbers first to last, of bytes each. */
void fake_forward(struct fake_flow *flow, uint32_t ssrc, uint16_t first, uint16_t last, uint32_t bytes);

#endif
