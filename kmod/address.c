// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netlink.h>
#include <linux/slab.h>
#include "address.h"

/**
 * rf_address_find - a local address that a table has named
 * @rn: the namespace
 * @family: AF_INET or AF_INET6
 * @ip: the address
 *
 * Context: under RCU or rf_net.lock.
 * Return: the address, or NULL.
 */
struct rf_address *rf_address_find(struct rf_net *rn, u8 family, const union rf_ip *ip)
{
	return family == AF_INET ? rf_address_find4(rn, ip->v4) : rf_address_find6(rn, &ip->v6);
}

static struct rf_address *make(struct rf_net *rn, u8 family, const union rf_ip *ip,
			       struct rf_address *primary)
{
	struct rf_address *address = kzalloc(sizeof(*address), GFP_KERNEL_ACCOUNT);

	if (!address)
		return NULL;
	address->ports = primary ? primary->ports
				 : kzalloc(sizeof(*address->ports), GFP_KERNEL_ACCOUNT);
	if (!address->ports) {
		kfree(address);
		return NULL;
	}
	address->ip = *ip;
	address->family = family;
	address->primary = primary;
	address->users = 1;
	if (primary)
		primary->users++;
	if (family == AF_INET)
		hlist_add_head_rcu(&address->node, &rn->addresses4[rf_address_hash4(ip->v4)]);
	else
		hlist_add_head_rcu(&address->node, &rn->addresses6[rf_address_hash6(&ip->v6)]);
	return address;
}

/**
 * rf_address_get - name a local address for a table
 * @rn: the namespace
 * @family: AF_INET or AF_INET6
 * @ip: the address
 * @primary: the address that it is an alias of, or NULL
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock, may sleep.
 * Return: the address, to be given back with rf_address_put(); ERR_PTR: -ENOMEM, or
 * -EEXIST where it is named already, with another primary address.
 */
struct rf_address *rf_address_get(struct rf_net *rn, u8 family, const union rf_ip *ip,
				  struct rf_address *primary, struct netlink_ext_ack *extack)
{
	struct rf_address *address = rf_address_find(rn, family, ip);

	if (!address) {
		address = make(rn, family, ip, primary);
		return address ?: ERR_PTR(-ENOMEM);
	}
	if (address->primary != primary) {
		NL_SET_ERR_MSG(extack, "this address is named already, with another alias-of");
		return ERR_PTR(-EEXIST);
	}
	address->users++;
	return address;
}

static void free_address(struct rcu_head *rcu)
{
	struct rf_address *address = container_of(rcu, struct rf_address, rcu);
	unsigned int i;

	if (!address->primary) {
		for (i = 0; i < RF_CHUNKS; i++)
			kfree(rcu_dereference_raw(address->ports->chunks[i]));
		kfree(address->ports);
	}
	kfree(address);
}

/**
 * rf_address_put - a table does not need the address any more
 * @address: as rf_address_get() gave it; its flows of that table are gone
 *
 * Context: under rf_net.lock.
 */
void rf_address_put(struct rf_address *address)
{
	struct rf_address *primary = address->primary;

	if (--address->users > 0)
		return;
	hlist_del_rcu(&address->node);
	call_rcu(&address->rcu, free_address);
	if (primary)
		rf_address_put(primary);
}

/**
 * rf_ports_place - where the flow of a port stands
 * @ports: of an address
 * @port: in host order
 *
 * Context: under rf_net.lock, may sleep.
 * Return: the place; NULL: no memory.
 */
struct rf_flow __rcu **rf_ports_place(struct rf_ports *ports, u16 port)
{
	struct rf_chunk __rcu **at = &ports->chunks[port >> RF_CHUNK_BITS];
	struct rf_chunk *chunk = rcu_dereference_raw(*at);

	if (!chunk) {
		chunk = kzalloc(sizeof(*chunk), GFP_KERNEL_ACCOUNT);
		if (!chunk)
			return NULL;
		rcu_assign_pointer(*at, chunk);
	}
	return &chunk->flows[port & (RF_CHUNK_PORTS - 1)];
}
