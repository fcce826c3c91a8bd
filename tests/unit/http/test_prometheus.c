/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <math.h>

#include "http/prometheus.h"

static struct rf_buf out;

static int setup(void **state)
{
	(void)state;
	rf_buf_init(&out, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rf_buf_free(&out);
	return 0;
}

static bool openmetrics_for(const char *accept)
{
	bool openmetrics;

	rf_prometheus_negotiate(rf_str_of(accept), &openmetrics);
	return openmetrics;
}

static void accept_chooses_the_format(void **state)
{
	(void)state;
	assert_false(openmetrics_for(NULL));
	assert_false(openmetrics_for("*/*"));
	assert_false(openmetrics_for("text/plain"));
	assert_true(openmetrics_for("application/openmetrics-text"));
	assert_true(
		openmetrics_for("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
	                        "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
	assert_false(openmetrics_for("application/openmetrics-text; q=0.3, text/plain; q=0.5"));
	assert_false(openmetrics_for("application/openmetrics-text;q=0"));
	assert_false(openmetrics_for("application/openmetrics-textual"));
	assert_false(openmetrics_for(",;,;q=,;=;q=x"));
}

static void label_values_are_escaped(void **state)
{
	struct rf_prometheus p = {.out = &out, .prefix = "x_"};
	static const char bytes[] = "a\"b\\c\nd\xc3\xa4\xff\xe2\x82z\xed\xa0\x80\xf0\x9f\x98\x80\0e";
	const struct rf_prometheus_label label = {"l", {bytes, sizeof(bytes) - 1}};

	(void)state;
	p.name = "n";
	rf_prometheus_u64(&p, &label, 1, 1);
	assert_str(((struct rf_str){out.data, 28}),
	           "x_n{l=\"a\\\"b\\\\c\\nd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_memory_equal(out.data + out.len - 11, "\xf0\x9f\x98\x80\0e\"} 1\n", 11);
}

static void counters_are_named_as_each_format_wants(void **state)
{
	struct rf_prometheus p = {.out = &out, .prefix = "x_"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		p.openmetrics = i == 1;
		rf_prometheus_family(&p, RF_PROMETHEUS_COUNTER, "a_total", "A.");
		rf_prometheus_u64(&p, NULL, 0, 18446744073709551615u);
		rf_prometheus_family(&p, RF_PROMETHEUS_COUNTER_SHARED, "b_total", "B.");
		rf_prometheus_i64(&p, NULL, 0, -1);
		rf_prometheus_end(&p);
	}
	assert_str(rf_buf_view(&out), "# HELP x_a_total A.\n# TYPE x_a_total counter\nx_a_total 18446744073709551615\n"
	                              "# HELP x_b_total B.\n# TYPE x_b_total counter\nx_b_total -1\n"
	                              "# HELP x_a A.\n# TYPE x_a counter\nx_a_total 18446744073709551615\n"
	                              "# HELP x_b_total B.\n# TYPE x_b_total unknown\nx_b_total -1\n# EOF\n");
}

static void numbers_are_short_and_exact(void **state)
{
	struct rf_prometheus p = {.out = &out, .prefix = "", .name = "n"};
	const double numbers[] = {0, 0.1, 1.0 / 3, 1700000000.5, 1e300, NAN, INFINITY, -INFINITY};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(numbers); i++)
		rf_prometheus_real(&p, NULL, 0, numbers[i]);
	assert_str(rf_buf_view(&out),
	           "n 0\nn 0.1\nn 0.33333333333333331\nn 1700000000.5\nn 1e+300\nn NaN\nn +Inf\nn -Inf\n");
}

static void histograms_are_cumulative(void **state)
{
	struct rf_prometheus p = {.out = &out, .prefix = "x_"};
	const double bounds[] = {0.005, 1, 2e7};
	const struct rf_prometheus_label label = {"c", RF_STR("offer")};
	struct rf_histogram h;

	(void)state;
	rf_histogram_init(&h, bounds, 3);
	rf_histogram_observe(&h, 0.005);
	rf_histogram_observe(&h, 0.5);
	rf_histogram_observe(&h, 3e7);
	rf_prometheus_family(&p, RF_PROMETHEUS_HISTOGRAM, "h_seconds", "H.");
	rf_prometheus_histogram(&p, &label, 1, &h);
	assert_str(rf_buf_view(&out), "# HELP x_h_seconds H.\n# TYPE x_h_seconds histogram\n"
	                              "x_h_seconds_bucket{c=\"offer\",le=\"0.005\"} 1\n"
	                              "x_h_seconds_bucket{c=\"offer\",le=\"1.0\"} 2\n"
	                              "x_h_seconds_bucket{c=\"offer\",le=\"20000000.0\"} 2\n"
	                              "x_h_seconds_bucket{c=\"offer\",le=\"+Inf\"} 3\n"
	                              "x_h_seconds_sum{c=\"offer\"} 30000000.505\nx_h_seconds_count{c=\"offer\"} 3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(accept_chooses_the_format, setup, teardown),
		cmocka_unit_test_setup_teardown(label_values_are_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(counters_are_named_as_each_format_wants, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers_are_short_and_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(histograms_are_cumulative, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
