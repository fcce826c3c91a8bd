// SPDX-License-Identifier: GPL-2.0-only
#include <net/genetlink.h>
#include "event.h"
#include "flow.h"
#include "netlink.h"
#include "table.h"

static void tell(struct net *net, struct sk_buff *msg, void *head, int ret, gfp_t gfp)
{
	if (ret < 0) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, head);
	genlmsg_multicast_netns(&rf_netlink_family, net, msg, 0, 0, gfp);
}

/**
 * rf_event_table - something happened to a table
 * @table: the table
 * @kind: what
 *
 * Context: under rf_net.lock, may sleep. Where memory is short, nobody is told.
 */
void rf_event_table(const struct rf_table *table, enum rtpferry_event_kind kind)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *head;
	int ret;

	if (!msg)
		return;
	head = genlmsg_put(msg, 0, 0, &rf_netlink_family, 0, RTPFERRY_CMD_EVENT);
	ret = nla_put_u32(msg, RTPFERRY_A_EVENT, kind) ?: rf_netlink_put_table(msg, table, 0);
	tell(table->rn->net, msg, head, ret, GFP_KERNEL);
}

/**
 * rf_event_flow - something happened to a flow
 * @rn: the namespace
 * @flow: the flow
 * @kind: what
 *
 * Context: any, under RCU or rf_net.lock. Where memory is short, nobody is told.
 */
void rf_event_flow(struct rf_net *rn, const struct rf_flow *flow, enum rtpferry_event_kind kind)
{
	struct nlattr *nest;
	struct sk_buff *msg;
	void *head;
	int ret;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	head = genlmsg_put(msg, 0, 0, &rf_netlink_family, 0, RTPFERRY_CMD_EVENT);
	ret = nla_put_u32(msg, RTPFERRY_A_EVENT, kind);
	nest = nla_nest_start(msg, RTPFERRY_A_TABLE);
	ret = ret ?: nla_put_u32(msg, RTPFERRY_A_TABLE_ID, flow->table_id);
	nla_nest_end(msg, nest);
	ret = ret ?: rf_netlink_put_flow(msg, flow);
	tell(rn->net, msg, head, ret, GFP_ATOMIC);
}
