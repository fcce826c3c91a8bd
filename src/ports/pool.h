/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port pairs of one local address. Free pairs wait in a queue that is shuffled once: the first pair is
 * random, and a pair that came back rests until every other one was used. Nothing is ever searched.
 */
#ifndef RF_PORTS_POOL_H
#define RF_PORTS_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "ports/ports.h"

/* A pair's place in the queue; pairs that are handed out are in no queue. */
struct rf_pool_slot {
	uint16_t prev; /* slot before; the last one in the head */
	uint16_t next; /* slot after; RF_POOL_TAKEN: handed out */
};

#define RF_POOL_TAKEN UINT16_MAX

/* The sockets that a free pair keeps. */
struct rf_pool_kept {
	int rtp_fd;  /* -1: none */
	int rtcp_fd; /* -1: none */
};

/* What the address was advertised as, from one reload to the next. */
struct rf_pool_advertised {
	struct rf_list in_pool; /* rf_pool.advertised */
	struct rf_addr address;
	unsigned n_pairs; /* handed out meanwhile, and not back yet */
};

struct rf_pool {
	struct rf_local local;     /* what pairs point to */
	struct rf_list advertised; /* struct rf_pool_advertised, owned: the oldest that a pair was handed out under, and
	                              those since, which its call may have shown too; the last is the one in force */
	struct rf_pool_slot *slots; /* owned; n_pairs of them and, behind them, the queue's head */
	uint16_t first_port;        /* even, host order */
	uint16_t n_pairs;           /* that the range holds: at most 32,768 */
	uint16_t n_taken;           /* handed out now */
	uint16_t passed_over;       /* the last port that another process held, until somebody tells of it; 0: none */
	bool retired;               /* a reload removed the address: freed with its last pair */
	struct rf_pool_kept *kept;  /* owned; by slot; NULL until the first socket is kept */
	uint16_t n_kept;            /* free pairs that keep a socket */
	uint16_t max_kept;          /* at most so many */
	int receive_buffer;         /* bytes, of a socket in use */
};

/* 0, -EINVAL (the range holds no pair), -ENOMEM. */
int rf_pool_new(const struct rf_local *local, struct rf_pool **out);
void rf_pool_free(struct rf_pool *pool); /* NULL is fine */

/* What it will be advertised as, unless that is so already, for rf_pool_advertise. 0 or -ENOMEM. */
int rf_pool_advertised_new(const struct rf_pool *pool, const struct rf_addr *address, struct rf_pool_advertised **out);
/* From now on it is advertised as that, which the pool owns then; NULL: no change. */
void rf_pool_advertise(struct rf_pool *pool, struct rf_pool_advertised *advertised);
/* Call fn for each former one that is remembered. */
void rf_pool_each_former(const struct rf_pool *pool, rf_ports_advertised_fn *fn, void *arg);

/*
 * The pair that rested longest. A pair whose port another process holds goes to the end of the queue, and is in
 * passed_over. 0; -ENOSPC
 * (none is free, or all that were tried are held by others); -EMFILE, -ENOMEM or another error of the sockets.
 */
int rf_pool_take(struct rf_pool *pool, bool want_rtcp, struct rf_port_pair *out);
/* That very pair. 0, -EADDRINUSE, -ENOENT (not in the range), or an error of the sockets. */
int rf_pool_take_exact(struct rf_pool *pool, uint16_t rtp_port, bool want_rtcp, struct rf_port_pair *out);
/* Let a pair rest, its sockets closed, or kept while fewer than max_kept pairs keep theirs. */
void rf_pool_put(struct rf_pool *pool, struct rf_port_pair *pair);
/* From now on keep the sockets of at most that many free pairs; those above are closed. */
void rf_pool_keep(struct rf_pool *pool, uint16_t max_kept);

#endif
