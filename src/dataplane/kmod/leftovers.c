/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/leftovers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/kmod/rules_batch.h"
#include "dataplane/kmod/table.h"

#define NAME "rtpferry_"
#define MAX_LEFT 64 /* at a time */

struct leftovers {
	uint32_t ids[MAX_LEFT]; /* of kernel tables that are gone, as far as is known */
	unsigned n;             /* of them */
};

static void forget(struct leftovers *left, uint32_t id)
{
	for (unsigned i = 0; i < left->n; i++)
		if (left->ids[i] == id)
			left->ids[i--] = left->ids[--left->n];
}

/* The same name may stand in several families. */
static void take_name(void *arg, const char *name)
{
	struct leftovers *left = arg;
	char *end;
	unsigned long id;

	if (strncmp(name, NAME, strlen(NAME)) != 0 || name[strlen(NAME)] < '1' || name[strlen(NAME)] > '9')
		return;
	id = strtoul(name + strlen(NAME), &end, 10);
	if (*end || id > UINT32_MAX)
		return;
	forget(left, (uint32_t)id);
	if (left->n < MAX_LEFT)
		left->ids[left->n++] = (uint32_t)id;
}

static void take_living(void *arg, const struct rf_table_row *row)
{
	forget(arg, row->id);
}

static int remove_all(struct rf_netlink *nl, const struct leftovers *left)
{
	struct rf_netlink_error error;
	struct rf_rules_batch batch;
	char name[RF_RULES_NAME];
	int rc;

	rf_rules_batch_init(&batch, nl);
	for (unsigned i = 0; i < left->n; i++) {
		snprintf(name, sizeof(name), NAME "%u", left->ids[i]);
		rf_rules_batch_remove(&batch, name);
	}
	rc = rf_rules_batch_commit(&batch, &error);
	rf_rules_batch_free(&batch);
	return rc;
}

int rf_leftovers_remove(struct rf_buf *why)
{
	struct leftovers left = {0};
	struct rf_netlink *nl;
	int rc = rf_netlink_open(NETLINK_NETFILTER, &nl);

	if (rc < 0) {
		rf_buf_printf(why, "the nftables tables cannot be looked at: %s", strerror(-rc));
		return rc;
	}
	rc = rf_rules_each_left(nl, take_name, &left);
	if (rc == -EINVAL || rc == -EOPNOTSUPP)
		rc = 0; /* there is no nftables */
	if (rc < 0)
		rf_buf_printf(why, "the nftables tables cannot be looked at: %s", strerror(-rc));
	/* A table of ours is younger than its kernel table: what has none now, lives no more. */
	else if (left.n > 0)
		rc = rf_table_list(take_living, &left, why);
	if (rc == 0 && left.n > 0) {
		rc = remove_all(nl, &left);
		if (rc < 0)
			rf_buf_printf(why, "nftables tables of kernel tables that are gone cannot be removed: %s",
			              strerror(-rc));
	}
	rf_netlink_close(nl);
	return rc < 0 ? rc : (int)left.n;
}
