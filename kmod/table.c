// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include "event.h"
#include "flow.h"
#include "hook.h"
#include "netlink.h"
#include "table.h"

/* All tables of the node by id; its lock is what makes ids unique. */
static DEFINE_XARRAY_ALLOC1(ids);

/**
 * rf_table_find - a table of a namespace
 * @rn: the namespace
 * @id: of the table
 *
 * Another namespace's may go meanwhile, whatever lock the caller has: RCU keeps it.
 *
 * Context: any; the table stays as long as rf_net.lock is held.
 * Return: the table, or NULL.
 */
struct rf_table *rf_table_find(struct rf_net *rn, u32 id)
{
	struct rf_table *table;

	rcu_read_lock();
	table = xa_load(&ids, id);
	if (table && table->rn != rn)
		table = NULL;
	rcu_read_unlock();
	return table;
}

/**
 * rf_table_is_orphan - whether the owner of a table is gone
 * @id: of the table
 *
 * Context: under RCU.
 * Return: true: there is the table, and nobody owns it.
 */
bool rf_table_is_orphan(u32 id)
{
	const struct rf_table *table = xa_load(&ids, id);

	return table && !READ_ONCE(table->owner);
}

/**
 * rf_table_next - the tables of the node, one after the other
 * @id: of the last one, 0 at first; the next one's on return
 *
 * Context: under RCU.
 * Return: the table, of which only fixed fields and single numbers may be read; NULL at the end.
 */
struct rf_table *rf_table_next(unsigned long *id)
{
	return xa_find_after(&ids, id, ULONG_MAX, XA_PRESENT);
}

/**
 * rf_table_has - whether a table named a local address
 * @table: the table
 * @address: the address
 *
 * Context: under rf_net.lock.
 * Return: true: it did.
 */
bool rf_table_has(const struct rf_table *table, const struct rf_address *address)
{
	unsigned int i;

	for (i = 0; i < table->n_addresses; i++) {
		if (table->addresses[i] == address)
			return true;
	}
	return false;
}

/**
 * rf_table_add_local - add a local address, where the table does not have it yet
 * @table: the table
 * @family: AF_INET or AF_INET6
 * @ip: the address
 * @primary: that it is an alias of, one of the table's and no alias itself; or NULL
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock, may sleep.
 * Return: 0; -ENOSPC, -EEXIST, -ENOMEM.
 */
int rf_table_add_local(struct rf_table *table, u8 family, const union rf_ip *ip,
		       struct rf_address *primary, struct netlink_ext_ack *extack)
{
	struct rf_address *address = rf_address_find(table->rn, family, ip);

	if (address && address->primary == primary && rf_table_has(table, address))
		return 0;
	if (table->n_addresses == RF_MAX_ADDRESSES)
		return rf_refuse(extack, NULL, -ENOSPC, "a table has at most "
				 __stringify(RF_MAX_ADDRESSES) " local addresses");
	address = rf_address_get(table->rn, family, ip, primary, extack);
	if (IS_ERR(address))
		return PTR_ERR(address);
	table->addresses[table->n_addresses++] = address;
	return 0;
}

/**
 * rf_table_add_device - add a device, where the table does not have it yet
 * @table: the table
 * @ifindex: of the device
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock and RTNL.
 * Return: 0; -ENOSPC, or as rf_hook_get_device().
 */
int rf_table_add_device(struct rf_table *table, u32 ifindex, struct netlink_ext_ack *extack)
{
	unsigned int i;
	int ret;

	for (i = 0; i < table->n_devices; i++) {
		if (table->devices[i] == ifindex)
			return 0;
	}
	if (table->n_devices == RF_MAX_DEVICES)
		return rf_refuse(extack, NULL, -ENOSPC,
				 "a table has at most " __stringify(RF_MAX_DEVICES) " devices");
	ret = rf_hook_get_device(table->rn, ifindex, extack);
	if (ret == 0)
		table->devices[table->n_devices++] = ifindex;
	return ret;
}

/**
 * rf_table_renew - the owner is alive
 * @table: the table
 * @lease_s: its lease from now on; 0: as it was
 *
 * Context: under rf_net.lock.
 */
void rf_table_renew(struct rf_table *table, u32 lease_s)
{
	if (lease_s)
		table->lease = lease_s * HZ;
	WRITE_ONCE(table->lease_end, jiffies + table->lease);
}

