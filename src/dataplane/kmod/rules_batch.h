/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of rules.h as netlink messages: what installs them, in one transaction, and what is read back of them.
 * rules_batch.c is the one file that includes libnftnl.
 */
#ifndef RF_DATAPLANE_KMOD_RULES_BATCH_H
#define RF_DATAPLANE_KMOD_RULES_BATCH_H

#include "dataplane/kmod/netlink.h"
#include "dataplane/kmod/rules.h"

/* Tables that the rules may consist of: inet for the guard, the others for the target. */
enum rf_rules_table { RF_RULES_INET, RF_RULES_IP4, RF_RULES_IP6, RF_RULES_TABLES };

/* Messages of one transaction, numbered in their order. */
struct rf_rules_batch {
	struct rf_netlink *nl; /* borrowed: gives the numbers */
	char *data;            /* owned */
	size_t len, size;      /* bytes used, bytes allocated */
	uint32_t first, last;  /* numbers of its messages */
	uint32_t target;       /* number from which on messages are about the target; 0: none is */
	bool no_socket;        /* the kernel cannot look for the socket that takes a packet: do without */
	int error;             /* 0 or -ENOMEM; nothing is added once set */
};

/* What was found of the rules. */
struct rf_rules_state {
	struct rf_buf text;                      /* all of it, in a form that compares */
	unsigned tables, chains, rules, targets; /* so many of each */
};

void rf_rules_batch_init(struct rf_rules_batch *batch, struct rf_netlink *nl);
void rf_rules_batch_free(struct rf_rules_batch *batch);
/* Remove whatever stands under a name. */
void rf_rules_batch_remove(struct rf_rules_batch *batch, const char *name);
/* Make it all. */
void rf_rules_batch_add(struct rf_rules_batch *batch, const struct rf_rules_config *config);
/* Send it as one transaction. 0, -ENOMEM, or the kernel's refusal: error->number says of which message. */
int rf_rules_batch_commit(struct rf_rules_batch *batch, struct rf_netlink_error *error);

/* Read the generation of the ruleset. 0 or a negative errno. */
int rf_rules_generation(struct rf_netlink *nl, uint32_t *out);
/* Call fn for each table of ours that no process owns, and that says it stays. 0 or a negative errno. */
int rf_rules_each_left(struct rf_netlink *nl, void (*fn)(void *arg, const char *name), void *arg);
/* Read what the kernel has of a config's rules; *state is initialised. 0 or a negative errno. */
int rf_rules_look(struct rf_netlink *nl, const struct rf_rules_config *config, struct rf_rules_state *state);

#endif
