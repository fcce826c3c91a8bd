/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ports/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "ports/socket.h"

#define MAX_TRIES 64 /* pairs tried for one request, when other processes hold ports of the range */

static void queue_insert_before(struct rf_pool *pool, uint16_t at, uint16_t i)
{
	uint16_t prev = pool->slots[at].prev;

	pool->slots[i].prev = prev;
	pool->slots[i].next = at;
	pool->slots[prev].next = i;
	pool->slots[at].prev = i;
}

static void queue_append(struct rf_pool *pool, uint16_t i)
{
	queue_insert_before(pool, pool->n_pairs, i);
	pool->n_taken--;
}

static void queue_prepend(struct rf_pool *pool, uint16_t i)
{
	queue_insert_before(pool, pool->slots[pool->n_pairs].next, i);
	pool->n_taken--;
}

static void queue_remove(struct rf_pool *pool, uint16_t i)
{
	struct rf_pool_slot *slot = &pool->slots[i];

	pool->slots[slot->prev].next = slot->next;
	pool->slots[slot->next].prev = slot->prev;
	slot->next = RF_POOL_TAKEN;
	pool->n_taken++;
}

/* xorshift64*: the order needs to be unpredictable from outside once, not cryptographic for ever. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static uint64_t random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)rf_clock_us() ^ (uint64_t)getpid() << 32;
	return seed ? seed : 1;
}

/* Fill the queue with all pairs in random order (Fisher and Yates), using next as the array to shuffle. */
static int queue_shuffle(struct rf_pool *pool)
{
	uint64_t state = random_seed();
	uint16_t *order = malloc(pool->n_pairs * sizeof(*order));

	if (!order)
		return -ENOMEM;
	for (unsigned i = 0; i < pool->n_pairs; i++) {
		unsigned j = (unsigned)(random_next(&state) % (i + 1));

		order[i] = order[j];
		order[j] = (uint16_t)i;
	}
	for (unsigned i = 0; i < pool->n_pairs; i++)
		queue_append(pool, order[i]);
	free(order);
	return 0;
}

int rf_pool_new(const struct rf_local *local, struct rf_pool **out)
{
	unsigned first = local->port_min + (local->port_min & 1U);
	struct rf_pool *pool;
	int err;

	if (first == 0)
		first = 2;
	if (first + 1 > local->port_max)
		return -EINVAL;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	pool->local = *local;
	pool->first_port = (uint16_t)first;
	pool->n_pairs = (uint16_t)((local->port_max - first + 1) / 2);
	pool->n_taken = pool->n_pairs;
	err = -ENOMEM;
	pool->slots = calloc(pool->n_pairs + 1U, sizeof(*pool->slots));
	if (!pool->slots)
		goto free_pool;
	pool->slots[pool->n_pairs] = (struct rf_pool_slot){.prev = pool->n_pairs, .next = pool->n_pairs};
	err = queue_shuffle(pool);
	if (err)
		goto free_slots;
	*out = pool;
	return 0;

free_slots:
	free(pool->slots);
free_pool:
	free(pool);
	return err;
}

void rf_pool_free(struct rf_pool *pool)
{
	if (!pool)
		return;
	free(pool->slots);
	free(pool);
}

/* Bind the sockets of pair number i. */
static int pair_open(const struct rf_pool *pool, uint16_t i, bool want_rtcp, struct rf_port_pair *out)
{
	uint16_t port = (uint16_t)(pool->first_port + 2U * i);
	int rtp, rtcp = -1;

	rtp = rf_socket_open(&pool->local.address, port);
	if (rtp < 0)
		return rtp;
	if (want_rtcp) {
		rtcp = rf_socket_open(&pool->local.address, (uint16_t)(port + 1));
		if (rtcp < 0) {
			close(rtp);
			return rtcp;
		}
	}
	*out = (struct rf_port_pair){.local = &pool->local, .rtp_port = port, .rtp_fd = rtp, .rtcp_fd = rtcp};
	return 0;
}

int rf_pool_take(struct rf_pool *pool, bool want_rtcp, struct rf_port_pair *out)
{
	unsigned tries = pool->n_pairs - pool->n_taken;

	for (tries = tries < MAX_TRIES ? tries : MAX_TRIES; tries > 0; tries--) {
		uint16_t i = pool->slots[pool->n_pairs].next;
		int err;

		queue_remove(pool, i);
		err = pair_open(pool, i, want_rtcp, out);
		if (!err)
			return 0;
		if (err != -EADDRINUSE) {
			queue_prepend(pool, i);
			return err;
		}
		queue_append(pool, i);
	}
	return -ENOSPC;
}

int rf_pool_take_exact(struct rf_pool *pool, uint16_t rtp_port, bool want_rtcp, struct rf_port_pair *out)
{
	unsigned i = (rtp_port - (unsigned)pool->first_port) / 2;
	int err;

	if (rtp_port < pool->first_port || rtp_port & 1 || i >= pool->n_pairs)
		return -ENOENT;
	if (pool->slots[i].next == RF_POOL_TAKEN)
		return -EADDRINUSE;
	queue_remove(pool, (uint16_t)i);
	err = pair_open(pool, (uint16_t)i, want_rtcp, out);
	if (err)
		queue_append(pool, (uint16_t)i);
	return err;
}

void rf_pool_put(struct rf_pool *pool, struct rf_port_pair *pair)
{
	if (pair->rtp_fd >= 0)
		close(pair->rtp_fd);
	if (pair->rtcp_fd >= 0)
		close(pair->rtcp_fd);
	queue_append(pool, (uint16_t)((pair->rtp_port - pool->first_port) / 2));
	*pair = (struct rf_port_pair){.rtp_fd = -1, .rtcp_fd = -1};
}
