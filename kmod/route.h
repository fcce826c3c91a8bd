/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The route of a flow, remembered by the flow. A packet only looks at it: a reference of its own
 * would be counted where flows to the same next hop meet.
 */
#ifndef RF_ROUTE_H
#define RF_ROUTE_H

#include <net/dst.h>
#include "flow.h"

struct net;

struct dst_entry *rf_route_look_up(struct net *net, struct rf_flow *flow);

/**
 * rf_route_find - the route of a flow: the remembered one while it holds, else looked up
 * @net: the namespace
 * @flow: the flow
 *
 * Context: bottom halves off, under RCU.
 * Return: the route, borrowed under RCU; NULL: there is none.
 */
static inline struct dst_entry *rf_route_find(struct net *net, struct rf_flow *flow)
{
	struct dst_entry *dst = rcu_dereference(flow->dst);

	if (likely(dst && dst_check(dst, READ_ONCE(flow->dst_cookie))))
		return dst;
	return rf_route_look_up(net, flow);
}

#endif
