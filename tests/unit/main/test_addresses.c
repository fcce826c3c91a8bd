/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addresses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "load.h"
#include "oom.h"
#include "test.h"
#include "token.h"

static struct load load;
static char said[512]; /* why the last resolve failed */

/* Resolve one interface option; the locals as "name address advertised min-max" lines, or "-". */
static const char *resolved(const char *option)
{
	static char text[2048];
	char address[RF_ADDR_TEXT], advertised[RF_ADDR_TEXT];
	struct rf_locals locals = {0};
	struct rf_buf why;
	size_t n = 0;
	int rc;

	load.arguments[0] = option;
	assert_int_equal(load_run(&load), 0);
	rf_buf_init(&why, 0);
	rc = rf_addresses_resolve(load.config, &locals, &why);
	snprintf(said, sizeof(said), "%.*s", RF_STR_ARG(rf_buf_view(&why)));
	rf_buf_free(&why);
	if (rc < 0) {
		assert_int_equal(rc, -EINVAL);
		return "-";
	}
	text[0] = '\0';
	for (unsigned i = 0; i < locals.n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s %s %u-%u\n", locals.items[i].iface,
		                      rf_addr_print(&locals.items[i].address, address),
		                      rf_addr_print(&locals.items[i].advertised, advertised), locals.items[i].port_min,
		                      locals.items[i].port_max);
	rf_locals_free(&locals);
	return text;
}

static void addresses_and_ranges(void **state)
{
	(void)state;
	assert_string_equal(resolved("--interface=pub/192.0.2.1!203.0.113.1"),
	                    "pub 192.0.2.1 203.0.113.1 30000-40000\n");
	assert_string_equal(resolved("--interface=2001:db8::1@5000-5999"), "default 2001:db8::1 - 5000-5999\n");
}

static void a_variable_may_hold_several(void **state)
{
	(void)state;
	setenv("RF_TEST_IP", "192.0.2.1,2001:db8::1", 1);
	setenv("RF_TEST_PUBLIC", "203.0.113.7", 1);
	assert_string_equal(resolved("--interface=pub/env:RF_TEST_IP!env:RF_TEST_PUBLIC"),
	                    "pub 192.0.2.1 203.0.113.7 30000-40000\npub 2001:db8::1 - 30000-40000\n");
	setenv("RF_TEST_IP", "relay.example", 1);
	assert_string_equal(resolved("--interface=pub/env:RF_TEST_IP"), "-");
	assert_string_equal(said, "interface 'pub': the environment variable RF_TEST_IP holds 'relay.example'; an "
	                          "address was expected");
	unsetenv("RF_TEST_IP");
	assert_string_equal(resolved("--interface=pub/env:RF_TEST_IP"), "-");
	assert_string_equal(
		said, "interface 'pub': the environment variable RF_TEST_IP is not set; it should hold an address");
}

static void a_file_is_read(void **state)
{
	char option[128], wanted[256];

	(void)state;
	snprintf(option, sizeof(option), "--interface=pub/10.0.0.1!file:%s/address", load.folder);
	assert_string_equal(resolved(option), "-");
	snprintf(
		wanted, sizeof(wanted),
		"interface 'pub': file %s/address cannot be read: No such file or directory; it should hold an address",
		load.folder);
	assert_string_equal(said, wanted);
	load_file(&load, "address", "203.0.113.9\n");
	assert_string_equal(resolved(option), "pub 10.0.0.1 203.0.113.9 30000-40000\n");
	load_file(&load, "address", "\n");
	assert_string_equal(resolved(option), "-");
}

static void a_device_gives_its_addresses(void **state)
{
	(void)state;
	assert_non_null(strstr(resolved("--interface=home/lo"), "home 127.0.0.1 - 30000-40000\n"));
	assert_string_equal(resolved("--interface=home/nosuchdevice"), "-");
	assert_string_equal(said, "interface 'home': 'nosuchdevice' is neither an address nor a device of this host");
}

static void the_advertised_family_must_fit(void **state)
{
	(void)state;
	assert_string_equal(resolved("--interface=pub/192.0.2.1!2001:db8::1"), "-");
	assert_string_equal(
		said,
		"interface 'pub': '2001:db8::1' is advertised for '192.0.2.1', which has no address of that family");
}

static void without_interfaces_there_are_some(void **state)
{
	(void)state;
	assert_true(strlen(resolved(NULL)) > 10);
}

static void a_port_alone_listens_on_every_address(void **state)
{
	struct rf_endpoints out;

	(void)state;
	load.arguments[0] = "--listen-ng=2223,127.0.0.1:5";
	assert_int_equal(load_run(&load), 0);
	assert_int_equal(rf_addresses_expand(&load.config->listen_ng, &out), 0);
	assert_in_range(out.n, 2, 3);
	assert_int_equal(out.items[0].addr.family, RF_FAMILY_IP4);
	assert_true(rf_addr_is_null(&out.items[0].addr));
	assert_int_equal(out.items[out.n - 1].port, 5);
	free(out.items);
}

static void a_token_is_one_line(void **state)
{
	char path[128];
	struct rf_buf why;
	char *token;

	(void)state;
	rf_buf_init(&why, 0);
	assert_int_equal(rf_token_read("", &token, &why), 0);
	assert_null(token);
	snprintf(path, sizeof(path), "%s/address", load.folder);
	load_file(&load, "address", "  secret \nrest\n");
	assert_int_equal(rf_token_read(path, &token, &why), 0);
	assert_string_equal(token, "secret");
	free(token);
	load_file(&load, "address", "\n");
	assert_int_equal(rf_token_read(path, &token, &why), -EINVAL);
	assert_int_equal(rf_token_read("/nowhere/token", &token, &why), -EINVAL);
	assert_true(why.len > 0);
	rf_buf_free(&why);
}

static int resolve_scenario(void *arg)
{
	struct rf_locals locals = {0};
	struct rf_endpoints listen = {0};
	struct rf_buf why;
	int rc;

	rf_buf_init(&why, 0);
	rc = rf_addresses_resolve(arg, &locals, &why);
	if (rc == 0)
		rc = rf_addresses_expand(&((struct rf_config *)arg)->listen_ng, &listen);
	free(listen.items);
	rf_locals_free(&locals);
	rf_buf_free(&why);
	return rc;
}

static void short_memory_leaves_nothing_behind(void **state)
{
	(void)state;
	load.arguments[0] = "--interface=any,lo,1.2.3.4";
	assert_int_equal(load_run(&load), 0);
	load.arguments[0] = NULL;
	rf_oom_run(resolve_scenario, load.config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_ranges),
		cmocka_unit_test(a_variable_may_hold_several),
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(a_device_gives_its_addresses),
		cmocka_unit_test(the_advertised_family_must_fit),
		cmocka_unit_test(without_interfaces_there_are_some),
		cmocka_unit_test(a_port_alone_listens_on_every_address),
		cmocka_unit_test(a_token_is_one_line),
		cmocka_unit_test(short_memory_leaves_nothing_behind),
	};
	int failed;

	load_start(&load);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	load_end(&load);
	return failed;
}
