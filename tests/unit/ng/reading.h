/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request read from text, for the tests of the reader.
 */
#ifndef RF_TESTS_READING_H
#define RF_TESTS_READING_H

#include <stdlib.h>

#include "ng/reader.h"
#include "test.h"
#include "tree/bencode.h"
#include "tree/json.h"

/* What a test reads into. */
struct reading {
	struct rf_arena *arena;
	struct rf_request request;
	struct rf_told told;
	struct rf_reader reader;
};

static inline int reading_setup(void **state)
{
	struct reading *r = calloc(1, sizeof(*r));

	r->arena = rf_arena_new(8 * 1024 * 1024);
	*state = r;
	return 0;
}

static inline int reading_teardown(void **state)
{
	struct reading *r = *state;

	rf_arena_free(r->arena);
	free(r);
	return 0;
}

/* Read a JSON dictionary; returns the request. */
static inline struct rf_request *read_json(struct reading *r, const char *text)
{
	struct rf_value *dict;

	rf_arena_reset(r->arena);
	r->reader = (struct rf_reader){.request = &r->request, .arena = r->arena, .told = &r->told};
	assert_int_equal(rf_json_decode(r->arena, rf_str_of(text), &dict), 0);
	rf_reader_read(&r->reader, dict);
	return &r->request;
}

static inline struct rf_request *read_bencode(struct reading *r, const char *text)
{
	struct rf_value *dict;

	rf_arena_reset(r->arena);
	r->reader = (struct rf_reader){.request = &r->request, .arena = r->arena, .told = &r->told};
	assert_int_equal(rf_bencode_decode(r->arena, rf_str_of(text), &dict), 0);
	rf_reader_read(&r->reader, dict);
	return &r->request;
}

/* Read a raw flag string alone. */
static inline struct rf_request *read_raw(struct reading *r, const char *text)
{
	struct rf_value empty = {.type = RF_VALUE_DICT};

	rf_arena_reset(r->arena);
	r->reader = (struct rf_reader){.request = &r->request, .arena = r->arena, .told = &r->told};
	rf_reader_read(&r->reader, &empty);
	rf_reader_raw_flags(&r->reader, rf_str_of(text));
	return &r->request;
}

#endif
