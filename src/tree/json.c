/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading is json-c's. Writing is done here: the library passes broken UTF-8 on, and would want a second
 * tree, built node by node, of what is already a tree.
 */
#include "tree/json.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>

/* A container of json-c's tree that is being copied. */
struct level {
	struct json_object *from; /* object or array; borrowed */
	struct rf_value *to;      /* its copy */
	struct lh_entry *entry;   /* next member of an object */
	size_t index;             /* next element of an array */
};

/* A copier: the containers that are open, outermost first. */
struct copier {
	struct rf_arena *arena;                  /* where the values go */
	struct level levels[RF_VALUE_MAX_DEPTH]; /* outermost first */
	unsigned depth;                          /* levels in use */
	unsigned nodes;                          /* values made */
};

static int level_open(struct copier *c, struct json_object *from, struct rf_value *to)
{
	struct level *level;

	if (!to)
		return -ENOMEM;
	if (c->depth == RF_VALUE_MAX_DEPTH)
		return -E2BIG;
	level = &c->levels[c->depth++];
	*level = (struct level){.from = from, .to = to};
	if (to->type == RF_VALUE_DICT)
		level->entry = lh_table_head(json_object_get_object(from));
	return 0;
}

/* Take the next child off a level; false when there is none left. */
static bool level_next(struct level *level, struct json_object **child, const char **key)
{
	*key = NULL;
	if (level->to->type == RF_VALUE_DICT) {
		if (!level->entry)
			return false;
		*key = lh_entry_k(level->entry);
		*child = lh_entry_v(level->entry);
		level->entry = lh_entry_next(level->entry);
		return true;
	}
	if (level->index == json_object_array_length(level->from))
		return false;
	*child = json_object_array_get_idx(level->from, level->index++);
	return true;
}

static int copy_string(struct copier *c, struct rf_value *parent, struct rf_str key, struct json_object *from)
{
	struct rf_str text = RF_STR_NONE;

	if (from) {
		text = (struct rf_str){json_object_get_string(from), (size_t)json_object_get_string_len(from)};
		text = rf_arena_copy(c->arena, text);
		if (!text.p)
			return -ENOMEM;
	}
	return rf_value_add_str(c->arena, parent, key, text) ? 0 : -ENOMEM;
}

static int copy_child(struct copier *c, struct rf_value *parent, struct json_object *child, const char *name)
{
	struct rf_str key = RF_STR_NONE;
	double real;

	if (++c->nodes > RF_VALUE_MAX_NODES)
		return -E2BIG;
	if (name) {
		key = rf_arena_copy(c->arena, rf_str_of(name));
		if (!key.p)
			return -ENOMEM;
	}
	switch (json_object_get_type(child)) {
	case json_type_object:
		return level_open(c, child, rf_value_add_dict(c->arena, parent, key));
	case json_type_array:
		return level_open(c, child, rf_value_add_list(c->arena, parent, key));
	case json_type_boolean:
		return rf_value_add_bool(c->arena, parent, key, json_object_get_boolean(child)) ? 0 : -ENOMEM;
	case json_type_int:
		return rf_value_add_int(c->arena, parent, key, json_object_get_int64(child)) ? 0 : -ENOMEM;
	case json_type_double:
		real = json_object_get_double(child);
		if (!isfinite(real))
			return -EINVAL;
		return rf_value_add_real(c->arena, parent, key, real) ? 0 : -ENOMEM;
	case json_type_null:
	case json_type_string:
		return copy_string(c, parent, key, child);
	}
	return -EINVAL;
}

/* Copy the children of a container, and theirs. */
static int copy_tree(struct copier *c)
{
	struct json_object *child;
	const char *key;
	int err;

	while (c->depth) {
		struct level *level = &c->levels[c->depth - 1];

		if (!level_next(level, &child, &key)) {
			c->depth--;
			continue;
		}
		err = copy_child(c, level->to, child, key);
		if (err)
			return err;
	}
	return 0;
}

/* The whole tree; a scalar at the top is copied through a list of one. */
static int copy_root(struct rf_arena *arena, struct json_object *from, struct rf_value **out)
{
	struct copier c = {.arena = arena};
	struct rf_value *holder = rf_value_list(arena);
	int err;

	if (!holder)
		return -ENOMEM;
	err = copy_child(&c, holder, from, NULL);
	if (!err)
		err = copy_tree(&c);
	if (!err)
		*out = holder->items.first;
	return err;
}

