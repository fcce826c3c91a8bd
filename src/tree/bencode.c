/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/bencode.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

/* A decoder's position and the containers that are open around it. */
struct reader {
	struct rf_arena *arena;                        /* where the values go */
	const char *p;                                 /* next byte */
	const char *end;                               /* behind the last byte */
	struct rf_value *open[RF_VALUE_MAX_DEPTH + 1]; /* containers, outermost first; [0] holds the root */
	unsigned depth;                                /* index of the innermost */
	unsigned nodes;                                /* values made so far */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "123:text": the text. */
static int read_string(struct reader *r, struct rf_str *out)
{
	size_t len = 0;

	while (r->p < r->end && is_digit(*r->p)) {
		len = len * 10 + (size_t)(*r->p++ - '0');
		if (len > (size_t)(r->end - r->p))
			return -EINVAL;
	}
	if (r->p == r->end || *r->p != ':')
		return -EINVAL;
	r->p++;
	if (len > (size_t)(r->end - r->p))
		return -EINVAL;
	*out = (struct rf_str){r->p, len};
	r->p += len;
	return 0;
}

/* "i-123e", the i already read. */
static int read_int(struct reader *r, int64_t *out)
{
	const char *stop = memchr(r->p, 'e', (size_t)(r->end - r->p));
	int err;

	if (!stop)
		return -EINVAL;
	err = rf_str_to_i64((struct rf_str){r->p, (size_t)(stop - r->p)}, out);
	if (err)
		return -EINVAL;
	r->p = stop + 1;
	return 0;
}

/* Open a container, made a child of the innermost one. */
static int open_container(struct reader *r, struct rf_str key)
{
	struct rf_value *parent = r->open[r->depth];
	struct rf_value *node;

	if (r->depth == RF_VALUE_MAX_DEPTH)
		return -E2BIG;
	if (*r->p++ == 'd')
		node = rf_value_add_dict(r->arena, parent, key);
	else
		node = rf_value_add_list(r->arena, parent, key);
	if (!node)
		return -ENOMEM;
	r->open[++r->depth] = node;
	return 0;
}

/* Read one value under key, or open it when it is a container. */
static int read_value(struct reader *r, struct rf_str key)
{
	struct rf_value *parent = r->open[r->depth];
	struct rf_str str;
	int64_t num;
	int err;

	if (++r->nodes > RF_VALUE_MAX_NODES)
		return -E2BIG;
	switch (*r->p) {
	case 'd':
	case 'l':
		return open_container(r, key);
	case 'i':
		r->p++;
		err = read_int(r, &num);
		if (err)
			return err;
		return rf_value_add_int(r->arena, parent, key, num) ? 0 : -ENOMEM;
	default:
		err = is_digit(*r->p) ? read_string(r, &str) : -EINVAL;
		if (err)
			return err;
		return rf_value_add_str(r->arena, parent, key, str) ? 0 : -ENOMEM;
	}
}

int rf_bencode_decode(struct rf_arena *arena, struct rf_str text, struct rf_value **out)
{
	struct reader r = {.arena = arena, .p = text.p};
	struct rf_str key;
	int err;

	if (!text.len)
		return -EINVAL;
	r.end = text.p + text.len;
	r.open[0] = rf_value_list(arena);
	if (!r.open[0])
		return -ENOMEM;
	do {
		key = RF_STR_NONE;
		if (r.p == r.end)
			return -EINVAL;
		if (r.depth && *r.p == 'e') {
			r.p++;
			r.depth--;
			continue;
		}
		if (r.open[r.depth]->type == RF_VALUE_DICT) {
			err = is_digit(*r.p) ? read_string(&r, &key) : -EINVAL;
			if (err)
				return err;
			if (r.p == r.end)
				return -EINVAL;
		}
		err = read_value(&r, key);
		if (err)
			return err;
	} while (r.depth);
	*out = r.open[0]->items.first;
	return 0;
}

static void write_string(struct rf_buf *out, struct rf_str s)
{
	rf_buf_u64(out, s.len);
	rf_buf_char(out, ':');
	rf_buf_str(out, s);
}

/* A value without children; bencode has neither truth nor fractions. */
static void write_scalar(struct rf_buf *out, const struct rf_value *value)
{
	char text[32];

	switch (value->type) {
	case RF_VALUE_STR:
		write_string(out, value->str);
		return;
	case RF_VALUE_REAL:
		snprintf(text, sizeof(text), "%.9g", isfinite(value->real) ? value->real : 0.0);
		write_string(out, rf_str_of(text));
		return;
	default:
		rf_buf_char(out, 'i');
		rf_buf_i64(out, value->num);
		rf_buf_char(out, 'e');
		return;
	}
}

void rf_bencode_encode(const struct rf_value *value, struct rf_buf *out)
{
	const struct rf_value *open[RF_VALUE_MAX_DEPTH];
	const struct rf_value *at = value;
	unsigned depth = 0;

	while (at || depth) {
		if (!at) {
			rf_buf_char(out, 'e');
			at = open[--depth];
			at = at == value ? NULL : at->next;
			continue;
		}
		if (depth && open[depth - 1]->type == RF_VALUE_DICT)
			write_string(out, at->key);
		if (at->type != RF_VALUE_LIST && at->type != RF_VALUE_DICT) {
			write_scalar(out, at);
			at = at == value ? NULL : at->next;
			continue;
		}
		if (depth == RF_VALUE_MAX_DEPTH) {
			out->error = out->error ? out->error : -E2BIG;
			return;
		}
		rf_buf_char(out, at->type == RF_VALUE_DICT ? 'd' : 'l');
		open[depth++] = at;
		at = at->items.first;
	}
}
