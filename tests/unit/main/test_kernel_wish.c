/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a configuration wants of the kernel.
 */
#include "kernel_wish.h"

#include <stdio.h>
#include <unistd.h>

#include "load.h"
#include "test.h"

static struct load load;

static struct rf_endpoint endpoint(const char *text)
{
	struct rf_endpoint ep;

	assert_int_equal(rf_endpoint_parse(rf_str_of(text), 2223, &ep), 0);
	return ep;
}

static const char *label(const char *configured, const char *host, const char *ng)
{
	static char text[RTPFERRY_LABEL_MAX + 1];
	struct rf_endpoint ep = endpoint(ng);

	rf_kernel_wish_label(configured, host, &ep, text);
	return text;
}

static const char *guard(const char *ng)
{
	static char text[RF_RULES_NAME];
	struct rf_endpoint ep = endpoint(ng);

	rf_kernel_wish_guard(&ep, text);
	return text;
}

static void a_label_is_one_daemons(void **state)
{
	(void)state;
	assert_string_equal(label("", "node1", "127.0.0.1:2223"), "node1/127.0.0.1:2223");
	assert_string_equal(label("", "node1", "[2001:db8::1]:22222"), "node1/[2001:db8::1]:22222");
	assert_string_equal(label("default/rtpferry/node1", "node1", "127.0.0.1:2223"), "default/rtpferry/node1");
}

/* Relays of a node differ at the end of their labels. */
static void a_long_label_keeps_what_tells_it_apart(void **state)
{
	const char *node = "media/rtp/ip-10-11-12-13.eu-central-1.compute.internal.example.com";
	char first[RTPFERRY_LABEL_MAX + 1];

	(void)state;
	snprintf(first, sizeof(first), "%s", label(node, "node1", "127.0.0.1:2223"));
	assert_int_equal(strlen(first), RTPFERRY_LABEL_MAX);
	assert_memory_equal(first, node, RTPFERRY_LABEL_MAX - 17);
	assert_string_equal(label("media/rtp/ip-10-11-12-13.eu-central-1.compute.internal.example.com/1", "node1",
	                          "127.0.0.1:2223"),
	                    "media/rtp/ip-10-11-12-13.eu-central-1.compute.~5ac5b9c5b3c48392");
	assert_string_not_equal(first, label("media/rtp/ip-10-11-12-13.eu-central-1.compute.internal.example.com/1",
	                                     "node1", "127.0.0.1:2223"));
	assert_string_equal(first, label(node, "node2", "127.0.0.1:2224"));
}

/* Pods differ at the end of their names. */
static void a_long_host_keeps_its_end(void **state)
{
	const char *host = "rtpferry-with-a-very-long-name-of-a-release-in-production-7d9f8b6c5-x2x4q";
	const char *text = label("", host, "[2001:db8:1111:2222:3333:4444:5555:6666]:22222");

	(void)state;
	assert_int_equal(strlen(text), RTPFERRY_LABEL_MAX);
	assert_string_equal(text, "-7d9f8b6c5-x2x4q/[2001:db8:1111:2222:3333:4444:5555:6666]:22222");
}

static void guards_of_two_daemons_differ(void **state)
{
	char first[RF_RULES_NAME];

	(void)state;
	assert_string_equal(guard("127.0.0.1:2223"), "rtpferry_ng2223");
	assert_string_equal(guard("0.0.0.0:2224"), "rtpferry_ng2224");
	assert_string_equal(guard("[::]:2223"), "rtpferry_ng2223");
	assert_string_equal(guard("127.0.0.2:2223"), "rtpferry_ng2223_127_0_0_2");
	assert_string_equal(guard("192.168.100.200:65535"), "rtpferry_ng65535_192_168_100_200");
	snprintf(first, sizeof(first), "%s", guard("[2001:db8::1]:2223"));
	assert_string_not_equal(first, guard("[2001:db8::2]:2223"));
	assert_string_equal(first, guard("[2001:db8::1]:2223"));
	assert_int_equal(strlen(first), strlen("rtpferry_ng2223_0123456789abcdef"));
}

static struct rf_endpoint listener;

static struct rf_kernel_wish *wish(const char *option, const char *more)
{
	static struct rf_kernel_wish made;
	const struct rf_endpoints listen = {&listener, 1};

	listener = endpoint("127.0.0.1:2223");
	load.arguments[0] = option;
	load.arguments[1] = more;
	assert_int_equal(load_run(&load), 0);
	rf_kernel_wish_make(load.config, &listen, &made);
	return &made;
}

static void a_table_is_wanted_unless_told_otherwise(void **state)
{
	const struct rf_kernel_wish *made = wish(NULL, NULL);
	char host[256], expected[300];

	(void)state;
	assert_true(made->table && !made->kernel.required);
	assert_int_equal(made->kernel.id, 0);
	assert_int_equal(made->kernel.lease_s, 300);
	assert_int_equal(made->kernel.hook, RTPFERRY_HOOK_PREROUTING);
	assert_int_equal(made->kernel.n_devices, 0);
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	snprintf(expected, sizeof(expected), "%s/127.0.0.1:2223", host);
	assert_string_equal(made->kernel.label, expected);
	assert_string_equal(made->guard, "rtpferry_ng2223");
	assert_true(rf_kernel_wish_admin(load.config));
	assert_false(wish("--dataplane=user", NULL)->table);
	assert_true(rf_kernel_wish_admin(load.config));
	assert_false(wish("--table=-1", NULL)->table);
	assert_false(wish("--table=-1", "--nft=off")->guard[0]);
	assert_false(rf_kernel_wish_admin(load.config));
	assert_true(wish("--nft=off", NULL)->table);
	assert_true(rf_kernel_wish_admin(load.config));
}

static void words_and_numbers_reach_the_module(void **state)
{
	const struct rf_kernel_wish *made = wish("--table=0", "--no-fallback");

	(void)state;
	assert_true(made->kernel.required);
	assert_int_equal(made->kernel.id, 0);
	assert_int_equal(wish("--table=42", "--table-lease=28800")->kernel.id, 42);
	made = wish("--dataplane=kmod", "--hook=nft");
	assert_true(made->table && made->kernel.required);
	assert_int_equal(made->kernel.hook, RTPFERRY_HOOK_NFT);
	made = wish("--hook=ingress", "--hook-device=eth0,eth1");
	assert_int_equal(made->kernel.hook, RTPFERRY_HOOK_INGRESS);
	assert_int_equal(made->kernel.n_devices, 2);
	assert_string_equal(made->kernel.devices[1], "eth1");
}

static int start(void **state)
{
	(void)state;
	load_start(&load);
	return 0;
}

static int end(void **state)
{
	(void)state;
	load_end(&load);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_is_one_daemons),
		cmocka_unit_test(a_long_label_keeps_what_tells_it_apart),
		cmocka_unit_test(a_long_host_keeps_its_end),
		cmocka_unit_test(guards_of_two_daemons_differ),
		cmocka_unit_test(a_table_is_wanted_unless_told_otherwise),
		cmocka_unit_test(words_and_numbers_reach_the_module),
	};

	return cmocka_run_group_tests(tests, start, end);
}
