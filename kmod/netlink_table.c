// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "flow.h"
#include "netlink.h"
#include "policy.h"
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
	    nla_put_u64_64bit(msg, RTPFERRY_A_TABLE_NETNS, table->netns, 0) ||
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

static int reply_table(struct genl_info *info, u8 command, const struct rf_table *table,
		       bool adopted)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE * 2, GFP_KERNEL);
	void *head;

	if (!msg)
		return -ENOMEM;
	head = genlmsg_put_reply(msg, info, &rf_netlink_family, 0, command);
	if (!head || rf_netlink_put_table(msg, table, adopted) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

static int read_local(const struct nlattr *attr, struct rf_table_wish *wish,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[RTPFERRY_A_LOCAL_MAX + 1];
	struct rf_local *local = &wish->locals[wish->n_locals];
	int ret;

	if (wish->n_locals == RF_MAX_ADDRESSES) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a table has at most 64 local addresses");
		return -ENOSPC;
	}
	local->attr = attr;
	ret = nla_parse_nested(attrs, RTPFERRY_A_LOCAL_MAX, attr, rf_local_policy, extack);
	if (ret < 0)
		return ret;
	if (!attrs[RTPFERRY_A_LOCAL_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the local address has no address");
		return -EINVAL;
	}
	ret = rf_netlink_ip(attrs[RTPFERRY_A_LOCAL_ADDRESS], &local->family, &local->ip, extack);
	if (ret == 0 && attrs[RTPFERRY_A_LOCAL_ALIAS_OF])
		ret = rf_netlink_ip(attrs[RTPFERRY_A_LOCAL_ALIAS_OF], &local->primary_family,
				    &local->primary, extack);
	wish->n_locals++;
	return ret;
}

static int read_device(const struct nlattr *attr, struct rf_table_wish *wish,
		       struct netlink_ext_ack *extack)
{
	if (wish->n_devices == RF_MAX_DEVICES) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a table has at most 16 devices");
		return -ENOSPC;
	}
	wish->device_attrs[wish->n_devices] = attr;
	wish->devices[wish->n_devices++] = nla_get_u32(attr);
	return 0;
}

/* What may come more than once: local addresses and devices. */
static int read_lists(const struct nlattr *table, struct rf_table_wish *wish,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rest;
	int ret = 0;

	nla_for_each_nested(attr, table, rest) {
		if (nla_type(attr) == RTPFERRY_A_TABLE_LOCAL)
			ret = read_local(attr, wish, extack);
		else if (nla_type(attr) == RTPFERRY_A_TABLE_DEVICE)
			ret = read_device(attr, wish, extack);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int read_wish(struct genl_info *info, struct rf_table_wish *wish)
{
	struct nlattr *attrs[RTPFERRY_A_TABLE_MAX + 1];
	int ret;

	ret = rf_netlink_table_attrs(info->attrs, attrs, info->extack);
	if (ret < 0)
		return ret;
	if (!attrs[RTPFERRY_A_TABLE_LABEL] || !attrs[RTPFERRY_A_TABLE_LEASE_S]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[RTPFERRY_A_TABLE],
				    "a new table needs label and lease-s");
		return -EINVAL;
	}
	nla_strscpy(wish->label, attrs[RTPFERRY_A_TABLE_LABEL], sizeof(wish->label));
	if (!wish->label[0]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[RTPFERRY_A_TABLE_LABEL],
				    "the label is empty");
		return -EINVAL;
	}
	wish->lease_s = nla_get_u32(attrs[RTPFERRY_A_TABLE_LEASE_S]);
	wish->owner = info->snd_portid;
	wish->id_attr = attrs[RTPFERRY_A_TABLE_ID];
	if (wish->id_attr)
		wish->id = nla_get_u32(wish->id_attr);
	if (attrs[RTPFERRY_A_TABLE_HOOK])
		wish->hook = nla_get_u32(attrs[RTPFERRY_A_TABLE_HOOK]);
	ret = read_lists(info->attrs[RTPFERRY_A_TABLE], wish, info->extack);
	if (ret < 0)
		return ret;
	if (wish->n_devices ? wish->hook != RTPFERRY_HOOK_INGRESS :
			      wish->hook == RTPFERRY_HOOK_INGRESS) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[RTPFERRY_A_TABLE],
				    "hook ingress needs a device, and no other hook takes one");
		return -EINVAL;
	}
	return 0;
}

