/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kernel_left.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "dataplane/internal.h"

#define KEY 19 /* bytes of one */
#define FLOW(it) RF_CONTAINER(it, struct left_flow, in_all)

struct left_flow {
	struct rf_hash_node node; /* of left->flows */
	struct rf_list in_all;    /* of left->all */
	uint8_t key[KEY];         /* of node: family, address, port */
	struct rf_endpoint local; /* the same */
	unsigned since, seen;     /* numbers of the dumps that had it first and last */
	bool idle;                /* for RF_KERNEL_LEFT_US */
	bool unwanted;            /* it is to end whether it is idle or not */

	/* Of a flow that was ours: what it has counted since goes into the totals. */
	struct rf_flow_stats *last; /* owned: as told last; NULL: it was not ours */
	uint8_t in, out;            /* rows of the interfaces */
};

static void make_key(const struct rf_endpoint *local, uint8_t key[KEY])
{
	key[0] = local->addr.family;
	memcpy(key + 1, local->addr.ip, 16);
	memcpy(key + 17, &local->port, 2);
}

static struct left_flow *find(const struct rf_kernel_left *left, const struct rf_endpoint *local)
{
	struct rf_hash_node *node;
	uint8_t key[KEY];

	if (left->flows.count == 0)
		return NULL;
	make_key(local, key);
	node = rf_hash_find(&left->flows, (struct rf_str){(const char *)key, KEY});
	return node ? RF_CONTAINER(node, struct left_flow, node) : NULL;
}

/* The one that is there, or a new one; NULL: no memory. */
static struct left_flow *put(struct rf_kernel_left *left, const struct rf_endpoint *local)
{
	struct left_flow *flow = find(left, local);

	if (!flow) {
		flow = calloc(1, sizeof(*flow));
		if (!flow)
			return NULL;
		flow->local = *local;
		flow->since = left->dump;
		make_key(local, flow->key);
		flow->node.key = (struct rf_str){(const char *)flow->key, KEY};
		rf_hash_insert(&left->flows, &flow->node);
		rf_list_append(&left->all, &flow->in_all);
	}
	flow->seen = left->dump;
	return flow;
}

static void forget(struct rf_kernel_left *left, struct left_flow *flow)
{
	rf_hash_remove(&left->flows, &flow->node);
	rf_list_remove(&flow->in_all);
	free(flow->last);
	free(flow);
}

