// SPDX-License-Identifier: GPL-2.0-only
#include <linux/inetdevice.h>
#include <linux/spinlock.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include "compat/flowi4.h"
#include "flow.h"
#include "route.h"

#define RETRY_AFTER HZ /* a route that failed is not looked up again before */

static DEFINE_SPINLOCK(remembering); /* of route and cookie together, seldom and for two words */

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

static struct dst_entry *route4(struct net *net, const struct rf_flow *flow)
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
	return &rt->dst;
}

/* IPv4's look-up refuses a source that is not the host's own, IPv6's leaves that to who asks. */
static bool is_own6(struct net *net, const struct in6_addr *ip, int vrf)
{
	struct flowi6 key = { .flowi6_oif = vrf, .daddr = *ip };
	struct dst_entry *dst = ip6_route_output(net, NULL, &key);
	bool own = container_of(dst, struct rt6_info, dst)->rt6i_flags & RTF_LOCAL;

	dst_release(dst);
	return own;
}

static struct dst_entry *route6(struct net *net, const struct rf_flow *flow)
{
	int vrf = vrf6(net, &flow->out6);
	struct flowi6 key = {
		.flowi6_oif = vrf,
		.saddr = flow->out6,
		.daddr = flow->to6,
		.fl6_sport = flow->out_port,
		.fl6_dport = flow->to_port,
		.flowi6_proto = IPPROTO_UDP,
		.flowlabel = ip6_make_flowinfo(flow->tos, 0),
		.flowi6_mark = flow->mark,
	};
	struct dst_entry *dst;

	if (!is_own6(net, &flow->out6, vrf))
		return NULL;
	dst = ip6_dst_lookup_flow(net, NULL, &key, NULL);
	if (IS_ERR(dst))
		return NULL;
	if (!is_direct(dst) ||
	    container_of(dst, struct rt6_info, dst)->rt6i_flags &
		    (RTF_LOCAL | RTF_ANYCAST | RTF_REJECT) ||
	    ipv6_addr_is_multicast(&flow->to6)) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

/* With a reference; NULL: there is none. */
static struct dst_entry *look_up(struct net *net, const struct rf_flow *flow)
{
	if (flow->out_family == AF_INET)
		return route4(net, flow);
	/* A kernel that was told to do without IPv6 has no tables to look into. */
	return ipv6_mod_enabled() ? route6(net, flow) : NULL;
}

/**
 * rf_route_look_up - look up the route of a flow and remember it, but not each time it fails
 * @net: the namespace
 * @flow: the flow
 *
 * Packets of several CPUs may do so at once. One of them may have met the routes as they were
 * before: its own cookie tells that to the next packet, another's would not.
 *
 * Context: bottom halves off, under RCU.
 * Return: as rf_route_find().
 */
struct dst_entry *rf_route_look_up(struct net *net, struct rf_flow *flow)
{
	unsigned long retry_at = READ_ONCE(flow->retry_at);
	struct dst_entry *dst, *old;
	u32 cookie = 0;

	if (retry_at && time_before(jiffies, retry_at))
		return NULL;
	dst = look_up(net, flow);
	if (dst && flow->out_family == AF_INET6)
		cookie = rt6_get_cookie(container_of(dst, struct rt6_info, dst));
	spin_lock(&remembering);
	old = rcu_replace_pointer(flow->dst, dst, lockdep_is_held(&remembering));
	WRITE_ONCE(flow->dst_cookie, cookie);
	WRITE_ONCE(flow->retry_at, dst ? 0 : (jiffies + RETRY_AFTER) | 1);
	spin_unlock(&remembering);
	dst_release(old); /* freed after a grace period at the earliest, for who borrowed it */
	return dst;
}
