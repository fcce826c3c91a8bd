/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bencode, and the tree that it is read into.
 */
#include "tree/bencode.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "oom.h"
#include "test.h"

#define ARENA (4 * 1024 * 1024)

/* One test's arena. */
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
	return rf_bencode_decode(arena, rf_str_of(text), out);
}

static void assert_encoding(const struct rf_value *value, const char *expected)
{
	struct rf_buf out;

	rf_buf_init(&out, 0);
	rf_bencode_encode(value, &out);
	assert_int_equal(out.error, 0);
	assert_str(rf_buf_view(&out), expected);
	rf_buf_free(&out);
}

static void what_is_decoded_encodes_the_same(void **state)
{
	static const char *const texts[] = {
		"i0e",
		"i-5e",
		"i9223372036854775807e",
		"0:",
		"4:ping",
		"le",
		"de",

		"d7:command4:pinge",
		"d5:flagsl13:trust-address9:symmetrice7:replacel6:origine6:directld1:ai1ee0:ee",
		"d1:b1:x1:a1:y1:b1:ze", /* unsorted and repeated keys */
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		struct rf_value *value;

		assert_int_equal(decode(texts[i], &value), 0);
		assert_encoding(value, texts[i]);
	}
}

static void bytes_after_the_value_are_ignored(void **state)
{
	struct rf_value *value;

	(void)state;
	assert_int_equal(decode("i7egarbage", &value), 0);
	assert_int_equal(value->type, RF_VALUE_INT);
	assert_int_equal(value->num, 7);
}

static void the_last_of_repeated_keys_is_found(void **state)
{
	struct rf_value *value;

	(void)state;
	assert_int_equal(decode("d1:ai1e1:bi2e1:ai3ee", &value), 0);
	assert_int_equal(value->items.count, 3);
	assert_int_equal(rf_value_get(value, RF_STR("a"))->num, 3);
	assert_null(rf_value_get(value, RF_STR("A")));
	assert_null(rf_value_get(rf_value_get(value, RF_STR("a")), RF_STR("x")));
	assert_null(rf_value_get(NULL, RF_STR("a")));
}

static void malformed_text_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"i",
		"ie",
		"i-e",
		"i1",
		"i1.5e",
		"i99999999999999999999e",
		"i+-1e",
		"5",
		"5:",
		"5:abcd",
		"-1:a",
		"01",
		"d",
		"d1:a",
		"d1:ae",
		"di1ei2",
		"dle1:ae",
		"l",
		"li1e",
		"ld",
		"d1:ai1e",
		"4294967297:a",
		"e",
		"d:",
		"99999999999999999999999999999:a",
		"1 :a",
		"d1:ai1e2:",
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		struct rf_value *value = (struct rf_value *)&value;

		assert_int_equal(decode(texts[i], &value), -EINVAL);
		assert_ptr_equal(value, &value); /* untouched */
	}
}

static void every_prefix_of_a_request_is_refused(void **state)
{
	static const char request[] = "d7:call-id3:abc5:flagsl1:a2:bbe7:command5:offer3:sdp4:v=0\n3:tosi184ee";

	(void)state;
	for (size_t len = 0; len < sizeof(request) - 1; len++) {
		char *copy = malloc(len ? len : 1); /* so that reading beyond it is seen */
		struct rf_value *value;

		memcpy(copy, request, len);
		assert_int_equal(rf_bencode_decode(arena, (struct rf_str){copy, len}, &value), -EINVAL);
		free(copy);
	}
}

static void nesting_is_bounded(void **state)
{
	char text[2 * RF_VALUE_MAX_DEPTH + 3] = {0};
	struct rf_value *value;

	(void)state;
	memset(text, 'l', RF_VALUE_MAX_DEPTH);
	memset(text + RF_VALUE_MAX_DEPTH, 'e', RF_VALUE_MAX_DEPTH);
	assert_int_equal(decode(text, &value), 0);
	assert_encoding(value, text);
	memset(text, 'l', RF_VALUE_MAX_DEPTH + 1);
	memset(text + RF_VALUE_MAX_DEPTH + 1, 'e', RF_VALUE_MAX_DEPTH + 1);
	assert_int_equal(decode(text, &value), -E2BIG);
}

static void deep_and_wide_text_is_refused_at_once(void **state)
{
	static char text[65000];
	struct rf_value *value;
	int64_t start_us = rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID);

	(void)state;
	memset(text, 'd', 30000);
	assert_int_equal(rf_bencode_decode(arena, (struct rf_str){text, 30000}, &value), -EINVAL);
	memset(text, 'l', 30000);
	assert_int_equal(rf_bencode_decode(arena, (struct rf_str){text, 30000}, &value), -E2BIG);
	memset(text, '0', sizeof(text));
	assert_int_equal(rf_bencode_decode(arena, (struct rf_str){text, sizeof(text)}, &value), -EINVAL);
	text[0] = 'l';
	for (size_t i = 1; i + 1 < sizeof(text); i += 2) {
		text[i] = '0';
		text[i + 1] = ':';
	}
	assert_int_equal(rf_bencode_decode(arena, (struct rf_str){text, sizeof(text)}, &value), -E2BIG);
	assert_true(rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID) - start_us < 50000);
}

static void a_full_arena_is_told(void **state)
{
	struct rf_arena *tiny = rf_arena_new(64);
	struct rf_value *value;

	(void)state;
	assert_non_null(tiny);
	assert_int_equal(rf_bencode_decode(tiny, RF_STR("l1:a1:b1:ce"), &value), -ENOMEM);
	rf_arena_free(tiny);
}

static void builders_go_on_without_a_parent(void **state)
{
	(void)state;
	assert_null(rf_value_add_dict(arena, NULL, RF_STR("a")));
	assert_null(rf_value_add_list(arena, NULL, RF_STR("a")));
	assert_null(rf_value_add_int(arena, NULL, RF_STR("a"), 1));
	assert_null(rf_value_add_real(arena, NULL, RF_STR("a"), 1));
	assert_null(rf_value_add_bool(arena, NULL, RF_STR("a"), true));
	assert_null(rf_value_add_str(arena, NULL, RF_STR("a"), RF_STR("b")));
}

static void truth_and_fractions_have_a_bencode_form(void **state)
{
	struct rf_value *dict = rf_value_dict(arena);

	(void)state;
	rf_value_add_bool(arena, dict, RF_STR("t"), true);
	rf_value_add_real(arena, dict, RF_STR("r"), 0.25);
	rf_value_add_real(arena, dict, RF_STR("n"), (double)NAN);
	assert_encoding(dict, "d1:ti1e1:r4:0.251:n1:0e");
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
	rf_bencode_encode(list, &out);
	assert_int_equal(out.error, -E2BIG);
	rf_buf_free(&out);
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
	err = rf_bencode_decode(own, RF_STR("d5:flagsl1:a1:be3:sdp3:v=0e"), &value);
	if (!err) {
		rf_bencode_encode(value, &out);
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
		cmocka_unit_test(bytes_after_the_value_are_ignored),
		cmocka_unit_test(the_last_of_repeated_keys_is_found),
		cmocka_unit_test(malformed_text_is_refused),
		cmocka_unit_test(every_prefix_of_a_request_is_refused),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(deep_and_wide_text_is_refused_at_once),
		cmocka_unit_test(a_full_arena_is_told),
		cmocka_unit_test(builders_go_on_without_a_parent),
		cmocka_unit_test(truth_and_fractions_have_a_bencode_form),
		cmocka_unit_test(a_tree_too_deep_to_encode_is_an_error),
		cmocka_unit_test(failing_allocations_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
