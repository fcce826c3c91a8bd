// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <uapi/rtpferry.h>
#include "flow.h"
#include "hook.h"
#include "net.h"
#include "netlink.h"
#include "target.h"
#include "version.h"

static int __init begin(void)
{
	int ret;

	ret = rf_flow_init();
	if (ret < 0)
		return ret;
	ret = rf_net_init();
	if (ret < 0)
		goto no_net;
	ret = rf_hook_init();
	if (ret < 0)
		goto no_hook;
	ret = rf_target_init();
	if (ret < 0)
		goto no_target;
	ret = rf_netlink_init();
	if (ret < 0)
		goto no_netlink;
	return 0;

no_netlink:
	rf_target_exit();
no_target:
	rf_hook_exit();
no_hook:
	rf_net_exit();
no_net:
	rf_flow_exit();
	return ret;
}

static void __exit end(void)
{
	rf_netlink_exit();
	rf_target_exit();
	rf_hook_exit();
	rf_net_exit();
	rf_flow_exit();
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("Forwarding tables for RTP and RTCP");
MODULE_AUTHOR("The rtpferry authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(RF_VERSION);
MODULE_ALIAS("xt_RTPFERRY");
MODULE_ALIAS("ipt_RTPFERRY");
MODULE_ALIAS("ip6t_RTPFERRY");
MODULE_ALIAS_GENL_FAMILY(RTPFERRY_GENL_NAME);
