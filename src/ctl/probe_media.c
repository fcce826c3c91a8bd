/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/probe_media.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"

#define LINGER_US 1000000 /* how long a packet may be under way after the last was sent */
#define SETTLE_US 100000  /* duplicates are waited for so long when all have arrived */
#define DATAGRAM 2048     /* bytes that are read of one */
#define ROUND 64          /* datagrams read before the next look at the clock */

int rf_probe_end_open(struct rf_probe_end *end, const struct rf_addr *local)
{
	const struct rf_endpoint wanted = {.addr = *local};
	struct sockaddr_storage address;
	socklen_t len = rf_endpoint_to_sockaddr(&wanted, &address);

	end->fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (end->fd < 0 || bind(end->fd, (struct sockaddr *)&address, len) < 0)
		return -errno;
	len = sizeof(address);
	if (getsockname(end->fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	return rf_endpoint_from_sockaddr((struct sockaddr *)&address, &end->local);
}

void rf_probe_end_close(struct rf_probe_end *end)
{
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
}

static void send_next(const struct rf_probe_end *end)
{
	struct rf_probe_stream *stream = end->sends;
	uint8_t packet[RF_PROBE_PACKET];
	struct sockaddr_storage address;
	socklen_t len = rf_endpoint_to_sockaddr(&stream->target, &address);

	rf_probe_stream_next(stream, rf_clock_us(), packet);
	if (sendto(end->fd, packet, sizeof(packet), 0, (struct sockaddr *)&address, len) < 0) {
		stream->unsent++;
		stream->unsent_error = errno;
	}
}

static void hear(struct rf_probe_end *end)
{
	for (unsigned i = 0; i < ROUND; i++) {
		struct rf_endpoint from = {.port = 0};
		struct sockaddr_storage address;
		socklen_t len = sizeof(address);
		uint8_t data[DATAGRAM];
		ssize_t n = recvfrom(end->fd, data, sizeof(data), 0, (struct sockaddr *)&address, &len);

		if (n < 0)
			return;
		rf_endpoint_from_sockaddr((struct sockaddr *)&address, &from);
		if (!rf_probe_stream_take(end->hears, data, (size_t)n, &from, rf_clock_us()))
			end->strangers++;
	}
}

/* Send what is due by now. Returns when the next packet is due; -1: all were sent. */
static int64_t send_due(const struct rf_probe_end ends[2], int64_t start_us)
{
	int64_t next_us = -1;

	for (int i = 0; i < 2; i++) {
		const struct rf_probe_stream *stream = ends[i].sends;
		int64_t due_us = start_us + i * RF_PROBE_INTERVAL / 2; /* not both at one instant */

		due_us += (int64_t)stream->sent * RF_PROBE_INTERVAL;
		for (; stream->sent < stream->planned && due_us <= rf_clock_us(); due_us += RF_PROBE_INTERVAL)
			send_next(&ends[i]);
		if (stream->sent < stream->planned && (next_us < 0 || due_us < next_us))
			next_us = due_us;
	}
	return next_us;
}

/* When to stop waiting, after the last packet was sent at that time. */
static int64_t last_call(const struct rf_probe_end ends[2], int64_t sent_us)
{
	bool all = ends[0].hears->received == ends[0].hears->sent && ends[1].hears->received == ends[1].hears->sent;

	return sent_us + (all ? SETTLE_US : LINGER_US);
}

int rf_probe_media_run(struct rf_probe_end ends[2], int stop_fd)
{
	struct pollfd wait[] = {{.fd = ends[0].fd, .events = POLLIN},
	                        {.fd = ends[1].fd, .events = POLLIN},
	                        {.fd = stop_fd, .events = POLLIN}};
	int64_t start_us = rf_clock_us(), sent_us = 0;

	for (;;) {
		int64_t next_us = send_due(ends, start_us), left_us;
		struct timespec left;

		if (next_us < 0) {
			sent_us = sent_us ? sent_us : rf_clock_us();
			next_us = last_call(ends, sent_us);
			if (next_us <= rf_clock_us())
				return 0;
		}
		left_us = next_us - rf_clock_us();
		left_us = left_us > 0 ? left_us : 0;
		left = (struct timespec){left_us / 1000000, left_us % 1000000 * 1000};
		if (ppoll(wait, 3, &left, NULL) < 0)
			return -errno;
		if (wait[2].revents)
			return -EINTR;
		for (int i = 0; i < 2; i++)
			if (wait[i].revents)
				hear(&ends[i]);
	}
}
