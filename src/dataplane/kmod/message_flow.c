/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flows: into requests, and with their statistics out of answers.
 */
#include <errno.h>

#include "dataplane/kmod/message.h"

/* An address and its port, whose attribute is the one behind. Nothing for an end that is not there. */
static void put_end(struct rf_netlink *nl, uint16_t type, const struct rf_endpoint *end)
{
	if (end->port == 0 || end->addr.family == RF_FAMILY_NONE)
		return;
	rf_netlink_put(nl, type, end->addr.ip, end->addr.family == RF_FAMILY_IP4 ? 4 : 16);
	rf_netlink_put_u16(nl, (uint16_t)(type + 1), end->port);
}

static void put_type(struct rf_netlink *nl, uint8_t number, uint32_t clock_rate)
{
	size_t nest = rf_netlink_nest(nl, RTPFERRY_A_FLOW_TYPE);

	rf_netlink_put_u8(nl, RTPFERRY_A_TYPE_NUMBER, number);
	rf_netlink_put_u32(nl, RTPFERRY_A_TYPE_CLOCK_RATE, clock_rate);
	rf_netlink_nest_end(nl, nest);
}

void rf_message_put_flow(struct rf_netlink *nl, const struct rf_flow *flow)
{
	size_t nest = rf_netlink_nest(nl, RTPFERRY_A_FLOW);

	put_end(nl, RTPFERRY_A_FLOW_LOCAL_ADDRESS, &flow->local);
	put_end(nl, RTPFERRY_A_FLOW_SOURCE_ADDRESS, &flow->source);
	put_end(nl, RTPFERRY_A_FLOW_OUT_ADDRESS, &flow->out);
	put_end(nl, RTPFERRY_A_FLOW_TO_ADDRESS, &flow->to);
	if (flow->drop_mismatch)
		rf_netlink_put_u32(nl, RTPFERRY_A_FLOW_MISMATCH, RTPFERRY_MISMATCH_DROP);
	if (flow->dscp >= 0)
		rf_netlink_put_u8(nl, RTPFERRY_A_FLOW_DSCP, (uint8_t)flow->dscp);
	if (flow->mark)
		rf_netlink_put_u32(nl, RTPFERRY_A_FLOW_MARK, flow->mark);
	rf_netlink_put_u32(nl, RTPFERRY_A_FLOW_FLAGS, flow->flags);
	for (unsigned i = 0; i < flow->n_types && i < RF_FLOW_MAX_TYPES; i++)
		put_type(nl, flow->types[i].number, flow->types[i].clock_rate);
	rf_netlink_put_u64(nl, RTPFERRY_A_FLOW_COOKIE, flow->cookie);
	rf_netlink_nest_end(nl, nest);
}

void rf_message_put_key(struct rf_netlink *nl, const struct rf_endpoint *local)
{
	size_t nest = rf_netlink_nest(nl, RTPFERRY_A_FLOW);

	put_end(nl, RTPFERRY_A_FLOW_LOCAL_ADDRESS, local);
	rf_netlink_nest_end(nl, nest);
}

int rf_message_read_reason(const struct rf_item *item, uint64_t *packets)
{
	uint64_t reason = UINT64_MAX, n = 0;
	struct rf_walk walk;
	struct rf_item part;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) > 0) {
		if (part.number == RTPFERRY_A_REASON_REASON)
			reason = rf_item_number(&part);
		else
			n = rf_item_number(&part);
	}
	if (rc < 0 || reason == UINT64_MAX)
		return -EBADMSG;
	if (reason < RTPFERRY_REASON_COUNT) /* else of a younger module */
		packets[reason] += n;
	return 0;
}

/* The moment that is idle_ms before now; never 0 or less, which would say "none yet". */
static int64_t moment(int64_t now_us, uint64_t idle_ms)
{
	if (idle_ms >= (uint64_t)now_us / 1000)
		return 1;
	return now_us - (int64_t)idle_ms * 1000;
}

static void take_source(struct rf_flow_source *out, const struct rf_item *part, int64_t now_us)
{
	uint64_t n = rf_item_number(part);

	switch (part->number) {
	case RTPFERRY_A_SOURCE_SSRC:
		out->ssrc = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_PACKETS:
		out->packets = n;
		break;
	case RTPFERRY_A_SOURCE_BYTES:
		out->bytes = n;
		break;
	case RTPFERRY_A_SOURCE_EXPECTED:
		out->expected = n;
		break;
	case RTPFERRY_A_SOURCE_LOST:
		out->lost = n;
		break;
	case RTPFERRY_A_SOURCE_DUPLICATES:
		out->duplicates = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_REORDERED:
		out->reordered = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_STRAYS:
		out->strays = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_JITTER:
		out->jitter = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_CLOCK_RATE:
		out->clock_rate = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_HIGHEST_SEQ:
		out->highest_seq = (uint32_t)n;
		break;
	case RTPFERRY_A_SOURCE_PAYLOAD_TYPE:
		out->payload_type = (uint8_t)n;
		break;
	case RTPFERRY_A_SOURCE_IDLE_MS:
		out->last_us = moment(now_us, n);
		break;
	case RTPFERRY_A_SOURCE_WINDOW:
		out->window = n;
		break;
	default:
		break;
	}
}

