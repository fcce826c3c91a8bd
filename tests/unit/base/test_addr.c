/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

#include "test.h"

static struct rf_addr addr(const char *text)
{
	struct rf_addr parsed;

	assert_int_equal(rf_addr_parse(rf_str_of(text), &parsed), 0);
	return parsed;
}

static void addresses_print_in_their_short_form(void **state)
{
	static const char *const rows[][2] = {
		{"192.0.2.1", "192.0.2.1"},
		{"255.255.255.255", "255.255.255.255"},
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
		{"[2001:db8::1]", "2001:db8::1"},
		{"::", "::"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	struct rf_addr none = {0};
	char text[RF_ADDR_TEXT];

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		struct rf_addr a = addr(rows[i][0]);

		assert_string_equal(rf_addr_print(&a, text), rows[i][1]);
	}
	assert_string_equal(rf_addr_print(&none, text), "-");
}

static void odd_addresses_are_refused(void **state)
{
	static const struct rf_str rows[] = {
		RF_STR(""),
		RF_STR("[]"),
		RF_STR("["),
		RF_STR("1.2.3"),
		RF_STR("1.2.3.4.5"),
		RF_STR("1.2.3.256"),
		RF_STR("1.2.3.4 "),
		RF_STR(" 1.2.3.4"),
		RF_STR("[1.2.3.4]"),
		RF_STR("1.2.3.4\0"),
		RF_STR("::1\0x"),
		RF_STR("fe80::1%eth0"),
		RF_STR("[::1"),
		RF_STR("::1]"),
		RF_STR("1::2::3"),
		RF_STR("12345::"),
		RF_STR("localhost"),
		RF_STR("0x7f.0.0.1"),
		RF_STR("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"),
		{NULL, 0},
	};
	struct rf_addr out = {.family = 99};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++)
		assert_int_equal(rf_addr_parse(rows[i], &out), -EINVAL);
	assert_int_equal(out.family, 99);
}

static void kinds_of_address_are_told_apart(void **state)
{
	enum { NULL_ = 1, LOOP = 2, PRIVATE = 4, MULTI = 8 };
	static const struct {
		const char *text;
		int kind;
	} rows[] = {
		{"0.0.0.0", NULL_},
		{"::", NULL_},
		{"127.9.9.9", LOOP},
		{"::1", LOOP},
		{"10.1.1.1", PRIVATE},
		{"172.16.0.0", PRIVATE},
		{"172.31.255.255", PRIVATE},
		{"172.32.0.0", 0},
		{"192.168.0.1", PRIVATE},
		{"192.169.0.1", 0},
		{"100.64.0.1", PRIVATE},
		{"100.128.0.1", 0},
		{"169.254.1.1", PRIVATE},
		{"fc00::1", PRIVATE},
		{"fdff::1", PRIVATE},
		{"fe80::1", PRIVATE},
		{"fec0::1", 0},
		{"2001:db8::1", 0},
		{"224.0.0.1", MULTI},
		{"239.255.0.1", MULTI},
		{"240.0.0.1", 0},
		{"ff02::1", MULTI},
		{"8.8.8.8", 0},
		{"::2", 0},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		struct rf_addr a = addr(rows[i].text);

		assert_int_equal(rf_addr_is_null(&a), (rows[i].kind & NULL_) != 0);
		assert_int_equal(rf_addr_is_loopback(&a), (rows[i].kind & LOOP) != 0);
		assert_int_equal(rf_addr_is_private(&a), (rows[i].kind & PRIVATE) != 0);
		assert_int_equal(rf_addr_is_multicast(&a), (rows[i].kind & MULTI) != 0);
	}
	assert_true(rf_addr_is_null(&(struct rf_addr){0}));
	assert_false(rf_addr_is_private(&(struct rf_addr){0}));
}

