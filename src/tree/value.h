/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree of values, as bencode and JSON both carry it. Nodes live in an arena; strings are views, either
 * into the arena or into memory that outlives the tree. Dictionaries keep their order and repeated keys.
 */
#ifndef RF_TREE_VALUE_H
#define RF_TREE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Bounds that every decoder keeps. */
#define RF_VALUE_MAX_DEPTH 16
#define RF_VALUE_MAX_NODES 16384

enum rf_value_type { RF_VALUE_INT, RF_VALUE_REAL, RF_VALUE_BOOL, RF_VALUE_STR, RF_VALUE_LIST, RF_VALUE_DICT };

struct rf_value {
	enum rf_value_type type; /* which member of the union counts */
	struct rf_str key;       /* name in the parent dictionary; empty in a list */
	struct rf_value *next;   /* next sibling */
	union {
		int64_t num;       /* INT; BOOL as 0 or 1 */
		double real;       /* REAL: for JSON replies only, bencode writes it as a string */
		struct rf_str str; /* STR */
		struct {
			struct rf_value *first; /* LIST, DICT: children in order */
			struct rf_value *last;  /* where the next one is added */
			uint32_t count;         /* of children */
		} items;
	};
};

/* Constructors of roots: NULL when the arena is full. */
struct rf_value *rf_value_dict(struct rf_arena *arena);
struct rf_value *rf_value_list(struct rf_arena *arena);

/*
 * Add a child; key is RF_STR_NONE in a list. Keys and strings are not copied. A NULL parent or a full
 * arena gives NULL and changes nothing, so that a builder may go on and check the root's size at the end.
 */
struct rf_value *rf_value_add_dict(struct rf_arena *arena, struct rf_value *parent, struct rf_str key);
struct rf_value *rf_value_add_list(struct rf_arena *arena, struct rf_value *parent, struct rf_str key);
struct rf_value *rf_value_add_int(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, int64_t num);
struct rf_value *rf_value_add_real(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, double real);
struct rf_value *rf_value_add_bool(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, bool truth);
struct rf_value *rf_value_add_str(struct rf_arena *arena, struct rf_value *parent, struct rf_str key,
                                  struct rf_str str);

/* The last child of that key (exact match); NULL when there is none or dict is no dictionary. */
const struct rf_value *rf_value_get(const struct rf_value *dict, struct rf_str key);

#endif
