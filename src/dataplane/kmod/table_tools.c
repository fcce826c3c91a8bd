/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of others: what tools ask, on a socket of their own for each question.
 */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "dataplane/kmod/module.h"

#define WHAT_SIZE 96 /* bytes of the beginning of a sentence */

/* Where the rows of a list go. */
struct rows {
	void (*fn)(void *arg, const struct rf_table_row *row);
	void *arg; /* of fn */
};

/* Where the statistics of flows go. */
struct sink {
	rf_table_stats_fn *fn;
	void *arg;      /* of fn */
	int64_t now_us; /* monotonic, when they are read */
};

static int open_module(struct rf_netlink **nl, struct rf_buf *why)
{
	struct rf_table_info info;
	int rc = rf_module_open(nl, why);

	if (rc < 0)
		return rc;
	rc = rf_module_info(*nl, &info, why);
	if (rc < 0)
		rf_netlink_close(*nl);
	return rc;
}

static void take_table(void *arg, const struct rf_message_table *table)
{
	const struct rows *rows = arg;

	rows->fn(rows->arg, &table->row);
}

static int take_tables(void *arg, const struct nlmsghdr *message)
{
	return rf_message_tables(message, take_table, arg);
}

static int take_flows(void *arg, const struct nlmsghdr *message)
{
	const struct sink *sink = arg;

	return rf_message_flows(message, sink->now_us, sink->fn, sink->arg);
}

int rf_table_list(void (*fn)(void *arg, const struct rf_table_row *row), void *arg, struct rf_buf *why)
{
	struct rows rows = {fn, arg};
	struct rf_netlink *nl;
	int rc = open_module(&nl, why);

	if (rc < 0)
		return rc;
	rf_netlink_begin(nl, RTPFERRY_CMD_TABLE_GET, NLM_F_DUMP);
	rc = rf_module_call(nl, "kernel tables: table-get", take_tables, &rows, why);
	rf_netlink_close(nl);
	return rc;
}

int rf_table_flows(uint32_t id, rf_table_stats_fn *fn, void *arg, struct rf_buf *why)
{
	struct sink sink = {fn, arg, rf_clock_us()};
	char text[WHAT_SIZE];
	struct rf_netlink *nl;
	int rc = open_module(&nl, why);

	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "kernel table %u: flow-get", id);
	rf_netlink_begin(nl, RTPFERRY_CMD_FLOW_GET, NLM_F_DUMP);
	rf_message_put_table(nl, id);
	rc = rf_module_call(nl, text, take_flows, &sink, why);
	rf_netlink_close(nl);
	return rc;
}

int rf_table_end_orphan(uint32_t id, const char *label, struct rf_buf *why)
{
	char text[WHAT_SIZE];
	struct rf_netlink *nl;
	int rc = open_module(&nl, why);
	size_t nest;

	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "kernel table %u: table-del", id);
	rf_netlink_begin(nl, RTPFERRY_CMD_TABLE_DEL, 0);
	nest = rf_netlink_nest(nl, RTPFERRY_A_TABLE);
	rf_netlink_put_u32(nl, RTPFERRY_A_TABLE_ID, id);
	rf_netlink_put_text(nl, RTPFERRY_A_TABLE_LABEL, label);
	rf_netlink_nest_end(nl, nest);
	rc = rf_module_call(nl, text, NULL, NULL, why);
	rf_netlink_close(nl);
	return rc;
}
