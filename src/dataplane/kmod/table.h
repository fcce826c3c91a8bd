/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of the kernel module, owned by the netlink socket in here: when the socket closes without rf_table_del, the
 * table is an orphan and forwards until its lease ends. Requests are answered by the module before they return (it
 * works in the sender's context), so nothing here waits; a dump is read piece by piece.
 *
 * Every function that can be refused appends one sentence to why: what was asked, and the module's own words.
 */
#ifndef RF_DATAPLANE_KMOD_TABLE_H
#define RF_DATAPLANE_KMOD_TABLE_H

#include "base/buf.h"
#include "dataplane/kmod/flow.h"

struct rf_table; /* opaque */

#define RF_TABLE_BATCH 400 /* flows of one request, at most */

/* What the module is (GET_INFO). */
struct rf_table_info {
	char version[32];       /* of the module, for people */
	uint32_t abi;           /* of the contract; RTPFERRY_ABI is ours */
	uint32_t max_tables;    /* of one network namespace */
	uint32_t max_flows;     /* of one table */
	uint32_t max_addresses; /* of one table */
};

/* A local address of a table's flows. */
struct rf_table_local {
	struct rf_addr address;
	struct rf_addr alias_of; /* packets to address match the flows of this one; family none: no alias */
};

/* What is asked of the module. */
struct rf_table_wish {
	const char *label;                   /* of the owner, at most RTPFERRY_LABEL_MAX bytes */
	uint32_t id;                         /* 0: any */
	uint32_t lease_s;                    /* seconds that it outlives its owner */
	uint32_t hook;                       /* enum rtpferry_hook */
	const uint32_t *devices;             /* indices, for hook ingress */
	unsigned n_devices;                  /* of them */
	const struct rf_table_local *locals; /* aliases behind what they are aliases of */
	unsigned n_locals;                   /* of them */
};

/* A row of the list of tables. */
struct rf_table_row {
	uint32_t id;
	char label[RTPFERRY_LABEL_MAX + 1];
	uint32_t hook;     /* enum rtpferry_hook, or one of a younger module */
	uint64_t netns;    /* inode of the namespace */
	uint32_t flows;    /* that it has */
	uint32_t owner;    /* netlink port id; 0: an orphan */
	uint32_t lease_ms; /* left */
};

/*
 * Ask the module what it is. 0; -ENOENT: no module (not loaded, and could not be loaded on demand); -EPERM: no
 * CAP_NET_ADMIN here; -EPROTO: a module of another ABI (*info is filled, why names both versions); -ENOMEM, -EMFILE.
 */
int rf_table_probe(struct rf_table_info *info, struct rf_buf *why);

/*
 * Make a table, or adopt the orphan of that label (*adopted). 0; errors as rf_table_probe; -EBUSY: the id is taken;
 * -EINVAL, -ENOSPC, …: the module's refusal.
 */
int rf_table_new(const struct rf_table_wish *wish, struct rf_table **out, bool *adopted, struct rf_buf *why);
/* Close the socket: the table stays for its lease. NULL is fine. */
void rf_table_leave(struct rf_table *table);
/* End the table and all its flows, and close. NULL is fine. */
void rf_table_del(struct rf_table *table);

uint32_t rf_table_id(const struct rf_table *table);
const struct rf_table_info *rf_table_info(const struct rf_table *table);

/* Heartbeat; locals that are not the table's yet are added. 0; -ENOENT: the table is gone; others: the refusal. */
int rf_table_renew(struct rf_table *table, const struct rf_table_local *locals, unsigned n, struct rf_buf *why);

/*
 * Install or replace flows, all or none, as one message. 0; -ENOENT: the table is gone; -EPERM: it is not ours any
 * more; -E2BIG: more than RF_TABLE_BATCH; -ENOBUFS, -ENODATA, -EBADMSG: the answer is lost, they may be installed or
 * not; others: the refusal.
 */
int rf_table_set_flows(struct rf_table *table, const struct rf_flow *flows, unsigned n, struct rf_buf *why);

typedef void rf_table_stats_fn(void *arg, const struct rf_flow_stats *stats);

/*
 * End flows, all or none; fn (NULL: nobody) gets the final statistics of each. As rf_table_set_flows. Where the kernel
 * does not grant the socket a buffer for that many replies (outside the initial user namespace), flows are ended in
 * several requests of some ninety, each all or none; the first that fails is the last. Also -ENOENT: one of them is not
 * there. A flow that fn did not get may be ended or not after any error.
 */
int rf_table_del_flows(struct rf_table *table, const struct rf_endpoint *keys, unsigned n, rf_table_stats_fn *fn,
                       void *arg, struct rf_buf *why);

/* Ask for the statistics of one flow: fn gets them. 0; -ENOENT: it, or the table, is not there; others: the refusal. */
int rf_table_get_flow(struct rf_table *table, const struct rf_endpoint *key, rf_table_stats_fn *fn, void *arg,
                      struct rf_buf *why);

/*
 * A dump of all flows, on a socket of its own: start it, and read when rf_table_dump_fd is readable. read takes one
 * buffer and returns 1: there is more; 0: the dump is complete; -EAGAIN: nothing yet; another error: it failed and is
 * over. One dump at a time: start returns -EBUSY when one is under way.
 */
int rf_table_dump_start(struct rf_table *table, struct rf_buf *why);
int rf_table_dump_fd(const struct rf_table *table);
int rf_table_dump_read(struct rf_table *table, rf_table_stats_fn *fn, void *arg, struct rf_buf *why);

/* Packets to the table's addresses that were passed up before a flow was known, by reason. 0 or an error. */
int rf_table_declined(struct rf_table *table, uint64_t declined[RTPFERRY_REASON_COUNT], struct rf_buf *why);

/*
 * For tools, without a table of one's own: the tables that this namespace may see; the flows of one; end an orphan by
 * id and label. 0 or an error as above.
 */
int rf_table_list(void (*fn)(void *arg, const struct rf_table_row *row), void *arg, struct rf_buf *why);
int rf_table_flows(uint32_t id, rf_table_stats_fn *fn, void *arg, struct rf_buf *why);
int rf_table_end_orphan(uint32_t id, const char *label, struct rf_buf *why);

#endif
