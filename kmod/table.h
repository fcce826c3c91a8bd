/* SPDX-License-Identifier: GPL-2.0-only */
/* A table: the flows of one daemon. */
#ifndef RF_TABLE_H
#define RF_TABLE_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <uapi/rtpferry.h>
#include "address.h"

#define RF_MAX_TABLES 64
#define RF_MAX_FLOWS 262144
#define RF_MAX_ADDRESSES 64
#define RF_MAX_DEVICES 16

struct netlink_ext_ack;

/**
 * struct rf_table_wish - what a new table should be
 * @label: name of the owner
 * @id: 0: any
 * @lease_s: seconds that it outlives its owner
 * @owner: netlink port id
 * @hook: where packets are taken from
 */
struct rf_table_wish {
	const char *label;
	u32 id;
	u32 lease_s;
	u32 owner;
	enum rtpferry_hook hook;
};

/**
 * struct rf_table - the flows of one daemon; under rf_net.lock where nothing else is said
 * @list: in rf_net.tables
 * @rcu: to free it
 * @rn: the namespace; fixed
 * @label: name of the owner; fixed
 * @id: unique on the node; fixed
 * @hook: where packets are taken from; fixed
 * @owner: netlink port id; 0: orphan
 * @lease: in jiffies
 * @lease_end: in jiffies
 * @n_flows: flows
 * @n_addresses: local addresses
 * @n_devices: devices
 * @addresses: named with rf_address_get()
 * @devices: named with rf_hook_get_device(), each once and until it goes
 */
struct rf_table {
	struct list_head list;
	struct rcu_head rcu;
	struct rf_net *rn;
	char label[RTPFERRY_LABEL_MAX + 1];
	u32 id;
	enum rtpferry_hook hook;
	u32 owner;
	unsigned long lease;
	unsigned long lease_end;
	unsigned int n_flows;
	unsigned int n_addresses;
	unsigned int n_devices;
	struct rf_address *addresses[RF_MAX_ADDRESSES];
	u32 devices[RF_MAX_DEVICES];
};

struct rf_table *rf_table_new(struct rf_net *rn, const struct rf_table_wish *wish,
			      struct netlink_ext_ack *extack);
struct rf_table *rf_table_find_orphan(struct rf_net *rn, const struct rf_table_wish *wish);
int rf_table_add_local(struct rf_table *table, u8 family, const union rf_ip *ip,
		       struct rf_address *primary, struct netlink_ext_ack *extack);
int rf_table_add_device(struct rf_table *table, u32 ifindex, struct netlink_ext_ack *extack);
void rf_table_own(struct rf_table *table, const struct rf_table_wish *wish);
void rf_table_renew(struct rf_table *table, u32 lease_s);
void rf_table_free(struct rf_table *table);
void rf_table_free_all(struct rf_net *rn);
void rf_table_forget_device(struct rf_net *rn, u32 ifindex);
void rf_table_leave(struct rf_table *table);
void rf_table_orphan(struct rf_net *rn, u32 owner);
void rf_table_reap(struct work_struct *work);
struct rf_table *rf_table_find(struct rf_net *rn, u32 id);
struct rf_table *rf_table_next(unsigned long *id);
bool rf_table_is_orphan(u32 id);
bool rf_table_has(const struct rf_table *table, const struct rf_address *address);
struct rf_flow *rf_table_next_flow(struct rf_table *table, unsigned int *address,
				   unsigned int *port);

#endif
