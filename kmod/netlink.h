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

/* A refusal: the attribute to blame (NULL where only the caller knows it), error and sentence. */
#define rf_refuse(extack, attr, error, sentence) ({			\
	NL_SET_ERR_MSG_ATTR(extack, attr, sentence);			\
	(error);							\
})

/* The refusal of a message that lacks an attribute in a nest, or with NULL at its top. */
#define rf_refuse_lack(extack, nest, type, sentence) ({			\
	struct netlink_ext_ack *__ack = (extack);			\
	const struct nlattr *__nest = (nest);				\
									\
	NL_SET_ERR_ATTR_MISS(__ack, __nest, type);			\
	rf_refuse(__ack, __nest, -EINVAL, sentence);			\
})

/* A number that may be absent, which stands for 0. */
static inline u32 rf_netlink_u32(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

int rf_ip_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
u8 rf_netlink_ip(const struct nlattr *attr, union rf_ip *ip);
int rf_netlink_put_ip(struct sk_buff *msg, int type, u8 family, const union rf_ip *ip);
int rf_netlink_put_reasons(struct sk_buff *msg, int type, const u64 *packets);

struct sk_buff *rf_netlink_message(u32 portid, u32 seq, u8 command, gfp_t gfp);
struct sk_buff *rf_netlink_begin_reply(const struct genl_info *info);
int rf_netlink_reply(struct genl_info *info, struct sk_buff *msg, int ret);
int rf_netlink_result(struct genl_info *info, int ret);
void *rf_netlink_begin_row(struct sk_buff *msg, const struct netlink_callback *cb);
int rf_netlink_end_row(struct sk_buff *msg, void *head, int ret);

struct rf_table *rf_netlink_find_table(struct rf_net *rn, const struct nlattr *nest, u32 owner,
				       struct netlink_ext_ack *extack);
int rf_netlink_put_table(struct sk_buff *msg, const struct rf_table *table, bool adopted);
int rf_netlink_table_new(struct sk_buff *request, struct genl_info *info);
int rf_netlink_table_renew(struct rf_table *table, struct genl_info *info);
int rf_netlink_table_del(struct rf_table *table, struct genl_info *info);
int rf_netlink_table_get(struct rf_table *table, struct genl_info *info);
int rf_netlink_table_dump(struct sk_buff *msg, struct netlink_callback *cb);

int rf_netlink_put_flow(struct sk_buff *msg, const struct rf_flow *flow);
int rf_netlink_flow_set(struct rf_table *table, struct genl_info *info);
int rf_netlink_flow_del(struct rf_table *table, struct genl_info *info);
int rf_netlink_flow_get(struct rf_table *table, struct genl_info *info);
int rf_netlink_flow_dump(struct sk_buff *msg, struct netlink_callback *cb);

#endif
