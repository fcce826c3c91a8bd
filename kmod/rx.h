/* SPDX-License-Identifier: GPL-2.0-only */
/* One packet, from any of the ways in. */
#ifndef RF_RX_H
#define RF_RX_H

#include <linux/skbuff.h>
#include <uapi/rtpferry.h>

struct rf_net;

/**
 * struct rf_entry - how a packet came in
 * @hook: which of the ways in
 * @table_id: the only table whose flows count; 0: any
 */
struct rf_entry {
	enum rtpferry_hook hook;
	u32 table_id;
};

unsigned int rf_rx4(struct rf_net *rn, struct sk_buff *skb, const struct rf_entry *entry);
unsigned int rf_rx6(struct rf_net *rn, struct sk_buff *skb, const struct rf_entry *entry);
unsigned int rf_rx_decline(struct rf_net *rn, enum rtpferry_reason why);

#endif
