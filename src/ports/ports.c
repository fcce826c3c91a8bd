/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ports/ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"
#include "ports/pool.h"
#include "ports/socket.h"

/* A name that was configured once: it keeps its number for good. */
struct iface {
	char name[RF_IFACE_NAME]; /* as configured */
	unsigned turn;            /* addresses are used in turn: pools skipped before the next try */
};

struct rf_ports {
	struct rf_log *log;       /* borrowed, may be NULL */
	struct rf_pool **pools;   /* owned, in configured order */
	unsigned n_pools;         /* of them */
	struct rf_pool **retired; /* owned: pools that a reload removed, with pairs still in use */
	unsigned n_retired;       /* of them */
	struct iface *ifaces;     /* owned; the index is the interface's number */
	unsigned n_ifaces;        /* of them */
	uint16_t max_kept;        /* free pairs of an address that keep their sockets */
	char why[256];            /* the sentence that rf_ports_configure returned last */
};

int rf_ports_new(struct rf_log *log, struct rf_ports **out)
{
	struct rf_ports *ports = calloc(1, sizeof(*ports));

	if (!ports)
		return -ENOMEM;
	ports->log = log;
	*out = ports;
	return 0;
}

void rf_ports_free(struct rf_ports *ports)
{
	if (!ports)
		return;
	for (unsigned i = 0; i < ports->n_pools; i++)
		rf_pool_free(ports->pools[i]);
	for (unsigned i = 0; i < ports->n_retired; i++)
		rf_pool_free(ports->retired[i]);
	free(ports->pools);
	free(ports->retired);
	free(ports->ifaces);
	free(ports);
}

/* -- configuration -- */

static bool same_pool(const struct rf_local *local, const struct rf_local_config *config)
{
	return strcmp(local->iface, config->iface) == 0 && rf_addr_equal(&local->address, &config->address) &&
	       local->port_min == config->port_min && local->port_max == config->port_max;
}

static const char *local_print(const struct rf_local_config *config, char dst[RF_IFACE_NAME + RF_ADDR_TEXT])
{
	char address[RF_ADDR_TEXT];

	snprintf(dst, RF_IFACE_NAME + RF_ADDR_TEXT, "%s/%s", config->iface, rf_addr_print(&config->address, address));
	return dst;
}

/* Is the address one of this host's? Asked by binding it. */
static int check_address(struct rf_ports *ports, const struct rf_local_config *config)
{
	char name[RF_IFACE_NAME + RF_ADDR_TEXT];
	int fd = rf_socket_open(&config->address, 0);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	snprintf(ports->why, sizeof(ports->why),
	         "interface %s: the address cannot be bound (%s), expected one of this host's",
	         local_print(config, name), strerror(-fd));
	return fd == -ENOMEM || fd == -EMFILE ? -ENOMEM : -EADDRNOTAVAIL;
}

static int check_range(struct rf_ports *ports, const struct rf_local_config *config)
{
	unsigned first = config->port_min + (config->port_min & 1U);
	char name[RF_IFACE_NAME + RF_ADDR_TEXT];

	if (config->port_min > 0 && first + 1 <= config->port_max)
		return 0;
	snprintf(ports->why, sizeof(ports->why),
	         "interface %s: ports %u to %u hold no pair, expected an even port and the one above",
	         local_print(config, name), config->port_min, config->port_max);
	return -EINVAL;
}

static int check_overlap(struct rf_ports *ports, const struct rf_local_config *a, const struct rf_local_config *b)
{
	char name_a[RF_IFACE_NAME + RF_ADDR_TEXT], name_b[RF_IFACE_NAME + RF_ADDR_TEXT];

	if (!rf_addr_equal(&a->address, &b->address) || a->port_max < b->port_min || b->port_max < a->port_min)
		return 0;
	snprintf(ports->why, sizeof(ports->why),
	         "interfaces %s and %s: ports %u to %u and %u to %u overlap, expected ranges of their own",
	         local_print(a, name_a), local_print(b, name_b), a->port_min, a->port_max, b->port_min, b->port_max);
	return -EINVAL;
}

