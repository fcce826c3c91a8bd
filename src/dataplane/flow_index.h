/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flows by the cookie that the kernel tells with their statistics: an index with a generation, so that a cookie of a
 * flow that is gone, or of another daemon's, finds nothing.
 */
#ifndef RF_DATAPLANE_FLOW_INDEX_H
#define RF_DATAPLANE_FLOW_INDEX_H

#include <stdint.h>

struct rf_kernel_flow;

struct rf_flow_slot {
	struct rf_kernel_flow *flow; /* NULL: free */
	uint32_t generation;         /* of the flow, or of the last one */
	uint32_t next_free;          /* index; UINT32_MAX: none */
};

struct rf_flow_index {
	struct rf_flow_slot *items; /* owned */
	uint32_t n;                 /* of them */
	uint32_t free;              /* index of the first free one; UINT32_MAX: none */
	uint32_t generation;        /* of the next that is made anew */
};

void rf_flow_index_init(struct rf_flow_index *index);
void rf_flow_index_free(struct rf_flow_index *index);
/* 0 or -ENOMEM. */
int rf_flow_index_add(struct rf_flow_index *index, struct rf_kernel_flow *flow, uint64_t *cookie);
/* Safe for a cookie that was removed already. */
void rf_flow_index_remove(struct rf_flow_index *index, uint64_t cookie);
/* NULL: there is none. */
struct rf_kernel_flow *rf_flow_index_find(const struct rf_flow_index *index, uint64_t cookie);

#endif
