// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/netfilter.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include "compat/flowi4.h"
#include "flow.h"
#include "rx.h"
#include "tx.h"

#define RETRY_AFTER HZ /* a route that failed is not looked up again before */

/* What the straight way cannot do is left to the stack; dead is what swallows, as IPsec has it. */
static bool is_direct(const struct dst_entry *dst)
{
	return !dst->error && dst->obsolete != DST_OBSOLETE_DEAD && !dst_xfrm(dst) &&
	       !dst->lwtstate;
}

/* The VRF that an address of ours is in, whose routes are its routes; 0: in none. */
static int vrf4(struct net *net, __be32 ip)
{
	return l3mdev_master_ifindex_rcu(__ip_dev_find(net, ip, false));
}

/* The same; IPv6 has to be asked VRF by VRF. */
static int vrf6(struct net *net, const struct in6_addr *ip)
{
	const struct net_device *dev;

	if (ipv6_chk_addr(net, ip, NULL, 0))
		return 0;
	for_each_netdev_rcu(net, dev) {
		if (netif_is_l3_master(dev) &&
		    ipv6_chk_addr_and_flags(net, ip, dev, true, 0, IFA_F_TENTATIVE))
			return dev->ifindex;
	}
	return 0;
}

static noinline struct dst_entry *route4(struct net *net, struct rf_flow *flow)
{
	struct flowi4 key = {
		.flowi4_oif = vrf4(net, flow->out4),
		.saddr = flow->out4,
		.daddr = flow->to4,
		.fl4_sport = flow->out_port,
		.fl4_dport = flow->to_port,
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_mark = flow->mark,
	};
	struct rtable *rt;

	rf_flowi4_set_tos(&key, flow->tos);
	rt = ip_route_output_flow(net, &key, NULL);
	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_type != RTN_UNICAST || !is_direct(&rt->dst)) {
		ip_rt_put(rt);
		return NULL;
	}
	dst_cache_set_ip4(&flow->cache, &rt->dst, key.saddr);
	return &rt->dst;
}

static noinline struct dst_entry *route6(struct net *net, struct rf_flow *flow)
{
	struct flowi6 key = {
		.flowi6_oif = vrf6(net, &flow->out6),
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
	dst_cache_set_ip6(&flow->cache, dst, &key.saddr);
	return dst;
}

static struct dst_entry *look_up(struct net *net, struct rf_flow *flow)
{
	if (flow->out_family == AF_INET)
		return route4(net, flow);
	/* A kernel that was told to do without IPv6 has no tables to look into. */
	return ipv6_mod_enabled() ? route6(net, flow) : NULL;
}

/* The route, with a reference: the cached one while it holds, else looked up, but not each time. */
static struct dst_entry *find_route(struct net *net, struct rf_flow *flow)
{
	struct dst_entry *dst = dst_cache_get(&flow->cache);
	unsigned long retry_at;

	if (likely(dst))
		return dst;
	retry_at = READ_ONCE(flow->retry_at);
	if (retry_at && time_before(jiffies, retry_at))
		return NULL;
	dst = look_up(net, flow);
	WRITE_ONCE(flow->retry_at, dst ? 0 : (jiffies + RETRY_AFTER) | 1);
	return dst;
}

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

static struct rf_way no_way(struct dst_entry *dst, enum rtpferry_reason why)
{
	dst_release(dst);
	return (struct rf_way){ .dst = ERR_PTR(RF_HINDERED(why)) };
}

/**
 * rf_tx_find - find the way that a packet would take, before anything of it is changed
 * @net: the namespace
 * @flow: that it matched
 * @len: of the IP packet to send
 *
 * Context: softirq, under RCU.
 * Return: the way; its dst is ERR_PTR(RF_HINDERED()), and there is nothing to give back.
 */
struct rf_way rf_tx_find(struct net *net, struct rf_flow *flow, unsigned int len)
{
	struct dst_entry *dst = find_route(net, flow);
	struct neighbour *neigh;

	if (unlikely(!dst))
		return no_way(dst, RTPFERRY_REASON_NO_ROUTE);
	if (unlikely(!fits(net, dst, len)))
		return no_way(dst, RTPFERRY_REASON_MTU);
	if (unlikely(flow->flags & RTPFERRY_FLOW_FLAG_STACK))
		return (struct rf_way){ .dst = dst };
	neigh = find_neighbour(flow, dst);
	if (IS_ERR(neigh))
		return no_way(dst, RTPFERRY_REASON_NO_NEIGHBOUR);
	if (unlikely(!(READ_ONCE(neigh->nud_state) & NUD_VALID))) {
		neigh_event_send(neigh, NULL);
		return no_way(dst, RTPFERRY_REASON_NO_NEIGHBOUR);
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
 * @way: as rf_tx_find() returned it; consumed
 *
 * Context: softirq, under RCU.
 */
void rf_tx_send(const struct rf_flow *flow, struct sk_buff *skb, struct rf_way way)
{
	bool ip4 = flow->out_family == AF_INET;

	scrub(skb);
	skb_dst_set(skb, way.dst);
	if (unlikely(!way.neigh)) {
		send_through_stack(skb, ip4);
		return;
	}
	skb->dev = way.dst->dev;
	/* The cached link header is that of the neighbour's own family. */
	neigh_output(way.neigh, skb,
		     ip4 && container_of(way.dst, struct rtable, dst)->rt_gw_family == AF_INET6);
}
