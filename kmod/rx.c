// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netfilter.h>
#include <linux/preempt.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "address.h"
#include "event.h"
#include "flow.h"
#include "measure.h"
#include "rewrite.h"
#include "rx.h"
#include "table.h"
#include "tx.h"

#define RTP_HEADER 12
#define RTCP_HEADER 8
#define HINDERED(reason) RF_HINDERED(RTPFERRY_REASON_##reason)

/**
 * struct packet - what the stages below tell each other of a packet
 * @skb: with data at the IP header
 * @udp: of it
 * @address: that it was sent to, one of a table's
 * @flow: that it matched
 * @header: bytes of the IP header
 * @bytes: of UDP payload
 * @rtcp: it is RTCP
 *
 * Handed to inlined functions only, so that it stays in registers.
 */
struct packet {
	struct sk_buff *skb;
	struct udphdr *udp;
	struct rf_address *address;
	struct rf_flow *flow;
	unsigned int header;
	unsigned int bytes;
	bool rtcp;
};

/**
 * rf_rx_decline - count a packet that goes up before its flow is known
 * @rn: the namespace
 * @why: the reason
 *
 * Context: softirq, or bottom halves off.
 * Return: what the hook returns.
 */
unsigned int rf_rx_decline(struct rf_net *rn, enum rtpferry_reason why)
{
	this_cpu_inc(rn->declined->packets[why]);
	return NF_ACCEPT;
}

/* What it is that stands behind extension headers; every fragment says what it is of. */
static noinline bool is_udp_behind(const struct sk_buff *skb)
{
	unsigned int at = 0;

	return ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr) &&
	       ipv6_find_hdr(skb, &at, -1, NULL, NULL) == IPPROTO_UDP;
}

/**
 * rf_rx_is_udp6 - does an IPv6 packet carry UDP, behind whatever headers?
 * @skb: with data at its IP header
 *
 * Context: any.
 * Return: whether it does.
 */
bool rf_rx_is_udp6(const struct sk_buff *skb)
{
	return ipv6_hdr(skb)->nexthdr == IPPROTO_UDP || is_udp_behind(skb);
}

/*
 * UDP to one of our addresses? Anything else is nobody's business here, nor counted; nor is
 * what the device of a VRF shows: the one that it came in by has shown it before.
 */
static __always_inline bool is_ours(struct rf_net *rn, struct packet *packet, bool ip6)
{
	const struct iphdr *iph;

	if (ip6) {
		if (!rf_rx_is_udp6(packet->skb))
			return false;
		packet->address = rf_address_find6(rn, &ipv6_hdr(packet->skb)->daddr);
	} else {
		iph = ip_hdr(packet->skb);
		if (iph->protocol != IPPROTO_UDP)
			return false;
		packet->address = rf_address_find4(rn, iph->daddr);
	}
	return packet->address && !netif_is_l3_master(packet->skb->dev);
}

/* One whole datagram behind a plain header? */
static __always_inline int check_ip(const struct packet *packet, bool ip6)
{
	if (ip6) {
		if (unlikely(ipv6_hdr(packet->skb)->nexthdr == NEXTHDR_FRAGMENT))
			return HINDERED(FRAGMENT);
		if (unlikely(ipv6_hdr(packet->skb)->nexthdr != IPPROTO_UDP))
			return HINDERED(HEADER);
		return 0;
	}
	if (unlikely(ip_is_fragment(ip_hdr(packet->skb))))
		return HINDERED(FRAGMENT);
	if (unlikely(ip_hdr(packet->skb)->ihl != 5))
		return HINDERED(HEADER);
	return 0;
}

/* A short or scattered packet: can ports and first bytes, as many as there are, be read? */
static noinline int pull(struct sk_buff *skb, unsigned int head)
{
	if (skb->len <= head)
		return HINDERED(LENGTH);
	return pskb_may_pull(skb, min(skb->len, head + RTP_HEADER)) ? 0 : HINDERED(NO_MEMORY);
}

