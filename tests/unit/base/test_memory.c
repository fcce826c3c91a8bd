/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arena and the buffer: limits, errors, failing allocations.
 */
#include <errno.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "oom.h"
#include "test.h"

static void an_arena_stops_at_its_limit(void **state)
{
	struct rf_arena *arena = rf_arena_new(100000);
	size_t got = 0;

	(void)state;
	while (rf_arena_alloc(arena, 1000))
		got += 1000;
	assert_in_range(got, 95000, 100000);
	assert_null(rf_arena_alloc(arena, SIZE_MAX));
	assert_null(rf_arena_alloc(arena, SIZE_MAX - 4));
	rf_arena_reset(arena);
	assert_non_null(rf_arena_alloc(arena, 100000 / 16 * 16));
	assert_null(rf_arena_alloc(arena, 1));
	rf_arena_free(arena);
	rf_arena_free(NULL);
}

static void arena_memory_is_zero_and_aligned_after_a_reset_too(void **state)
{
	static const char zero[5000];
	struct rf_arena *arena = rf_arena_new(1 << 20);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t size = 0; size < 5000; size += 321) {
			char *p = rf_arena_alloc(arena, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			assert_memory_equal(p, zero, size);
			memset(p, 0xaa, size);
		}
		rf_arena_reset(arena);
	}
	rf_arena_free(arena);
}

static void arena_strings_are_terminated(void **state)
{
	struct rf_arena *arena = rf_arena_new(64);
	struct rf_str s = rf_arena_copy(arena, (struct rf_str){"abcdef", 3});

	(void)state;
	assert_string_equal(s.p, "abc");
	assert_string_equal(rf_arena_copy(arena, RF_STR_NONE).p, "");
	s = rf_arena_printf(arena, "%s:%d", "port", 30000);
	assert_str(s, "port:30000");
	assert_int_equal(s.p[s.len], 0);
	assert_null(rf_arena_printf(arena, "%100d", 1).p);
	assert_null(rf_arena_copy(arena, (struct rf_str){"", SIZE_MAX}).p);
	rf_arena_free(arena);
}

static int fill_arena(void *arg)
{
	struct rf_arena *arena = rf_arena_new(1 << 20);
	bool complete = true;

	(void)arg;
	if (!arena)
		return -ENOMEM;
	for (int i = 0; i < 5; i++)
		complete &= rf_arena_alloc(arena, 10000) != NULL;
	complete &= rf_arena_printf(arena, "%20000d", 1).p != NULL;
	rf_arena_free(arena);
	return complete ? 0 : -ENOMEM;
}

static void a_buffer_keeps_its_first_error(void **state)
{
	struct rf_buf buf;

	(void)state;
	rf_buf_init(&buf, 10);
	rf_buf_text(&buf, "0123456789");
	assert_int_equal(buf.error, 0);
	rf_buf_char(&buf, 'x');
	assert_int_equal(buf.error, -EMSGSIZE);
	rf_buf_append(&buf, "", 0);
	rf_buf_printf(&buf, "%s", "");
	assert_str(rf_buf_view(&buf), "0123456789");
	rf_buf_reset(&buf);
	assert_int_equal(buf.error, 0);
	rf_buf_printf(&buf, "%010d", 7);
	assert_str(rf_buf_view(&buf), "0000000007");
	rf_buf_free(&buf);
	rf_buf_free(&buf);
	assert_int_equal(buf.limit, 10);
}

static void a_buffer_grows_to_exactly_its_limit(void **state)
{
	struct rf_buf buf;

	(void)state;
	rf_buf_init(&buf, 1000);
	for (int i = 0; i < 1000; i++)
		rf_buf_char(&buf, (char)('a' + i % 26));
	assert_int_equal(buf.error, 0);
	assert_int_equal(buf.size, 1000);
	assert_int_equal(buf.data[999], 'a' + 999 % 26);
	rf_buf_char(&buf, 'x');
	assert_int_equal(buf.error, -EMSGSIZE);
	rf_buf_free(&buf);
}

static void numbers_print_as_printf_prints_them(void **state)
{
	static const int64_t numbers[] = {0, 1, -1, 9, 10, -10, 1234567890123, INT64_MAX, INT64_MIN};
	struct rf_buf buf;
	char text[32];

	(void)state;
	rf_buf_init(&buf, 0);
	for (size_t i = 0; i < RF_COUNT(numbers); i++) {
		rf_buf_reset(&buf);
		rf_buf_i64(&buf, numbers[i]);
		snprintf(text, sizeof(text), "%lld", (long long)numbers[i]);
		assert_str(rf_buf_view(&buf), text);
	}
	rf_buf_reset(&buf);
	rf_buf_u64(&buf, UINT64_MAX);
	rf_buf_str(&buf, RF_STR("!"));
	assert_str(rf_buf_view(&buf), "18446744073709551615!");
	rf_buf_free(&buf);
}

static void a_long_printf_arrives_whole(void **state)
{
	struct rf_buf buf;

	(void)state;
	rf_buf_init(&buf, 0);
	rf_buf_printf(&buf, "%0*d%s", 255, 1, "");
	rf_buf_printf(&buf, "%0*d", 256, 2);
	rf_buf_printf(&buf, "%0*d", 5000, 3);
	assert_int_equal(buf.error, 0);
	assert_int_equal(buf.len, 255 + 256 + 5000);
	assert_int_equal(buf.data[254], '1');
	assert_int_equal(buf.data[510], '2');
	assert_int_equal(buf.data[5510], '3');
	rf_buf_free(&buf);
}

static int fill_buffer(void *arg)
{
	struct rf_buf buf;
	int err;

	(void)arg;
	rf_buf_init(&buf, 0);
	rf_buf_text(&buf, "begin");
	rf_buf_printf(&buf, "%300d", 1);
	rf_buf_printf(&buf, "%3000d", 1);
	err = buf.error;
	rf_buf_free(&buf);
	return err;
}

static void failing_allocations_are_told_and_leak_nothing(void **state)
{
	(void)state;
	rf_oom_run(fill_arena, NULL);
	rf_oom_run(fill_buffer, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_stops_at_its_limit),
		cmocka_unit_test(arena_memory_is_zero_and_aligned_after_a_reset_too),
		cmocka_unit_test(arena_strings_are_terminated),
		cmocka_unit_test(a_buffer_keeps_its_first_error),
		cmocka_unit_test(a_buffer_grows_to_exactly_its_limit),
		cmocka_unit_test(numbers_print_as_printf_prints_them),
		cmocka_unit_test(a_long_printf_arrives_whole),
		cmocka_unit_test(failing_allocations_are_told_and_leak_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
