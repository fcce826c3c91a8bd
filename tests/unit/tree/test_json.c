/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON in and out of the tree.
 */
#include "tree/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "oom.h"
#include "test.h"

#define ARENA (4 * 1024 * 1024)

static struct rf_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = rf_arena_new(ARENA);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	rf_arena_free(arena);
	return 0;
}

static int decode(const char *text, struct rf_value **out)
{
	return rf_json_decode(arena, rf_str_of(text), out);
}

static void assert_encoding(const struct rf_value *value, const char *expected)
{
	struct rf_buf out;

	rf_buf_init(&out, 0);
	rf_json_encode(value, &out);
	assert_int_equal(out.error, 0);
	assert_str(rf_buf_view(&out), expected);
	rf_buf_free(&out);
}

static void what_is_decoded_encodes_the_same(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"\"a\"",
		"true",
		"17",
		"{\"command\":\"ping\"}",
		"{\"a\":1,\"b\":-5,\"c\":9223372036854775807,\"d\":true,\"e\":false,\"f\":0.25,\"g\":[[],{},[1]]}",
		"{\"sdp\":\"v=0\\r\\no=- 1 1\\r\\n\",\"q\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\"}",
		"{\"latin\":\"\xc3\xa4\",\"euro\":\"\xe2\x82\xac\",\"music\":\"\xf0\x9d\x84\x9e\",\"del\":\"\x7f\"}",
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		struct rf_value *value;

		assert_int_equal(decode(texts[i], &value), 0);
		assert_encoding(value, texts[i]);
	}
}

static void null_becomes_an_empty_string(void **state)
{
	struct rf_value *value;

	(void)state;
	assert_int_equal(decode("{\"a\":null}", &value), 0);
	assert_encoding(value, "{\"a\":\"\"}");
}

static void bytes_after_the_value_are_ignored(void **state)
{
	struct rf_value *value;

	(void)state;
	assert_int_equal(decode("{\"a\":1} x", &value), 0);
	assert_encoding(value, "{\"a\":1}");
}

static void malformed_text_is_refused(void **state)
{
	static const char *const texts[] = {
		"",    "{",   "{\"a\"",    "{\"a\":", "{\"a\":1", "{a:1}", "{\"a\":NaN}", "{\"a\":Infinity}",
		"[1,", "\"x", "{\"a\" 1}",
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		struct rf_value *value;

		assert_int_equal(decode(texts[i], &value), -EINVAL);
	}
}

static void every_prefix_of_a_request_is_refused(void **state)
{
	static const char request[] =
		"{\"command\":\"offer\",\"flags\":[\"a\",\"b\"],\"n\":-12,\"t\":true,\"u\":\"\\u00e4\"}";

	(void)state;
	for (size_t len = 0; len < sizeof(request) - 1; len++) {
		char *copy = malloc(len ? len : 1);
		struct rf_value *value;

		memcpy(copy, request, len);
		assert_int_equal(rf_json_decode(arena, (struct rf_str){copy, len}, &value), -EINVAL);
		free(copy);
	}
}

static void nesting_is_bounded(void **state)
{
	char text[2 * RF_VALUE_MAX_DEPTH + 4] = {0};
	struct rf_value *value;

	(void)state;
	memset(text, '[', RF_VALUE_MAX_DEPTH);
	text[RF_VALUE_MAX_DEPTH] = '1';
	memset(text + RF_VALUE_MAX_DEPTH + 1, ']', RF_VALUE_MAX_DEPTH);
	assert_int_equal(decode(text, &value), 0);
	assert_encoding(value, text);
	memset(text, '[', RF_VALUE_MAX_DEPTH + 1);
	memset(text + RF_VALUE_MAX_DEPTH + 1, ']', RF_VALUE_MAX_DEPTH + 1);
	assert_int_equal(decode(text, &value), -E2BIG);
}

/* Fill text with a piece repeated behind a head. */
static struct rf_str repeat(char *text, size_t size, struct rf_str head, struct rf_str piece)
{
	size_t len = head.len;

	memcpy(text, head.p, head.len);
	for (; len + piece.len < size; len += piece.len)
		memcpy(text + len, piece.p, piece.len);
	return (struct rf_str){text, len};
}

