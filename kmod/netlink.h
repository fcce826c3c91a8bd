/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family: what its commands share. */
#ifndef RF_NETLINK_H
#define RF_NETLINK_H

#include <net/genetlink.h>
#include "address.h"

struct rf_flow;
struct rf_table;

extern struct genl_family rf_netlink_family;

int rf_netlink_init(void);
void rf_netlink_exit(void);

int rf_netlink_ip(const struct nlattr *attr, u8 *family, union rf_ip *ip,
		  struct netlink_ext_ack *extack);
int rf_netlink_put_ip(struct sk_buff *msg, int type, u8 family, const union rf_ip *ip);
int rf_netlink_put_reasons(struct sk_buff *msg, int type, const u64 *packets);
int rf_netlink_table_attrs(struct nlattr **message, struct nlattr **table,
			   struct netlink_ext_ack *extack);
struct rf_table *rf_netlink_lock_table(struct genl_info *info, bool own);
void rf_netlink_unlock(struct genl_info *info);
int rf_netlink_dump_table(struct netlink_callback *cb, u32 *id);

int rf_netlink_put_table(struct sk_buff *msg, const struct rf_table *table, bool adopted);
int rf_netlink_table_new(struct sk_buff *request, struct genl_info *info);
int rf_netlink_table_renew(struct sk_buff *request, struct genl_info *info);
int rf_netlink_table_del(struct sk_buff *request, struct genl_info *info);
int rf_netlink_table_get(struct sk_buff *request, struct genl_info *info);
int rf_netlink_table_dump(struct sk_buff *msg, struct netlink_callback *cb);

int rf_netlink_put_flow(struct sk_buff *msg, const struct rf_flow *flow);
int rf_netlink_flow_set(struct sk_buff *request, struct genl_info *info);
int rf_netlink_flow_del(struct sk_buff *request, struct genl_info *info);
int rf_netlink_flow_get(struct sk_buff *request, struct genl_info *info);
int rf_netlink_flow_dump(struct sk_buff *msg, struct netlink_callback *cb);

#endif
