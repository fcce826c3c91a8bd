/* SPDX-License-Identifier: GPL-2.0-only */
/* What listeners of the multicast group are told. */
#ifndef RF_EVENT_H
#define RF_EVENT_H

#include <uapi/rtpferry.h>

struct rf_flow;
struct rf_net;
struct rf_table;

void rf_event_table(const struct rf_table *table, enum rtpferry_event_kind kind);
void rf_event_flow(struct rf_net *rn, const struct rf_flow *flow, enum rtpferry_event_kind kind);

#endif
