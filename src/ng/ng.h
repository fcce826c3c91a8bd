/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ng control protocol over UDP: listeners, cookie cache, commands. Control thread only.
 */
#ifndef RF_NG_NG_H
#define RF_NG_NG_H

#include "base/addr.h"
#include "base/histogram.h"
#include "call/call.h"
#include "log/log.h"
#include "loop/loop.h"

struct rf_ng; /* opaque */

struct rf_ng_config {
	const struct rf_endpoint *listen;     /* copied */
	unsigned n_listen;                    /* of them */
	const struct rf_net *allow;           /* source networks; copied; none: everybody */
	unsigned n_allow;                     /* of them */
	struct rf_loop *loop;                 /* borrowed */
	struct rf_log *log;                   /* borrowed */
	struct rf_calls *calls;               /* borrowed */
	const struct rf_dataplane *dataplane; /* for the statistics command; borrowed; may be NULL */
	const struct rf_ports *ports;         /* the same */
};

/* Bind and serve. 0; -ENOMEM; errors of bind, with *why a sentence that names the address. */
int rf_ng_new(const struct rf_ng_config *config, struct rf_ng **out, struct rf_str *why);
void rf_ng_free(struct rf_ng *ng); /* NULL is fine */
/* Replace the allow-list (reload). 0 or -ENOMEM. */
int rf_ng_set_allow(struct rf_ng *ng, const struct rf_net *allow, unsigned n_allow);

/*
 * Answer one datagram as the socket would, into reply; false: no answer is due (no cookie, or a source that
 * is not allowed). The entry for tests and fuzzers; no cache.
 */
bool rf_ng_handle(struct rf_ng *ng, struct rf_str datagram, struct rf_buf *reply);

/* Commands counted by name and result ("ok", "error", "load_limit"); the last row's name is "other". */
struct rf_ng_command_stats {
	const char *command;                 /* static */
	uint64_t ok, error, load_limit;      /* replies, by result */
	const struct rf_histogram *duration; /* seconds */
};
unsigned rf_ng_stats(const struct rf_ng *ng, const struct rf_ng_command_stats **rows);
uint64_t rf_ng_duplicates(const struct rf_ng *ng); /* retransmissions answered from the cache */
uint64_t rf_ng_refused(const struct rf_ng *ng);    /* datagrams of sources that are not allowed */

#endif
