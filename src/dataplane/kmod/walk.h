/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading attributes of the contract: the generated tables say how long each may be. Values only.
 */
#ifndef RF_DATAPLANE_KMOD_WALK_H
#define RF_DATAPLANE_KMOD_WALK_H

#include <stddef.h>

#include "base/addr.h"
#include "base/buf.h"
#include "dataplane/kmod/attributes.h"

/* The attributes of one level, one after the other. */
struct rf_walk {
	const uint8_t *at;                  /* borrowed */
	size_t left;                        /* bytes */
	const struct rf_attribute_set *set; /* what may be there */
};

/* An attribute whose length is as the contract says. */
struct rf_item {
	const struct rf_attribute *attribute; /* never NULL */
	const uint8_t *data;                  /* in what is read, unaligned */
	uint16_t number;                      /* in its set */
	uint16_t len;                         /* bytes of data */
};

void rf_walk_init(struct rf_walk *walk, const struct rf_attribute_set *set, const void *data, size_t len);
/*
 * 1: *item is the next attribute that the contract knows; 0: none is left; -EBADMSG: one is not as the contract says.
 * It is passed over, so whoever reads may go on.
 */
int rf_walk_next(struct rf_walk *walk, struct rf_item *item);
/* Read what is in an item of kind nest. */
void rf_walk_nest(struct rf_walk *walk, const struct rf_item *item);
uint64_t rf_item_number(const struct rf_item *item);
/* 0, or -EBADMSG: neither 4 nor 16 bytes. */
int rf_item_address(const struct rf_item *item, struct rf_addr *out);

/*
 * Append the name of the attribute that begins at an offset, its nests before it: "flow 2 to-address" (the second
 * flow). Nothing is appended when none begins there. data and offset are from where the set's attributes begin.
 */
void rf_walk_blame(const struct rf_attribute_set *set, const void *data, size_t len, size_t offset, struct rf_buf *out);

#endif