static int check_config(struct rf_ports *ports, const struct rf_local_config *locals, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		int err = check_range(ports, &locals[i]);

		for (unsigned j = 0; j < i && !err; j++)
			err = check_overlap(ports, &locals[i], &locals[j]);
		if (!err)
			err = check_address(ports, &locals[i]);
		if (err)
			return err;
	}
	return 0;
}

/* The number of a name, which is noted when it is new. Negative errno. */
static int iface_number(struct rf_ports *ports, const char *name)
{
	struct iface *more;

	for (unsigned i = 0; i < ports->n_ifaces; i++)
		if (strcmp(ports->ifaces[i].name, name) == 0)
			return (int)i;
	more = realloc(ports->ifaces, (ports->n_ifaces + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	ports->ifaces = more;
	more[ports->n_ifaces] = (struct iface){.turn = 0};
	snprintf(more[ports->n_ifaces].name, RF_IFACE_NAME, "%s", name);
	return (int)ports->n_ifaces++;
}

static struct rf_pool *find_pool(struct rf_pool *const *pools, unsigned n, const struct rf_local_config *config)
{
	for (unsigned i = 0; i < n; i++)
		if (same_pool(&pools[i]->local, config))
			return pools[i];
	return NULL;
}

/* The pool of an address: the one that is there already, or was until a reload removed the address, or a new one. */
static int pool_for(struct rf_ports *ports, const struct rf_local_config *config, struct rf_pool **out)
{
	struct rf_local local = {
		.address = config->address, .port_min = config->port_min, .port_max = config->port_max};
	int id = iface_number(ports, config->iface);
	struct rf_pool *pool;

	if (id < 0)
		return id;
	pool = find_pool(ports->pools, ports->n_pools, config);
	if (!pool)
		pool = find_pool(ports->retired, ports->n_retired, config);
	if (pool) {
		*out = pool;
		return 0;
	}
	local.iface_id = (unsigned)id;
	snprintf(local.iface, sizeof(local.iface), "%s", config->iface);
	return rf_pool_new(&local, out);
}

static bool pool_in(struct rf_pool *const *pools, unsigned n, const struct rf_pool *pool)
{
	for (unsigned i = 0; i < n; i++)
		if (pools[i] == pool)
			return true;
	return false;
}

/* Take a pool out of those that a reload removed. */
static void unretire(struct rf_ports *ports, struct rf_pool *pool)
{
	pool->retired = false;
	for (unsigned i = 0; i < ports->n_retired; i++) {
		if (ports->retired[i] != pool)
			continue;
		ports->retired[i] = ports->retired[--ports->n_retired];
		return;
	}
}

/* Put the new array in place; pools that it does not have are freed, or retired while a pair of theirs is in use. */
static void pools_replace(struct rf_ports *ports, struct rf_pool **pools, unsigned n)
{
	for (unsigned i = 0; i < ports->n_pools; i++) {
		struct rf_pool *pool = ports->pools[i];

		if (pool_in(pools, n, pool))
			continue;
		if (pool->n_taken == 0) {
			rf_pool_free(pool);
			continue;
		}
		pool->retired = true;
		rf_pool_keep(pool, 0);
		ports->retired[ports->n_retired++] = pool;
	}
	free(ports->pools);
	ports->pools = pools;
	ports->n_pools = n;
}

static const struct rf_addr *advertised_as(const struct rf_local_config *config)
{
	return config->advertised.family == RF_FAMILY_NONE ? &config->address : &config->advertised;
}

int rf_ports_configure(struct rf_ports *ports, const struct rf_local_config *locals, unsigned n, struct rf_str *why)
{
	struct rf_pool_advertised **advertised = NULL;
	struct rf_pool **pools = NULL, **retired;
	unsigned made = 0;
	int err;

	snprintf(ports->why, sizeof(ports->why), "out of memory");
	err = check_config(ports, locals, n);
	if (err)
		goto fail;
	err = -ENOMEM;
	retired = realloc(ports->retired, (ports->n_retired + ports->n_pools + 1) * sizeof(struct rf_pool *));
	if (!retired)
		goto fail;
	ports->retired = retired;
	pools = calloc(n + 1, sizeof(struct rf_pool *));
	advertised = calloc(n + 1, sizeof(struct rf_pool_advertised *));
	if (!pools || !advertised)
		goto fail_pools;
	for (; made < n; made++) {
		err = pool_for(ports, &locals[made], &pools[made]);
		if (err)
			goto fail_pools;
	}
	for (unsigned i = 0; i < n; i++) {
		err = rf_pool_advertised_new(pools[i], advertised_as(&locals[i]), &advertised[i]);
		if (err)
			goto fail_pools;
	}
	for (unsigned i = 0; i < n; i++) {
		if (pools[i]->retired)
			unretire(ports, pools[i]);
		pools[i]->max_kept = ports->max_kept;
		rf_pool_advertise(pools[i], advertised[i]);
		pools[i]->local.mark = locals[i].mark;
		pools[i]->local.stack = locals[i].stack;
	}
	free(advertised);
	pools_replace(ports, pools, n);
	return 0;

fail_pools:
	for (unsigned i = 0; advertised && i < n; i++)
		free(advertised[i]);
	free(advertised);
	while (made-- > 0)
		if (!pool_in(ports->pools, ports->n_pools, pools[made]) && !pools[made]->retired)
			rf_pool_free(pools[made]);
	free(pools);
fail:
	if (why)
		*why = rf_str_of(ports->why);
	return err;
}

/* -- taking and giving back -- */

static bool iface_matches(const struct rf_ports *ports, const struct rf_pool *pool, struct rf_str iface)
{
	if (iface.len == 0)
		return pool->local.iface_id == ports->pools[0]->local.iface_id;
	return rf_str_equal(rf_str_of(pool->local.iface), iface);
}

bool rf_ports_has_iface(const struct rf_ports *ports, struct rf_str iface)
{
	for (unsigned i = 0; i < ports->n_pools; i++)
		if (iface_matches(ports, ports->pools[i], iface))
			return true;
	return false;
}

/* The pools of an interface and family: their number, at most RF_IFACE_MAX_ADDRESSES; -ENOENT, -EAFNOSUPPORT. */
static int pools_of(const struct rf_ports *ports, struct rf_str iface, enum rf_family family,
                    struct rf_pool *found[RF_IFACE_MAX_ADDRESSES])
{
	bool known = false;
	int n = 0;

	for (unsigned i = 0; i < ports->n_pools && n < RF_IFACE_MAX_ADDRESSES; i++) {
		struct rf_pool *pool = ports->pools[i];

		if (!iface_matches(ports, pool, iface))
			continue;
		known = true;
		if (family == RF_FAMILY_NONE)
			family = pool->local.address.family;
		if (pool->local.address.family == family)
			found[n++] = pool;
	}
	if (n > 0)
		return n;
	return known ? -EAFNOSUPPORT : -ENOENT;
}

/* Does the error speak of this address alone, so that another one may do? */
static bool error_is_local(int err)
{
	return err != -EMFILE && err != -ENOMEM;
}

void rf_ports_keep(struct rf_ports *ports, unsigned pairs)
{
	ports->max_kept = pairs < UINT16_MAX ? (uint16_t)pairs : UINT16_MAX;
	for (unsigned i = 0; i < ports->n_pools; i++)
		rf_pool_keep(ports->pools[i], ports->max_kept);
}

/* Close the sockets that free pairs keep. False: there were none. */
static bool give_up_kept(struct rf_ports *ports)
{
	bool any = false;

	for (unsigned i = 0; i < ports->n_pools; i++) {
		any |= ports->pools[i]->n_kept > 0;
		rf_pool_keep(ports->pools[i], 0);
		ports->pools[i]->max_kept = ports->max_kept;
	}
	return any;
}

/* Another relay on this address, perhaps: each then has fewer calls than its range says. */
static void tell_passed_over(const struct rf_ports *ports, struct rf_pool *pool)
{
	char address[RF_ADDR_TEXT];

	if (pool->passed_over == 0)
		return;
	rf_log(ports->log, RF_LOG_PORTS, RF_LOG_WARNING, RF_STR_NONE,
	       "interface %s: port %u of %s, or the one above, is in use by another process and is passed over; "
	       "expected %u to %u to be this relay's alone",
	       pool->local.iface, pool->passed_over, rf_addr_print(&pool->local.address, address), pool->local.port_min,
	       pool->local.port_max);
	pool->passed_over = 0;
}

static int take(struct rf_ports *ports, struct rf_pool *pool, bool want_rtcp, struct rf_port_pair *out)
{
	int err = rf_pool_take(pool, want_rtcp, out);

	if (err == -EMFILE && give_up_kept(ports))
		err = rf_pool_take(pool, want_rtcp, out);
	tell_passed_over(ports, pool);
	return err;
}

static void log_no_socket(const struct rf_ports *ports, const struct rf_pool *pool, int err)
{
	char address[RF_ADDR_TEXT];

	rf_log(ports->log, RF_LOG_PORTS, RF_LOG_ERROR, RF_STR_NONE, "interface %s: no socket on %s: %s",
	       pool->local.iface, rf_addr_print(&pool->local.address, address), strerror(-err));
}

int rf_ports_get(struct rf_ports *ports, struct rf_str iface, enum rf_family family, bool want_rtcp,
                 struct rf_port_pair *out)
{
	struct rf_pool *found[RF_IFACE_MAX_ADDRESSES];
	int n = pools_of(ports, iface, family, found);
	unsigned turn;

	if (n < 0)
		return n;
	turn = ports->ifaces[found[0]->local.iface_id].turn++;
	for (unsigned i = 0; i < (unsigned)n; i++) {
		struct rf_pool *pool = found[(turn + i) % (unsigned)n];
		int err = take(ports, pool, want_rtcp, out);

		if (!err || !error_is_local(err))
			return err;
		if (err != -ENOSPC)
			log_no_socket(ports, pool, err);
	}
	return -ENOSPC;
}

void rf_ports_put(struct rf_ports *ports, struct rf_port_pair *pair)
{
	struct rf_pool *pool;

	if (!pair->local)
		return;
	/* The only writable way to a pool's local part leads through its pool. */
	pool = RF_CONTAINER(pair->local, struct rf_pool, local);
	rf_pool_put(pool, pair);
	if (pool->retired && pool->n_taken == 0) {
		unretire(ports, pool);
		rf_pool_free(pool);
	}
}

int rf_ports_get_exact(struct rf_ports *ports, const struct rf_addr *address, uint16_t rtp_port, bool want_rtcp,
                       struct rf_port_pair *out)
{
	int err = -ENOENT;

	for (unsigned i = 0; i < ports->n_pools && err == -ENOENT; i++)
		if (rf_addr_equal(&ports->pools[i]->local.address, address))
			err = rf_pool_take_exact(ports->pools[i], rtp_port, want_rtcp, out);
	return err;
}

void rf_ports_each(const struct rf_ports *ports, void (*fn)(const struct rf_ports_usage *usage, void *arg), void *arg)
{
	for (unsigned i = 0; i < ports->n_pools; i++) {
		const struct rf_pool *pool = ports->pools[i];
		struct rf_ports_usage usage = {
			.local = &pool->local, .ports = 2U * pool->n_pairs, .in_use = 2U * pool->n_taken};

		fn(&usage, arg);
	}
}

void rf_ports_each_advertised(const struct rf_ports *ports, rf_ports_advertised_fn *fn, void *arg)
{
	for (unsigned i = 0; i < ports->n_pools; i++)
		fn(&ports->pools[i]->local, &ports->pools[i]->local.advertised, arg);
	for (unsigned i = 0; i < ports->n_pools; i++)
		rf_pool_each_former(ports->pools[i], fn, arg);
	for (unsigned i = 0; i < ports->n_retired; i++) {
		fn(&ports->retired[i]->local, &ports->retired[i]->local.advertised, arg);
		rf_pool_each_former(ports->retired[i], fn, arg);
	}
}
