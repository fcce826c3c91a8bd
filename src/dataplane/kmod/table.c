/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "dataplane/kmod/module.h"

#define WHAT_SIZE 96     /* bytes of the beginning of a sentence */
#define REPLY_ROOM 4608u /* bytes of a socket's buffer that the reply about one flow takes, at most */

struct rf_table {
	struct rf_netlink *nl;     /* owned: the table's owner, for the module */
	struct rf_netlink *dump;   /* owned: for dumps */
	struct rf_table_info info; /* of the module */
	uint32_t id;               /* of the table */
	bool dumping;              /* a dump is under way */
};

/* Where the statistics of flows go. */
struct sink {
	rf_table_stats_fn *fn; /* NULL: nowhere */
	void *arg;             /* of fn */
	int64_t now_us;        /* monotonic, when they are read */
};

static const char *what(char text[WHAT_SIZE], uint32_t id, uint8_t command)
{
	snprintf(text, WHAT_SIZE, "kernel table %u: %s", id, rf_attribute_command(command));
	return text;
}

int rf_table_probe(struct rf_table_info *info, struct rf_buf *why)
{
	struct rf_netlink *nl;
	int rc = rf_module_open(&nl, why);

	if (rc < 0)
		return rc;
	rc = rf_module_info(nl, info, why);
	rf_netlink_close(nl);
	return rc;
}

static void keep_table(void *arg, const struct rf_message_table *table)
{
	struct rf_message_table *out = arg;

	*out = *table;
}

static int take_table(void *arg, const struct nlmsghdr *message)
{
	return rf_message_tables(message, keep_table, arg);
}

static int take_flows(void *arg, const struct nlmsghdr *message)
{
	const struct sink *sink = arg;

	return rf_message_flows(message, sink->now_us, sink->fn, sink->arg);
}

/* Both sockets of a table, and a module of our contract behind them. */
static int open_sockets(struct rf_table *table, struct rf_buf *why)
{
	int rc = rf_module_open(&table->nl, why);

	if (rc == 0)
		rc = rf_module_info(table->nl, &table->info, why);
	if (rc == 0)
		rc = rf_module_open(&table->dump, why);
	return rc;
}

static int ask_for_table(struct rf_table *table, const struct rf_table_wish *wish, bool *adopted, struct rf_buf *why)
{
	struct rf_message_table got = {0};
	char text[WHAT_SIZE + RTPFERRY_LABEL_MAX], number[16] = "";
	int rc;

	if (wish->id)
		snprintf(number, sizeof(number), " %u", wish->id);
	snprintf(text, sizeof(text), "%skernel table%s for \"%.*s\": table-new", wish->id ? "" : "a ", number,
	         RTPFERRY_LABEL_MAX, wish->label);
	rf_netlink_begin(table->nl, RTPFERRY_CMD_TABLE_NEW, 0);
	rf_message_put_wish(table->nl, wish);
	rc = rf_module_call(table->nl, text, take_table, &got, why);
	if (rc < 0)
		return rc;
	if (got.row.id == 0) {
		rf_buf_printf(why, "%s: the module made a table and does not say which", text);
		return -EBADMSG;
	}
	table->id = got.row.id;
	*adopted = got.adopted;
	return 0;
}

int rf_table_new(const struct rf_table_wish *wish, struct rf_table **out, bool *adopted, struct rf_buf *why)
{
	size_t len = strlen(wish->label);
	struct rf_table *table;
	int rc;

	if (len == 0 || len > RTPFERRY_LABEL_MAX) {
		rf_buf_printf(why, "the label of a kernel table \"%s\": expected 1 to %d bytes", wish->label,
		              RTPFERRY_LABEL_MAX);
		return -EINVAL;
	}
	table = calloc(1, sizeof(*table));
	if (!table) {
		rf_buf_text(why, "a kernel table: out of memory");
		return -ENOMEM;
	}
	rc = open_sockets(table, why);
	if (rc == 0)
		rc = ask_for_table(table, wish, adopted, why);
	if (rc < 0) {
		rf_table_leave(table);
		return rc;
	}
	*out = table;
	return 0;
}

void rf_table_leave(struct rf_table *table)
{
	if (!table)
		return;
	rf_netlink_close(table->dump);
	rf_netlink_close(table->nl);
	free(table);
}

void rf_table_del(struct rf_table *table)
{
	struct rf_netlink_error error;

	if (!table)
		return;
	rf_netlink_begin(table->nl, RTPFERRY_CMD_TABLE_DEL, 0);
	rf_message_put_table(table->nl, table->id);
	rf_netlink_call(table->nl, NULL, NULL, &error);
	rf_table_leave(table);
}

uint32_t rf_table_id(const struct rf_table *table)
{
	return table->id;
}

const struct rf_table_info *rf_table_info(const struct rf_table *table)
{
	return &table->info;
}

int rf_table_renew(struct rf_table *table, const struct rf_table_local *locals, unsigned n, struct rf_buf *why)
{
	char text[WHAT_SIZE];

	rf_netlink_begin(table->nl, RTPFERRY_CMD_TABLE_RENEW, 0);
	rf_message_put_locals(table->nl, table->id, locals, n);
	return rf_module_call(table->nl, what(text, table->id, RTPFERRY_CMD_TABLE_RENEW), NULL, NULL, why);
}