static void endpoints_print_as_they_are_parsed(void **state)
{
	static const struct {
		const char *text;
		uint16_t default_port;
		const char *printed; /* NULL: refused */
	} rows[] = {
		{"192.0.2.1:2223", 0, "192.0.2.1:2223"},
		{"[2001:db8::1]:2223", 0, "[2001:db8::1]:2223"},
		{"192.0.2.1:65535", 1, "192.0.2.1:65535"},
		{"192.0.2.1:0", 0, "192.0.2.1:0"},
		{"192.0.2.1", 2223, "192.0.2.1:2223"},
		{"[::1]", 2223, "[::1]:2223"},
		{"::1", 2223, "[::1]:2223"},
		{"2001:db8::1:2222", 2223, "[2001:db8::1:2222]:2223"},
		{"22222", 2223, "-:22222"},
		{"22222", 0, NULL},
		{"192.0.2.1", 0, NULL},
		{"::1", 0, NULL},
		{"192.0.2.1:", 0, NULL},
		{"192.0.2.1:65536", 0, NULL},
		{"192.0.2.1:-1", 0, NULL},
		{"192.0.2.1:+1", 0, NULL},
		{"192.0.2.1:1x", 0, NULL},
		{":2223", 0, NULL},
		{"[::1]2223", 2223, NULL},
		{"[::1]:", 2223, NULL},
		{"[::1", 2223, NULL},
		{"", 2223, NULL},
		{"65536", 2223, NULL},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		struct rf_endpoint ep;
		char text[RF_ENDPOINT_TEXT];
		int err = rf_endpoint_parse(rf_str_of(rows[i].text), rows[i].default_port, &ep);

		assert_int_equal(err, rows[i].printed ? 0 : -EINVAL);
		if (!err)
			assert_string_equal(rf_endpoint_print(&ep, text), rows[i].printed);
	}
}

static void endpoints_survive_the_kernels_form(void **state)
{
	static const char *const rows[] = {"192.0.2.1:2223", "[2001:db8::1]:65535"};
	struct sockaddr_storage storage;
	struct rf_endpoint none = {0};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		struct rf_endpoint ep;
		struct rf_endpoint back;

		assert_int_equal(rf_endpoint_parse(rf_str_of(rows[i]), 0, &ep), 0);
		assert_int_not_equal(rf_endpoint_to_sockaddr(&ep, &storage), 0);
		assert_int_equal(rf_endpoint_from_sockaddr((struct sockaddr *)&storage, &back), 0);
		assert_true(rf_endpoint_equal(&ep, &back));
		back.port++;
		assert_false(rf_endpoint_equal(&ep, &back));
	}
	assert_int_equal(rf_endpoint_to_sockaddr(&none, &storage), 0);
	assert_int_equal(storage.ss_family, AF_UNSPEC);
	assert_int_equal(rf_endpoint_from_sockaddr((struct sockaddr *)&storage, &none), -EAFNOSUPPORT);
}

static void a_mapped_address_is_an_ipv4_address(void **state)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(4000)};
	struct rf_addr expected = addr("192.0.2.7");
	struct rf_endpoint ep;

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr), 1);
	assert_int_equal(rf_endpoint_from_sockaddr((struct sockaddr *)&in6, &ep), 0);
	assert_true(rf_addr_equal(&ep.addr, &expected));
	assert_int_equal(ep.port, 4000);
}

static void networks_contain_by_prefix(void **state)
{
	static const struct {
		const char *net, *addr;
		bool contains;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.9.9.9/8", "10.0.0.1", true},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"0.0.0.0/0", "203.0.113.1", true},
		{"0.0.0.0/0", "::1", false},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"::1/128", "::1", true},
		{"::/0", "2001:db8::1", true},
	};
	static const char *const refused[] = {"10.0.0.0/33", "::/129",      "10.0.0.0/", "/8",  "10.0.0.0/8/8",
	                                      "10.0.0.0/-1", "10.0.0.0/+8", "",          "10/8"};

	struct rf_net net;

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		struct rf_addr a = addr(rows[i].addr);

		assert_int_equal(rf_net_parse(rf_str_of(rows[i].net), &net), 0);
		assert_int_equal(rf_net_contains(&net, &a), rows[i].contains);
	}
	for (size_t i = 0; i < RF_COUNT(refused); i++)
		assert_int_equal(rf_net_parse(rf_str_of(refused[i]), &net), -EINVAL);
	assert_false(rf_net_contains(&(struct rf_net){0}, &(struct rf_addr){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_print_in_their_short_form),
		cmocka_unit_test(odd_addresses_are_refused),
		cmocka_unit_test(kinds_of_address_are_told_apart),
		cmocka_unit_test(endpoints_print_as_they_are_parsed),
		cmocka_unit_test(endpoints_survive_the_kernels_form),
		cmocka_unit_test(a_mapped_address_is_an_ipv4_address),
		cmocka_unit_test(networks_contain_by_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
