/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What flows tell: one dump a second, read a buffer at a time between other work. */
#include <errno.h>
#include <string.h>

#include "dataplane/internal.h"

/* -- one group -- */

static void take_one(void *arg, const struct rf_flow_stats *stats)
{
	struct rf_kernel_flow *flow = arg;

	if (stats->cookie == flow->flow.cookie)
		rf_kernel_flow_count(&flow->stream->group->dataplane->kernel, flow, stats);
}

void rf_kernel_read(struct rf_kernel *kernel, const struct rf_group *group)
{
	struct rf_buf why;
	int err = 0;

	rf_buf_init(&why, 0);
	RF_LIST_EACH (it, &group->streams) {
		struct rf_kernel_flow *flow = RF_CONTAINER(it, struct rf_stream, in_group)->flow;

		if (flow && !err)
			err = rf_table_get_flow(kernel->table, &flow->flow.local, take_one, flow, &why);
	}
	if (err)
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_GET, err, &why);
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
		rf_kernel_left_see(kernel, stats);
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
		rf_kernel_left_tend(kernel);
		if (kernel->table)
			count_declined(kernel);
	} else if (rc < 0 && rc != -EAGAIN) {
		dump_over(kernel);
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
	if (!err || err == -EBUSY) {
		rf_buf_reset(&why);
		err = rf_loop_fd(kernel->dataplane->config.loop, rf_table_dump_fd(kernel->table), RF_LOOP_READ, on_dump,
		                 kernel, &kernel->dump);
		if (err)
			rf_buf_printf(&why, "kernel table %u: its statistics cannot be waited for: %s",
			              rf_table_id(kernel->table), strerror(-err));
	}
	if (err)
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_GET, err, &why);
	rf_buf_free(&why);
}

void rf_kernel_dump_stop(struct rf_kernel *kernel)
{
	if (kernel->dump)
		dump_over(kernel);
}
