// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rtnetlink.h>
#include "flow.h"
#include "netlink.h"
#include "table.h"

static int put_locals(struct sk_buff *msg, const struct rf_table *table)
{
	const struct rf_address *address;
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < table->n_addresses; i++) {
		address = table->addresses[i];
		nest = nla_nest_start(msg, RTPFERRY_A_TABLE_LOCAL);
		if (!nest ||
		    rf_netlink_put_ip(msg, RTPFERRY_A_LOCAL_ADDRESS, address->family, &address->ip))
			return -EMSGSIZE;
		if (address->primary && rf_netlink_put_ip(msg, RTPFERRY_A_LOCAL_ALIAS_OF,
							  address->family, &address->primary->ip))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int put_declined(struct sk_buff *msg, const struct rf_net *rn)
{
	u64 packets[RTPFERRY_REASON_COUNT];
	u32 reason;

	for (reason = 0; reason < RTPFERRY_REASON_COUNT; reason++)
		packets[reason] = rf_net_declined(rn, reason);
	return rf_netlink_put_reasons(msg, RTPFERRY_A_TABLE_DECLINED, packets);
}

/* What every namespace that may see the table is told of it. Under RCU or rf_net.lock. */
static int put_summary(struct sk_buff *msg, const struct rf_table *table)
{
	unsigned long end = READ_ONCE(table->lease_end);
	u32 owner = READ_ONCE(table->owner);
	unsigned long now = jiffies;
	u32 left_ms = time_before(now, end) ? jiffies_to_msecs(end - now) : 0;

	if (nla_put_u32(msg, RTPFERRY_A_TABLE_ID, table->id) ||
	    nla_put_string(msg, RTPFERRY_A_TABLE_LABEL, table->label) ||
	    nla_put_u32(msg, RTPFERRY_A_TABLE_HOOK, table->hook) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_TABLE_NETNS, table->rn->net->ns.inum, 0) ||
	    nla_put_u32(msg, RTPFERRY_A_TABLE_FLOWS, READ_ONCE(table->n_flows)) ||
	    nla_put_u32(msg, RTPFERRY_A_TABLE_LEASE_LEFT_MS, left_ms) ||
	    (owner && nla_put_u32(msg, RTPFERRY_A_TABLE_OWNER, owner)))
		return -EMSGSIZE;
	return 0;
}

/**
 * rf_netlink_put_table - tell all of a table
 * @msg: where
 * @table: the table
 * @adopted: it was an orphan before this request
 *
 * Context: under rf_net.lock.
 * Return: 0 or -EMSGSIZE.
 */
int rf_netlink_put_table(struct sk_buff *msg, const struct rf_table *table, bool adopted)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_TABLE);

	if (!nest || put_summary(msg, table) || put_locals(msg, table) ||
	    put_declined(msg, table->rn) ||
	    (adopted && nla_put_flag(msg, RTPFERRY_A_TABLE_ADOPTED)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int reply_table(struct genl_info *info, const struct rf_table *table, bool adopted)
{
	struct sk_buff *msg = rf_netlink_begin_reply(info);

	return msg ? rf_netlink_reply(info, msg, rf_netlink_put_table(msg, table, adopted)) :
		     -ENOMEM;
}

static int add_local(struct rf_table *table, const struct nlattr *local,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *address = nla_find_nested(local, RTPFERRY_A_LOCAL_ADDRESS);
	const struct nlattr *alias_of = nla_find_nested(local, RTPFERRY_A_LOCAL_ALIAS_OF);
	struct rf_address *primary = NULL;
	union rf_ip ip;
	u8 family;

	if (!address)
		return rf_refuse_lack(extack, local, RTPFERRY_A_LOCAL_ADDRESS,
				      "the local address has no address");
	if (alias_of) {
		family = rf_netlink_ip(alias_of, &ip);
		primary = rf_address_find(table->rn, family, &ip);
	}
	family = rf_netlink_ip(address, &ip);
	if (alias_of && (!primary || primary->primary || primary->family != family ||
			 !rf_table_has(table, primary)))
		return rf_refuse(extack, local, -EINVAL,
				 "alias-of is no local address named before");
	return rf_table_add_local(table, family, &ip, primary, extack);
}

/*
 * The local addresses and devices of a request that the table does not have yet, in their order;
 * those before a refused one stay.
 */
static int add_named(struct rf_table *table, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rest;
	int ret = 0;

	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) == RTPFERRY_A_TABLE_LOCAL)
			ret = add_local(table, attr, extack);
		else if (nla_type(attr) == RTPFERRY_A_TABLE_DEVICE)
			ret = rf_table_add_device(table, nla_get_u32(attr), extack);
		if (ret < 0) {
			NL_SET_BAD_ATTR(extack, attr);
			return ret;
		}
	}
	return 0;
}

