/* SPDX-License-Identifier: GPL-2.0-only */
/* The way out: neighbour, scrub, send. */
#ifndef RF_TX_H
#define RF_TX_H

#include <linux/skbuff.h>
#include <uapi/rtpferry.h>

struct neighbour;
struct net;
struct rf_flow;

/**
 * struct rf_way - where a packet will leave
 * @dst: its route; borrowed under RCU, as is
 * @neigh: the next hop; NULL with RTPFERRY_FLOW_FLAG_STACK
 */
struct rf_way {
	struct dst_entry *dst;
	struct neighbour *neigh;
};

struct rf_way rf_tx_find(struct net *net, struct rf_flow *flow, unsigned int len);
void rf_tx_send(const struct rf_flow *flow, struct sk_buff *skb, struct rf_way way);

#endif
