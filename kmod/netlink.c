// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include "compat/genetlink.h"
#include "flow.h"
#include "netlink.h"
#include "policy.h"
#include "table.h"
#include "version.h"

/**
 * rf_ip_check - whether an attribute is an address, for the policies
 * @attr: any length
 * @extack: where a refusal is told
 *
 * Context: any.
 * Return: 0; -EINVAL: neither 4 nor 16 bytes, or the null address.
 */
int rf_ip_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != sizeof(struct in_addr) && len != sizeof(struct in6_addr))
		return rf_refuse(extack, attr, -EINVAL,
				 "an address has 4 bytes (IPv4) or 16 (IPv6)");
	if (!memchr_inv(nla_data(attr), 0, len))
		return rf_refuse(extack, attr, -EINVAL, "the null address stands for no host");
	return 0;
}

/* The family of an address; @ip gets the address. */
u8 rf_netlink_ip(const struct nlattr *attr, union rf_ip *ip)
{
	return nla_memcpy(ip, attr, sizeof(*ip)) == sizeof(ip->v4) ? AF_INET : AF_INET6;
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
 * rf_netlink_message - a message of the family, to be filled in
 * @portid: whose it is; 0: of all listeners
 * @seq: of the request; 0: there is none
 * @command: of it
 * @gfp: of its memory
 *
 * Context: as @gfp says.
 * Return: the message; NULL: no memory.
 */
struct sk_buff *rf_netlink_message(u32 portid, u32 seq, u8 command, gfp_t gfp)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);

	if (msg)
		genlmsg_put(msg, portid, seq, &rf_netlink_family, 0, command);
	return msg;
}

/* As rf_netlink_message(), for who asked. May sleep. */
struct sk_buff *rf_netlink_begin_reply(const struct genl_info *info)
{
	return rf_netlink_message(info->snd_portid, info->snd_seq, info->genlhdr->cmd, GFP_KERNEL);
}

/**
 * rf_netlink_reply - send a reply
 * @info: the request
 * @msg: as rf_netlink_begin_reply() gave it, gone afterwards
 * @ret: of filling it in
 *
 * Context: may sleep.
 * Return: 0; @ret where that is an error; or why it cannot be sent.
 */
int rf_netlink_reply(struct genl_info *info, struct sk_buff *msg, int ret)
{
	if (ret < 0) {
		nlmsg_free(msg);
		return ret;
	}
	nlmsg_end(msg, nlmsg_hdr(msg));
	return genlmsg_reply(msg, info);
}

/* What a request is answered with, and the sentence that all of them have in common. */
int rf_netlink_result(struct genl_info *info, int ret)
{
	if (ret == -ENOMEM)
		NL_SET_ERR_MSG(info->extack, "the kernel has no memory left for this");
	return ret;
}

/* One message of a dump: NULL where the buffer has no room for it. */
void *rf_netlink_begin_row(struct sk_buff *msg, const struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);

	return genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &rf_netlink_family,
			   NLM_F_MULTI, request->cmd);
}

/* Keep it, or where filling it in has failed take it back. */
int rf_netlink_end_row(struct sk_buff *msg, void *head, int ret)
{
	if (ret < 0)
		genlmsg_cancel(msg, head);
	else
		genlmsg_end(msg, head);
	return ret;
}

/**
 * rf_netlink_find_table - the table that a request is about
 * @rn: the namespace
 * @nest: the request's table
 * @owner: netlink port id that the table must have as its owner; 0: any
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock.
 * Return: the table; ERR_PTR: -EINVAL (no table, no id), -ENOENT (not in this namespace), -EPERM
 * (not the owner).
 */
struct rf_table *rf_netlink_find_table(struct rf_net *rn, const struct nlattr *nest, u32 owner,
				       struct netlink_ext_ack *extack)
{
	const struct nlattr *id = nest ? nla_find_nested(nest, RTPFERRY_A_TABLE_ID) : NULL;
	struct rf_table *table;
	int ret = 0;

