/* SPDX-License-Identifier: GPL-2.0-only */
/* Local addresses of tables: from an address and a port to a flow, by index. */
#ifndef RF_ADDRESS_H
#define RF_ADDRESS_H

#include <linux/hash.h>
#include <linux/in6.h>
#include <net/ipv6.h>
#include "net.h"

struct netlink_ext_ack;
struct rf_flow;

#define RF_CHUNK_BITS 9
#define RF_CHUNK_PORTS BIT(RF_CHUNK_BITS)
#define RF_CHUNKS (65536 / RF_CHUNK_PORTS)

/**
 * struct rf_chunk - flows of neighbouring ports
 * @flows: by the port's low bits; written under rf_net.lock, read under RCU
 */
struct rf_chunk {
	struct rf_flow __rcu *flows[RF_CHUNK_PORTS];
};

/**
 * struct rf_ports - flows of all ports of an address and its aliases
 * @chunks: by the port's high bits, NULL until used; as rf_chunk.flows
 */
struct rf_ports {
	struct rf_chunk __rcu *chunks[RF_CHUNKS];
};

/**
 * union rf_ip - an IP address in network order, the rest of an IPv4 one being zero
 * @v4: IPv4
 * @v6: IPv6
 */
union rf_ip {
	__be32 v4;
	struct in6_addr v6;
};

/**
 * struct rf_address - a local address that tables named
 * @node: in rf_net.addresses4 or addresses6
 * @ip: the address
 * @ports: its flows, or those of @primary
 * @primary: the address that this one is an alias of, or NULL
 * @family: AF_INET or AF_INET6
 * @users: tables and aliases that name it; under rf_net.lock
 * @rcu: to free it
 */
struct rf_address {
	struct hlist_node node;
	union rf_ip ip;
	struct rf_ports *ports;
	struct rf_address *primary;
	u8 family;
	unsigned int users;
	struct rcu_head rcu;
};

static inline u32 rf_address_hash6(const struct in6_addr *ip)
{
	return hash_32(ipv6_addr_hash(ip), RF_ADDRESS_BITS);
}

static inline u32 rf_address_hash4(__be32 ip)
{
	return hash_32((__force u32)ip, RF_ADDRESS_BITS);
}

/* Under RCU or rf_net.lock. */
static inline struct rf_address *rf_address_find4(struct rf_net *rn, __be32 ip)
{
	struct rf_address *address;

	hlist_for_each_entry_rcu(address, &rn->addresses4[rf_address_hash4(ip)], node,
				 lockdep_is_held(&rn->lock)) {
		if (address->ip.v4 == ip)
			return address;
	}
	return NULL;
}

/* Under RCU or rf_net.lock. */
static inline struct rf_address *rf_address_find6(struct rf_net *rn, const struct in6_addr *ip)
{
	struct rf_address *address;

	hlist_for_each_entry_rcu(address, &rn->addresses6[rf_address_hash6(ip)], node,
				 lockdep_is_held(&rn->lock)) {
		if (ipv6_addr_equal(&address->ip.v6, ip))
			return address;
	}
	return NULL;
}

/* The flow of a port in host order, or NULL. Under RCU. */
static inline struct rf_flow *rf_ports_flow(const struct rf_ports *ports, u16 port)
{
	struct rf_chunk *chunk = rcu_dereference(ports->chunks[port >> RF_CHUNK_BITS]);

	return chunk ? rcu_dereference(chunk->flows[port & (RF_CHUNK_PORTS - 1)]) : NULL;
}

struct rf_address *rf_address_find(struct rf_net *rn, u8 family, const union rf_ip *ip);
struct rf_address *rf_address_get(struct rf_net *rn, u8 family, const union rf_ip *ip,
				  struct rf_address *primary, struct netlink_ext_ack *extack);
void rf_address_put(struct rf_address *address);
struct rf_flow __rcu **rf_ports_place(struct rf_ports *ports, u16 port);

#endif
