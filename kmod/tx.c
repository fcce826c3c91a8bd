// SPDX-License-Identifier: GPL-2.0-only
#include <net/arp.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include "compat/flowi4.h"
#include "flow.h"
#include "tx.h"

#define RETRY_AFTER HZ /* a route that failed is not looked up again before */

/* What the straight way cannot do is left to the stack. */
static bool is_direct(const struct dst_entry *dst)
{
	return !dst->error && !dst_xfrm(dst) && !dst->lwtstate;
}

static noinline struct dst_entry *route4(struct net *net, const struct rf_flow *flow)
{
	struct flowi4 key = {
		.saddr = flow->out4,
		.daddr = flow->to4,
		.fl4_sport = flow->out_port,
		.fl4_dport = flow->to_port,
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_mark = flow->mark,
	};
	struct rtable *rt;

	rf_flowi4_set_tos(&key, flow->tos);
	rt = ip_route_output_key(net, &key);
	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_type != RTN_UNICAST || !is_direct(&rt->dst)) {
		ip_rt_put(rt);
		return NULL;
	}
	dst_cache_set_ip4((struct dst_cache *)&flow->cache, &rt->dst, key.saddr);
	return &rt->dst;
}

static noinline struct dst_entry *route6(struct net *net, const struct rf_flow *flow)
{
	struct flowi6 key = {
		.saddr = flow->out6,
		.daddr = flow->to6,
		.fl6_sport = flow->out_port,
		.fl6_dport = flow->to_port,
		.flowi6_proto = IPPROTO_UDP,
		.flowlabel = ip6_make_flowinfo(flow->tos, 0),
		.flowi6_mark = flow->mark,
	};
	struct dst_entry *dst = ip6_dst_lookup_flow(net, NULL, &key, NULL);

	if (IS_ERR(dst))
		return NULL;
	if (!is_direct(dst) ||
	    container_of(dst, struct rt6_info, dst)->rt6i_flags &
		    (RTF_LOCAL | RTF_ANYCAST | RTF_REJECT) ||
	    ipv6_addr_is_multicast(&flow->to6)) {
		dst_release(dst);
		return NULL;
	}
	dst_cache_set_ip6((struct dst_cache *)&flow->cache, dst, &key.saddr);
	return dst;
}

/* The route, with a reference: the cached one while it holds, else looked up, but not each time. */
static struct dst_entry *find_route(struct net *net, const struct rf_flow *flow)
{
	struct dst_entry *dst = dst_cache_get((struct dst_cache *)&flow->cache);
	unsigned long retry_at;

	if (likely(dst))
		return dst;
	retry_at = READ_ONCE(flow->stats->retry_at);
	if (retry_at && time_before(jiffies, retry_at))
		return NULL;
	dst = flow->out_family == AF_INET ? route4(net, flow) : route6(net, flow);
	WRITE_ONCE(flow->stats->retry_at, dst ? 0 : (jiffies + RETRY_AFTER) | 1);
	return dst;
}

/*
 * Most media is smaller than any path MTU that the stack would believe: then the device
 * alone decides, where the route has no MTU of its own.
 */
static __always_inline bool fits(const struct net *net, const struct dst_entry *dst,
				 unsigned int len)
{
	if (len <= net->ipv4.ip_rt_min_pmtu && len <= READ_ONCE(dst->dev->mtu) &&
	    !dst_metric_raw(dst, RTAX_MTU))
		return true;
	return len <= dst_mtu(dst);
}

static struct neighbour *find_neighbour(const struct rf_flow *flow, struct rf_way *way)
{
	struct net_device *dev = way->dst->dev;
	struct rt6_info *rt6;
	struct rtable *rt;

	if (flow->out_family == AF_INET6) {
		rt6 = container_of(way->dst, struct rt6_info, dst);
		return ip_neigh_gw6(dev, rt6_nexthop(rt6, &flow->to6));
	}
	rt = container_of(way->dst, struct rtable, dst);
	if (unlikely(rt->rt_gw_family == AF_INET6)) {
		way->skip_header = true;
		return ip_neigh_gw6(dev, &rt->rt_gw6);
	}
	return ip_neigh_gw4(dev, rt->rt_gw_family == AF_INET ? rt->rt_gw4 : flow->to4);
}

/**
 * rf_tx_find - find the way that a packet would take, before anything of it is changed
 * @net: the namespace
 * @flow: that it matched
 * @len: of the IP packet to send
 * @way: where the answer goes
 *
 * Context: softirq, under RCU.
 * Return: 0 and @way filled, or -1 - enum rtpferry_reason and nothing to give back.
 */
int rf_tx_find(struct net *net, const struct rf_flow *flow, unsigned int len, struct rf_way *way)
{
	enum rtpferry_reason why = RTPFERRY_REASON_NO_ROUTE;
	struct neighbour *neigh;

	way->dst = find_route(net, flow);
	way->neigh = NULL;
	way->skip_header = false;
	if (unlikely(!way->dst))
		return -1 - (int)why;
	why = RTPFERRY_REASON_MTU;
	if (unlikely(!fits(net, way->dst, len)))
		goto decline;
	if (unlikely(flow->flags & RTPFERRY_FLOW_FLAG_STACK))
		return 0;
	why = RTPFERRY_REASON_NO_NEIGHBOUR;
	neigh = find_neighbour(flow, way);
	if (IS_ERR(neigh))
		goto decline;
	if (unlikely(!(READ_ONCE(neigh->nud_state) & NUD_VALID))) {
		neigh_event_send(neigh, NULL);
		goto decline;
	}
	way->neigh = neigh;
	return 0;

decline:
	dst_release(way->dst);
	return -1 - (int)why;
}

/* Nothing that the packet brought along on its way in may decide its way out. */
static void scrub(struct sk_buff *skb, u8 tos)
{
	/* In this order: what clears a delivery time may put a receive timestamp there. */
	skb_clear_delivery_time(skb);
	skb_scrub_packet(skb, true);
	skb_set_queue_mapping(skb, 0);
	skb->priority = rt_tos2priority(tos);
}

/**
 * rf_tx_send - send a packet that has been rewritten
 * @net: the namespace
 * @flow: that it matched
 * @skb: with data at its IP header and room for a link header; consumed
 * @way: as rf_tx_find() filled it; consumed
 *
 * Context: softirq, under RCU.
 */
void rf_tx_send(struct net *net, const struct rf_flow *flow, struct sk_buff *skb,
		struct rf_way *way)
{
	bool ip4 = flow->out_family == AF_INET;

	scrub(skb, ip4 ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb)));
	skb_dst_set(skb, way->dst);
	skb->dev = way->dst->dev;
	if (likely(way->neigh)) {
		neigh_output(way->neigh, skb, way->skip_header);
		return;
	}
	memset(skb->cb, 0, sizeof(skb->cb));
	if (ip4)
		ip_local_out(net, NULL, skb);
	else
		ip6_local_out(net, NULL, skb);
}
