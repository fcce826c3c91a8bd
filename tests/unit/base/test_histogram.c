/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/histogram.h"

#include <math.h>

#include "test.h"

static const double bounds[] = {0.001, 0.01, 0.1};

static void a_value_on_a_bound_is_below_it(void **state)
{
	static const double values[] = {0, -1, 0.001, 0.0011, 0.01, 0.1, 0.100001, 7};
	struct rf_histogram h;

	(void)state;
	rf_histogram_init(&h, bounds, RF_COUNT(bounds));
	for (size_t i = 0; i < RF_COUNT(values); i++)
		rf_histogram_observe(&h, values[i]);
	assert_int_equal(h.buckets[0], 3);
	assert_int_equal(h.buckets[1], 2);
	assert_int_equal(h.buckets[2], 1);
	assert_int_equal(h.buckets[3], 2);
	assert_int_equal(h.count, 8);
	assert_true(fabs(h.sum - 6.212101) < 1e-9);
}

static void what_is_no_number_is_not_counted(void **state)
{
	struct rf_histogram h;

	(void)state;
	rf_histogram_init(&h, bounds, RF_COUNT(bounds));
	rf_histogram_observe(&h, NAN);
	assert_int_equal(h.count, 0);
	rf_histogram_observe(&h, INFINITY);
	assert_int_equal(h.buckets[3], 1);
}

static void without_bounds_there_is_one_bucket(void **state)
{
	struct rf_histogram h;

	(void)state;
	rf_histogram_init(&h, NULL, 0);
	rf_histogram_observe(&h, 5);
	assert_int_equal(h.buckets[0], 1);
}

static void too_many_bounds_are_cut(void **state)
{
	double many[RF_HISTOGRAM_MAX + 5];
	struct rf_histogram h;

	(void)state;
	for (size_t i = 0; i < RF_COUNT(many); i++)
		many[i] = (double)i;
	rf_histogram_init(&h, many, RF_COUNT(many));
	rf_histogram_observe(&h, 1000);
	assert_int_equal(h.n_bounds, RF_HISTOGRAM_MAX);
	assert_int_equal(h.buckets[RF_HISTOGRAM_MAX], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_on_a_bound_is_below_it),
		cmocka_unit_test(what_is_no_number_is_not_counted),
		cmocka_unit_test(without_bounds_there_is_one_bucket),
		cmocka_unit_test(too_many_bounds_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
