/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow: what a packet to a local port becomes. */
#ifndef RF_FLOW_H
#define RF_FLOW_H

#include <linux/llist.h>
#include <linux/timerqueue.h>
#include <net/dst.h>
#include "address.h"
#include "stats.h"

#define RF_MAX_TYPES 16

/* The way in that a flow is reached by: the hook and, of rules that name one, the table. */
#define RF_ENTRY(hook, table) ((u64)(hook) << 32 | (table))

/**
 * enum rf_flow_bit - what the packet path asks of a flow, beside enum rtpferry_flow_flag
 * @RF_FLOW_STRICT: the source is known and checked, so the checksum's change is a constant
 * @RF_FLOW_DROP: packets from elsewhere are dropped, not passed up
 * @RF_FLOW_DSCP: tos holds what to write
 */
enum rf_flow_bit {
	RF_FLOW_STRICT = BIT(16),
	RF_FLOW_DROP = BIT(17),
	RF_FLOW_DSCP = BIT(18),
};

/**
 * struct rf_type - a payload type
 * @clock_rate: Hz
 * @number: as in the RTP header
 */
struct rf_type {
	u32 clock_rate;
	u8 number;
};

/**
 * struct rf_flow - one direction; what packets read of it never changes, but for what it
 *	remembers of its route: @dst, @dst_cookie and @retry_at
 *
 * A packet reads the first cache line, which has the first payload type too; for the next eight
 * the second. With IPv6, and where @sum does not hold, it reads the line of @source6. What it
 * writes is in @stats, which a replacing flow takes over.
 *
 * @stats: what is written; of the flow and of those that it replaced
 * @dst: route to @to4 or @to6, with a reference, checked by each packet; NULL: none is remembered
 * @entry: RF_ENTRY(), the only way in
 * @flags: enum rtpferry_flow_flag and enum rf_flow_bit
 * @sum: what is added to a UDP checksum: of the new addresses and ports, and with
 *	RF_FLOW_STRICT less that of the old ones
 * @source4: expected source
 * @out4: source of what is sent
 * @to4: destination of what is sent
 * @source_port: expected, network order
 * @out_port: source of what is sent, network order
 * @to_port: destination of what is sent, network order
 * @out_family: AF_INET or AF_INET6, of what is sent
 * @tos: DSCP in the place that it has in the header
 * @n_types: payload types
 * @types: of them
 * @source6: expected source
 * @out6: source of what is sent
 * @to6: destination of what is sent
 * @label: flow label of IPv6, network order
 * @table_id: the table's
 * @dst_cookie: what tells whether an IPv6 @dst still holds
 * @new_sum: of the new addresses and ports alone
 * @mark: of the route look-up
 * @retry_at: jiffies before which a route that failed is not looked up again; 0: it did not
 * @cookie: the daemon's own
 * @local: where packets arrive, with @local_port the key
 * @local_port: host order
 * @family: AF_INET or AF_INET6, of @local
 * @idle_s: seconds of silence that are told; 0: none
 * @told_us: ktime of the last packet before the silence told last; -1: none was; under rf_net.lock
 * @silence: in rf_net.watched, where @idle_s is set; under rf_net.lock
 * @place: where it stands in the index; under rf_net.lock
 * @dying: in the list of the worker that frees
 * @keep_stats: a replacing flow has taken @stats over
 */
struct rf_flow {
	struct rf_stats *stats;
	struct dst_entry __rcu *dst;
	u64 entry;
	u32 flags;
	__wsum sum;
	__be32 source4;
	__be32 out4;
	__be32 to4;
	__be16 source_port;
	__be16 out_port;
	__be16 to_port;
	u8 out_family;
	u8 tos;
	u32 n_types;
	struct rf_type types[RF_MAX_TYPES];

	struct in6_addr source6 ____cacheline_aligned;
	struct in6_addr out6;
	struct in6_addr to6;
	__be32 label;
	u32 table_id;
	u32 dst_cookie;
	__wsum new_sum;

	u32 mark;
	unsigned long retry_at;
	u64 cookie;
	union rf_ip local;
	u16 local_port;
	u8 family;
	u32 idle_s;
	s64 told_us;
	struct timerqueue_node silence;
	struct rf_flow __rcu **place;
	struct llist_node dying;
	bool keep_stats;
} ____cacheline_aligned;

static_assert(offsetofend(struct rf_flow, types[0]) <= 64);
static_assert(offsetofend(struct rf_flow, types[8]) <= 2 * 64);
static_assert(offsetofend(struct rf_flow, new_sum) - offsetof(struct rf_flow, source6) <= 64);

int rf_flow_init(void);
void rf_flow_exit(void);
struct rf_flow *rf_flow_new(void);
void rf_flow_free(struct rf_flow *flow);
struct rf_flow *rf_flow_install(struct rf_net *rn, struct rf_flow *flow);
void rf_flow_remove(struct rf_net *rn, struct rf_flow *flow);
void rf_flow_wait(void);

#endif
