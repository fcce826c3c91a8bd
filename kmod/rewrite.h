/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers and checksums, in place. */
#ifndef RF_REWRITE_H
#define RF_REWRITE_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include "flow.h"

/* Bytes of the IP packet that a payload becomes. */
static inline unsigned int rf_rewrite_length(const struct rf_flow *flow, unsigned int bytes)
{
	return bytes + sizeof(struct udphdr) +
	       (flow->out_family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
}

/*
 * Make the headers writable, with room for a link header and, for grow, a larger IP header.
 * What a tap saw stays as it was. Return: 0 or -ENOMEM and nothing changed.
 */
static inline int rf_rewrite_prepare(struct sk_buff *skb, unsigned int header,
				     const struct net_device *dev, bool grow)
{
	unsigned int room = LL_RESERVED_SPACE(dev);

	if (grow)
		room += sizeof(struct ipv6hdr) - sizeof(struct iphdr);
	return skb_ensure_writable(skb, header + sizeof(struct udphdr)) ?: skb_cow_head(skb, room);
}

void rf_rewrite4(struct sk_buff *skb, const struct rf_flow *flow, bool alias,
		 struct dst_entry *dst);
void rf_rewrite6(struct sk_buff *skb, const struct rf_flow *flow, bool alias,
		 struct dst_entry *dst);
__wsum rf_rewrite_sum(u8 family, const union rf_ip *a, __be16 port_a, const union rf_ip *b,
		      __be16 port_b);

#endif
