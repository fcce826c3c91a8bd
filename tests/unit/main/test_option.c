/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "iface_spec.h"
#include "load.h"
#include "test.h"

/* Parse text as a key's value and print it again; "-" when it is refused. */
static const char *again(const char *key, const char *text)
{
	const struct rf_option *option = rf_option_find(rf_str_of(key));
	static char result[256];
	union {
		int64_t number;
		double real;
		char *text;
		struct rf_texts list;
	} field;
	struct rf_buf out;

	memset(&field, 0, sizeof(field));
	if (rf_option_parse(option, rf_str_of(text), &field) < 0)
		return "-";
	rf_buf_init(&out, 0);
	rf_option_print(option, &field, &out);
	snprintf(result, sizeof(result), "%.*s", RF_STR_ARG(rf_buf_view(&out)));
	rf_buf_free(&out);
	rf_option_clear(option, &field);
	return result;
}

static void values_are_read_and_written(void **state)
{
	(void)state;
	assert_string_equal(again("no-fallback", "True"), "yes");
	assert_string_equal(again("no-fallback", "0"), "no");
	assert_string_equal(again("no-fallback", ""), "-");
	assert_string_equal(again("table", "-1"), "-1");
	assert_string_equal(again("table", "AUTO"), "auto");
	assert_string_equal(again("table", "-2"), "-");
	assert_string_equal(again("max-memory", "3k"), "3072");
	assert_string_equal(again("max-memory", "9223372036854775807"), "9223372036854775807");
	assert_string_equal(again("max-memory", "9007199254740992K"), "-");
	assert_string_equal(again("max-memory", "K"), "-");
	assert_string_equal(again("max-cpu", "99.5%"), "99.5");
	assert_string_equal(again("max-cpu", "nan"), "-");
	assert_string_equal(again("max-cpu", "1e1"), "-");
	assert_string_equal(again("max-cpu", "1.2.3"), "-");
	assert_string_equal(again("log-level", "3"), "error");
	assert_string_equal(again("log-level", "8"), "-");
	assert_string_equal(again("endpoint-learning", "Heuristic"), "heuristic");
	assert_string_equal(again("user", "rtp ferry"), "rtp ferry");
}

static void endpoints_and_networks(void **state)
{
	(void)state;
	assert_string_equal(again("listen-ng", "10.0.0.1"), "10.0.0.1:2223");
	assert_string_equal(again("listen-http", "::1"), "[::1]:9101");
	assert_string_equal(again("listen-ng", "localhost:99"), "127.0.0.1:99");
	assert_string_equal(again("listen-ng", "0"), "-");
	assert_string_equal(again("listen-ng", "1.2.3.4:0"), "-");
	assert_string_equal(again("listen-ng", "65536"), "-");
	assert_string_equal(again("ng-allow", "10.1.2.3"), "10.1.2.3/32");
	assert_string_equal(again("ng-allow", "fd00::/8"), "fd00::/8");
}

static void interfaces(void **state)
{
	static const char *const good[] = {"pub/192.0.2.1",
	                                   "pub/192.0.2.1!203.0.113.1",
	                                   "a/2001:db8::1!2001:db8::2",
	                                   "default/eth0",
	                                   "default/any",
	                                   "pub/env:HOST_IP!env:PUBLIC_IP",
	                                   "pub/file:/run/address/ip@20000-20999",
	                                   "pub/eth0.100@1024-65535"};
	static const char *const bad[] = {"",
	                                  "/1.2.3.4",
	                                  "pub/",
	                                  "pub/1.2.3.4!",
	                                  "pub/1.2.3",
	                                  "pub/env:",
	                                  "pub/file:",
	                                  "pub/1.2.3.4!eth0",
	                                  "pub/0.0.0.0",
	                                  "pub/224.0.0.1",
	                                  "1.2.3.4@1",
	                                  "1.2.3.4@80-90",
	                                  "1.2.3.4@5000-5000",
	                                  "1.2.3.4@5000-66000",
	                                  "a b/1.2.3.4",
	                                  "pub/2001:db8::zz",
	                                  "thirty-two-characters-are-too-many/1.2.3.4",
	                                  "pub/a-device-of-a-long-name"};

	(void)state;
	for (unsigned i = 0; i < RF_COUNT(good); i++)
		assert_string_equal(again("interface", good[i]), good[i]);
	assert_string_equal(again("interface", "192.0.2.1"), "default/192.0.2.1");
	assert_string_equal(again("interface", "file:/run/ip"), "default/file:/run/ip");
	assert_string_equal(again("interface", "10.0.0.1!file:/run/ip"), "default/10.0.0.1!file:/run/ip");
	assert_string_equal(again("interface", "pub/[2001:db8::1]"), "pub/[2001:db8::1]");
	for (unsigned i = 0; i < RF_COUNT(bad); i++)
		assert_string_equal(again("interface", bad[i]), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_and_written),
		cmocka_unit_test(endpoints_and_networks),
		cmocka_unit_test(interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