int rf_kernel_left_init(struct rf_kernel_left *left)
{
	uint64_t seed = (uint64_t)rf_clock_us();

	/* Nobody chooses the keys: any seed does. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed ^= (uint64_t)rf_clock_wall_us();
	rf_list_init(&left->all);
	left->dump = 1;
	return rf_hash_init(&left->flows, seed);
}

void rf_kernel_left_forget(struct rf_kernel_left *left)
{
	RF_LIST_EACH_SAFE (it, &left->all)
		forget(left, FLOW(it));
}

void rf_kernel_left_free(struct rf_kernel_left *left)
{
	rf_kernel_left_forget(left);
	rf_hash_free(&left->flows);
}

/* -- seeing them -- */

static bool is_idle(const struct rf_kernel *kernel, const struct rf_flow_stats *stats)
{
	int64_t since_us = stats->last_us > kernel->since_us ? stats->last_us : kernel->since_us;

	return rf_clock_us() - since_us >= RF_KERNEL_LEFT_US;
}

void rf_kernel_left_see(struct rf_kernel *kernel, const struct rf_flow_stats *stats)
{
	struct left_flow *flow = put(&kernel->left, &stats->local);

	if (flow)
		flow->idle = is_idle(kernel, stats);
}

/* What a reading at once has seen. */
struct reading {
	struct rf_kernel *kernel;
	unsigned rows;
};

static void see_row(void *arg, const struct rf_flow_stats *stats)
{
	struct reading *reading = arg;

	reading->rows++;
	rf_kernel_left_see(reading->kernel, stats);
}

int rf_kernel_left_read(struct rf_kernel *kernel)
{
	struct reading reading = {.kernel = kernel};
	int err = rf_table_flows(rf_table_id(kernel->table), see_row, &reading, &kernel->why);

	if (err) {
		kernel->errors[RTPFERRY_CMD_FLOW_GET]++;
	} else if (kernel->left.flows.count < reading.rows) {
		rf_buf_text(&kernel->why, "out of memory for the flows of an adopted table");
		err = -ENOMEM;
	}
	if (err)
		rf_kernel_left_forget(&kernel->left);
	kernel->left.dump++;
	return err;
}

void rf_kernel_left_add(struct rf_kernel *kernel, const struct rf_kernel_flow *flow)
{
	struct left_flow *left = put(&kernel->left, &flow->flow.local);

	if (!left)
		return;
	left->unwanted = true;
	left->in = flow->stream->iface;
	left->out = flow->out->iface;
	free(left->last);
	left->last = malloc(sizeof(*left->last));
	if (left->last)
		*left->last = flow->last;
}

/* -- ending them -- */

/* Who gets the final statistics. */
struct ending {
	struct rf_kernel *kernel;
	struct left_flow *flow;
};

static void take_final(void *arg, const struct rf_flow_stats *stats)
{
	const struct ending *ending = arg;

	if (ending->flow->last)
		rf_kernel_flow_count_rest(ending->kernel, ending->flow->last, stats, ending->flow->in,
		                          ending->flow->out);
}

/* 0: it is not there any more. */
static int end(struct rf_kernel *kernel, struct left_flow *flow, struct rf_buf *why)
{
	struct ending ending = {kernel, flow};
	int err = rf_table_del_flows(kernel->table, &flow->local, 1, take_final, &ending, why);

	if (err && err != -ENOENT)
		return err;
	forget(&kernel->left, flow);
	return 0;
}

int rf_kernel_left_end(struct rf_kernel *kernel, const struct rf_endpoint *local)
{
	struct left_flow *flow = find(&kernel->left, local);
	struct rf_buf why;
	int err;

	if (!flow)
		return 0;
	flow->unwanted = true;
	rf_buf_init(&why, 0);
	err = end(kernel, flow, &why);
	rf_buf_free(&why);
	return err;
}

/* One of an earlier owner's must be in two dumps: a row may be older than a flow that was made in its place since. */
static bool is_over(const struct rf_kernel_left *left, const struct left_flow *flow)
{
	return flow->unwanted || (flow->idle && flow->since != left->dump);
}

void rf_kernel_left_tend(struct rf_kernel *kernel)
{
	struct rf_kernel_left *left = &kernel->left;
	unsigned n = 0, idle = 0;
	struct rf_buf why;
	int err = 0;

	rf_buf_init(&why, 0);
	RF_LIST_EACH_SAFE (it, &left->all) {
		struct left_flow *flow = FLOW(it);
		bool unwanted = flow->unwanted;

		if (flow->seen != left->dump) {
			forget(left, flow);
		} else if (!err && n < RF_KERNEL_LEFT_ENDS && is_over(left, flow)) {
			err = end(kernel, flow, &why);
			n++;
			idle += !err && !unwanted;
		}
	}
	left->dump++;
	if (idle > 0)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_NOTICE, RF_STR_NONE,
		       "table %u: %u flows of an earlier owner were idle for %d s and are deleted; %zu are left",
		       rf_table_id(kernel->table), idle, RF_KERNEL_LEFT_US / 1000000, left->flows.count);
	if (err)
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_DEL, err, &why);
	rf_buf_free(&why);
}

/* -- tables -- */

struct orphans {
	const struct rf_kernel_config *config;
	uint32_t ids[RF_KERNEL_LEFT_TABLES];
	unsigned n; /* of them */
};

static void take_orphan(void *arg, const struct rf_table_row *row)
{
	struct orphans *orphans = arg;
	const struct rf_kernel_config *config = orphans->config;
	bool ours = row->owner == 0 && strcmp(row->label, config->label) == 0;

	if (ours && (row->hook != config->hook || (config->id && row->id != config->id)) &&
	    orphans->n < RF_KERNEL_LEFT_TABLES)
		orphans->ids[orphans->n++] = row->id;
}

static void tell_end(const struct rf_kernel *kernel, uint32_t id, int err, const struct rf_buf *why)
{
	struct rf_log *log = kernel->dataplane->config.log;

	if (err == 0)
		rf_log(log, RF_LOG_DATAPLANE, RF_LOG_NOTICE, RF_STR_NONE,
		       "table %u of \"%s\", which an earlier owner left with another hook or id, is ended", id,
		       kernel->config.label);
	else if (err != -ENOENT) /* of another network namespace, or gone by now */
		rf_log(log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "%.*s", RF_STR_ARG(rf_buf_view(why)));
}

void rf_kernel_left_tables(const struct rf_kernel *kernel)
{
	struct orphans orphans = {.config = &kernel->config};
	struct rf_buf why;
	int err;

	rf_buf_init(&why, 0);
	err = rf_table_list(take_orphan, &orphans, &why);
	if (err)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "%.*s",
		       RF_STR_ARG(rf_buf_view(&why)));
	for (unsigned i = 0; i < orphans.n; i++) {
		rf_buf_reset(&why);
		err = rf_table_end_orphan(orphans.ids[i], kernel->config.label, &why);
		tell_end(kernel, orphans.ids[i], err, &why);
	}
	rf_buf_free(&why);
}
