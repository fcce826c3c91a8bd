// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "flow.h"
#include "idle.h"

static struct kmem_cache *flows;
static LLIST_HEAD(dying);
static void free_dying(struct work_struct *work);
static DECLARE_WORK(dying_work, free_dying);

/*
 * The one place where flows end: no packet that looked them up before they were
 * unlinked is still on its way after the grace period.
 */
static void free_dying(struct work_struct *work)
{
	struct llist_node *list = llist_del_all(&dying);
	struct rf_flow *flow, *next;

	if (!list)
		return;
	synchronize_rcu();
	llist_for_each_entry_safe(flow, next, list, dying) {
		rf_flow_free(flow);
		cond_resched();
	}
}

/**
 * rf_flow_new - a flow that nobody sees yet, without statistics
 *
 * Context: may sleep.
 * Return: the flow, to be given to rf_flow_install() or rf_flow_free(); NULL: no memory.
 */
struct rf_flow *rf_flow_new(void)
{
	return kmem_cache_zalloc(flows, GFP_KERNEL_ACCOUNT);
}

/**
 * rf_flow_free - free a flow that no packet can see
 * @flow: with its statistics, unless another flow has them
 *
 * Context: may sleep.
 */
void rf_flow_free(struct rf_flow *flow)
{
	if (!flow->keep_stats)
		rf_stats_free(flow->stats);
	dst_release(rcu_access_pointer(flow->dst));
	kmem_cache_free(flows, flow);
}

static void bury(struct rf_net *rn, struct rf_flow *flow)
{
	rf_idle_forget(rn, flow);
	if (llist_add(&flow->dying, &dying))
		queue_work(system_unbound_wq, &dying_work);
}

/**
 * rf_flow_install - let packets see a flow, in place of the one that stands there
 * @rn: the namespace
 * @flow: with @place and, where the place was empty, with statistics; owned by the index then
 *
 * Context: under rf_net.lock.
 * Return: the flow that it replaced, which is dying, or NULL.
 */
struct rf_flow *rf_flow_install(struct rf_net *rn, struct rf_flow *flow)
{
	struct rf_flow *old = rcu_dereference_raw(*flow->place);

	if (old) {
		rf_stats_free(flow->stats);
		flow->stats = old->stats;
		old->keep_stats = true;
	}
	rcu_assign_pointer(*flow->place, flow);
	rf_idle_watch(rn, flow);
	if (old)
		bury(rn, old);
	return old;
}

/**
 * rf_flow_remove - no packet finds the flow any more; it is freed when none has it
 * @rn: the namespace
 * @flow: installed
 *
 * Context: under rf_net.lock; under RCU too where @flow is used afterwards.
 */
void rf_flow_remove(struct rf_net *rn, struct rf_flow *flow)
{
	RCU_INIT_POINTER(*flow->place, NULL);
	bury(rn, flow);
}

/**
 * rf_flow_wait - until all flows that were removed are freed
 *
 * Queued first: whoever put the first flow into the list may not have come to that yet.
 *
 * Context: may sleep.
 */
void rf_flow_wait(void)
{
	queue_work(system_unbound_wq, &dying_work);
	flush_work(&dying_work);
}

int __init rf_flow_init(void)
{
	int ret;

	ret = rf_stats_init();
	if (ret < 0)
		return ret;
	flows = KMEM_CACHE(rf_flow, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);
	if (!flows) {
		rf_stats_exit();
		return -ENOMEM;
	}
	return 0;
}

void rf_flow_exit(void)
{
	rf_flow_wait();
	rcu_barrier();
	kmem_cache_destroy(flows);
	rf_stats_exit();
}
