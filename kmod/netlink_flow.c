// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"
#include "netlink.h"
#include "rewrite.h"
#include "table.h"

/* The clock is read after the figures were: no packet has come later than that. */
static int put_source(struct sk_buff *msg, const struct rf_rtp_source *source)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_STATS_SOURCE);
	s64 idle_us = rf_stats_now_us() - source->last_us;

	if (!nest || nla_put_u32(msg, RTPFERRY_A_SOURCE_SSRC, source->ssrc) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_SOURCE_PACKETS, source->packets, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_SOURCE_BYTES, source->bytes, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_SOURCE_EXPECTED, rf_rtp_source_expected(source), 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_SOURCE_LOST, rf_rtp_source_lost(source), 0) ||
	    nla_put_u32(msg, RTPFERRY_A_SOURCE_DUPLICATES, source->duplicates) ||
	    nla_put_u32(msg, RTPFERRY_A_SOURCE_REORDERED, source->reordered) ||
	    nla_put_u32(msg, RTPFERRY_A_SOURCE_STRAYS, source->strays) ||
	    nla_put_u32(msg, RTPFERRY_A_SOURCE_JITTER, source->jitter) ||
	    nla_put_u32(msg, RTPFERRY_A_SOURCE_CLOCK_RATE, source->clock_rate) ||
	    nla_put_u32(msg, RTPFERRY_A_SOURCE_HIGHEST_SEQ, source->max_seq) ||
	    nla_put_u8(msg, RTPFERRY_A_SOURCE_PAYLOAD_TYPE, source->payload_type) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_SOURCE_IDLE_MS, div_u64(idle_us, 1000), 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_SOURCE_WINDOW, source->window, 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_sources(struct sk_buff *msg, const struct rf_stats *stats)
{
	struct rf_rtp_source source;
	unsigned int i;

	for (i = 0; i < RF_MAX_SOURCES; i++) {
		source = stats->slots[i].source;
		if (source.started && put_source(msg, &source))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_past(struct sk_buff *msg, const struct rf_past *past)
{
	struct nlattr *nest;

	if (!past->packets)
		return 0;
	nest = nla_nest_start(msg, RTPFERRY_A_STATS_PAST);
	if (!nest || nla_put_u64_64bit(msg, RTPFERRY_A_PAST_PACKETS, past->packets, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_PAST_EXPECTED, past->expected, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_PAST_LOST, past->lost, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_PAST_DUPLICATES, past->duplicates, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_PAST_REORDERED, past->reordered, 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_stats(struct sk_buff *msg, const struct rf_stats *stats)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_FLOW_STATS);
	struct rf_totals totals = rf_stats_totals(stats);
	s64 idle_us = rf_stats_now_us() - totals.last_us;

	if (!nest || nla_put_u64_64bit(msg, RTPFERRY_A_STATS_PACKETS, totals.packets, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_STATS_BYTES, totals.bytes, 0) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_STATS_RTCP, stats->rtcp_packets, 0) ||
	    (totals.last_us && nla_put_u64_64bit(msg, RTPFERRY_A_STATS_IDLE_MS,
						 div_u64(idle_us, 1000), 0)) ||
	    rf_netlink_put_reasons(msg, RTPFERRY_A_STATS_PASSED_UP, stats->passed_up) ||
	    rf_netlink_put_reasons(msg, RTPFERRY_A_STATS_DROPPED, stats->dropped) ||
	    put_sources(msg, stats) || put_past(msg, &stats->past))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * rf_netlink_put_flow - tell a flow's key, cookie and statistics
 * @msg: where
 * @flow: the flow
 *
 * Context: under RCU or rf_net.lock.
 * Return: 0 or -EMSGSIZE.
 */
int rf_netlink_put_flow(struct sk_buff *msg, const struct rf_flow *flow)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_FLOW);

	if (!nest ||
	    rf_netlink_put_ip(msg, RTPFERRY_A_FLOW_LOCAL_ADDRESS, flow->family, &flow->local) ||
	    nla_put_u16(msg, RTPFERRY_A_FLOW_LOCAL_PORT, flow->local_port) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_FLOW_COOKIE, flow->cookie, 0) ||
	    put_stats(msg, flow->stats))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * struct end - one end of what a flow sends or gets
 * @family: AF_INET or AF_INET6; 0: absent
 * @ip: address
 * @port: network order
 */
struct end {
	u8 family;
	union rf_ip ip;
	__be16 port;
};

/*
 * An address and its port, whose attribute is the one behind: both or, where the end is
 * optional, none.
 */
static int read_end(const struct nlattr *nest, struct nlattr **attrs, int address, bool optional,
		    struct end *end, struct netlink_ext_ack *extack)
{
	const struct nlattr *ip = attrs[address];
	const struct nlattr *port = attrs[address + 1];

	end->family = 0;
	if (!ip && !port && optional)
		return 0;
	if (!ip || !port)
		return rf_refuse_lack(extack, nest, ip ? address + 1 : address,
				      "a flow needs address and port of local, out, to, and source");
	end->family = rf_netlink_ip(ip, &end->ip);
	end->port = htons(nla_get_u16(port));
	return 0;
}

static void set_out(struct rf_flow *flow, const struct end *out, const struct end *to)
{
	flow->out_family = out->family;
	flow->out_port = out->port;
	flow->to_port = to->port;
	flow->out4 = out->ip.v4;
	flow->to4 = to->ip.v4;
	flow->out6 = out->ip.v6;
	flow->to6 = to->ip.v6;
	flow->new_sum = rf_rewrite_sum(out->family, &out->ip, out->port, &to->ip, to->port);
	flow->sum = flow->new_sum;
	/* As RFC 6437 asks of who sends: the same for all of the flow, and even over flows. */
	flow->label = htonl(hash_32((__force u32)flow->new_sum, 20));
}

static void set_source(struct rf_flow *flow, const struct end *local, const struct end *source)
{
	flow->flags |= RF_FLOW_STRICT;
	flow->source_port = source->port;
	flow->source4 = source->ip.v4;
	flow->source6 = source->ip.v6;
	flow->sum = csum_sub(flow->new_sum, rf_rewrite_sum(local->family, &source->ip, source->port,
							   &local->ip, local->port));
}

static int read_ends(const struct nlattr *nest, struct nlattr **attrs, struct rf_flow *flow,
		     struct netlink_ext_ack *extack)
{
	bool sends = !(flow->flags & (RTPFERRY_FLOW_FLAG_COUNT_ONLY | RTPFERRY_FLOW_FLAG_BLOCK));
	struct end local, source, out, to;
	int ret;

	ret = read_end(nest, attrs, RTPFERRY_A_FLOW_LOCAL_ADDRESS, false, &local, extack) ?:
	      read_end(nest, attrs, RTPFERRY_A_FLOW_SOURCE_ADDRESS, true, &source, extack) ?:
	      read_end(nest, attrs, RTPFERRY_A_FLOW_OUT_ADDRESS, !sends, &out, extack) ?:
	      read_end(nest, attrs, RTPFERRY_A_FLOW_TO_ADDRESS, !sends, &to, extack);
	if (ret < 0)
		return ret;
	if (out.family != to.family)
		return rf_refuse(extack, attrs[RTPFERRY_A_FLOW_TO_ADDRESS] ?: nest, -EINVAL,
				 "out-address and to-address of a flow are not of one family");
	if (source.family && source.family != local.family)
		return rf_refuse(extack, attrs[RTPFERRY_A_FLOW_SOURCE_ADDRESS], -EINVAL,
				 "source-address is not of the family of local-address");
	flow->family = local.family;
	flow->local = local.ip;
	flow->local_port = ntohs(local.port);
	if (out.family)
		set_out(flow, &out, &to);
	if (source.family)
		set_source(flow, &local, &source);
	return 0;
}

static int read_type(const struct nlattr *attr, struct rf_flow *flow,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *number = nla_find_nested(attr, RTPFERRY_A_TYPE_NUMBER);
	const struct nlattr *clock_rate = nla_find_nested(attr, RTPFERRY_A_TYPE_CLOCK_RATE);

	if (!number || !clock_rate)
		return rf_refuse_lack(extack, attr, number ? RTPFERRY_A_TYPE_CLOCK_RATE :
							     RTPFERRY_A_TYPE_NUMBER,
				      "a payload type needs number and clock-rate");
	if (flow->n_types == RF_MAX_TYPES)
		return rf_refuse(extack, attr, -ENOSPC,
				 "a flow has at most " __stringify(RF_MAX_TYPES) " payload types");
	flow->types[flow->n_types++] = (struct rf_type){
		.number = nla_get_u8(number),
		.clock_rate = nla_get_u32(clock_rate),
	};
	return 0;
}

static int read_flags(const struct nlattr *nest, struct nlattr **attrs, struct rf_flow *flow,
		      struct netlink_ext_ack *extack)
{
	flow->flags = rf_netlink_u32(attrs[RTPFERRY_A_FLOW_FLAGS]);
	if (!(flow->flags & (RTPFERRY_FLOW_FLAG_RTP | RTPFERRY_FLOW_FLAG_RTCP)))
		return rf_refuse(extack, attrs[RTPFERRY_A_FLOW_FLAGS] ?: nest, -EINVAL,
				 "the flow's flags say neither rtp nor rtcp");
	if (rf_netlink_u32(attrs[RTPFERRY_A_FLOW_MISMATCH]) == RTPFERRY_MISMATCH_DROP)
		flow->flags |= RF_FLOW_DROP;
	if (attrs[RTPFERRY_A_FLOW_DSCP]) {
		flow->flags |= RF_FLOW_DSCP;
		flow->tos = nla_get_u8(attrs[RTPFERRY_A_FLOW_DSCP]) << 2;
	}
	if (attrs[RTPFERRY_A_FLOW_COOKIE])
		flow->cookie = nla_get_u64(attrs[RTPFERRY_A_FLOW_COOKIE]);
	flow->mark = rf_netlink_u32(attrs[RTPFERRY_A_FLOW_MARK]);
	flow->idle_s = rf_netlink_u32(attrs[RTPFERRY_A_FLOW_IDLE_S]);
	return 0;
}

static int read_flow(const struct nlattr *nest, struct rf_flow *flow,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[RTPFERRY_A_FLOW_MAX + 1];
	const struct nlattr *type;
	int rest;
	int ret;

	nla_parse_nested(attrs, RTPFERRY_A_FLOW_MAX, nest, NULL, NULL);
	ret = read_flags(nest, attrs, flow, extack) ?: read_ends(nest, attrs, flow, extack);
	nla_for_each_nested(type, nest, rest) {
		if (ret == 0 && nla_type(type) == RTPFERRY_A_FLOW_TYPE)
			ret = read_type(type, flow, extack);
	}
	return ret;
}

/* Find the place of a flow, and see that no other table stands there. */
static int place_flow(struct rf_table *table, struct rf_flow *flow, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct rf_address *address = rf_address_find(table->rn, flow->family, &flow->local);
	struct rf_flow *old;

	if (!address || address->primary || !rf_table_has(table, address))
		return rf_refuse(extack, attr, -EADDRNOTAVAIL,
				 "local-address is none of the table's, or an alias");
	flow->place = rf_ports_place(address->ports, flow->local_port);
	if (!flow->place)
		return -ENOMEM;
	old = rcu_dereference_protected(*flow->place, lockdep_is_held(&table->rn->lock));
	if (old && old->table_id != table->id)
		return rf_refuse(extack, attr, -EADDRINUSE,
				 "another table has a flow at this local address and port");
	flow->table_id = table->id;
	flow->entry = RF_ENTRY(table->hook, table->hook == RTPFERRY_HOOK_NFT ? table->id : 0);
	if (!old) {
		flow->stats = rf_stats_new();
		if (!flow->stats)
			return -ENOMEM;
	}
	return 0;
}

/* All flows of a message, ready to be installed, in their order. */
static int read_flows(struct rf_table *table, struct genl_info *info, struct llist_head *list,
		      unsigned int *n_new)
{
	const struct nlattr *attr;
	struct rf_flow *flow;
	int rest;
	int ret;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != RTPFERRY_A_FLOW)
			continue;
		flow = rf_flow_new();
		if (!flow)
			return -ENOMEM;
		__llist_add(&flow->dying, list);
		ret = read_flow(attr, flow, info->extack) ?:
			      place_flow(table, flow, attr, info->extack);
		if (ret < 0)
			return ret;
		*n_new += flow->stats ? 1 : 0;
		if (table->n_flows + *n_new > RF_MAX_FLOWS)
			return rf_refuse(info->extack, attr, -ENOSPC,
					 "a table has at most " __stringify(RF_MAX_FLOWS) " flows");
		cond_resched();
	}
	return 0;
}

