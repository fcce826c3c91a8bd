/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/local.h"

#include <errno.h>
#include <ifaddrs.h>

int rf_local_of_socket(int fd, struct rf_addr *out)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	struct rf_endpoint local;
	int rc;

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	rc = rf_endpoint_from_sockaddr((struct sockaddr *)&address, &local);
	if (rc == 0)
		*out = local.addr;
	return rc;
}

static bool is_link_local(const struct rf_addr *addr)
{
	return addr->family == RF_FAMILY_IP6 && addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
}

int rf_local_of_device(const char *device, enum rf_family family, struct rf_addr *out)
{
	struct rf_addr found = {.family = RF_FAMILY_NONE};
	struct ifaddrs *all;

	if (getifaddrs(&all) < 0)
		return -errno;
	for (const struct ifaddrs *one = all; one && found.family != family; one = one->ifa_next) {
		struct rf_endpoint local;

		if (!one->ifa_addr || strcmp(one->ifa_name, device) != 0 ||
		    rf_endpoint_from_sockaddr(one->ifa_addr, &local) != 0 || is_link_local(&local.addr))
			continue;
		if (found.family == RF_FAMILY_NONE || local.addr.family == family)
			found = local.addr;
	}
	freeifaddrs(all);
	if (found.family == RF_FAMILY_NONE)
		return -ENODEV;
	*out = found;
	return 0;
}
