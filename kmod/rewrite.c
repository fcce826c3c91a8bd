// SPDX-License-Identifier: GPL-2.0-only
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include "rewrite.h"

/**
 * rf_rewrite_sum - what two ends add to a UDP checksum
 * @family: of @a and @b
 * @a: an address
 * @port_a: its port
 * @b: an address
 * @port_b: its port
 *
 * Context: any.
 * Return: their sum, not folded.
 */
__wsum rf_rewrite_sum(u8 family, const union rf_ip *a, __be16 port_a, const union rf_ip *b,
		      __be16 port_b)
{
	unsigned int bytes = family == AF_INET ? sizeof(a->v4) : sizeof(a->v6);
	__wsum sum = csum_partial(a, bytes, 0);

	sum = csum_partial(b, bytes, sum);
	sum = csum_add(sum, (__force __wsum)port_a);
	return csum_add(sum, (__force __wsum)port_b);
}

/* The change of a checksum where it is no constant of the flow: what stands there goes. */
static noinline __wsum change(const struct sk_buff *skb, const struct rf_flow *flow, bool ip6)
{
	unsigned int first = ip6 ? offsetof(struct ipv6hdr, saddr) : offsetof(struct iphdr, saddr);
	unsigned int last = (ip6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) +
			    offsetofend(struct udphdr, dest);

	return csum_sub(flow->new_sum, csum_partial(skb->data + first, last - first, 0));
}

/* The checksum of UDP is zero, that is, there is none, and IPv6 wants one. */
static __sum16 make_sum6(struct sk_buff *skb, const struct rf_flow *flow, unsigned int at,
			 unsigned int len)
{
	__wsum sum = skb_checksum(skb, at, len, 0);

	return csum_ipv6_magic(&flow->out6, &flow->to6, len, IPPROTO_UDP, sum);
}

/* Only the sum of the pseudo-header stands there; device or far end adds the rest. */
static __sum16 make_pseudo(const struct rf_flow *flow, unsigned int len)
{
	if (flow->out_family == AF_INET)
		return ~csum_tcpudp_magic(flow->out4, flow->to4, len, IPPROTO_UDP, 0);
	return ~csum_ipv6_magic(&flow->out6, &flow->to6, len, IPPROTO_UDP, 0);
}

/* A strict flow expects what it takes out; an alias is another destination than it expects. */
static __always_inline void rewrite_udp(struct sk_buff *skb, struct udphdr *udp,
					const struct rf_flow *flow, bool alias, bool ip6)
{
	__wsum delta = flow->sum;

	if (unlikely(!(flow->flags & RF_FLOW_STRICT) || alias))
		delta = change(skb, flow, ip6);
	udp->source = flow->out_port;
	udp->dest = flow->to_port;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		/* A sender next door may have asked for a sum of anything, at any place. */
		skb->csum_start = (u8 *)udp - skb->head;
		skb->csum_offset = offsetof(struct udphdr, check);
		udp->check = make_pseudo(flow, ntohs(udp->len));
		return;
	}
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	if (unlikely(!udp->check && flow->out_family == AF_INET))
		return;
	if (likely(udp->check))
		udp->check = csum_fold(csum_add(csum_unfold(~udp->check), delta));
	else
		udp->check = make_sum6(skb, flow, (u8 *)udp - skb->data, ntohs(udp->len));
	if (unlikely(!udp->check))
		udp->check = CSUM_MANGLED_0;
}

/* A DSCP that the flow does not set stays; congestion marks always do. */
static __always_inline u8 new_tos(const struct rf_flow *flow, u8 tos)
{
	return flow->flags & RF_FLOW_DSCP ? flow->tos | (tos & INET_ECN_MASK) : tos;
}

/* As ip4_dst_hoplimit(), whose own reader's lock costs more than the rest of it. Under RCU. */
static __always_inline u8 new_ttl(const struct dst_entry *dst)
{
	return dst_metric_raw(dst, RTAX_HOPLIMIT) ?:
	       READ_ONCE(dev_net(dst->dev)->ipv4.sysctl_ip_default_ttl);
}

static void make_ip4(struct sk_buff *skb, const struct rf_flow *flow, struct dst_entry *dst, u8 tos)
{
	struct iphdr *iph = ip_hdr(skb);

	*iph = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*iph) / 4,
		.tos = tos,
		.tot_len = htons(skb->len),
		.frag_off = htons(IP_DF),
		.ttl = new_ttl(dst),
		.protocol = IPPROTO_UDP,
		.saddr = flow->out4,
		.daddr = flow->to4,
	};
	ip_send_check(iph);
}

static void make_ip6(struct sk_buff *skb, const struct rf_flow *flow, struct dst_entry *dst, u8 tos)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	ip6_flow_hdr(ip6h, tos, flow->label);
	ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->hop_limit = ip6_dst_hoplimit(dst);
	ip6h->saddr = flow->out6;
	ip6h->daddr = flow->to6;
}

/**
 * rf_rewrite4 - give an IPv4 packet the flow's addresses and ports
 * @skb: with headers of its own in one piece, and rf_rewrite_headroom() before them
 * @flow: that it matched
 * @alias: it was sent to an alias of the flow's local address
 * @dst: the route that it will take
 *
 * Context: softirq.
 */
void rf_rewrite4(struct sk_buff *skb, const struct rf_flow *flow, bool alias, struct dst_entry *dst)
{
	struct udphdr *udp = (struct udphdr *)(skb->data + sizeof(struct iphdr));
	struct iphdr *iph = ip_hdr(skb);
	u8 tos = new_tos(flow, iph->tos);

	rewrite_udp(skb, udp, flow, alias, false);
	skb->priority = rt_tos2priority(tos);
	if (unlikely(flow->out_family == AF_INET6)) {
		skb_push(skb, sizeof(struct ipv6hdr) - sizeof(struct iphdr));
		skb_reset_network_header(skb);
		skb->protocol = htons(ETH_P_IPV6);
		make_ip6(skb, flow, dst, tos);
		return;
	}
	iph->tos = tos;
	iph->ttl = new_ttl(dst);
	iph->saddr = flow->out4;
	iph->daddr = flow->to4;
	iph->check = 0;
	iph->check = ip_fast_csum(iph, sizeof(*iph) / 4);
}

/**
 * rf_rewrite6 - give an IPv6 packet the flow's addresses and ports
 * @skb: with headers of its own in one piece, and rf_rewrite_headroom() before them
 * @flow: that it matched
 * @alias: it was sent to an alias of the flow's local address
 * @dst: the route that it will take
 *
 * Context: softirq.
 */
void rf_rewrite6(struct sk_buff *skb, const struct rf_flow *flow, bool alias, struct dst_entry *dst)
{
	struct udphdr *udp = (struct udphdr *)(skb->data + sizeof(struct ipv6hdr));
	u8 tos = new_tos(flow, ipv6_get_dsfield(ipv6_hdr(skb)));

	rewrite_udp(skb, udp, flow, alias, true);
	skb->priority = rt_tos2priority(tos);
	if (unlikely(flow->out_family == AF_INET)) {
		skb_pull(skb, sizeof(struct ipv6hdr) - sizeof(struct iphdr));
		skb_reset_network_header(skb);
		skb->protocol = htons(ETH_P_IP);
		make_ip4(skb, flow, dst, tos);
		return;
	}
	make_ip6(skb, flow, dst, tos);
}
