/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host_addresses.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_link_local(const struct rf_addr *addr)
{
	if (addr->family == RF_FAMILY_IP4)
		return addr->ip[0] == 169 && addr->ip[1] == 254;
	return addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
}

/* Of an interface that is up, with an IPv4 or IPv6 address. */
static bool take(const struct ifaddrs *from, struct rf_host_address *out)
{
	struct rf_endpoint endpoint;

	if (!from->ifa_addr || !(from->ifa_flags & IFF_UP) || rf_endpoint_from_sockaddr(from->ifa_addr, &endpoint) < 0)
		return false;
	if (is_link_local(&endpoint.addr))
		return false;
	snprintf(out->device, sizeof(out->device), "%s", from->ifa_name);
	out->address = endpoint.addr;
	out->global = !rf_addr_is_loopback(&endpoint.addr);
	return true;
}

int rf_host_addresses_get(struct rf_host_addresses *out)
{
	struct rf_host_addresses list = {0};
	struct ifaddrs *all;
	unsigned n = 0;

	if (getifaddrs(&all) < 0)
		return -errno;
	for (const struct ifaddrs *at = all; at; at = at->ifa_next)
		n++;
	list.items = calloc(n ? n : 1, sizeof(*list.items));
	if (!list.items) {
		freeifaddrs(all);
		return -ENOMEM;
	}
	for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
		if (take(at, &list.items[list.n]))
			list.n++;
	}
	freeifaddrs(all);
	*out = list;
	return 0;
}

void rf_host_addresses_free(struct rf_host_addresses *addresses)
{
	free(addresses->items);
	*addresses = (struct rf_host_addresses){0};
}

struct rf_addr rf_host_route_source(enum rf_family family)
{
	/* documentation addresses (RFC 5737, RFC 3849): connecting a datagram socket sends nothing */
	const char *far = family == RF_FAMILY_IP6 ? "[2001:db8::1]:9" : "203.0.113.1:9";
	struct rf_endpoint endpoint = {0};
	struct rf_addr none = {0};
	struct sockaddr_storage sa;
	socklen_t len;
	int fd = socket(family == RF_FAMILY_IP6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return none;
	rf_endpoint_parse(rf_str_of(far), 0, &endpoint);
	len = rf_endpoint_to_sockaddr(&endpoint, &sa);
	endpoint = (struct rf_endpoint){0};
	if (connect(fd, (struct sockaddr *)&sa, len) == 0) {
		len = sizeof(sa);
		if (getsockname(fd, (struct sockaddr *)&sa, &len) == 0)
			rf_endpoint_from_sockaddr((struct sockaddr *)&sa, &endpoint);
	}
	close(fd);
	return endpoint.addr;
}