/* A flow for its port? */
static __always_inline int find_flow(struct packet *packet, u64 entry)
{
	struct sk_buff *skb = packet->skb;
	unsigned int head = packet->header + sizeof(struct udphdr);
	int hindered;

	if (unlikely(skb_headlen(skb) < head + RTP_HEADER)) {
		hindered = pull(skb, head);
		if (hindered)
			return hindered;
	}
	packet->udp = (struct udphdr *)(skb->data + packet->header);
	packet->flow = rf_ports_flow(packet->address->ports, ntohs(packet->udp->dest));
	if (!packet->flow || packet->flow->entry != entry)
		return HINDERED(NO_FLOW);
	return 0;
}

/* What the datagram carries: RTP or RTCP, as the flow expects? */
static __always_inline int classify(struct packet *packet, bool ip6)
{
	const u8 *payload = (const u8 *)(packet->udp + 1);
	u32 flags = packet->flow->flags;

	if (unlikely(skb_is_gso(packet->skb)))
		return HINDERED(GSO);
	packet->bytes = ntohs(packet->udp->len) - sizeof(struct udphdr);
	if (unlikely(packet->header + sizeof(struct udphdr) + packet->bytes != packet->skb->len))
		return HINDERED(LENGTH);
	if (ip6 && unlikely(!packet->udp->check))
		return HINDERED(NO_CHECKSUM);
	if (unlikely(payload[0] >> 6 != 2)) {
		if (payload[0] < 4)
			return HINDERED(STUN);
		return payload[0] >= 20 && payload[0] < 64 ? HINDERED(DTLS) : HINDERED(NOT_RTP);
	}
	packet->rtcp = packet->bytes >= RTCP_HEADER && payload[1] >= 192 && payload[1] < 224;
	if (unlikely(!(flags & (packet->rtcp ? RTPFERRY_FLOW_FLAG_RTCP : RTPFERRY_FLOW_FLAG_RTP))))
		return HINDERED(NOT_RTP);
	if (unlikely(!packet->rtcp && packet->bytes < RTP_HEADER))
		return HINDERED(LENGTH);
	return 0;
}

static __always_inline bool is_expected(const struct packet *packet, bool ip6)
{
	const struct rf_flow *flow = packet->flow;

	if (!(flow->flags & RF_FLOW_STRICT))
		return true;
	if (packet->udp->source != flow->source_port)
		return false;
	return ip6 ? ipv6_addr_equal(&ipv6_hdr(packet->skb)->saddr, &flow->source6)
		   : ip_hdr(packet->skb)->saddr == flow->source4;
}

static unsigned int drop(const struct rf_flow *flow, enum rtpferry_reason why)
{
	flow->stats->dropped[why]++;
	return NF_DROP;
}

/* No socket waits for what an orphan passes up: the sender would get an ICMP error, and hang up. */
static unsigned int pass_up(const struct rf_flow *flow, int hindered)
{
	if (rf_table_is_orphan(flow->table_id))
		return drop(flow, -1 - hindered);
	flow->stats->passed_up[-1 - hindered]++;
	return NF_ACCEPT;
}

static __always_inline void measure(const struct packet *packet)
{
	if (likely(!packet->rtcp))
		rf_measure_rtp(packet->flow, packet->udp + 1, packet->bytes);
	else
		rf_measure_rtcp(packet->flow, packet->bytes);
}

/* A flow that does not forward still measures. */
static __always_inline unsigned int keep(const struct packet *packet)
{
	measure(packet);
	if (packet->flow->flags & RTPFERRY_FLOW_FLAG_BLOCK)
		return drop(packet->flow, RTPFERRY_REASON_BLOCKED);
	return pass_up(packet->flow, HINDERED(COUNT_ONLY));
}

