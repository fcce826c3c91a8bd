// SPDX-License-Identifier: GPL-2.0-only
#include <net/netns/generic.h>
#include "flow.h"
#include "idle.h"
#include "net.h"
#include "table.h"

#define RF_EVENTS_PER_S 10
#define RF_TABLE_EVENTS_PER_S RF_MAX_TABLES

unsigned int rf_net_id;

/**
 * rf_net - what the module keeps for a network namespace
 * @net: the namespace
 *
 * Context: any, while @net is alive.
 * Return: it.
 */
struct rf_net *rf_net(const struct net *net)
{
	return net_generic(net, rf_net_id);
}

/**
 * rf_net_declined - packets passed up before their flow was known
 * @rn: the namespace
 * @reason: why
 *
 * Context: any.
 * Return: how many, on all CPUs.
 */
u64 rf_net_declined(const struct rf_net *rn, enum rtpferry_reason reason)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(rn->declined, cpu)->packets[reason]);
	return sum;
}

/* What is left out is not told of in the kernel's log. */
static void limit(struct ratelimit_state *rate, int per_s)
{
	ratelimit_state_init(rate, HZ, per_s);
	ratelimit_set_flags(rate, RATELIMIT_MSG_ON_RELEASE);
}

static int __net_init begin(struct net *net)
{
	struct rf_net *rn = rf_net(net);

	rn->declined = alloc_percpu_gfp(struct rf_declined, GFP_KERNEL_ACCOUNT);
	if (!rn->declined)
		return -ENOMEM;
	hash_init(rn->addresses4);
	hash_init(rn->addresses6);
	mutex_init(&rn->lock);
	rn->net = net;
	INIT_LIST_HEAD(&rn->tables);
	INIT_LIST_HEAD(&rn->ingress);
	limit(&rn->event_rate, RF_EVENTS_PER_S);
	limit(&rn->table_event_rate, RF_TABLE_EVENTS_PER_S);
	INIT_DELAYED_WORK(&rn->reap, rf_table_reap);
	timerqueue_init_head(&rn->watched);
	INIT_DELAYED_WORK(&rn->watch, rf_idle_check);
	return 0;
}

/*
 * No netlink message of the namespaces can come any more; packets end with the grace period,
 * one for all of them. Flows are waited for: the routes that they keep point into the namespace.
 */
static void __net_exit end(struct list_head *ending)
{
	struct rf_net *rn;
	struct net *net;

	list_for_each_entry(net, ending, exit_list) {
		rn = rf_net(net);
		cancel_delayed_work_sync(&rn->reap);
		cancel_delayed_work_sync(&rn->watch);
		mutex_lock(&rn->lock);
		rf_table_free_all(rn);
		mutex_unlock(&rn->lock);
	}
	synchronize_rcu();
	rf_flow_wait();
	list_for_each_entry(net, ending, exit_list)
		free_percpu(rf_net(net)->declined);
}

static struct pernet_operations operations = {
	.init = begin,
	.exit_batch = end,
	.id = &rf_net_id,
	.size = sizeof(struct rf_net),
};

int __init rf_net_init(void)
{
	return register_pernet_subsys(&operations);
}

void rf_net_exit(void)
{
	unregister_pernet_subsys(&operations);
}