static void install_flows(struct rf_table *table, struct llist_node *list)
{
	struct rf_flow *flow, *next;

	llist_for_each_entry_safe(flow, next, list, dying) {
		if (!rf_flow_install(table->rn, flow))
			WRITE_ONCE(table->n_flows, table->n_flows + 1);
	}
}

static void free_flows(struct llist_node *list)
{
	struct rf_flow *flow, *next;

	llist_for_each_entry_safe(flow, next, list, dying)
		rf_flow_free(flow);
}

/* Context of this and the other commands below: under rf_net.lock, may sleep. */
int rf_netlink_flow_set(struct rf_table *table, struct genl_info *info)
{
	LLIST_HEAD(list);
	unsigned int n_new = 0;
	int ret;

	ret = read_flows(table, info, &list, &n_new);
	if (ret == 0)
		install_flows(table, llist_reverse_order(llist_del_all(&list)));
	else
		free_flows(llist_del_all(&list));
	return ret;
}

/* The flow that an attribute names by its key. Under rf_net.lock. */
static struct rf_flow *find_flow(struct rf_table *table, const struct nlattr *attr,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[RTPFERRY_A_FLOW_MAX + 1];
	struct rf_address *address;
	struct rf_flow *flow = NULL;
	struct end local;
	int ret;

	nla_parse_nested(attrs, RTPFERRY_A_FLOW_MAX, attr, NULL, NULL);
	ret = read_end(attr, attrs, RTPFERRY_A_FLOW_LOCAL_ADDRESS, false, &local, extack);
	if (ret < 0)
		return ERR_PTR(ret);
	rcu_read_lock();
	address = rf_address_find(table->rn, local.family, &local.ip);
	if (address)
		flow = rf_ports_flow(address->ports, ntohs(local.port));
	rcu_read_unlock();
	if (!flow || flow->table_id != table->id)
		return ERR_PTR(rf_refuse(extack, attr, -ENOENT,
					 "the table has no flow at this local address and port"));
	return flow;
}

