/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log/line.h"

#include <stdlib.h>

#include "test.h"

static char line[RF_LOG_LINE_MAX];

static struct rf_str text(struct rf_str call_id, struct rf_str message)
{
	const struct rf_log_entry entry = {.level = "info", .area = "call", .call_id = call_id, .message = message};

	return (struct rf_str){line, rf_log_line_text(&entry, line)};
}

static struct rf_str json(struct rf_str call_id, struct rf_str message)
{
	const struct rf_log_entry entry = {
		.wall_us = 1700000000000042,
		.level = "info",
		.area = "call",
		.call_id = call_id,
		.message = message,
	};

	return (struct rf_str){line, rf_log_line_json(&entry, line)};
}

#define JSON_HEAD "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"level\":\"info\",\"area\":\"call\","

static void a_line_names_level_area_and_call(void **state)
{
	(void)state;
	assert_str(text(RF_STR("1@host"), RF_STR("offer, 2 media")), "info call 1@host offer, 2 media\n");
	assert_str(text(RF_STR_NONE, RF_STR("ready")), "info call - ready\n");
	assert_str(json(RF_STR("1@host"), RF_STR("ready")),
	           JSON_HEAD "\"call_id\":\"1@host\",\"message\":\"ready\"}\n");
	assert_str(json(RF_STR_NONE, RF_STR_NONE), JSON_HEAD "\"message\":\"\"}\n");
}

static void control_characters_cannot_begin_a_line(void **state)
{
	(void)state;
	assert_str(text(RF_STR("a\nerror"), RF_STR("\x1b[31m\x7f\tx\0y")),
	           "info call a\\x0aerror \\x1b[31m\\x7f\\x09x\\x00y\n");
	assert_str(json(RF_STR_NONE, RF_STR("a\n\"b\\\x7f\xc2\x9b")),
	           JSON_HEAD "\"message\":\"a\\u000a\\\"b\\\\\\u007f\\u009b\"}\n");
}

static void only_well_formed_utf8_is_left_as_it_is(void **state)
{
	static const struct {
		struct rf_str in;
		const char *text;
	} rows[] = {
		{RF_STR("gr\xc3\xbc\xc3\x9f"), "info call - gr\xc3\xbc\xc3\x9f\n"},
		{RF_STR("\xe2\x82\xac \xf0\x9f\x93\x9e"), "info call - \xe2\x82\xac \xf0\x9f\x93\x9e\n"},
		{RF_STR("\xff"), "info call - \\xff\n"},
		{RF_STR("\xc3"), "info call - \\xc3\n"},
		{RF_STR("\xc0\xaf"), "info call - \\xc0\\xaf\n"},
		{RF_STR("\xe0\x80\xaf"), "info call - \\xe0\\x80\\xaf\n"},
		{RF_STR("\xed\xa0\x80"), "info call - \\xed\\xa0\\x80\n"},
		{RF_STR("\xf4\x90\x80\x80"), "info call - \\xf4\\x90\\x80\\x80\n"},
		{RF_STR("\xe2\x82x"), "info call - \\xe2\\x82x\n"},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++)
		assert_str(text(RF_STR_NONE, rows[i].in), rows[i].text);
	assert_str(json(RF_STR_NONE, RF_STR("\xff")), JSON_HEAD "\"message\":\"\\\\xff\"}\n");
}

static void what_is_too_long_is_cut(void **state)
{
	struct rf_str big = {malloc(20000), 20000};
	struct rf_str out;

	(void)state;
	memset((char *)big.p, 1, big.len);
	out = json(big, big);
	assert_in_range(out.len, RF_LOG_LINE_MAX - 30, RF_LOG_LINE_MAX);
	assert_memory_equal(out.p + out.len - 6, "...\"}\n", 6);
	out = text(big, big);
	assert_in_range(out.len, RF_LOG_LINE_MAX - 30, RF_LOG_LINE_MAX);
	assert_memory_equal(out.p + out.len - 4, "...\n", 4);
	free((char *)big.p);
}

/* A backslash before the dots of a cut line would make them an escape that JSON does not have. */
static void a_cut_json_line_ends_no_escape(void **state)
{
	struct rf_str quotes = {malloc(6000), 6000};

	(void)state;
	memset((char *)quotes.p, '"', quotes.len);
	for (unsigned i = 0; i < 2; i++) {
		struct rf_str call_id = {"call", 3 + i};
		struct rf_str out = json(call_id, quotes);

		assert_memory_equal(out.p + out.len - 8, "\\\"...\"}\n", 8);
	}
	free((char *)quotes.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_level_area_and_call),
		cmocka_unit_test(control_characters_cannot_begin_a_line),
		cmocka_unit_test(only_well_formed_utf8_is_left_as_it_is),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(a_cut_json_line_ends_no_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
