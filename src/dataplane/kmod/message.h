/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the messages of the contract hold, as values: flows into requests; flows, tables and the module out of answers.
 * Answers are read by the generated tables, within limits: -EBADMSG is what the contract does not allow.
 */
#ifndef RF_DATAPLANE_KMOD_MESSAGE_H
#define RF_DATAPLANE_KMOD_MESSAGE_H

#include "dataplane/kmod/flow.h"
#include "dataplane/kmod/netlink.h"
#include "dataplane/kmod/table.h"
#include "dataplane/kmod/walk.h"

#define RF_MESSAGE_FLOW_MAX 512 /* bytes that a flow takes in a request, at most */
#define RF_MESSAGE_KEY_MAX 40   /* bytes that a flow's key takes */

/* Add a flow to a request. */
void rf_message_put_flow(struct rf_netlink *nl, const struct rf_flow *flow);
/* Add only its key. */
void rf_message_put_key(struct rf_netlink *nl, const struct rf_endpoint *local);
/* Add the table that a request is about, by its id. */
void rf_message_put_table(struct rf_netlink *nl, uint32_t id);
/* Add the table that is wished for. */
void rf_message_put_wish(struct rf_netlink *nl, const struct rf_table_wish *wish);
/* Add a table with local addresses to add to it. */
void rf_message_put_locals(struct rf_netlink *nl, uint32_t id, const struct rf_table_local *locals, unsigned n);

/* The attributes of an answer's top level. 0, or -EBADMSG: it is too short to be the family's. */
int rf_message_walk(const struct nlmsghdr *message, struct rf_walk *walk);

/* Read an item "flow"; now_us is monotonic, what idle times count back from. 0 or -EBADMSG. */
int rf_message_read_stats(const struct rf_item *item, int64_t now_us, struct rf_flow_stats *out);

/* What an item "table" holds. */
struct rf_message_table {
	struct rf_table_row row;
	bool adopted;                             /* it was an orphan */
	uint64_t declined[RTPFERRY_REASON_COUNT]; /* by enum rtpferry_reason */
};
/* Read an item "table". 0 or -EBADMSG. */
int rf_message_read_table(const struct rf_item *item, struct rf_message_table *out);
/*
 * Read an item "info". Of a module of another ABI only version and ABI are filled, and what else is there is not looked
 * at. 0, or -EBADMSG: not even the ABI is told.
 */
int rf_message_read_info(const struct rf_item *item, struct rf_table_info *out);

/* Give each flow of an answer to fn (NULL: only read them). now_us as rf_message_read_stats. 0 or -EBADMSG. */
int rf_message_flows(const struct nlmsghdr *message, int64_t now_us, rf_table_stats_fn *fn, void *arg);
/* Give each table of an answer to fn. 0 or -EBADMSG. */
int rf_message_tables(const struct nlmsghdr *message, void (*fn)(void *arg, const struct rf_message_table *table),
                      void *arg);

/*
 * Add an item "reason" (of any list of reasons) to counters of RTPFERRY_REASON_COUNT; a reason that this program does
 * not know is passed over. 0 or -EBADMSG.
 */
int rf_message_read_reason(const struct rf_item *item, uint64_t *packets);

#endif