/*
 * Where memory is short, a flow goes without its reply. A key that came twice goes once.
 * Once removed, only RCU keeps the flow.
 */
static void end_flow(struct rf_table *table, struct rf_flow *flow, struct genl_info *info)
{
	struct sk_buff *msg = rf_netlink_begin_reply(info);
	int ret = 0;

	rcu_read_lock();
	rf_flow_remove(table->rn, flow);
	WRITE_ONCE(table->n_flows, table->n_flows - 1);
	if (msg)
		ret = rf_netlink_put_flow(msg, flow);
	rcu_read_unlock();
	if (msg)
		rf_netlink_reply(info, msg, ret);
}

int rf_netlink_flow_del(struct rf_table *table, struct genl_info *info)
{
	const struct nlattr *attr;
	struct rf_flow *flow;
	int rest;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != RTPFERRY_A_FLOW)
			continue;
		flow = find_flow(table, attr, info->extack);
		if (IS_ERR(flow))
			return PTR_ERR(flow);
	}
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != RTPFERRY_A_FLOW)
			continue;
		flow = find_flow(table, attr, NULL);
		if (!IS_ERR(flow))
			end_flow(table, flow, info);
	}
	return 0;
}

int rf_netlink_flow_get(struct rf_table *table, struct genl_info *info)
{
	struct rf_flow *flow = find_flow(table, info->attrs[RTPFERRY_A_FLOW], info->extack);
	struct sk_buff *msg;

	if (IS_ERR(flow))
		return PTR_ERR(flow);
	msg = rf_netlink_begin_reply(info);
	return msg ? rf_netlink_reply(info, msg, rf_netlink_put_flow(msg, flow)) : -ENOMEM;
}

