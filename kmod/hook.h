/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's own ways in: PREROUTING, and ingress of devices. */
#ifndef RF_HOOK_H
#define RF_HOOK_H

#include <linux/types.h>

struct netlink_ext_ack;
struct rf_net;

int rf_hook_init(void);
void rf_hook_exit(void);
int rf_hook_get(struct rf_net *rn, struct netlink_ext_ack *extack);
void rf_hook_put(struct rf_net *rn);
int rf_hook_get_device(struct rf_net *rn, u32 ifindex, struct netlink_ext_ack *extack);
void rf_hook_put_device(struct rf_net *rn, u32 ifindex);

#endif