/**
 * rf_table_own - a table has an owner from now on
 * @table: new, or an orphan
 * @wish: whose, and for how long
 *
 * Context: under rf_net.lock.
 */
void rf_table_own(struct rf_table *table, const struct rf_table_wish *wish)
{
	WRITE_ONCE(table->owner, wish->owner);
	rf_table_renew(table, wish->lease_s);
}

/**
 * rf_table_forget_device - a device has gone, and its hook; its index may become another's
 * @rn: the namespace
 * @ifindex: of the device
 *
 * Context: under rf_net.lock.
 */
void rf_table_forget_device(struct rf_net *rn, u32 ifindex)
{
	struct rf_table *table;
	unsigned int i;

	list_for_each_entry(table, &rn->tables, list) {
		for (i = 0; i < table->n_devices; i++) {
			if (table->devices[i] != ifindex)
				continue;
			table->devices[i] = table->devices[--table->n_devices];
			break;
		}
	}
}

static int take_id(struct rf_table *table, u32 wanted, struct netlink_ext_ack *extack)
{
	int ret;

	if (!wanted)
		return xa_alloc(&ids, &table->id, table, xa_limit_31b, GFP_KERNEL_ACCOUNT);
	table->id = wanted;
	ret = xa_insert(&ids, wanted, table, GFP_KERNEL_ACCOUNT);
	if (ret == -EBUSY)
		NL_SET_ERR_MSG(extack, "a table of this node has the wanted id");
	return ret;
}

static struct rf_table *allocate(struct rf_net *rn, const struct rf_table_wish *wish)
{
	struct rf_table *table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);

	if (!table)
		return NULL;
	table->rn = rn;
	strscpy(table->label, wish->label, sizeof(table->label));
	table->hook = wish->hook;
	return table;
}

/**
 * rf_table_new - make a table
 * @rn: the namespace
 * @wish: what it should be
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock, may sleep.
 * Return: the table, owned by the namespace, for rf_table_own() or rf_table_free(); ERR_PTR:
 * -ENOSPC (too many tables), -EBUSY (id taken), -ENODEV, -ENOMEM, netfilter's error.
 */
struct rf_table *rf_table_new(struct rf_net *rn, const struct rf_table_wish *wish,
			      struct netlink_ext_ack *extack)
{
	struct rf_table *table;
	int ret = -ENOMEM;

	if (rn->n_tables == RF_MAX_TABLES)
		return ERR_PTR(rf_refuse(extack, NULL, -ENOSPC, "a network namespace has at most "
					 __stringify(RF_MAX_TABLES) " tables"));
	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(rf_refuse(extack, NULL, -ENODEV,
					 "the module is about to be unloaded"));
	table = allocate(rn, wish);
	if (!table)
		goto no_table;
	ret = take_id(table, wish->id, extack);
	if (ret < 0)
		goto no_id;
	if (table->hook == RTPFERRY_HOOK_PREROUTING)
		ret = rf_hook_get(rn, extack);
	if (ret < 0)
		goto no_hook;
	list_add_tail(&table->list, &rn->tables);
	rn->n_tables++;
	return table;

no_hook:
	xa_erase(&ids, table->id);
no_id:
	kfree_rcu(table, rcu);
no_table:
	module_put(THIS_MODULE);
	return ERR_PTR(ret);
}

/**
 * rf_table_find_orphan - a table that can be adopted
 * @rn: the namespace
 * @wish: what the table should be
 *
 * Context: under rf_net.lock.
 * Return: an orphan of the wished label, hook and, where one is wished, id; NULL: there is none.
 */
struct rf_table *rf_table_find_orphan(struct rf_net *rn, const struct rf_table_wish *wish)
{
	struct rf_table *table;

	list_for_each_entry(table, &rn->tables, list) {
		if (!table->owner && !strcmp(table->label, wish->label) &&
		    table->hook == wish->hook && (!wish->id || wish->id == table->id))
			return table;
	}
	return NULL;
}

/* From *port on, the first flow of the table at one of its addresses. */
static struct rf_flow *next_at(struct rf_table *table, struct rf_ports *ports, unsigned int *port)
{
	struct rf_chunk *chunk;
	struct rf_flow *flow;