/* A younger module may have more of them than there is room for: the others are told as if they had given way. */
static int read_source(const struct rf_item *item, int64_t now_us, struct rf_flow_stats *out)
{
	struct rf_flow_source source = {0};
	struct rf_walk walk;
	struct rf_item part;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) > 0)
		take_source(&source, &part, now_us);
	if (out->n_sources < RF_LEG_SOURCES) {
		out->sources[out->n_sources++] = source;
		return rc;
	}
	out->past.packets += source.packets;
	out->past.expected += source.expected;
	out->past.lost += source.lost;
	out->past.duplicates += source.duplicates;
	out->past.reordered += source.reordered;
	return rc;
}

static int read_past(const struct rf_item *item, struct rf_flow_past *out)
{
	struct rf_walk walk;
	struct rf_item part;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) > 0) {
		uint64_t n = rf_item_number(&part);

		if (part.number == RTPFERRY_A_PAST_PACKETS)
			out->packets += n;
		else if (part.number == RTPFERRY_A_PAST_EXPECTED)
			out->expected += n;
		else if (part.number == RTPFERRY_A_PAST_LOST)
			out->lost += n;
		else if (part.number == RTPFERRY_A_PAST_DUPLICATES)
			out->duplicates += n;
		else if (part.number == RTPFERRY_A_PAST_REORDERED)
			out->reordered += n;
	}
	return rc;
}

static int read_counters(const struct rf_item *item, int64_t now_us, struct rf_flow_stats *out)
{
	struct rf_walk walk;
	struct rf_item part;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) > 0) {
		if (part.number == RTPFERRY_A_STATS_PACKETS)
			out->packets = rf_item_number(&part);
		else if (part.number == RTPFERRY_A_STATS_BYTES)
			out->bytes = rf_item_number(&part);
		else if (part.number == RTPFERRY_A_STATS_RTCP)
			out->rtcp = rf_item_number(&part);
		else if (part.number == RTPFERRY_A_STATS_IDLE_MS)
			out->last_us = moment(now_us, rf_item_number(&part));
		else if (part.number == RTPFERRY_A_STATS_PASSED_UP)
			rc = rf_message_read_reason(&part, out->passed_up);
		else if (part.number == RTPFERRY_A_STATS_DROPPED)
			rc = rf_message_read_reason(&part, out->dropped);
		else if (part.number == RTPFERRY_A_STATS_SOURCE)
			rc = read_source(&part, now_us, out);
		else if (part.number == RTPFERRY_A_STATS_PAST)
			rc = read_past(&part, &out->past);
		if (rc < 0)
			return rc;
	}
	return rc;
}

int rf_message_read_stats(const struct rf_item *item, int64_t now_us, struct rf_flow_stats *out)
{
	struct rf_flow_stats stats = {0};
	struct rf_walk walk;
	struct rf_item part;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) > 0) {
		if (part.number == RTPFERRY_A_FLOW_LOCAL_ADDRESS)
			rc = rf_item_address(&part, &stats.local.addr);
		else if (part.number == RTPFERRY_A_FLOW_LOCAL_PORT)
			stats.local.port = (uint16_t)rf_item_number(&part);
		else if (part.number == RTPFERRY_A_FLOW_COOKIE)
			stats.cookie = rf_item_number(&part);
		else if (part.number == RTPFERRY_A_FLOW_STATS)
			rc = read_counters(&part, now_us, &stats);
		if (rc < 0)
			return rc;
	}
	if (rc < 0 || stats.local.addr.family == RF_FAMILY_NONE || stats.local.port == 0)
		return -EBADMSG;
	*out = stats;
	return 0;
}

int rf_message_flows(const struct nlmsghdr *message, int64_t now_us, rf_table_stats_fn *fn, void *arg)
{
	struct rf_flow_stats stats;
	struct rf_walk walk;
	struct rf_item item;
	int rc = rf_message_walk(message, &walk);

	while (rc == 0 && (rc = rf_walk_next(&walk, &item)) > 0) {
		rc = 0;
		if (item.number != RTPFERRY_A_FLOW)
			continue;
		rc = rf_message_read_stats(&item, now_us, &stats);
		if (rc == 0 && fn)
			fn(arg, &stats);
	}
	return rc;
}
