/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "ctl/fields.h"
#include "ctl/grid.h"
#include "tree/json.h"

static struct rf_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = rf_arena_new(1u << 20);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	rf_arena_free(arena);
	return 0;
}

static struct rf_value *parse(const char *text)
{
	struct rf_value *tree;

	assert_int_equal(rf_json_decode(arena, rf_str_of(text), &tree), 0);
	return tree;
}

static void durations_are_short(void **state)
{
	(void)state;
	assert_str(rf_show_duration(arena, -1), "0s");
	assert_str(rf_show_duration(arena, 59.9), "59s");
	assert_str(rf_show_duration(arena, 72), "1m12s");
	assert_str(rf_show_duration(arena, 3661), "1h01m");
	assert_str(rf_show_duration(arena, 93600), "1d02h");
}

static void counts_have_groups(void **state)
{
	(void)state;
	assert_str(rf_show_count(arena, 0), "0");
	assert_str(rf_show_count(arena, 999), "999");
	assert_str(rf_show_count(arena, 1000), "1 000");
	assert_str(rf_show_count(arena, 1234567), "1 234 567");
	assert_str(rf_show_count(arena, -100), "-100");
	assert_str(rf_show_count(arena, INT64_MIN), "-9 223 372 036 854 775 808");
}

static void figures_have_units_or_a_dash(void **state)
{
	const struct rf_value *tree = parse("{\"loss\":0.0025,\"jitter\":0.00149,\"mos\":4.25,\"none\":0,\"n\":1}");

	(void)state;
	assert_str(rf_show_percent(arena, tree, "loss"), "0.25 %");
	assert_str(rf_show_percent(arena, tree, "none"), "0.00 %");
	assert_str(rf_show_percent(arena, tree, "missing"), "-");
	assert_str(rf_show_ms(arena, tree, "jitter"), "1.5 ms");
	assert_str(rf_show_ms(arena, NULL, "jitter"), "-");
	assert_str(rf_show_mos(arena, tree, "mos"), "4.2");
	assert_str(rf_show_mos(arena, tree, "n"), "1.0");
}

static void fields_of_other_types_are_missing(void **state)
{
	const struct rf_value *tree = parse("{\"a\":\"text\",\"b\":7,\"c\":[1,2],\"d\":true}");

	(void)state;
	assert_str(rf_field_text(tree, "a"), "text");
	assert_str(rf_field_text(tree, "b"), "");
	assert_int_equal(rf_field_int(tree, "b"), 7);
	assert_int_equal(rf_field_int(tree, "a"), 0);
	assert_true(rf_field_bool(tree, "d"));
	assert_false(rf_field_bool(tree, "b"));
	assert_int_equal(rf_field_first(rf_field(tree, "c"))->num, 1);
	assert_null(rf_field_first(rf_field(tree, "a")));
	assert_null(rf_field_first(NULL));
}

static void strangers_do_not_speak_to_the_terminal(void **state)
{
	const struct rf_value *tree = parse("{\"id\":\"a\\u001b[2J\\u0007\\u007f\\u009bx\\u00e4\",\"empty\":\"\"}");

	(void)state;
	assert_str(rf_show_text(arena, tree, "id"), "a?[2J????x\xc3\xa4");
	assert_str(rf_show_text(arena, tree, "empty"), "-");
}

static void call_ids_are_percent_encoded(void **state)
{
	struct rf_buf out;

	(void)state;
	rf_buf_init(&out, 0);
	rf_percent_encode(&out, rf_str_of("aZ0-._~/@ %\xff"));
	assert_str(rf_buf_view(&out), "aZ0-._~%2F%40%20%25%FF");
	rf_buf_free(&out);
}

static void columns_are_aligned(void **state)
{
	static const struct rf_grid_column columns[] = {{"NAME", false}, {"N", true}, {"LAST", false}};
	const struct rf_str rows[][3] = {
		{RF_STR("a"), RF_STR("1"), RF_STR("x")},
		{RF_STR("b\xc3\xa4r"), RF_STR("1 000"), RF_STR("-")},
		{RF_STR("much too long"), RF_STR("20"), RF_STR("y")},
	};
	struct rf_grid table;
	struct rf_buf out;

	(void)state;
	rf_grid_init(&table, arena, columns, 3);
	table.most = 6;
	for (size_t i = 0; i < RF_COUNT(rows); i++)
		rf_grid_add(&table, rows[i]);
	rf_buf_init(&out, 0);
	rf_grid_print(&table, &out);
	assert_str(rf_buf_view(&out), "NAME        N  LAST\n"
	                              "a           1  x\n"
	                              "b\xc3\xa4r     1 000  -\n"
	                              "much \xe2\x80\xa6     20  y\n");
	rf_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_short),
		cmocka_unit_test(counts_have_groups),
		cmocka_unit_test(figures_have_units_or_a_dash),
		cmocka_unit_test(fields_of_other_types_are_missing),
		cmocka_unit_test(strangers_do_not_speak_to_the_terminal),
		cmocka_unit_test(call_ids_are_percent_encoded),
		cmocka_unit_test(columns_are_aligned),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
