/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ports/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAKE_READS 4096 /* datagrams of an earlier call at most: more than the default receive buffer holds */

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

void rf_socket_rest(int fd, const struct rf_addr *address)
{
	bool ip6 = address->family == RF_FAMILY_IP6;
	int none = 0;

	/*
	 * None can fail on a UDP socket of that family, but that of the mark, which only who may set one may take away.
	 */
	(void)setsockopt(fd, ip6 ? IPPROTO_IPV6 : IPPROTO_IP, ip6 ? IPV6_TCLASS : IP_TOS, &none, sizeof(none));
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &none, sizeof(none));
	(void)setsockopt(fd, SOL_SOCKET, SO_MARK, &none, sizeof(none));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &none, sizeof(none));
}

void rf_socket_wake(int fd, int receive_buffer)
{
	/* The kernel doubles what it is asked for. */
	int half = receive_buffer / 2;

	/* Emptied while the buffer is small, and not for ever: a stranger may fill it as fast as it is read. */
	for (unsigned i = 0; i < WAKE_READS && recv(fd, NULL, 0, MSG_TRUNC) >= 0; i++)
		;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &half, sizeof(half));
}

int rf_socket_receive_buffer(void)
{
	int size = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
	socklen_t len = sizeof(size);

	if (fd < 0)
		return 212992;
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len))
		size = 212992;
	close(fd);
	return size;
}
