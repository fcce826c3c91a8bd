// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include "flow.h"
#include "route.h"
#include "rx.h"
#include "tx.h"

/*
 * Most media is smaller than any path MTU that the stack would believe: then the device
 * alone decides, where the route has no MTU of its own.
 */
static __always_inline bool fits(const struct net *net, const struct dst_entry *dst,
				 unsigned int len)
{
	if (len <= READ_ONCE(net->ipv4.ip_rt_min_pmtu) && len <= READ_ONCE(dst->dev->mtu) &&
	    !dst_metric_raw(dst, RTAX_MTU))
		return true;
	return len <= dst_mtu(dst);
}

static struct neighbour *find_neighbour(const struct rf_flow *flow, struct dst_entry *dst)
{
	struct rtable *rt;

	if (flow->out_family == AF_INET6)
		return ip_neigh_gw6(dst->dev, rt6_nexthop(container_of(dst, struct rt6_info, dst),
							  &flow->to6));
	rt = container_of(dst, struct rtable, dst);
	if (unlikely(rt->rt_gw_family == AF_INET6))
		return ip_neigh_gw6(dst->dev, &rt->rt_gw6);
	return ip_neigh_gw4(dst->dev, rt->rt_gw_family == AF_INET ? rt->rt_gw4 : flow->to4);
}

static struct rf_way no_way(enum rtpferry_reason why)
{
	return (struct rf_way){ .dst = ERR_PTR(RF_HINDERED(why)) };
}

/**
 * rf_tx_find - find the way that a packet would take, before anything of it is changed
 * @net: the namespace
 * @flow: that it matched
 * @len: of the IP packet to send
 *
 * Context: softirq, under RCU.
 * Return: the way; where there is none, its dst is ERR_PTR(RF_HINDERED()).
 */
struct rf_way rf_tx_find(struct net *net, struct rf_flow *flow, unsigned int len)
{
	struct dst_entry *dst = rf_route_find(net, flow);
	struct neighbour *neigh;

	if (unlikely(!dst))
		return no_way(RTPFERRY_REASON_NO_ROUTE);
	if (unlikely(!fits(net, dst, len)))
		return no_way(RTPFERRY_REASON_MTU);
	if (unlikely(flow->flags & RTPFERRY_FLOW_FLAG_STACK))
		return (struct rf_way){ .dst = dst };
	neigh = find_neighbour(flow, dst);
	if (IS_ERR(neigh))
		return no_way(RTPFERRY_REASON_NO_NEIGHBOUR);
	if (unlikely(!(READ_ONCE(neigh->nud_state) & NUD_VALID))) {
		neigh_event_send(neigh, NULL);
		return no_way(RTPFERRY_REASON_NO_NEIGHBOUR);
	}
	return (struct rf_way){ .dst = dst, .neigh = neigh };
}

/*
 * Nothing that the packet brought along on its way in may decide its way out: what
 * skb_scrub_packet() does, and what it leaves.
 */
static __always_inline void scrub(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	nf_reset_ct(skb);
	nf_reset_trace(skb);
	ipvs_reset(skb);
	skb_reset_redirect(skb);
	skb->pkt_type = PACKET_HOST;
	skb->ignore_df = 0;
#ifdef CONFIG_NET_SWITCHDEV
	skb->offload_fwd_mark = 0;
	skb->offload_l3_fwd_mark = 0;
#endif
	skb->skb_iif = 0;
	skb->mark = 0;
	skb_init_secmark(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_set_queue_mapping(skb, 0);
	skb_set_delivery_time(skb, 0, 0);
}

/* Through OUTPUT and POSTROUTING, as if the host had made it. */
static noinline void send_through_stack(struct sk_buff *skb, bool ip4)
{
	struct net *net = dev_net(skb_dst(skb)->dev);

	memset(skb->cb, 0, sizeof(skb->cb));
	skb->dev = NULL;
	if (ip4)
		ip_local_out(net, NULL, skb);
	else
		ip6_local_out(net, NULL, skb);
}

/**
 * rf_tx_send - send a packet that has been rewritten
 * @flow: that it matched
 * @skb: with data at its IP header and room for a link header; consumed
 * @way: as rf_tx_find() returned it
 *
 * Context: softirq, under RCU.
 */
void rf_tx_send(const struct rf_flow *flow, struct sk_buff *skb, struct rf_way way)
{
	bool ip4 = flow->out_family == AF_INET;

	scrub(skb);
	/* Who keeps the packet for longer takes a reference: queues of all kinds do. */
	skb_dst_set_noref(skb, way.dst);
	if (unlikely(!way.neigh)) {
		send_through_stack(skb, ip4);
		return;
	}
	skb->dev = way.dst->dev;
	/* The cached link header is that of the neighbour's own family. */
	neigh_output(way.neigh, skb,
		     ip4 && container_of(way.dst, struct rtable, dst)->rt_gw_family == AF_INET6);
}