static noinline unsigned int mismatch(struct rf_net *rn, const struct rf_flow *flow)
{
	if (__ratelimit(&rn->event_rate))
		rf_event_flow(rn, flow, RTPFERRY_EVENT_KIND_SOURCE_CHANGED);
	if (flow->flags & RF_FLOW_DROP)
		return drop(flow, RTPFERRY_REASON_SOURCE);
	return pass_up(flow, HINDERED(SOURCE));
}

/* What nfnetlink_queue gives back comes in process context, where softirqs interrupt. */
static noinline unsigned int rx_in_process(struct rf_net *rn, struct sk_buff *skb, u64 entry,
					   bool ip6)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = ip6 ? rf_rx6(rn, skb, entry) : rf_rx4(rn, skb, entry);
	local_bh_enable();
	return verdict;
}

/* RTCP goes on and up, so that what is sent is a copy; of an orphan's nobody is there to get it. */
static struct sk_buff *copy_rtcp(struct sk_buff *skb, const struct rf_flow *flow)
{
	return rf_table_is_orphan(flow->table_id) ? skb : skb_copy(skb, GFP_ATOMIC);
}

/*
 * The whole way of a packet. Everything that could hinder comes first, so that a packet
 * that goes up is as it came and was not measured; below that line nothing fails.
 */
static __always_inline unsigned int rx(struct rf_net *rn, struct sk_buff *skb, u64 entry, bool ip6)
{
	struct packet packet = {
		.skb = skb,
		.header = ip6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr),
	};
	struct rf_flow *flow;
	struct sk_buff *out;
	struct rf_way way;
	int hindered;

	if (!is_ours(rn, &packet, ip6))
		return NF_ACCEPT;
	if (unlikely(!in_softirq()))
		return rx_in_process(rn, skb, entry, ip6);
	hindered = check_ip(&packet, ip6) ?: find_flow(&packet, entry);
	if (unlikely(hindered))
		return rf_rx_decline(rn, -1 - hindered);
	flow = packet.flow;
	hindered = classify(&packet, ip6);
	if (unlikely(hindered))
		return pass_up(flow, hindered);
	if (unlikely(!is_expected(&packet, ip6)))
		return mismatch(rn, flow);
	if (unlikely(flow->flags & (RTPFERRY_FLOW_FLAG_COUNT_ONLY | RTPFERRY_FLOW_FLAG_BLOCK)))
		return keep(&packet);
	way = rf_tx_find(rn->net, flow, rf_rewrite_length(flow, packet.bytes));
	if (IS_ERR(way.dst))
		return pass_up(flow, PTR_ERR(way.dst));
	out = unlikely(packet.rtcp) ? copy_rtcp(skb, flow) : skb;
	if (unlikely(!out || skb_cow(out, rf_rewrite_headroom(flow, way.dst->dev, ip6)))) {
		if (out != skb)
			kfree_skb(out);
		return pass_up(flow, HINDERED(NO_MEMORY));
	}

	packet.udp = (struct udphdr *)(out->data + packet.header);
	measure(&packet);
	if (ip6)
		rf_rewrite6(out, flow, packet.address->primary, way.dst);
	else
		rf_rewrite4(out, flow, packet.address->primary, way.dst);
	rf_tx_send(flow, out, way);
	if (likely(out == skb))
		return NF_STOLEN;
	skb->mark |= RTPFERRY_COPY_MARK;
	return NF_ACCEPT;
}

/**
 * rf_rx4 - forward an IPv4 packet, or say what becomes of it
 * @rn: the namespace
 * @skb: with data at an IP header that has been checked
 * @entry: RF_ENTRY() of the way in
 *
 * Context: any but hard interrupts, under RCU.
 * Return: NF_ACCEPT: untouched; NF_STOLEN: forwarded; NF_DROP.
 */
unsigned int rf_rx4(struct rf_net *rn, struct sk_buff *skb, u64 entry)
{
	return rx(rn, skb, entry, false);
}

/* The same for IPv6. */
unsigned int rf_rx6(struct rf_net *rn, struct sk_buff *skb, u64 entry)
{
	return rx(rn, skb, entry, true);
}