static int read_wish(struct genl_info *info, struct rf_table_wish *wish)
{
	const struct nlattr *nest = info->attrs[RTPFERRY_A_TABLE];
	struct nlattr *attrs[RTPFERRY_A_TABLE_MAX + 1];
	const struct nlattr *label, *lease, *hook, *device;

	if (!nest)
		return rf_refuse_lack(info->extack, NULL, RTPFERRY_A_TABLE,
				      "the message has no table");
	nla_parse_nested(attrs, RTPFERRY_A_TABLE_MAX, nest, NULL, NULL);
	label = attrs[RTPFERRY_A_TABLE_LABEL];
	lease = attrs[RTPFERRY_A_TABLE_LEASE_S];
	hook = attrs[RTPFERRY_A_TABLE_HOOK];
	device = attrs[RTPFERRY_A_TABLE_DEVICE];
	if (!label || !lease)
		return rf_refuse_lack(info->extack, nest,
				      label ? RTPFERRY_A_TABLE_LEASE_S : RTPFERRY_A_TABLE_LABEL,
				      "a new table needs label and lease-s");
	wish->label = nla_data(label);
	wish->id = rf_netlink_u32(attrs[RTPFERRY_A_TABLE_ID]);
	wish->lease_s = nla_get_u32(lease);
	wish->owner = info->snd_portid;
	wish->hook = rf_netlink_u32(hook);
	if (!wish->label[0])
		return rf_refuse(info->extack, label, -EINVAL, "the label is empty");
	if (wish->hook == RTPFERRY_HOOK_INGRESS ? !device : !!device)
		return rf_refuse(info->extack, hook ?: device, -EINVAL,
				 "hook ingress needs a device, and no other hook takes one");
	return 0;
}

/* Adopt the table, or make it, and say so. Under rf_net.lock. */
static int make_table(struct rf_net *rn, const struct rf_table_wish *wish, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[RTPFERRY_A_TABLE];
	struct rf_table *orphan = rf_table_find_orphan(rn, wish);
	struct rf_table *table = orphan ?: rf_table_new(rn, wish, info->extack);
	int ret;

	if (IS_ERR(table)) {
		ret = PTR_ERR(table);
		NL_SET_BAD_ATTR(info->extack, ret != -EBUSY ? nest :
				nla_find_nested(nest, RTPFERRY_A_TABLE_ID));
		return ret;
	}
	ret = add_named(table, nest, info->extack);
	if (ret == 0) {
		rf_table_own(table, wish);
		ret = reply_table(info, table, orphan);
	}
	if (ret < 0 && !orphan)
		rf_table_free(table);
	else if (ret < 0 && table->owner)
		rf_table_leave(table);
	return ret;
}

/* Context: may sleep. */
int rf_netlink_table_new(struct sk_buff *request, struct genl_info *info)
{
	struct rf_net *rn = rf_net(genl_info_net(info));
	struct rf_table_wish wish;
	int ret;

	ret = read_wish(info, &wish);
	if (ret < 0)
		return ret;
	/* A device must not go while it is hooked. */
	if (wish.hook == RTPFERRY_HOOK_INGRESS)
		rtnl_lock();
	mutex_lock(&rn->lock);
	ret = make_table(rn, &wish, info);
	mutex_unlock(&rn->lock);
	if (wish.hook == RTPFERRY_HOOK_INGRESS)
		rtnl_unlock();
	return rf_netlink_result(info, ret);
}

/* Context of this and the other commands below: under rf_net.lock, may sleep. */
int rf_netlink_table_renew(struct rf_table *table, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[RTPFERRY_A_TABLE];
	struct nlattr *attrs[RTPFERRY_A_TABLE_MAX + 1];
	const struct nlattr *fixed;
	int ret;

	nla_parse_nested(attrs, RTPFERRY_A_TABLE_MAX, nest, NULL, NULL);
	fixed = attrs[RTPFERRY_A_TABLE_LABEL] ?: attrs[RTPFERRY_A_TABLE_HOOK] ?:
		attrs[RTPFERRY_A_TABLE_DEVICE];
	if (fixed)
		return rf_refuse(info->extack, fixed, -EINVAL,
				 "of a table that exists only lease-s and local can change");
	ret = add_named(table, nest, info->extack);
	if (ret == 0)
		rf_table_renew(table, rf_netlink_u32(attrs[RTPFERRY_A_TABLE_LEASE_S]));
	return ret;
}

/* An orphan has no owner who could end it: its label stands for one. */
int rf_netlink_table_del(struct rf_table *table, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[RTPFERRY_A_TABLE];
	const struct nlattr *label = nla_find_nested(nest, RTPFERRY_A_TABLE_LABEL);

	if (table->owner ? table->owner != info->snd_portid :
			   !label || nla_strcmp(label, table->label))
		return rf_refuse(info->extack, nest, -EPERM,
				 "the table is another socket's, or an orphan of another label");
	rf_table_free(table);
	return 0;
}

int rf_netlink_table_get(struct rf_table *table, struct genl_info *info)
{
	return reply_table(info, table, false);
}

static int put_row(struct sk_buff *msg, const struct rf_table *table)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_TABLE);

	if (!nest || put_summary(msg, table))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The tables of the namespace; from the initial one, with the capability there, all of the node. */
int rf_netlink_table_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct net *net = sock_net(msg->sk);
	bool all = net_eq(net, &init_net) && netlink_capable(cb->skb, CAP_NET_ADMIN);
	unsigned long last = cb->args[0];
	struct rf_table *table;
	void *row;

	rcu_read_lock();
	while ((table = rf_table_next(&last))) {
		if (!all && table->rn != rf_net(net))
			continue;
		row = rf_netlink_begin_row(msg, cb);
		if (!row || rf_netlink_end_row(msg, row, put_row(msg, table)) < 0)
			break;
		cb->args[0] = last;
	}
	rcu_read_unlock();
	return msg->len;
}