static void deep_and_wide_text_is_refused_at_once(void **state)
{
	static char text[65000];
	struct rf_value *value;
	int64_t start_us = rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID);

	(void)state;
	assert_int_equal(rf_json_decode(arena, repeat(text, 30000, RF_STR(""), RF_STR("[")), &value), -E2BIG);
	assert_int_equal(rf_json_decode(arena, repeat(text, sizeof(text), RF_STR(""), RF_STR("{\"a\":")), &value),
	                 -E2BIG);
	assert_int_equal(rf_json_decode(arena, repeat(text, sizeof(text), RF_STR("{\"a\":[0"), RF_STR(",0")), &value),
	                 -EINVAL);
	text[sizeof(text) - 3] = text[sizeof(text) - 2] = ' ';
	repeat(text, sizeof(text) - 3, RF_STR("[0"), RF_STR(",0"));
	text[sizeof(text) - 1] = ']';
	assert_int_equal(rf_json_decode(arena, (struct rf_str){text, sizeof(text)}, &value), -E2BIG);
	assert_true(rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID) - start_us < 100000);
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
	static const char replaced[] = "\xef\xbf\xbd";
	static const char *const bad[] = {
		"\x80",             /* a continuation alone */
		"\xff",             /* never a byte of UTF-8 */
		"\xc3",             /* cut */
		"\xc0\x80",         /* longer than needed */
		"\xe0\x80\x80",     /* the same */
		"\xf0\x80\x80\x80", /* the same */
		"\xed\xa0\x80",     /* a surrogate */
		"\xf4\x90\x80\x80", /* beyond Unicode */
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(bad); i++) {
		struct rf_value value = {.type = RF_VALUE_STR, .str = rf_str_of(bad[i])};
		char expected[32];
		int len = snprintf(expected, sizeof(expected), "\"");

		for (size_t j = 0; j < strlen(bad[i]); j++)
			len += snprintf(expected + len, sizeof(expected) - (size_t)len, "%s", replaced);
		snprintf(expected + len, sizeof(expected) - (size_t)len, "\"");
		assert_encoding(&value, expected);
	}
}

static void numbers_that_json_lacks_become_zero(void **state)
{
	struct rf_value *list = rf_value_list(arena);

	(void)state;
	rf_value_add_real(arena, list, RF_STR_NONE, (double)NAN);
	rf_value_add_real(arena, list, RF_STR_NONE, (double)INFINITY);
	rf_value_add_real(arena, list, RF_STR_NONE, -0.0);
	assert_encoding(list, "[0,0,0]");
}

static void a_tree_too_deep_to_encode_is_an_error(void **state)
{
	struct rf_value *list = rf_value_list(arena);
	struct rf_value *inner = list;
	struct rf_buf out;

	(void)state;
	for (int i = 0; i < RF_VALUE_MAX_DEPTH; i++)
		inner = rf_value_add_list(arena, inner, RF_STR_NONE);
	rf_buf_init(&out, 0);
	rf_json_encode(list, &out);
	assert_int_equal(out.error, -E2BIG);
	rf_buf_free(&out);
}

static void a_full_arena_is_told(void **state)
{
	static const char *const texts[] = {"{\"a\":\"b\"}", "{\"aaaa\":[1,2,3]}", "[1,true,0.5,{}]"};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		for (size_t limit = 1; limit < 128; limit += 16) {
			struct rf_arena *tiny = rf_arena_new(limit);
			struct rf_value *value;

			assert_non_null(tiny);
			assert_int_equal(rf_json_decode(tiny, rf_str_of(texts[i]), &value), -ENOMEM);
			rf_arena_free(tiny);
		}
	}
}

static int decode_and_encode(void *arg)
{
	struct rf_arena *own = rf_arena_new(ARENA);
	struct rf_value *value;
	struct rf_buf out;
	int err;

	(void)arg;
	if (!own)
		return -ENOMEM;
	rf_buf_init(&out, 0);
	err = rf_json_decode(own, RF_STR("{\"flags\":[\"a\",1,null],\"sdp\":\"v=0\"}"), &value);
	if (!err) {
		rf_json_encode(value, &out);
		err = out.error;
	}
	rf_buf_free(&out);
	rf_arena_free(own);
	return err;
}

static void failing_allocations_leave_nothing_behind(void **state)
{
	(void)state;
	rf_oom_run(decode_and_encode, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_decoded_encodes_the_same),
		cmocka_unit_test(null_becomes_an_empty_string),
		cmocka_unit_test(bytes_after_the_value_are_ignored),
		cmocka_unit_test(malformed_text_is_refused),
		cmocka_unit_test(every_prefix_of_a_request_is_refused),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(deep_and_wide_text_is_refused_at_once),
		cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(numbers_that_json_lacks_become_zero),
		cmocka_unit_test(a_tree_too_deep_to_encode_is_an_error),
		cmocka_unit_test(a_full_arena_is_told),
		cmocka_unit_test(failing_allocations_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
