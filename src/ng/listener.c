/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (4 * 1024 * 1024)

/* Room for the packet-information message of either family. */
union control {
	struct cmsghdr header; /* for alignment */
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
};

struct rf_batch {
	struct mmsghdr headers[RF_BATCH]; /* for the kernel, as all but datagrams */
	struct iovec vectors[RF_BATCH];   /* one each */
	union control controls[RF_BATCH];
	struct rf_datagram datagrams[RF_BATCH];      /* what was read last */
	char buffers[RF_BATCH][RF_DATAGRAM_MAX + 1]; /* one each */
};

struct rf_batch *rf_batch_new(void)
{
	return malloc(sizeof(struct rf_batch));
}

void rf_batch_free(struct rf_batch *batch)
{
	free(batch);
}

const struct rf_datagram *rf_batch_at(const struct rf_batch *batch, unsigned index)
{
	return &batch->datagrams[index];
}

/* Packet information on; path-MTU discovery off, so that long replies are fragmented rather than refused. */
static int set_options(int fd, int family)
{
	const int on = 1, size = RECEIVE_BUFFER;
	const int v4_fragment = IP_PMTUDISC_DONT, v6_fragment = IPV6_PMTUDISC_DONT;
	int err;

	/* What the kernel grants of this is enough. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (family == AF_INET) {
		err = setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
		if (!err)
			err = setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &v4_fragment, sizeof(v4_fragment));
	} else {
		err = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		if (!err)
			err = setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
		if (!err)
			err = setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6_fragment, sizeof(v6_fragment));
	}
	return err ? -errno : 0;
}

int rf_listener_open(const struct rf_endpoint *at, int *out)
{
	struct sockaddr_storage name;
	socklen_t len = rf_endpoint_to_sockaddr(at, &name);
	int fd, err;

	fd = socket(name.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = set_options(fd, name.ss_family);
	if (err)
		goto fail;
	if (bind(fd, (const struct sockaddr *)&name, len)) {
		err = -errno;
		goto fail;
	}
	*out = fd;
	return 0;
fail:
	close(fd);
	return err;
}

static void read_local_side(struct msghdr *header, struct rf_local_side *local)
{
	*local = (struct rf_local_side){0};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			local->family = AF_INET;
			local->v4 = info.ipi_spec_dst;
			return;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			local->family = AF_INET6;
			local->v6 = info.ipi6_addr;
			local->device = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? (unsigned)info.ipi6_ifindex : 0;
			return;
		}
	}
}

int rf_listener_read(int fd, struct rf_batch *batch)
{
	int n;

	for (unsigned i = 0; i < RF_BATCH; i++) {
		batch->vectors[i] = (struct iovec){batch->buffers[i], RF_DATAGRAM_MAX};
		batch->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->datagrams[i].name,
			.msg_namelen = sizeof(batch->datagrams[i].name),
			.msg_iov = &batch->vectors[i],
			.msg_iovlen = 1,
			.msg_control = &batch->controls[i],
			.msg_controllen = sizeof(batch->controls[i]),
		};
	}
	n = recvmmsg(fd, batch->headers, RF_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct rf_datagram *datagram = &batch->datagrams[i];
		struct msghdr *header = &batch->headers[i].msg_hdr;

		datagram->bytes = (struct rf_str){batch->buffers[i], batch->headers[i].msg_len};
		datagram->name_len = header->msg_namelen;
		read_local_side(header, &datagram->local);
		if (rf_endpoint_from_sockaddr((const struct sockaddr *)&datagram->name, &datagram->source))
			datagram->source = (struct rf_endpoint){0};
	}
	return n;
}

/* Write the message that makes the reply leave from local; returns its length. */
static size_t write_local_side(struct msghdr *header, const struct rf_local_side *local)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(header);

	if (local->family == AF_INET) {
		struct in_pktinfo info = {.ipi_spec_dst = local->v4};

		*c = (struct cmsghdr){CMSG_LEN(sizeof(info)), IPPROTO_IP, IP_PKTINFO};
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
	if (local->family == AF_INET6) {
		struct in6_pktinfo info = {.ipi6_addr = local->v6, .ipi6_ifindex = local->device};

		*c = (struct cmsghdr){CMSG_LEN(sizeof(info)), IPPROTO_IPV6, IPV6_PKTINFO};
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
	return 0;
}

int rf_listener_reply(int fd, const struct rf_datagram *to, struct rf_str bytes)
{
	union control control = {.bytes = {0}};
	struct sockaddr_storage name = to->name;
	struct iovec vector = {(void *)(uintptr_t)bytes.p, bytes.len};
	struct msghdr header = {
		.msg_name = &name,
		.msg_namelen = to->name_len,
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	header.msg_controllen = write_local_side(&header, &to->local);
	if (!header.msg_controllen)
		header.msg_control = NULL;
	return sendmsg(fd, &header, MSG_DONTWAIT) < 0 ? -errno : 0;
}

bool rf_datagram_is_echo(const struct rf_datagram *datagram, uint16_t local_port)
{
	const struct rf_addr *source = &datagram->source.addr;

	if (datagram->source.port != local_port)
		return false;
	if (datagram->local.family == AF_INET)
		return source->family == RF_FAMILY_IP4 && memcmp(source->ip, &datagram->local.v4, 4) == 0;
	return source->family == RF_FAMILY_IP6 && memcmp(source->ip, &datagram->local.v6, 16) == 0;
}
