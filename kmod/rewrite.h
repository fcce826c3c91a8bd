/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers and checksums, in place. */
#ifndef RF_REWRITE_H
#define RF_REWRITE_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include "flow.h"

/* Bytes of the IP packet that a payload becomes. */
static inline unsigned int rf_rewrite_length(const struct rf_flow *flow, unsigned int bytes)
{
	return bytes + sizeof(struct udphdr) +
	       (flow->out_family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
}

/* Bytes that must be free in front of an IPv6 (ip6) or IPv4 header: for the link's, and to grow. */
static inline unsigned int rf_rewrite_headroom(const struct rf_flow *flow,
					       const struct net_device *dev, bool ip6)
{
	unsigned int room = LL_RESERVED_SPACE(dev);

	if (!ip6 && flow->out_family == AF_INET6)
		room += sizeof(struct ipv6hdr) - sizeof(struct iphdr);
	return room;
}

void rf_rewrite4(struct sk_buff *skb, const struct rf_flow *flow, bool alias,
		 struct dst_entry *dst);
void rf_rewrite6(struct sk_buff *skb, const struct rf_flow *flow, bool alias,
		 struct dst_entry *dst);
__wsum rf_rewrite_sum(u8 family, const union rf_ip *a, __be16 port_a, const union rf_ip *b,
		      __be16 port_b);

#endif