	while (*port < 65536) {
		chunk = rcu_dereference_protected(ports->chunks[*port >> RF_CHUNK_BITS],
						  lockdep_is_held(&table->rn->lock));
		if (!chunk) {
			*port = round_down(*port, RF_CHUNK_PORTS) + RF_CHUNK_PORTS;
			continue;
		}
		flow = rcu_dereference_protected(chunk->flows[*port & (RF_CHUNK_PORTS - 1)],
						 lockdep_is_held(&table->rn->lock));
		if (flow && flow->table_id == table->id)
			return flow;
		++*port;
	}
	return NULL;
}

/**
 * rf_table_next_flow - the flows of a table, one after the other
 * @table: the table
 * @address: index of an address of the table, 0 at first
 * @port: at that address, 0 at first; to go on, add 1
 *
 * Context: under rf_net.lock.
 * Return: the flow at @address and @port, or behind; NULL at the end.
 */
struct rf_flow *rf_table_next_flow(struct rf_table *table, unsigned int *address,
				   unsigned int *port)
{
	struct rf_flow *flow;

	for (; *address < table->n_addresses; ++*address, *port = 0) {
		if (table->addresses[*address]->primary)
			continue;
		flow = next_at(table, table->addresses[*address]->ports, port);
		if (flow)
			return flow;
	}
	return NULL;
}

/* End a table and its flows: nobody finds it any more. */
static void end_table(struct rf_table *table)
{
	struct rf_net *rn = table->rn;
	unsigned int address = 0;
	unsigned int port = 0;
	struct rf_flow *flow;

	if (table->hook == RTPFERRY_HOOK_PREROUTING)
		rf_hook_put(rn);
	while ((flow = rf_table_next_flow(table, &address, &port))) {
		rf_flow_remove(rn, flow);
		port++;
		cond_resched();
	}
	xa_erase(&ids, table->id);
	list_del(&table->list);
	rn->n_tables--;
	while (table->n_devices > 0)
		rf_hook_put_device(rn, table->devices[--table->n_devices]);
	/* Aliases come after what they are aliases of. */
	while (table->n_addresses > 0)
		rf_address_put(table->addresses[--table->n_addresses]);
	module_put(THIS_MODULE);
}

/**
 * rf_table_free - end a table and its flows
 * @table: the table
 *
 * Context: under rf_net.lock, may sleep.
 */
void rf_table_free(struct rf_table *table)
{
	end_table(table);
	kfree_rcu(table, rcu);
}

/* The namespace ends. Context: under rf_net.lock, may sleep. */
void rf_table_free_all(struct rf_net *rn)
{
	struct rf_table *table, *next;

	list_for_each_entry_safe(table, next, &rn->tables, list)
		rf_table_free(table);
}

/**
 * rf_table_leave - the owner has gone
 * @table: the table, an orphan then
 *
 * Context: under rf_net.lock, may sleep.
 */
void rf_table_leave(struct rf_table *table)
{
	WRITE_ONCE(table->owner, 0);
	rf_event_table(table, RTPFERRY_EVENT_KIND_TABLE_ORPHANED);
	mod_delayed_work(system_wq, &table->rn->reap, 0);
}

/**
 * rf_table_orphan - an owner has gone
 * @rn: the namespace
 * @owner: netlink port id of its socket
 *
 * Context: may sleep.
 */
void rf_table_orphan(struct rf_net *rn, u32 owner)
{
	struct rf_table *table;

	mutex_lock(&rn->lock);
	list_for_each_entry(table, &rn->tables, list) {
		if (table->owner == owner)
			rf_table_leave(table);
	}
	mutex_unlock(&rn->lock);
}

/* End the orphans whose lease has ended, and come back when the next one's does. */
void rf_table_reap(struct work_struct *work)
{
	struct rf_net *rn = container_of(to_delayed_work(work), struct rf_net, reap);
	unsigned long soonest = MAX_JIFFY_OFFSET;
	struct rf_table *table, *next;
	unsigned long now;

	mutex_lock(&rn->lock);
	now = jiffies;
	list_for_each_entry_safe(table, next, &rn->tables, list) {
		if (table->owner)
			continue;
		if (time_before(now, table->lease_end)) {
			soonest = min(soonest, table->lease_end - now);
			continue;
		}
		end_table(table);
		rf_event_table(table, RTPFERRY_EVENT_KIND_TABLE_REAPED);
		kfree_rcu(table, rcu);
	}
	/* Under the lock, lest this delays the look that rf_table_orphan() has asked for since. */
	if (soonest != MAX_JIFFY_OFFSET)
		mod_delayed_work(system_wq, &rn->reap, soonest + 1);
	mutex_unlock(&rn->lock);
}
