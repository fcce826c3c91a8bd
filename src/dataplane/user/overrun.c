/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that came while a socket's receive buffer was full: the kernel counts them, and the relay among what it did
 * not forward. Otherwise they would look like loss in the party's network.
 */
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "dataplane/stream.h"

/* The kernel's count since the socket was made; the same as before when it cannot be read. */
static uint32_t read_overruns(const struct rf_stream *stream)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(stream->fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return stream->overruns;
	return info[SK_MEMINFO_DROPS];
}

void rf_stream_skip_overruns(struct rf_stream *stream)
{
	stream->overruns = read_overruns(stream);
}

void rf_stream_count_overruns(struct rf_worker *worker, struct rf_stream *stream)
{
	uint32_t now = read_overruns(stream), more = now - stream->overruns;

	stream->overruns = now;
	if (more > 0)
		rf_stream_count_drops(worker, stream, RF_DROP_OVERRUN, more);
}
