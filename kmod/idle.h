/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows that fall silent. */
#ifndef RF_IDLE_H
#define RF_IDLE_H

struct rf_flow;
struct rf_net;
struct work_struct;

void rf_idle_watch(struct rf_net *rn, struct rf_flow *flow);
void rf_idle_forget(struct rf_net *rn, struct rf_flow *flow);
void rf_idle_check(struct work_struct *work);

#endif
