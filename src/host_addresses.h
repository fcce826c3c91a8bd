/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses that this host has.
 */
#ifndef RF_HOST_ADDRESSES_H
#define RF_HOST_ADDRESSES_H

#include <net/if.h>
#include <stdbool.h>

#include "base/addr.h"

struct rf_host_address {
	char device[IFNAMSIZ];
	struct rf_addr address;
	bool global; /* neither loopback nor link-local */
};

struct rf_host_addresses {
	struct rf_host_address *items; /* owned; in the kernel's order, IPv4 before IPv6 of a device */
	unsigned n;
};

/* 0 or a negative errno. */
int rf_host_addresses_get(struct rf_host_addresses *out);
void rf_host_addresses_free(struct rf_host_addresses *addresses);

/* The address that packets to far hosts leave from, asked of the routing table; family none when there is none. */
struct rf_addr rf_host_route_source(enum rf_family family);

#endif
