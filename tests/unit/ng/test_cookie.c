/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cache of replies.
 */
#include "ng/cookie.h"

#include <errno.h>
#include <stdio.h>

#include "oom.h"
#include "test.h"

static const struct rf_endpoint here = {{RF_FAMILY_IP4, {192, 0, 2, 1}}, 5060};
static const struct rf_endpoint there = {{RF_FAMILY_IP4, {192, 0, 2, 2}}, 5060};
static const struct rf_endpoint other_port = {{RF_FAMILY_IP4, {192, 0, 2, 1}}, 5061};

static void a_reply_is_found_again_byte_for_byte(void **state)
{
	struct rf_cookies c;
	struct rf_str reply;

	(void)state;
	assert_int_equal(rf_cookies_init(&c, 1, 1 << 20, 100), 0);
	assert_false(rf_cookies_find(&c, &here, RF_STR("5_1"), 0, &reply));
	rf_cookies_store(&c, &here, RF_STR("5_1"), RF_STR("5_1 d6:result4:ponge"), 0);
	assert_true(rf_cookies_find(&c, &here, RF_STR("5_1"), 1, &reply));
	assert_str(reply, "5_1 d6:result4:ponge");
	rf_cookies_store(&c, &here, RF_STR("5_1"), RF_STR("newer"), 2);
	assert_true(rf_cookies_find(&c, &here, RF_STR("5_1"), 3, &reply));
	assert_str(reply, "newer");
	assert_int_equal(c.hash.count, 1);
	rf_cookies_free(&c);
	assert_int_equal(c.bytes, 0);
}

static void two_sources_with_one_cookie_get_their_own_replies(void **state)
{
	struct rf_cookies c;
	struct rf_str reply;

	(void)state;
	assert_int_equal(rf_cookies_init(&c, 1, 1 << 20, 100), 0);
	rf_cookies_store(&c, &here, RF_STR("x"), RF_STR("for here"), 0);
	assert_false(rf_cookies_find(&c, &there, RF_STR("x"), 0, &reply));
	assert_false(rf_cookies_find(&c, &other_port, RF_STR("x"), 0, &reply));
	rf_cookies_store(&c, &there, RF_STR("x"), RF_STR("for there"), 0);
	assert_true(rf_cookies_find(&c, &here, RF_STR("x"), 0, &reply));
	assert_str(reply, "for here");
	assert_true(rf_cookies_find(&c, &there, RF_STR("x"), 0, &reply));
	assert_str(reply, "for there");
	rf_cookies_free(&c);
}

static void a_reply_lives_30_to_60_seconds(void **state)
{
	struct rf_cookies c;
	struct rf_str reply;

	(void)state;
	assert_int_equal(rf_cookies_init(&c, 1, 1 << 20, 100), 0);
	rf_cookies_store(&c, &here, RF_STR("x"), RF_STR("r"), 0);
	rf_cookies_expire(&c, 30000000, 100);
	assert_true(rf_cookies_find(&c, &here, RF_STR("x"), 30000000, &reply));
	assert_false(rf_cookies_find(&c, &here, RF_STR("x"), 60000000, &reply));
	rf_cookies_expire(&c, 60000000, 100);
	assert_int_equal(c.hash.count, 0);
	assert_int_equal(c.bytes, 0);
	rf_cookies_free(&c);
}

static void what_is_too_old_goes_in_bounded_steps(void **state)
{
	struct rf_cookies c;
	char cookie[16];

	(void)state;
	assert_int_equal(rf_cookies_init(&c, 1, 1 << 20, 1000), 0);
	for (int i = 0; i < 500; i++)
		rf_cookies_store(&c, &here, (struct rf_str){cookie, (size_t)sprintf(cookie, "%d", i)}, RF_STR("r"), 0);
	rf_cookies_expire(&c, 60000000, 100);
	assert_int_equal(c.hash.count, 400);
	rf_cookies_store(&c, &there, RF_STR("x"), RF_STR("r"), 60000000);
	assert_true(c.hash.count < 401 && c.hash.count > 390);
	rf_cookies_free(&c);
}

