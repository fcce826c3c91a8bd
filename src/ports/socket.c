/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ports/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket on :: would take IPv4 too, and with it the ports of the IPv4 addresses. */
static int socket_own_family(int fd, const struct rf_addr *address)
{
	int one = 1;

	if (address->family != RF_FAMILY_IP6 || !rf_addr_is_null(address))
		return 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) ? -errno : 0;
}

int rf_socket_open(const struct rf_addr *address, uint16_t port)
{
	struct rf_endpoint local = {.addr = *address, .port = port};
	struct sockaddr_storage sa;
	socklen_t len = rf_endpoint_to_sockaddr(&local, &sa);
	int fd, err;

	fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0)
		return errno == ENFILE ? -EMFILE : errno == ENOBUFS ? -ENOMEM : -errno;
	err = socket_own_family(fd, address);
	if (err)
		goto close_fd;
	if (bind(fd, (struct sockaddr *)&sa, len)) {
		err = -errno;
		goto close_fd;
	}
	return fd;

close_fd:
	close(fd);
	return err;
}
