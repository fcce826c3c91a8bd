/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A buffer of netlink answers: messages, refusals and what the module's answers hold, read as the relay reads them.
 */
#include <stdlib.h>

#include "dataplane/kmod/message.h"

#define NOW_US 1000000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_stats(void *arg, const struct rf_flow_stats *stats)
{
	(void)arg;
	if (stats->local.port == 0 || stats->n_sources > RF_LEG_SOURCES || stats->last_us > NOW_US ||
	    (stats->local.addr.family != RF_FAMILY_IP4 && stats->local.addr.family != RF_FAMILY_IP6))
		abort();
}

static void take_table(void *arg, const struct rf_message_table *table)
{
	(void)arg;
	if (table->row.id == 0 || strnlen(table->row.label, sizeof(table->row.label)) == sizeof(table->row.label))
		abort();
}

static int take(void *arg, const struct nlmsghdr *message)
{
	struct rf_table_info info;
	struct rf_walk walk;
	struct rf_item item;

	rf_message_flows(message, NOW_US, take_stats, arg);
	rf_message_tables(message, take_table, arg);
	if (rf_message_walk(message, &walk) == 0)
		while (rf_walk_next(&walk, &item) > 0)
			if (item.number == RTPFERRY_A_INFO && rf_message_read_info(&item, &info) == 0 &&
			    strnlen(info.version, sizeof(info.version)) == sizeof(info.version))
				abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_netlink_end end = {0};
	void *copy = malloc(size ? size : 1); /* aligned, as a socket's buffer */
	struct rf_buf path;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	rf_netlink_walk(copy, size, 0, UINT32_MAX, take, NULL, &end);
	if (strnlen(end.error.sentence, sizeof(end.error.sentence)) == sizeof(end.error.sentence) || end.code > 0)
		abort();
	rf_buf_init(&path, 0);
	rf_walk_blame(&rf_attributes_message, copy, size, end.error.offset, &path);
	rf_buf_free(&path);
	free(copy);
	return 0;
}
