/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The route of a flow, remembered by each CPU. A packet only looks at it: a reference of its own
 * would be counted where flows to the same next hop meet.
 */
#ifndef RF_ROUTE_H
#define RF_ROUTE_H

#include <net/dst.h>
#include "flow.h"

struct net;

/**
 * struct rf_route - what a CPU remembers of a flow's route
 * @dst: with a reference; NULL: nothing
 * @cookie: of an IPv6 route, what tells whether it still holds
 */
struct rf_route {
	struct dst_entry *dst;
	u32 cookie;
};

struct dst_entry *rf_route_look_up(struct net *net, struct rf_flow *flow);
void rf_route_free(struct rf_route __percpu *route);

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
	const struct rf_route *route = this_cpu_ptr(flow->route);

	if (likely(route->dst && dst_check(route->dst, route->cookie)))
		return route->dst;
	return rf_route_look_up(net, flow);
}

#endif
