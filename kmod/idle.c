// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include "event.h"
#include "flow.h"
#include "idle.h"
#include "net.h"

/* Flows that are told at once, and jiffies that listeners get to read that. */
#define TOLD_AT_ONCE 100
#define PAUSE (HZ / 10UL)

static void look_at(struct rf_net *rn, ktime_t when)
{
	s64 wait_ns = max_t(s64, 0, ktime_to_ns(ktime_sub(when, ktime_get())));

	mod_delayed_work(system_wq, &rn->watch, max(nsecs_to_jiffies(wait_ns) + 1, PAUSE));
}

/**
 * rf_idle_watch - tell when a flow falls silent, where it wants that
 * @rn: the namespace
 * @flow: installed
 *
 * Context: under rf_net.lock.
 */
void rf_idle_watch(struct rf_net *rn, struct rf_flow *flow)
{
	if (!flow->idle_s)
		return;
	flow->told_us = -1;
	timerqueue_init(&flow->silence);
	flow->silence.expires = ktime_add_ms(ktime_get(), flow->idle_s * MSEC_PER_SEC);
	if (timerqueue_add(&rn->watched, &flow->silence))
		look_at(rn, flow->silence.expires);
}

/**
 * rf_idle_forget - a flow is no longer installed
 * @rn: the namespace
 * @flow: the flow
 *
 * Context: under rf_net.lock.
 */
void rf_idle_forget(struct rf_net *rn, struct rf_flow *flow)
{
	if (flow->idle_s)
		timerqueue_del(&rn->watched, &flow->silence);
}

/* A flow whose time has come: silent, or heard meanwhile. Returns whether its silence was told. */
static bool check(struct rf_net *rn, struct rf_flow *flow, ktime_t now)
{
	s64 last_us = rf_stats_totals(flow->stats).last_us;
	ktime_t idle = ktime_set(flow->idle_s, 0);
	ktime_t end = ktime_add_us(idle, last_us);
	bool silent = ktime_compare(end, now) <= 0;
	bool tell = silent && flow->told_us != last_us;

	timerqueue_del(&rn->watched, &flow->silence);
	flow->silence.expires = silent ? ktime_add(now, idle) : end;
	timerqueue_add(&rn->watched, &flow->silence);
	if (tell) {
		flow->told_us = last_us;
		rf_event_flow(rn, flow, RTPFERRY_EVENT_KIND_FLOW_IDLE);
	}
	return tell;
}

/* Tell the flows that have fallen silent, and come back when the next one may have. */
void rf_idle_check(struct work_struct *work)
{
	struct rf_net *rn = container_of(to_delayed_work(work), struct rf_net, watch);
	struct timerqueue_node *node;
	unsigned int told = 0;
	ktime_t now;

	mutex_lock(&rn->lock);
	now = ktime_get();
	while ((node = timerqueue_getnext(&rn->watched)) && node->expires <= now &&
	       told < TOLD_AT_ONCE) {
		told += check(rn, container_of(node, struct rf_flow, silence), now);
		cond_resched();
	}
	if (node)
		look_at(rn, node->expires);
	mutex_unlock(&rn->lock);
}
