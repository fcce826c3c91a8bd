/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/flow_index.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"

#define NONE UINT32_MAX
#define FIRST_SIZE 64

/* Generations begin anywhere, lest a restarted daemon takes the flows of the one before for its own. */
void rf_flow_index_init(struct rf_flow_index *index)
{
	*index = (struct rf_flow_index){.free = NONE};
	if (getrandom(&index->generation, sizeof(index->generation), GRND_NONBLOCK) < 0)
		index->generation = (uint32_t)rf_clock_wall_us();
}

void rf_flow_index_free(struct rf_flow_index *index)
{
	free(index->items);
	*index = (struct rf_flow_index){.free = NONE};
}

static int grow(struct rf_flow_index *index)
{
	uint32_t n = index->n ? index->n * 2 : FIRST_SIZE;
	struct rf_flow_slot *items = realloc(index->items, n * sizeof(*items));

	if (!items)
		return -ENOMEM;
	for (uint32_t i = index->n; i < n; i++)
		items[i] = (struct rf_flow_slot){
			.generation = index->generation++,
			.next_free = i + 1 < n ? i + 1 : NONE,
		};
	index->items = items;
	index->free = index->n;
	index->n = n;
	return 0;
}

int rf_flow_index_add(struct rf_flow_index *index, struct rf_kernel_flow *flow, uint64_t *cookie)
{
	int err = index->free == NONE ? grow(index) : 0;
	uint32_t at = index->free;

	if (err)
		return err;
	index->free = index->items[at].next_free;
	index->items[at].flow = flow;
	index->items[at].generation++;
	*cookie = (uint64_t)index->items[at].generation << 32 | at;
	return 0;
}

struct rf_kernel_flow *rf_flow_index_find(const struct rf_flow_index *index, uint64_t cookie)
{
	uint32_t at = (uint32_t)cookie;

	if (at >= index->n || index->items[at].generation != cookie >> 32)
		return NULL;
	return index->items[at].flow;
}

void rf_flow_index_remove(struct rf_flow_index *index, uint64_t cookie)
{
	uint32_t at = (uint32_t)cookie;

	if (!rf_flow_index_find(index, cookie))
		return;
	index->items[at].flow = NULL;
	index->items[at].next_free = index->free;
	index->free = at;
}
