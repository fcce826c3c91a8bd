/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ng port of a relay, asked over UDP as a proxy asks it.
 */
#ifndef RF_CTL_NG_H
#define RF_CTL_NG_H

#include "ctl/ctl.h"

struct rf_ctl_ng {
	struct rf_endpoint to;       /* the ng port */
	char text[RF_ENDPOINT_TEXT]; /* the same, printed */
	int fd;                      /* owned: a connected socket; -1: none */
	int stop_fd;                 /* borrowed: readable when waiting shall end; -1: none */
};

/*
 * Where a relay takes ng requests: address is "ADDRESS:PORT", "[IPV6]:PORT" or "NAME:PORT", the port 2223 when left
 * out; NULL: the relay's own word, else 127.0.0.1:2223. what names the asker in sentences. RF_CTL_OK, or an exit code,
 * and why was told.
 */
int rf_ctl_ng_find(struct rf_ctl *ctl, const char *what, const char *address, struct rf_endpoint *out);

/* Open the way to an ng port. 0 or a negative errno; ng is closed by rf_ctl_ng_close() in any case. */
int rf_ctl_ng_open(struct rf_ctl_ng *ng, const struct rf_endpoint *to);
void rf_ctl_ng_close(struct rf_ctl_ng *ng);

/*
 * Send a dictionary in bencode, up to so many times, one second each, under one cookie. Returns the time to the reply,
 * in microseconds since it was sent last, and *reply, in the arena. -ETIMEDOUT; -EINTR: stop_fd became readable;
 * -EBADMSG: the reply is no dictionary; or what the socket said.
 */
int64_t rf_ctl_ng_ask(struct rf_ctl_ng *ng, struct rf_arena *arena, struct rf_str request, unsigned tries,
                      struct rf_value **reply);

/* Why asking failed, for a sentence; error is what rf_ctl_ng_ask() returned. */
const char *rf_ctl_ng_error(int64_t error);

#endif