	if (!id)
		return ERR_PTR(rf_refuse_lack(extack, nest,
					      nest ? RTPFERRY_A_TABLE_ID : RTPFERRY_A_TABLE,
					      "the message has no table with an id"));
	table = rf_table_find(rn, nla_get_u32(id));
	if (!table)
		ret = rf_refuse(extack, id, -ENOENT, "this namespace has no table of this id");
	else if (owner && table->owner != owner)
		ret = rf_refuse(extack, id, -EPERM,
				"the table is another socket's, or an orphan to be adopted");
	return ret < 0 ? ERR_PTR(ret) : table;
}

/**
 * struct command - what is done with a table that exists
 * @run: does it, under rf_net.lock
 * @own: only the table's owner may have it done; it is a sign of life then
 * @flows: the message names flows
 */
struct command {
	int (*run)(struct rf_table *table, struct genl_info *info);
	bool own;
	bool flows;
};

static const struct command commands[] = {
	[RTPFERRY_CMD_TABLE_RENEW] = { rf_netlink_table_renew, .own = true },
	[RTPFERRY_CMD_TABLE_DEL] = { rf_netlink_table_del },
	[RTPFERRY_CMD_TABLE_GET] = { rf_netlink_table_get },
	[RTPFERRY_CMD_FLOW_SET] = { rf_netlink_flow_set, .own = true, .flows = true },
	[RTPFERRY_CMD_FLOW_DEL] = { rf_netlink_flow_del, .own = true, .flows = true },
	[RTPFERRY_CMD_FLOW_GET] = { rf_netlink_flow_get, .flows = true },
};

static int with_table(struct sk_buff *request, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	const struct nlattr *nest = info->attrs[RTPFERRY_A_TABLE];
	struct rf_net *rn = rf_net(genl_info_net(info));
	u32 owner = command->own ? info->snd_portid : 0;
	struct rf_table *table;
	int ret;

	if (command->flows && !info->attrs[RTPFERRY_A_FLOW])
		return rf_refuse_lack(info->extack, NULL, RTPFERRY_A_FLOW,
				      "the message has no flow");
	mutex_lock(&rn->lock);
	table = rf_netlink_find_table(rn, nest, owner, info->extack);
	ret = PTR_ERR_OR_ZERO(table);
	if (ret == 0 && command->own)
		rf_table_renew(table, 0);
	if (ret == 0)
		ret = command->run(table, info);
	mutex_unlock(&rn->lock);
	return rf_netlink_result(info, ret);
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
	struct sk_buff *msg = rf_netlink_begin_reply(info);

	return rf_netlink_result(info, msg ? rf_netlink_reply(info, msg, put_info(msg)) : -ENOMEM);
}

static const struct genl_small_ops ops[] = {
	{ .cmd = RTPFERRY_CMD_GET_INFO, .flags = GENL_UNS_ADMIN_PERM, .doit = get_info },
	{ .cmd = RTPFERRY_CMD_TABLE_NEW, .flags = GENL_UNS_ADMIN_PERM,
	  .doit = rf_netlink_table_new },
	{ .cmd = RTPFERRY_CMD_TABLE_RENEW, .flags = GENL_UNS_ADMIN_PERM, .doit = with_table },
	{ .cmd = RTPFERRY_CMD_TABLE_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = with_table },
	{ .cmd = RTPFERRY_CMD_TABLE_GET, .flags = GENL_UNS_ADMIN_PERM, .doit = with_table,
	  .dumpit = rf_netlink_table_dump },
	{ .cmd = RTPFERRY_CMD_FLOW_SET, .flags = GENL_UNS_ADMIN_PERM, .doit = with_table },
	{ .cmd = RTPFERRY_CMD_FLOW_DEL, .flags = GENL_UNS_ADMIN_PERM, .doit = with_table },
	{ .cmd = RTPFERRY_CMD_FLOW_GET, .flags = GENL_UNS_ADMIN_PERM, .doit = with_table,
	  .dumpit = rf_netlink_flow_dump },
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
