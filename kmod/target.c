// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4.h>
#include <uapi/xt_RTPFERRY.h>
#include "flow.h"
#include "rx.h"
#include "table.h"
#include "target.h"

static unsigned int verdict(unsigned int nf)
{
	return nf == NF_ACCEPT ? XT_CONTINUE : nf;
}

static unsigned int target4(struct sk_buff *skb, const struct xt_action_param *par)
{
	const struct xt_rtpferry_info *info = par->targinfo;
	u64 entry = RF_ENTRY(RTPFERRY_HOOK_NFT, info->table);

	return verdict(rf_rx4(rf_net(xt_net(par)), skb, entry));
}

static unsigned int target6(struct sk_buff *skb, const struct xt_action_param *par)
{
	const struct xt_rtpferry_info *info = par->targinfo;
	u64 entry = RF_ENTRY(RTPFERRY_HOOK_NFT, info->table);

	return verdict(rf_rx6(rf_net(xt_net(par)), skb, entry));
}

/* Whoever may write rules may not yet reach a table: only who may make one here. */
static int check(const struct xt_tgchk_param *par)
{
	const struct xt_rtpferry_info *info = par->targinfo;

	if (!ns_capable(par->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (!rf_table_find(rf_net(par->net), info->table)) {
		pr_info_ratelimited("RTPFERRY: no table %u in the rule's namespace\n", info->table);
		return -ENOENT;
	}
	return 0;
}

static struct xt_target targets[] __read_mostly = {
	{
		.name = "RTPFERRY",
		.family = NFPROTO_IPV4,
		.target = target4,
		.checkentry = check,
		.targetsize = sizeof(struct xt_rtpferry_info),
		.hooks = BIT(NF_INET_PRE_ROUTING) | BIT(NF_INET_LOCAL_IN),
		.me = THIS_MODULE,
	},
	{
		.name = "RTPFERRY",
		.family = NFPROTO_IPV6,
		.target = target6,
		.checkentry = check,
		.targetsize = sizeof(struct xt_rtpferry_info),
		.hooks = BIT(NF_INET_PRE_ROUTING) | BIT(NF_INET_LOCAL_IN),
		.me = THIS_MODULE,
	},
};

int __init rf_target_init(void)
{
	return xt_register_targets(targets, ARRAY_SIZE(targets));
}

void rf_target_exit(void)
{
	xt_unregister_targets(targets, ARRAY_SIZE(targets));
}
