/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel answers: flows, tables and the module are read to their end or refused, and no label is longer
 * than it may be. Whatever attribute the kernel blames, its name is found or there is none.
 */
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/kmod/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see_flow(void *arg, const struct rf_flow_stats *stats)
{
	(void)arg;
	if (stats->local.port == 0 || stats->n_sources > RF_LEG_SOURCES)
		abort();
}

static void see_table(void *arg, const struct rf_message_table *table)
{
	(void)arg;
	if (table->row.id == 0 || !memchr(table->row.label, '\0', sizeof(table->row.label)))
		abort();
}

static void see_module(const struct nlmsghdr *message)
{
	struct rf_table_info info;
	struct rf_walk walk;
	struct rf_item item;

	if (rf_message_walk(message, &walk))
		return;
	while (rf_walk_next(&walk, &item) > 0) {
		if (item.number == RTPFERRY_A_INFO && rf_message_read_info(&item, &info) == 0 && info.abi == 0)
			abort();
	}
}

/* An answer, read as each of those that there are. */
static int see(void *arg, const struct nlmsghdr *message)
{
	(void)arg;
	(void)rf_message_flows(message, 1000000, see_flow, NULL);
	(void)rf_message_tables(message, see_table, NULL);
	see_module(message);
	return 0;
}

static void blame(const uint8_t *data, size_t size)
{
	struct rf_buf path;

	rf_buf_init(&path, 0);
	for (size_t offset = 0; offset < size && offset < 64; offset++)
		rf_walk_blame(&rf_attributes_message, data, size, offset, &path);
	rf_buf_free(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_netlink_end end = {0};
	uint8_t *answers = malloc(size + 1); /* of its very size, and aligned as a socket's buffer is */

	if (!answers)
		return 0;
	memcpy(answers, data, size);
	rf_netlink_walk(answers, size, 0, UINT32_MAX, see, NULL, &end);
	if (end.code > 0 || !memchr(end.error.sentence, '\0', sizeof(end.error.sentence)))
		abort();
	blame(answers, size);
	free(answers);
	return 0;
}
