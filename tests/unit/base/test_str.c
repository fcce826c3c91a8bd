/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * String views and lists.
 */
#include "base/str.h"

#include <errno.h>

#include "base/list.h"
#include "test.h"

static void names_fold_case_and_separators(void **state)
{
	(void)state;
	assert_true(rf_str_equal_name(RF_STR("Trust Address"), RF_STR("trust-address")));
	assert_true(rf_str_equal_name(RF_STR("RTCP_mux"), RF_STR("rtcp-MUX")));
	assert_false(rf_str_equal_name(RF_STR("rtcp-mux"), RF_STR("rtcpmux")));
	assert_false(rf_str_equal_name(RF_STR("a.b"), RF_STR("a-b")));
	assert_true(rf_str_has_prefix_name(RF_STR("DTMF_security-trigger"), RF_STR("dtmf-security")));
	assert_false(rf_str_has_prefix_name(RF_STR("dt"), RF_STR("dtmf")));
	assert_true(rf_str_equal_name(RF_STR_NONE, RF_STR("")));
}

static void case_is_folded_in_ascii_only(void **state)
{
	(void)state;
	assert_true(rf_str_equal_case(RF_STR("pcmA/8000"), RF_STR("PCMa/8000")));
	assert_false(rf_str_equal_case(RF_STR("a-b"), RF_STR("a_b")));
	assert_false(rf_str_equal_case(RF_STR("\xc4"), RF_STR("\xe4")));
	assert_false(rf_str_equal_case(RF_STR("@"), RF_STR("`")));
	assert_true(rf_str_has_prefix(RF_STR("a=rtpmap"), RF_STR("a=")));
	assert_true(rf_str_has_prefix(RF_STR_NONE, RF_STR_NONE));
	assert_false(rf_str_has_prefix(RF_STR("A="), RF_STR("a=")));
}

static void trim_takes_white_space_off_both_ends(void **state)
{
	(void)state;
	assert_str(rf_str_trim(RF_STR(" \t a b\r\n")), "a b");
	assert_str(rf_str_trim(RF_STR(" \r\n")), "");
	assert_str(rf_str_trim(RF_STR_NONE), "");
}

static void tokens_skip_runs_of_separators(void **state)
{
	struct rf_str rest = RF_STR("  one, two ,,three ");
	struct rf_str token;

	(void)state;
	assert_true(rf_str_token(&rest, " ,", &token));
	assert_str(token, "one");
	assert_true(rf_str_token(&rest, " ,", &token));
	assert_str(token, "two");
	assert_true(rf_str_token(&rest, " ,", &token));
	assert_str(token, "three");
	assert_false(rf_str_token(&rest, " ,", &token));
	assert_int_equal(token.len, 0);
	assert_false(rf_str_token(&rest, " ,", &token));
}

static void a_nul_byte_is_no_separator(void **state)
{
	struct rf_str rest = {"a\0b c", 5};
	struct rf_str token;

	(void)state;
	assert_true(rf_str_token(&rest, " ", &token));
	assert_int_equal(token.len, 3);
}

static void cut_keeps_empty_parts(void **state)
{
	struct rf_str rest = RF_STR("a;;b;");
	struct rf_str head;

	(void)state;
	assert_true(rf_str_cut(&rest, ';', &head));
	assert_str(head, "a");
	assert_true(rf_str_cut(&rest, ';', &head));
	assert_str(head, "");
	assert_true(rf_str_cut(&rest, ';', &head));
	assert_str(head, "b");
	assert_false(rf_str_cut(&rest, ';', &head));
	rest = RF_STR("whole");
	assert_true(rf_str_cut(&rest, ';', &head));
	assert_str(head, "whole");
	assert_int_equal(rest.len, 0);
}

static void integers_are_whole_and_in_range(void **state)
{
	static const struct {
		const char *text;
		int err;
		int64_t value;
	} rows[] = {
		{"0", 0, 0},
		{"-0", 0, 0},
		{"+17", 0, 17},
		{"0042", 0, 42},
		{"9223372036854775807", 0, INT64_MAX},
		{"-9223372036854775808", 0, INT64_MIN},
		{"9223372036854775808", -ERANGE, 0},
		{"-9223372036854775809", -ERANGE, 0},
		{"99999999999999999999999", -ERANGE, 0},
		{"", -EINVAL, 0},
		{"-", -EINVAL, 0},
		{"+-1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		int64_t value = 4711;

		assert_int_equal(rf_str_to_i64(rf_str_of(rows[i].text), &value), rows[i].err);
		assert_true(value == (rows[i].err ? 4711 : rows[i].value));
	}
}

static void unsigned_integers_have_their_own_range(void **state)
{
	uint64_t value = 1;

	(void)state;
	assert_int_equal(rf_str_to_u64(RF_STR("18446744073709551615"), &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(rf_str_to_u64(RF_STR("18446744073709551616"), &value), -ERANGE);
	assert_int_equal(rf_str_to_u64(RF_STR("-1"), &value), -ERANGE);
	assert_int_equal(rf_str_to_u64(RF_STR("-0"), &value), 0);
	assert_true(value == 0);
}

/* An element of a list. */
struct element {
	struct rf_list list; /* in the list */
	int number;          /* its name */
};

static void list_elements_may_go_while_it_is_walked(void **state)
{
	struct element elements[4];
	struct rf_list head;
	int sum = 0;

	(void)state;
	rf_list_init(&head);
	assert_true(rf_list_empty(&head));
	for (int i = 0; i < 4; i++) {
		elements[i].number = i;
		rf_list_append(&head, &elements[i].list);
	}
	RF_LIST_EACH_SAFE (it, &head)
		if (RF_CONTAINER(it, struct element, list)->number % 2)
			rf_list_remove(it);
	rf_list_remove(&elements[1].list);
	RF_LIST_EACH (it, &head)
		sum = sum * 10 + RF_CONTAINER(it, struct element, list)->number;
	assert_int_equal(sum, 2);
	assert_ptr_equal(head.next, &elements[0].list);
	assert_ptr_equal(head.prev, &elements[2].list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_fold_case_and_separators),
		cmocka_unit_test(case_is_folded_in_ascii_only),
		cmocka_unit_test(trim_takes_white_space_off_both_ends),
		cmocka_unit_test(tokens_skip_runs_of_separators),
		cmocka_unit_test(a_nul_byte_is_no_separator),
		cmocka_unit_test(cut_keeps_empty_parts),
		cmocka_unit_test(integers_are_whole_and_in_range),
		cmocka_unit_test(unsigned_integers_have_their_own_range),
		cmocka_unit_test(list_elements_may_go_while_it_is_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
