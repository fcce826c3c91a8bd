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

		order[i] = (uint16_t)i;
		order[i] = order[j];
		order[j] = (uint16_t)i;
	}
	for (unsigned i = 0; i < pool->n_pairs; i++)
		queue_append(pool, order[i]);
	free(order);
	return 0;
}

static struct rf_pool_advertised *advertised_of(struct rf_list *it)
{
	return RF_CONTAINER(it, struct rf_pool_advertised, in_pool);
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
	rf_list_init(&pool->advertised);
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
	rf_pool_keep(pool, 0);
	RF_LIST_EACH_SAFE (it, &pool->advertised)
		free(advertised_of(it));
	free(pool->kept);
	free(pool->slots);
	free(pool);
}

/* -- what it is advertised as -- */

static struct rf_pool_advertised *in_force(const struct rf_pool *pool)
{
	return advertised_of(pool->advertised.prev);
}

int rf_pool_advertised_new(const struct rf_pool *pool, const struct rf_addr *address, struct rf_pool_advertised **out)
{
	struct rf_pool_advertised *advertised = NULL;

	if (rf_list_empty(&pool->advertised) || !rf_addr_equal(&in_force(pool)->address, address)) {
		advertised = calloc(1, sizeof(*advertised));
		if (!advertised)
			return -ENOMEM;
		advertised->address = *address;
	}
	*out = advertised;
	return 0;
}

void rf_pool_each_former(const struct rf_pool *pool, rf_ports_advertised_fn *fn, void *arg)
{
	for (struct rf_list *it = pool->advertised.next; it != pool->advertised.prev; it = it->next)
		fn(&pool->local, &advertised_of(it)->address, arg);
}

/* Forget the oldest that no call can have shown. */
static void forget_advertised(struct rf_pool *pool)
{
	RF_LIST_EACH_SAFE (it, &pool->advertised) {
		if (it == pool->advertised.prev || advertised_of(it)->n_pairs > 0)
			return;
		rf_list_remove(it);
		free(advertised_of(it));
	}
}

void rf_pool_advertise(struct rf_pool *pool, struct rf_pool_advertised *advertised)
{
	if (!advertised)
		return;
	rf_list_append(&pool->advertised, &advertised->in_pool);
	pool->local.advertised = advertised->address;
	forget_advertised(pool);
}

/* -- sockets that free pairs keep -- */

static void close_kept(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool keeps(const struct rf_pool *pool, uint16_t i)
{
	return pool->kept && (pool->kept[i].rtp_fd >= 0 || pool->kept[i].rtcp_fd >= 0);
}

void rf_pool_keep(struct rf_pool *pool, uint16_t max_kept)
{
	pool->max_kept = max_kept;
	for (uint16_t i = 0; i < pool->n_pairs && pool->n_kept > max_kept; i++) {
		if (!keeps(pool, i))
			continue;
		close_kept(&pool->kept[i].rtp_fd);
		close_kept(&pool->kept[i].rtcp_fd);
		pool->n_kept--;
	}
}

/* The array is made when it is needed first; without memory nothing is kept. */
static bool kept_ready(struct rf_pool *pool)
{
	if (pool->kept)
		return true;
	pool->kept = malloc(pool->n_pairs * sizeof(*pool->kept));
	if (!pool->kept)
		return false;
	for (unsigned i = 0; i < pool->n_pairs; i++)
		pool->kept[i] = (struct rf_pool_kept){.rtp_fd = -1, .rtcp_fd = -1};
	pool->receive_buffer = rf_socket_receive_buffer();
	return true;
}

/* Keep the sockets of a pair that comes back. False: they are the caller's still. */
static bool keep_pair(struct rf_pool *pool, uint16_t i, const struct rf_port_pair *pair)
{
	if (pool->n_kept >= pool->max_kept || !kept_ready(pool) || (pair->rtp_fd < 0 && pair->rtcp_fd < 0))
		return false;
	if (pair->rtp_fd >= 0)
		rf_socket_rest(pair->rtp_fd, &pool->local.address);
	if (pair->rtcp_fd >= 0)
		rf_socket_rest(pair->rtcp_fd, &pool->local.address);
	pool->kept[i] = (struct rf_pool_kept){.rtp_fd = pair->rtp_fd, .rtcp_fd = pair->rtcp_fd};
	pool->n_kept++;
	return true;
}

/* Take what the pair kept. */
static struct rf_pool_kept unkeep(struct rf_pool *pool, uint16_t i)
{
	struct rf_pool_kept kept = {.rtp_fd = -1, .rtcp_fd = -1};

	if (!keeps(pool, i))
		return kept;
	kept = pool->kept[i];
	pool->kept[i] = (struct rf_pool_kept){.rtp_fd = -1, .rtcp_fd = -1};
	pool->n_kept--;
	return kept;
}

/* -- taking and giving back -- */

/* A socket that was kept, or a new one. */
static int wake_or_open(const struct rf_pool *pool, int kept, unsigned port)
{
	if (kept < 0)
		return rf_socket_open(&pool->local.address, (uint16_t)port);
	rf_socket_wake(kept, pool->receive_buffer);
	return kept;
}

/* The sockets of pair number i. On an error none is left. */
static int pair_open(struct rf_pool *pool, uint16_t i, bool want_rtcp, struct rf_port_pair *out)
{
	unsigned port = pool->first_port + 2U * i;
	struct rf_pool_kept kept = unkeep(pool, i);
	int rtp, rtcp = -1;

	if (!want_rtcp)
		close_kept(&kept.rtcp_fd);
	rtp = wake_or_open(pool, kept.rtp_fd, port);
	if (rtp < 0) {
		close_kept(&kept.rtcp_fd);
		return rtp;
	}
	if (want_rtcp)
		rtcp = wake_or_open(pool, kept.rtcp_fd, port + 1);
	if (rtcp < 0 && want_rtcp) {
		close(rtp);
		return rtcp;
	}
	*out = (struct rf_port_pair){.local = &pool->local,
	                             .rtp_port = (uint16_t)port,
	                             .rtp_fd = rtp,
	                             .rtcp_fd = rtcp,
	                             .advertised = in_force(pool)};
	out->advertised->n_pairs++;
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
		pool->passed_over = (uint16_t)(pool->first_port + 2U * i);
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
	uint16_t i = (uint16_t)((pair->rtp_port - pool->first_port) / 2);

	if (!keep_pair(pool, i, pair)) {
		close_kept(&pair->rtp_fd);
		close_kept(&pair->rtcp_fd);
	}
	queue_append(pool, i);
	pair->advertised->n_pairs--;
	forget_advertised(pool);
	*pair = (struct rf_port_pair){.rtp_fd = -1, .rtcp_fd = -1};
}