/* Under RTNL where the wish has devices: they must not go while they are hooked. */
static int make_table(struct genl_info *info, const struct rf_table_wish *wish)
{
	struct rf_net *rn = rf_net(genl_info_net(info));
	struct rf_table *table;
	bool adopted;
	int ret;

	mutex_lock(&rn->lock);
	table = rf_table_adopt(rn, wish, info->extack);
	adopted = table;
	if (!table)
		table = rf_table_new(rn, wish, info->extack);
	if (IS_ERR(table)) {
		ret = PTR_ERR(table);
		goto out;
	}
	ret = reply_table(info, RTPFERRY_CMD_TABLE_NEW, table, adopted);
	if (ret < 0 && adopted)
		rf_table_leave(table);
	else if (ret < 0)
		rf_table_free(table);
out:
	mutex_unlock(&rn->lock);
	return ret;
}

/* Context of this and the other commands below: may sleep. */
int rf_netlink_table_new(struct sk_buff *request, struct genl_info *info)
{
	struct rf_table_wish *wish = kzalloc(sizeof(*wish), GFP_KERNEL);
	int ret;

	if (!wish)
		return -ENOMEM;
	ret = read_wish(info, wish);
	if (ret < 0)
		goto out;
	if (wish->n_devices)
		rtnl_lock();
	ret = make_table(info, wish);
	if (wish->n_devices)
		rtnl_unlock();
out:
	kfree(wish);
	return ret;
}

int rf_netlink_table_renew(struct sk_buff *request, struct genl_info *info)
{
	struct rf_table *table = rf_netlink_lock_table(info, true);
	struct rf_table_wish *wish;
	int ret = -ENOMEM;

	if (IS_ERR(table))
		return PTR_ERR(table);
	wish = kzalloc(sizeof(*wish), GFP_KERNEL);
	if (wish)
		ret = read_lists(info->attrs[RTPFERRY_A_TABLE], wish, info->extack) ?:
		      rf_table_add_locals(table, wish, info->extack);
	rf_netlink_unlock(info);
	kfree(wish);
	return ret;
}

/* An orphan has no owner who could end it: its label stands for one. */
static bool may_end(const struct rf_table *table, struct genl_info *info)
{
	struct nlattr *attrs[RTPFERRY_A_TABLE_MAX + 1];

	if (table->owner)
		return table->owner == info->snd_portid;
	return !rf_netlink_table_attrs(info->attrs, attrs, info->extack) &&
	       attrs[RTPFERRY_A_TABLE_LABEL] &&
	       !nla_strcmp(attrs[RTPFERRY_A_TABLE_LABEL], table->label);
}

int rf_netlink_table_del(struct sk_buff *request, struct genl_info *info)
{
	struct rf_table *table = rf_netlink_lock_table(info, false);
	int ret = 0;

	if (IS_ERR(table))
		return PTR_ERR(table);
	if (may_end(table, info)) {
		rf_table_free(table);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[RTPFERRY_A_TABLE],
				    "the table is another socket's, or an orphan of another label");
		ret = -EPERM;
	}
	rf_netlink_unlock(info);
	return ret;
}

int rf_netlink_table_get(struct sk_buff *request, struct genl_info *info)
{
	struct rf_table *table = rf_netlink_lock_table(info, false);
	int ret;

	if (IS_ERR(table))
		return PTR_ERR(table);
	ret = reply_table(info, RTPFERRY_CMD_TABLE_GET, table, false);
	rf_netlink_unlock(info);
	return ret;
}

static int put_row(struct sk_buff *msg, struct netlink_callback *cb, const struct rf_table *table)
{
	void *head = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				 &rf_netlink_family, NLM_F_MULTI, RTPFERRY_CMD_TABLE_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(msg, RTPFERRY_A_TABLE);
	if (!nest || put_summary(msg, table)) {
		genlmsg_cancel(msg, head);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, head);
	return 0;
}

/* The tables of the namespace; from the initial one, with the capability there, all of the node. */
int rf_netlink_table_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct net *net = sock_net(msg->sk);
	bool all = net_eq(net, &init_net) && netlink_capable(cb->skb, CAP_NET_ADMIN);
	unsigned long last = cb->args[0];
	struct rf_table *table;

	rcu_read_lock();
	while ((table = rf_table_next(&last))) {
		if (!all && table->rn != rf_net(net))
			continue;
		if (put_row(msg, cb, table) < 0)
			break;
		cb->args[0] = last;
	}
	rcu_read_unlock();
	return msg->len;
}