int rf_json_decode(struct rf_arena *arena, struct rf_str text, struct rf_value **out)
{
	struct json_tokener *tokener;
	struct json_object *tree;
	enum json_tokener_error status;
	int err;

	if (!text.len || text.len > INT_MAX)
		return -EINVAL;
	/* The library counts scalars as a level too. */
	tokener = json_tokener_new_ex(RF_VALUE_MAX_DEPTH + 1);
	if (!tokener)
		return -ENOMEM;
	tree = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	/* A number or a word at the top ends with the text, which the library must be told. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		tree = json_tokener_parse_ex(tokener, "", 1);
	status = json_tokener_get_error(tokener);
	if (status == json_tokener_success)
		err = copy_root(arena, tree, out);
	else
		err = status == json_tokener_error_depth ? -E2BIG : -EINVAL;
	json_object_put(tree);
	json_tokener_free(tokener);
	return err;
}

/* What JSON cannot say, and minus zero, is zero. */
static double sayable(double real)
{
	return isfinite(real) && real != 0 ? real : 0;
}

/* Length of the UTF-8 sequence (RFC 3629) at p, or 0 when it is not one. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
	static const struct {
		unsigned char mask, lead; /* of the first byte */
		unsigned char first_min;  /* of the second byte, where the first is the lowest of its kind */
		size_t length;            /* bytes */
	} kinds[] = {{0xe0, 0xc0, 0x80, 2}, {0xf0, 0xe0, 0xa0, 3}, {0xf8, 0xf0, 0x90, 4}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = kinds[i].length;

		if ((p[0] & kinds[i].mask) != kinds[i].lead)
			continue;
		if ((size_t)(end - p) < length || p[0] == 0xc0 || p[0] == 0xc1 || p[0] > 0xf4)
			return 0;
		for (size_t j = 1; j < length; j++) {
			if ((p[j] & 0xc0) != 0x80)
				return 0;
		}
		if (p[0] == kinds[i].lead && p[1] < kinds[i].first_min)
			return 0; /* written longer than needed */
		if ((p[0] == 0xed && p[1] >= 0xa0) || (p[0] == 0xf4 && p[1] >= 0x90))
			return 0; /* a surrogate, or beyond U+10FFFF */
		return length;
	}
	return 0;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Write the character at p; returns its length in the input. */
static size_t write_special(struct rf_buf *out, const unsigned char *p, const unsigned char *end)
{
	static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	static const char hex[] = "0123456789abcdef";
	size_t length;

	for (const char *e = escapes; *e; e += 2) {
		if (*p == (unsigned char)*e) {
			rf_buf_char(out, '\\');
			rf_buf_char(out, e[1]);
			return 1;
		}
	}
	if (*p < 0x20) {
		const char code[] = {'\\', 'u', '0', '0', hex[*p >> 4], hex[*p & 15]};

		rf_buf_append(out, code, sizeof(code));
		return 1;
	}
	if (*p == 0x7f) {
		rf_buf_char(out, 0x7f);
		return 1;
	}
	length = utf8_length(p, end);
	if (length) {
		rf_buf_append(out, p, length);
		return length;
	}
	rf_buf_text(out, "\xef\xbf\xbd"); /* U+FFFD, the replacement character */
	return 1;
}

static void write_string(struct rf_buf *out, struct rf_str s)
{
	const unsigned char *p = (const unsigned char *)(s.p ? s.p : "");
	const unsigned char *end = p + s.len;
	const unsigned char *run;

	rf_buf_char(out, '"');
	while (p < end) {
		for (run = p; p < end && is_plain(*p);)
			p++;
		rf_buf_append(out, run, (size_t)(p - run));
		if (p < end)
			p += write_special(out, p, end);
	}
	rf_buf_char(out, '"');
}

static void write_scalar(struct rf_buf *out, const struct rf_value *value)
{
	char text[32];

	switch (value->type) {
	case RF_VALUE_STR:
		write_string(out, value->str);
		return;
	case RF_VALUE_BOOL:
		rf_buf_text(out, value->num ? "true" : "false");
		return;
	case RF_VALUE_REAL:
		snprintf(text, sizeof(text), "%.9g", sayable(value->real));
		rf_buf_text(out, text);
		return;
	default:
		rf_buf_i64(out, value->num);
		return;
	}
}

void rf_json_encode(const struct rf_value *value, struct rf_buf *out)
{
	const struct rf_value *open[RF_VALUE_MAX_DEPTH];
	const struct rf_value *at = value;
	unsigned depth = 0;

	while (at || depth) {
		if (!at) {
			at = open[--depth];
			rf_buf_char(out, at->type == RF_VALUE_DICT ? '}' : ']');
			at = at == value ? NULL : at->next;
			continue;
		}
		if (depth && at != open[depth - 1]->items.first)
			rf_buf_char(out, ',');
		if (depth && open[depth - 1]->type == RF_VALUE_DICT) {
			write_string(out, at->key);
			rf_buf_char(out, ':');
		}
		if (at->type != RF_VALUE_LIST && at->type != RF_VALUE_DICT) {
			write_scalar(out, at);
			at = at == value ? NULL : at->next;
			continue;
		}
		if (depth == RF_VALUE_MAX_DEPTH) {
			out->error = out->error ? out->error : -E2BIG;
			return;
		}
		rf_buf_char(out, at->type == RF_VALUE_DICT ? '{' : '[');
		open[depth++] = at;
		at = at->items.first;
	}
}
