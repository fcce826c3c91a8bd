/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What flows tell: one dump a second, read a buffer at a time between other work. */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "dataplane/internal.h"

/* -- flows of an earlier owner -- */

static bool is_idle(const struct rf_kernel *kernel, const struct rf_flow_stats *stats)
{
	int64_t since_us = stats->last_us > kernel->since_us ? stats->last_us : kernel->since_us;

	return rf_clock_us() - since_us >= RF_KERNEL_FOREIGN_US;
}

/* Without memory it is seen by the next dump. */
static void see_foreign(struct rf_kernel *kernel, const struct rf_flow_stats *stats)
{
	if (kernel->n_seen == kernel->size_seen) {
		unsigned size = kernel->size_seen ? 2 * kernel->size_seen : 64;
		struct rf_kernel_foreign *seen = realloc(kernel->seen, size * sizeof(*seen));

		if (!seen)
			return;
		kernel->seen = seen;
		kernel->size_seen = size;
	}
	kernel->seen[kernel->n_seen].local = stats->local;
	kernel->seen[kernel->n_seen++].idle = is_idle(kernel, stats);
}

static void swap_seen(struct rf_kernel *kernel)
{
	struct rf_kernel_foreign *foreign = kernel->foreign;
	unsigned size = kernel->size_foreign;

	kernel->foreign = kernel->seen;
	kernel->n_foreign = kernel->n_seen;
	kernel->size_foreign = kernel->size_seen;
	kernel->seen = foreign;
	kernel->n_seen = 0;
	kernel->size_seen = size;
}

static bool forget_foreign(struct rf_kernel_foreign *list, unsigned *n, const struct rf_endpoint *local)
{
	for (unsigned i = 0; i < *n; i++) {
		if (!rf_endpoint_equal(&list[i].local, local))
			continue;
		list[i] = list[--*n];
		return true;
	}
	return false;
}

static void count_nothing(void *arg, const struct rf_flow_stats *stats)
{
	(void)arg;
	(void)stats;
}

static int delete_foreign(struct rf_kernel *kernel, const struct rf_endpoint *local)
{
	struct rf_buf why;
	int err;

	rf_buf_init(&why, 0);
	err = rf_table_del_flows(kernel->table, local, 1, count_nothing, NULL, &why);
	rf_buf_free(&why);
	return err;
}

void rf_kernel_claim(struct rf_kernel *kernel, const struct rf_stream *stream)
{
	struct rf_endpoint local = {.addr = stream->local->address, .port = stream->port};
	bool known = forget_foreign(kernel->foreign, &kernel->n_foreign, &local);

	known |= forget_foreign(kernel->seen, &kernel->n_seen, &local);
	if (known && kernel->table)
		delete_foreign(kernel, &local);
}

/* Those that the dump before had, too: a row may be older than a flow that was made in its place since. */
static void delete_idle(struct rf_kernel *kernel)
{
	unsigned n = 0;

	for (unsigned i = 0; i < kernel->n_seen && n < RF_KERNEL_FOREIGN_ENDS;) {
		struct rf_endpoint local = kernel->seen[i].local;

		if (kernel->seen[i].idle && forget_foreign(kernel->foreign, &kernel->n_foreign, &local) &&
		    delete_foreign(kernel, &local) == 0) {
			kernel->seen[i] = kernel->seen[--kernel->n_seen];
			n++;
		} else {
			i++;
		}
	}
	if (n > 0)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_NOTICE, RF_STR_NONE,
		       "table %u: %u flows of an earlier owner were idle for %d s and are deleted; %u are left",
		       rf_table_id(kernel->table), n, RF_KERNEL_FOREIGN_US / 1000000, kernel->n_seen);
}

static void see_row(void *arg, const struct rf_flow_stats *stats)
{
	see_foreign(arg, stats);
}

void rf_kernel_read_foreign(struct rf_kernel *kernel)
{
	struct rf_buf why;

	rf_buf_init(&why, 0);
	if (rf_table_flows(rf_table_id(kernel->table), see_row, kernel, &why))
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "%.*s",
		       RF_STR_ARG(rf_buf_view(&why)));
	swap_seen(kernel);
	rf_buf_free(&why);
}

/* -- the dump -- */

/* Packets came from the expected source, and the worker has not seen one: latch it, lest a stranger's is the first. */
static void tell_heard(struct rf_kernel_flow *flow)
{
	struct rf_figures figures;

	if (flow->heard_under_way || flow->last.packets == 0)
		return;
	rf_place_read(&flow->stream->shown, &figures);
	if (figures.place.source.port != 0)
		return;
	flow->heard_from = flow->flow.source;
	flow->heard_under_way = true;
	rf_worker_post(flow->stream->group->worker, &flow->heard);
}

static void on_row(void *arg, const struct rf_flow_stats *stats)
{
	struct rf_kernel *kernel = arg;
	struct rf_kernel_flow *flow = rf_flow_index_find(&kernel->index, stats->cookie);

	if (!flow || !rf_endpoint_equal(&flow->flow.local, &stats->local)) {
		see_foreign(kernel, stats);
		return;
	}
	rf_kernel_flow_count(kernel, flow, stats);
	tell_heard(flow);
}

/* Packets for which no flow was looked up, or none was found. */
static void count_declined(struct rf_kernel *kernel)
{
	uint64_t declined[RTPFERRY_REASON_COUNT];
	struct rf_buf why;
	int err;

	rf_buf_init(&why, 0);
	err = rf_table_declined(kernel->table, declined, &why);
	for (unsigned i = 0; !err && i < RTPFERRY_REASON_COUNT; i++) {
		if (declined[i] > kernel->declined[i])
			kernel->passed_up[i] += declined[i] - kernel->declined[i];
		kernel->declined[i] = declined[i];
	}
	if (err)
		rf_kernel_failed(kernel, RTPFERRY_CMD_TABLE_GET, err, &why);
	rf_buf_free(&why);
}

static void dump_over(struct rf_kernel *kernel)
{
	rf_loop_remove(kernel->dump);
	kernel->dump = NULL;
}

static void on_dump(void *arg, int fd, int what)
{
	struct rf_kernel *kernel = arg;
	struct rf_buf why;
	int rc;

	(void)fd;
	(void)what;
	rf_buf_init(&why, 0);
	rc = rf_table_dump_read(kernel->table, on_row, kernel, &why);
	if (rc == 0) {
		dump_over(kernel);
		delete_idle(kernel);
		swap_seen(kernel);
		count_declined(kernel);
	} else if (rc < 0 && rc != -EAGAIN) {
		dump_over(kernel);
		kernel->n_seen = 0;
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_GET, rc, &why);
	}
	rf_buf_free(&why);
}

void rf_kernel_dump(struct rf_kernel *kernel)
{
	struct rf_buf why;
	int err;

	if (kernel->dump)
		return;
	rf_buf_init(&why, 0);
	err = rf_table_dump_start(kernel->table, &why);
	/* Busy: it was begun, and there was no memory to watch it. */
	if (!err || err == -EBUSY)
		err = rf_loop_fd(kernel->dataplane->config.loop, rf_table_dump_fd(kernel->table), RF_LOOP_READ, on_dump,
		                 kernel, &kernel->dump);
	if (err)
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_GET, err, &why);
	rf_buf_free(&why);
}

void rf_kernel_dump_stop(struct rf_kernel *kernel)
{
	if (kernel->dump)
		dump_over(kernel);
	kernel->n_seen = kernel->n_foreign = 0;
}
