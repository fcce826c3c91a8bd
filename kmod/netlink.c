// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include "compat/genetlink.h"
#include "flow.h"
#include "netlink.h"
#include "policy.h"
#include "table.h"
#include "version.h"

/**
 * rf_netlink_ip - read an address
 * @attr: 4 or 16 bytes
 * @family: where its family goes
 * @ip: where it goes
 * @extack: where a refusal is told
 *
 * Context: any.
 * Return: 0; -EINVAL: another length, or the null address.
 */
int rf_netlink_ip(const struct nlattr *attr, u8 *family, union rf_ip *ip,
		  struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	memset(ip, 0, sizeof(*ip));
	if (len != sizeof(ip->v4) && len != sizeof(ip->v6)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	memcpy(ip, nla_data(attr), len);
	if (ipv6_addr_any(&ip->v6)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the null address stands for no host");
		return -EINVAL;
	}
	*family = len == sizeof(ip->v4) ? AF_INET : AF_INET6;
	return 0;
}

int rf_netlink_put_ip(struct sk_buff *msg, int type, u8 family, const union rf_ip *ip)
{
	return nla_put(msg, type, family == AF_INET ? sizeof(ip->v4) : sizeof(ip->v6), ip);
}

static int put_reason(struct sk_buff *msg, int type, u32 reason, u64 packets)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest || nla_put_u32(msg, RTPFERRY_A_REASON_REASON, reason) ||
	    nla_put_u64_64bit(msg, RTPFERRY_A_REASON_PACKETS, packets, 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* One nest for each reason that has occurred. */
int rf_netlink_put_reasons(struct sk_buff *msg, int type, const u64 *packets)
{
	u32 reason;

	for (reason = 0; reason < RTPFERRY_REASON_COUNT; reason++) {
		if (packets[reason] && put_reason(msg, type, reason, packets[reason]))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * rf_netlink_table_attrs - read the table of a message
 * @message: attributes of its top level
 * @table: RTPFERRY_A_TABLE_MAX + 1, filled
 * @extack: where a refusal is told
 *
 * Context: any.
 * Return: 0; -EINVAL: there is none.
 */
int rf_netlink_table_attrs(struct nlattr **message, struct nlattr **table,
			   struct netlink_ext_ack *extack)
{
	if (!message[RTPFERRY_A_TABLE]) {
		NL_SET_ERR_MSG(extack, "the message has no table");
		return -EINVAL;
	}
	return nla_parse_nested(table, RTPFERRY_A_TABLE_MAX, message[RTPFERRY_A_TABLE],
				rf_table_policy, extack);
}

static struct rf_table *find_table(struct rf_net *rn, struct nlattr **table,
				   struct netlink_ext_ack *extack)
{
	struct rf_table *found;

	if (!table[RTPFERRY_A_TABLE_ID]) {
		NL_SET_ERR_MSG(extack, "the table has no id");
		return ERR_PTR(-EINVAL);
	}
	found = rf_table_find(rn, nla_get_u32(table[RTPFERRY_A_TABLE_ID]));
	if (!found) {
		NL_SET_ERR_MSG_ATTR(extack, table[RTPFERRY_A_TABLE_ID],
				    "this namespace has no table of this id");
		return ERR_PTR(-ENOENT);
	}
	return found;
}

/**
 * rf_netlink_lock_table - the table that a request is about, with its namespace locked
 * @info: the request
 * @own: only the owner may make it; it is a sign of life then
 *
 * Context: may sleep.
 * Return: the table, to be given back with rf_netlink_unlock(); ERR_PTR and nothing locked:
 * -EINVAL (no table, no id), -ENOENT (not in this namespace), -EPERM (not the owner).
 */
struct rf_table *rf_netlink_lock_table(struct genl_info *info, bool own)
{
	struct nlattr *attrs[RTPFERRY_A_TABLE_MAX + 1];
	struct rf_net *rn = rf_net(genl_info_net(info));
	struct rf_table *table;
	int ret;

	ret = rf_netlink_table_attrs(info->attrs, attrs, info->extack);
	if (ret < 0)
		return ERR_PTR(ret);
	mutex_lock(&rn->lock);
	table = find_table(rn, attrs, info->extack);
	if (!IS_ERR(table) && own && table->owner != info->snd_portid) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[RTPFERRY_A_TABLE_ID],
				    "the table is another socket's, or an orphan to be adopted");
		table = ERR_PTR(-EPERM);
	}
	if (IS_ERR(table))
		mutex_unlock(&rn->lock);
	else if (own)
		rf_table_renew(table);
	return table;
}

/* The request is done with the table that it locked, which may have ended. */
void rf_netlink_unlock(struct genl_info *info)
{
	mutex_unlock(&rf_net(genl_info_net(info))->lock);
}

/**
 * rf_netlink_dump_table - the id of the table that a dump asks for
 * @cb: of the dump
 * @id: where it goes; 0: none is named
 *
 * Return: 0, or why the request is refused.
 */
int rf_netlink_dump_table(struct netlink_callback *cb, u32 *id)
{
	struct nlattr *message[RTPFERRY_A_MAX + 1];
	struct nlattr *table[RTPFERRY_A_TABLE_MAX + 1];
	int ret;

	*id = 0;
	ret = genlmsg_parse(cb->nlh, &rf_netlink_family, message, RTPFERRY_A_MAX, rf_message_policy,
			    cb->extack);
	if (ret < 0 || !message[RTPFERRY_A_TABLE])
		return ret;
	ret = rf_netlink_table_attrs(message, table, cb->extack);
	if (ret < 0)
		return ret;
	*id = table[RTPFERRY_A_TABLE_ID] ? nla_get_u32(table[RTPFERRY_A_TABLE_ID]) : 0;
	return 0;
}

static const u32 features =
	RTPFERRY_FEATURE_COPY_MARK | RTPFERRY_FEATURE_ORPHAN_SILENCE | RTPFERRY_FEATURE_NFT |
	RTPFERRY_FEATURE_STACK | RTPFERRY_FEATURE_FLOW_IDLE |
	(IS_ENABLED(CONFIG_NETFILTER_INGRESS) ? RTPFERRY_FEATURE_INGRESS : 0);

static int put_info(struct sk_buff *msg)
{
	struct nlattr *nest = nla_nest_start(msg, RTPFERRY_A_INFO);

	if (!nest || nla_put_string(msg, RTPFERRY_A_INFO_MODULE_VERSION, RF_VERSION) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_ABI, RTPFERRY_ABI) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_MAX_TABLES, RF_MAX_TABLES) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_MAX_FLOWS, RF_MAX_FLOWS) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_MAX_ADDRESSES, RF_MAX_ADDRESSES) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_MAX_TYPES, RF_MAX_TYPES) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_MAX_SOURCES, RF_MAX_SOURCES) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_MAX_DEVICES, RF_MAX_DEVICES) ||
	    nla_put_u32(msg, RTPFERRY_A_INFO_FEATURES, features))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int get_info(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *head;

	if (!msg)
		return -ENOMEM;
	head = genlmsg_put_reply(msg, info, &rf_netlink_family, 0, RTPFERRY_CMD_GET_INFO);
	if (!head || put_info(msg) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

static const struct genl_small_ops ops[] = {
	{ .cmd = RTPFERRY_CMD_GET_INFO, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = get_info },
	{ .cmd = RTPFERRY_CMD_TABLE_NEW, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_table_new },
	{ .cmd = RTPFERRY_CMD_TABLE_RENEW, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_table_renew },
	{ .cmd = RTPFERRY_CMD_TABLE_DEL, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_table_del },
	{ .cmd = RTPFERRY_CMD_TABLE_GET, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_table_get, .dumpit = rf_netlink_table_dump },
	{ .cmd = RTPFERRY_CMD_FLOW_SET, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_flow_set },
	{ .cmd = RTPFERRY_CMD_FLOW_DEL, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_flow_del },
	{ .cmd = RTPFERRY_CMD_FLOW_GET, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_flow_get, .dumpit = rf_netlink_flow_dump },
};

static const struct genl_multicast_group groups[] = {
	{ .name = RTPFERRY_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family rf_netlink_family __ro_after_init = {
	.name = RTPFERRY_GENL_NAME,
	.version = RTPFERRY_GENL_VERSION,
	.maxattr = RTPFERRY_A_MAX,
	.policy = rf_message_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	.resv_start_op = RTPFERRY_CMD_GET_INFO,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/* A socket has closed: what it owned are orphans. */
static int socket_event(struct notifier_block *block, unsigned long event, void *info)
{
	struct netlink_notify *notify = info;
	struct rf_net *rn;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	rn = rf_net(notify->net);
	if (!list_empty_careful(&rn->tables))
		rf_table_orphan(rn, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block sockets = { .notifier_call = socket_event };

int __init rf_netlink_init(void)
{
	int ret;

	ret = netlink_register_notifier(&sockets);
	if (ret < 0)
		return ret;
	ret = genl_register_family(&rf_netlink_family);
	if (ret < 0)
		netlink_unregister_notifier(&sockets);
	return ret;
}

void rf_netlink_exit(void)
{
	genl_unregister_family(&rf_netlink_family);
	netlink_unregister_notifier(&sockets);
}
