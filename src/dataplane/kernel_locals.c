/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "dataplane/internal.h"

struct list {
	struct rf_table_local *items;
	unsigned n;
};

static bool has(const struct list *list, const struct rf_addr *address)
{
	for (unsigned i = 0; i < list->n; i++)
		if (rf_addr_equal(&list->items[i].address, address))
			return true;
	return false;
}

static void count(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	(void)local;
	(void)advertised;
	++*(unsigned *)arg;
}

static void add_address(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	struct list *list = arg;

	(void)advertised;
	if (!has(list, &local->address))
		list->items[list->n++].address = local->address;
}

/* Behind a 1:1 NAT, traffic from inside the network comes to the private address, or to the public one. */
static void add_alias(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	struct list *list = arg;

	if (advertised->family != local->address.family || has(list, advertised))
		return;
	list->items[list->n].address = *advertised;
	list->items[list->n++].alias_of = local->address;
}

int rf_kernel_locals(const struct rf_dataplane *dataplane, struct rf_table_local **out, unsigned *n)
{
	struct list list = {0};
	unsigned rows = 0;

	rf_ports_each_advertised(dataplane->config.ports, count, &rows);
	list.items = calloc(2 * rows + 1, sizeof(*list.items));
	if (!list.items)
		return -ENOMEM;
	rf_ports_each_advertised(dataplane->config.ports, add_address, &list);
	rf_ports_each_advertised(dataplane->config.ports, add_alias, &list);
	*out = list.items;
	*n = list.n;
	return 0;
}