static void under_pressure_the_oldest_go_first(void **state)
{
	struct rf_cookies c;
	char cookie[16];
	struct rf_str reply;

	(void)state;
	assert_int_equal(rf_cookies_init(&c, 1, 4096, 10), 0);
	for (int i = 0; i < 100; i++) {
		rf_cookies_store(&c, &here, (struct rf_str){cookie, (size_t)sprintf(cookie, "%d", i)}, RF_STR("r"), i);
		assert_true(c.hash.count <= 10);
		assert_true(c.bytes <= 4096);
	}
	assert_false(rf_cookies_find(&c, &here, RF_STR("89"), 100, &reply));
	assert_true(rf_cookies_find(&c, &here, RF_STR("90"), 100, &reply));
	assert_true(rf_cookies_find(&c, &here, RF_STR("99"), 100, &reply));
	rf_cookies_free(&c);
}

static void bytes_are_bounded_too(void **state)
{
	static char big[3000];
	struct rf_cookies c;
	struct rf_str reply;

	(void)state;
	assert_int_equal(rf_cookies_init(&c, 1, 4096, 10), 0);
	rf_cookies_store(&c, &here, RF_STR("a"), (struct rf_str){big, sizeof(big)}, 0);
	rf_cookies_store(&c, &here, RF_STR("b"), (struct rf_str){big, sizeof(big)}, 0);
	assert_false(rf_cookies_find(&c, &here, RF_STR("a"), 0, &reply));
	assert_true(rf_cookies_find(&c, &here, RF_STR("b"), 0, &reply));
	assert_int_equal(reply.len, sizeof(big));
	rf_cookies_free(&c);
	assert_int_equal(rf_cookies_init(&c, 1, 2000, 10), 0);
	rf_cookies_store(&c, &here, RF_STR("a"), (struct rf_str){big, sizeof(big)}, 0);
	assert_int_equal(c.hash.count, 0);
	rf_cookies_free(&c);
}

static void a_cookie_as_long_as_a_datagram_is_not_kept(void **state)
{
	static char cookie[65000];
	struct rf_cookies c;
	struct rf_str reply;

	(void)state;
	memset(cookie, 'c', sizeof(cookie));
	assert_int_equal(rf_cookies_init(&c, 1, 1 << 20, 10), 0);
	rf_cookies_store(&c, &here, (struct rf_str){cookie, sizeof(cookie)}, RF_STR("r"), 0);
	assert_int_equal(c.hash.count, 0);
	assert_false(rf_cookies_find(&c, &here, (struct rf_str){cookie, sizeof(cookie)}, 0, &reply));
	rf_cookies_store(&c, &here, (struct rf_str){cookie, RF_COOKIE_MAX}, RF_STR("r"), 0);
	assert_true(rf_cookies_find(&c, &here, (struct rf_str){cookie, RF_COOKIE_MAX}, 0, &reply));
	rf_cookies_free(&c);
}

static int store_and_find(void *arg)
{
	struct rf_cookies c;
	struct rf_str reply;
	int err = rf_cookies_init(&c, 1, 4096, 10);

	(void)arg;
	if (err)
		return err;
	rf_cookies_store(&c, &here, RF_STR("a"), RF_STR("r"), 0);
	if (!rf_cookies_find(&c, &here, RF_STR("a"), 0, &reply))
		err = -ENOMEM;
	rf_cookies_free(&c);
	return err;
}

static void failing_allocations_leave_nothing_behind(void **state)
{
	(void)state;
	rf_oom_run(store_and_find, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_is_found_again_byte_for_byte),
		cmocka_unit_test(two_sources_with_one_cookie_get_their_own_replies),
		cmocka_unit_test(a_reply_lives_30_to_60_seconds),
		cmocka_unit_test(what_is_too_old_goes_in_bounded_steps),
		cmocka_unit_test(under_pressure_the_oldest_go_first),
		cmocka_unit_test(bytes_are_bounded_too),
		cmocka_unit_test(a_cookie_as_long_as_a_datagram_is_not_kept),
		cmocka_unit_test(failing_allocations_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
