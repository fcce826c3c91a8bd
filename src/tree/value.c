/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/value.h"

static struct rf_value *node_new(struct rf_arena *arena, enum rf_value_type type)
{
	struct rf_value *node = rf_arena_alloc(arena, sizeof(*node));

	if (node)
		node->type = type;
	return node;
}

static struct rf_value *node_add(struct rf_arena *arena, struct rf_value *parent, struct rf_str key,
                                 enum rf_value_type type)
{
	struct rf_value *node;

	if (!parent)
		return NULL;
	node = node_new(arena, type);
	if (!node)
		return NULL;
	node->key = key;
	if (parent->items.last)
		parent->items.last->next = node;
	else
		parent->items.first = node;
	parent->items.last = node;
	parent->items.count++;
	return node;
}

struct rf_value *rf_value_dict(struct rf_arena *arena)
{
	return node_new(arena, RF_VALUE_DICT);
}

struct rf_value *rf_value_list(struct rf_arena *arena)
{
	return node_new(arena, RF_VALUE_LIST);
}

struct rf_value *rf_value_add_dict(struct rf_arena *arena, struct rf_value *parent, struct rf_str key)
{
	return node_add(arena, parent, key, RF_VALUE_DICT);
}

struct rf_value *rf_value_add_list(struct rf_arena *arena, struct rf_value *parent, struct rf_str key)
{
	return node_add(arena, parent, key, RF_VALUE_LIST);
}

struct rf_value *rf_value_add_int(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, int64_t num)
{
	struct rf_value *node = node_add(arena, parent, key, RF_VALUE_INT);

	if (node)
		node->num = num;
	return node;
}

struct rf_value *rf_value_add_real(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, double real)
{
	struct rf_value *node = node_add(arena, parent, key, RF_VALUE_REAL);

	if (node)
		node->real = real;
	return node;
}

struct rf_value *rf_value_add_bool(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, bool truth)
{
	struct rf_value *node = node_add(arena, parent, key, RF_VALUE_BOOL);

	if (node)
		node->num = truth;
	return node;
}

struct rf_value *rf_value_add_str(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, struct rf_str str)
{
	struct rf_value *node = node_add(arena, parent, key, RF_VALUE_STR);

	if (node)
		node->str = str;
	return node;
}

const struct rf_value *rf_value_get(const struct rf_value *dict, struct rf_str key)
{
	const struct rf_value *found = NULL;

	if (!dict || dict->type != RF_VALUE_DICT)
		return NULL;
	for (const struct rf_value *child = dict->items.first; child; child = child->next) {
		if (rf_str_equal(child->key, key))
			found = child;
	}
	return found;
}
