/* SPDX-License-Identifier: GPL-2.0-only */
/* One packet, from any of the ways in. */
#ifndef RF_RX_H
#define RF_RX_H

#include <linux/skbuff.h>
#include <uapi/rtpferry.h>

struct rf_net;

/* What a stage of the way returns that is no 0: why the packet goes no further. */
#define RF_HINDERED(why) (-1 - (int)(why))

unsigned int rf_rx4(struct rf_net *rn, struct sk_buff *skb, u64 entry);
unsigned int rf_rx6(struct rf_net *rn, struct sk_buff *skb, u64 entry);
bool rf_rx_is_udp6(const struct sk_buff *skb);
unsigned int rf_rx_decline(struct rf_net *rn, enum rtpferry_reason why);

#endif
