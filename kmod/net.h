/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module keeps for one network namespace. */
#ifndef RF_NET_H
#define RF_NET_H

#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/ratelimit.h>
#include <linux/timerqueue.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <uapi/rtpferry.h>

#define RF_ADDRESS_BITS 6

/**
 * struct rf_declined - packets passed up before their flow was known, of one CPU
 * @packets: by enum rtpferry_reason
 */
struct rf_declined {
	u64 packets[RTPFERRY_REASON_COUNT];
};

/**
 * struct rf_net - what the module keeps for one network namespace
 * @addresses4: struct rf_address of tables, IPv4; written under @lock, read under RCU
 * @addresses6: the same, IPv6
 * @declined: counters of each CPU
 * @lock: everything below, flows and tables of the namespace
 * @net: the namespace
 * @tables: struct rf_table
 * @n_tables: how many
 * @hook_users: tables that are reached by the PREROUTING hook
 * @prerouting: the PREROUTING hooks, while they are registered
 * @ingress: struct rf_ingress, hooks on devices
 * @event_rate: limits events that packets cause
 * @table_event_rate: limits events that tables' owners cause
 * @reap: ends orphans whose lease has ended
 * @watched: struct rf_flow, by when their silence is to be looked at
 * @watch: looks at them
 */
struct rf_net {
	DECLARE_HASHTABLE(addresses4, RF_ADDRESS_BITS);
	DECLARE_HASHTABLE(addresses6, RF_ADDRESS_BITS);
	struct rf_declined __percpu *declined;
	struct mutex lock; /* tables, flows and hooks of the namespace */
	struct net *net;
	struct list_head tables;
	unsigned int n_tables;
	unsigned int hook_users;
	struct nf_hook_ops prerouting[2];
	struct list_head ingress;
	struct ratelimit_state event_rate;
	struct ratelimit_state table_event_rate;
	struct delayed_work reap;
	struct timerqueue_head watched;
	struct delayed_work watch;
};

extern unsigned int rf_net_id;

int rf_net_init(void);
void rf_net_exit(void);
struct rf_net *rf_net(const struct net *net);
u64 rf_net_declined(const struct rf_net *rn, enum rtpferry_reason reason);

#endif
