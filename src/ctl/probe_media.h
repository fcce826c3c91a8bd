/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two endpoints of a probe call, and the media between them.
 */
#ifndef RF_CTL_PROBE_MEDIA_H
#define RF_CTL_PROBE_MEDIA_H

#include "ctl/probe_stream.h"

/* An endpoint: what it sends and what it hears. */
struct rf_probe_end {
	int fd;                        /* owned: a bound socket; -1: none */
	struct rf_endpoint local;      /* where it is bound */
	struct rf_probe_stream *sends; /* borrowed */
	struct rf_probe_stream *hears; /* borrowed */
	uint64_t strangers;            /* datagrams that are none of what it should hear */
};

/* Bind an endpoint to an address, at a port that the kernel chooses. 0 or a negative errno. */
int rf_probe_end_open(struct rf_probe_end *end, const struct rf_addr *local);
void rf_probe_end_close(struct rf_probe_end *end);

/*
 * Send both streams to their end, a packet each 20 ms, and hear them; then wait up to a second for what is under way.
 * 0; -EINTR: stop_fd became readable; or what the sockets said.
 */
int rf_probe_media_run(struct rf_probe_end ends[2], int stop_fd);

#endif