/* More than a batch is not sent: a message and its replies must fit. */
static int refuse_many(const struct rf_table *table, uint8_t command, unsigned n, struct rf_buf *why)
{
	char text[WHAT_SIZE];

	rf_buf_printf(why, "%s of %u flows: expected at most %d at a time", what(text, table->id, command), n,
	              RF_TABLE_BATCH);
	return -E2BIG;
}

int rf_table_set_flows(struct rf_table *table, const struct rf_flow *flows, unsigned n, struct rf_buf *why)
{
	char text[WHAT_SIZE];

	if (n == 0)
		return 0;
	if (n > RF_TABLE_BATCH)
		return refuse_many(table, RTPFERRY_CMD_FLOW_SET, n, why);
	rf_netlink_begin(table->nl, RTPFERRY_CMD_FLOW_SET, 0);
	rf_message_put_table(table->nl, table->id);
	for (unsigned i = 0; i < n; i++)
		rf_message_put_flow(table->nl, &flows[i]);
	return rf_module_call(table->nl, what(text, table->id, RTPFERRY_CMD_FLOW_SET), NULL, NULL, why);
}

int rf_table_del_flows(struct rf_table *table, const struct rf_endpoint *keys, unsigned n, rf_table_stats_fn *fn,
                       void *arg, struct rf_buf *why)
{
	unsigned most = rf_netlink_room(table->nl) / REPLY_ROOM;
	char text[WHAT_SIZE];
	int rc = 0;

	if (n > RF_TABLE_BATCH)
		return refuse_many(table, RTPFERRY_CMD_FLOW_DEL, n, why);
	for (unsigned done = 0, count; done < n && rc == 0; done += count) {
		struct sink sink = {fn, arg, rf_clock_us()};

		count = n - done < most || most == 0 ? n - done : most;
		rf_netlink_begin(table->nl, RTPFERRY_CMD_FLOW_DEL, 0);
		rf_message_put_table(table->nl, table->id);
		for (unsigned i = 0; i < count; i++)
			rf_message_put_key(table->nl, &keys[done + i]);
		rc = rf_module_call(table->nl, what(text, table->id, RTPFERRY_CMD_FLOW_DEL), take_flows, &sink, why);
	}
	return rc;
}

int rf_table_get_flow(struct rf_table *table, const struct rf_endpoint *key, rf_table_stats_fn *fn, void *arg,
                      struct rf_buf *why)
{
	struct sink sink = {fn, arg, rf_clock_us()};
	char text[WHAT_SIZE];

	rf_netlink_begin(table->nl, RTPFERRY_CMD_FLOW_GET, 0);
	rf_message_put_table(table->nl, table->id);
	rf_message_put_key(table->nl, key);
	return rf_module_call(table->nl, what(text, table->id, RTPFERRY_CMD_FLOW_GET), take_flows, &sink, why);
}

int rf_table_dump_start(struct rf_table *table, struct rf_buf *why)
{
	static const struct rf_netlink_error none;
	char text[WHAT_SIZE];
	int rc;

	if (table->dumping) {
		rf_buf_printf(why, "kernel table %u: a dump of its flows is under way", table->id);
		return -EBUSY;
	}
	rf_netlink_begin(table->dump, RTPFERRY_CMD_FLOW_GET, NLM_F_DUMP);
	rf_message_put_table(table->dump, table->id);
	rc = rf_netlink_send(table->dump);
	if (rc < 0)
		return rf_module_refused(table->dump, what(text, table->id, RTPFERRY_CMD_FLOW_GET), rc, &none, why);
	table->dumping = true;
	return 0;
}

int rf_table_dump_fd(const struct rf_table *table)
{
	return rf_netlink_fd(table->dump);
}

int rf_table_dump_read(struct rf_table *table, rf_table_stats_fn *fn, void *arg, struct rf_buf *why)
{
	struct sink sink = {fn, arg, rf_clock_us()};
	struct rf_netlink_error error;
	char text[WHAT_SIZE];
	int rc;

	if (!table->dumping)
		return 0;
	rc = rf_netlink_read(table->dump, take_flows, &sink, &error);
	if (rc == 1 || rc == -EAGAIN)
		return rc;
	table->dumping = false;
	return rc < 0 ? rf_module_refused(table->dump, what(text, table->id, RTPFERRY_CMD_FLOW_GET), rc, &error, why)
	              : 0;
}

int rf_table_declined(struct rf_table *table, uint64_t declined[RTPFERRY_REASON_COUNT], struct rf_buf *why)
{
	struct rf_message_table got = {0};
	char text[WHAT_SIZE];
	int rc;

	rf_netlink_begin(table->nl, RTPFERRY_CMD_TABLE_GET, 0);
	rf_message_put_table(table->nl, table->id);
	rc = rf_module_call(table->nl, what(text, table->id, RTPFERRY_CMD_TABLE_GET), take_table, &got, why);
	if (rc == 0)
		memcpy(declined, got.declined, sizeof(got.declined));
	return rc;
}
