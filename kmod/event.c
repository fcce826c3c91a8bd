// SPDX-License-Identifier: GPL-2.0-only
#include <net/genetlink.h>
#include "event.h"
#include "flow.h"
#include "netlink.h"
#include "table.h"

/* Where memory is short, or the message has no room, nobody is told. */
static void tell(struct net *net, struct sk_buff *msg, int ret, gfp_t gfp)
{
	if (ret < 0) {
		nlmsg_free(msg);
		return;
	}
	nlmsg_end(msg, nlmsg_hdr(msg));
	genlmsg_multicast_netns(&rf_netlink_family, net, msg, 0, 0, gfp);
}

/**
 * rf_event_table - something happened to a table; told unless too much of it does
 * @table: the table
 * @kind: what
 *
 * Context: under rf_net.lock, may sleep.
 */
void rf_event_table(const struct rf_table *table, enum rtpferry_event_kind kind)
{
	struct sk_buff *msg;

	if (!__ratelimit(&table->rn->table_event_rate))
		return;
	msg = rf_netlink_message(0, 0, RTPFERRY_CMD_EVENT, GFP_KERNEL);
	if (!msg)
		return;
	tell(table->rn->net, msg, nla_put_u32(msg, RTPFERRY_A_EVENT, kind) ?:
	     rf_netlink_put_table(msg, table, false), GFP_KERNEL);
}

static int put_table_id(struct sk_buff *msg, u32 id)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_TABLE);

	if (!nest || nla_put_u32(msg, RTPFERRY_A_TABLE_ID, id))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * rf_event_flow - something happened to a flow
 * @rn: the namespace
 * @flow: the flow
 * @kind: what
 *
 * Context: any, under RCU or rf_net.lock.
 */
void rf_event_flow(struct rf_net *rn, const struct rf_flow *flow, enum rtpferry_event_kind kind)
{
	struct sk_buff *msg = rf_netlink_message(0, 0, RTPFERRY_CMD_EVENT, GFP_ATOMIC);

	if (!msg)
		return;
	tell(rn->net, msg, nla_put_u32(msg, RTPFERRY_A_EVENT, kind) ?:
	     put_table_id(msg, flow->table_id) ?: rf_netlink_put_flow(msg, flow), GFP_ATOMIC);
}
