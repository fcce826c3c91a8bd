/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A UDP socket of the ng protocol: datagrams come with the address they were sent to, and replies leave from it.
 */
#ifndef RF_NG_LISTENER_H
#define RF_NG_LISTENER_H

#include <netinet/in.h>

#include "base/addr.h"
#include "base/str.h"

#define RF_DATAGRAM_MAX 65535 /* bytes of a datagram that can come */
#define RF_REPLY_MAX 65507    /* bytes of the longest reply over IPv4 */
#define RF_BATCH 8            /* datagrams read at once */

/* The local side that a datagram was sent to. */
struct rf_local_side {
	int family;         /* AF_INET, AF_INET6, or 0: not known */
	struct in_addr v4;  /* network order */
	struct in6_addr v6; /* network order */
	unsigned device;    /* interface index, for link-local addresses */
};

struct rf_datagram {
	struct rf_str bytes;          /* view into the batch */
	struct rf_endpoint source;    /* who sent it; port 0: not an IP address */
	struct sockaddr_storage name; /* of the source, for the reply */
	socklen_t name_len;           /* bytes of name */
	struct rf_local_side local;   /* where it was sent to */
};

struct rf_batch; /* opaque: buffers for RF_BATCH datagrams */

struct rf_batch *rf_batch_new(void); /* NULL when out of memory */
void rf_batch_free(struct rf_batch *batch);

/* A bound socket; of IPv6, one that takes IPv6 only. 0, or a negative errno of socket, setsockopt or bind. */
int rf_listener_open(const struct rf_endpoint *at, int *out);

/* Read what has come, at most RF_BATCH datagrams: their number, 0 when there is none, or a negative errno. */
int rf_listener_read(int fd, struct rf_batch *batch);
const struct rf_datagram *rf_batch_at(const struct rf_batch *batch, unsigned index);

/* Answer a datagram. 0; -EMSGSIZE; -EAGAIN (the socket is full: the client will ask again); other errors of sendmsg. */
int rf_listener_reply(int fd, const struct rf_datagram *to, struct rf_str bytes);

/* Was it sent by this very socket? Answering would never end. */
bool rf_datagram_is_echo(const struct rf_datagram *datagram, uint16_t local_port);

#endif