/**
 * struct cursor - how far a dump has come, in netlink_callback.ctx
 * @table_id: the table; 0: not begun
 * @address: index of the address
 * @port: at that address
 */
struct cursor {
	u32 table_id;
	unsigned int address;
	unsigned int port;
};

/*
 * One buffer of a dump. Packets are not kept waiting: nothing that they take is held, and
 * they see no more of the dump than that their counters are read.
 */
int rf_netlink_flow_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	const struct nlattr *nest = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, RTPFERRY_A_TABLE);
	struct cursor *cursor = (struct cursor *)cb->ctx;
	struct rf_net *rn = rf_net(sock_net(msg->sk));
	struct rf_table *table;
	struct rf_flow *flow;
	void *row;

	mutex_lock(&rn->lock);
	table = cursor->table_id ? rf_table_find(rn, cursor->table_id) :
				   rf_netlink_find_table(rn, nest, 0, cb->extack);
	if (IS_ERR_OR_NULL(table))
		goto out;
	cursor->table_id = table->id;
	while ((flow = rf_table_next_flow(table, &cursor->address, &cursor->port))) {
		row = rf_netlink_begin_row(msg, cb);
		if (!row || rf_netlink_end_row(msg, row, rf_netlink_put_flow(msg, flow)) < 0)
			break;
		cursor->port++;
		cond_resched(); /* ksoftirqd may have packets to send */
	}
out:
	mutex_unlock(&rn->lock);
	return IS_ERR(table) ? PTR_ERR(table) : msg->len;
}
