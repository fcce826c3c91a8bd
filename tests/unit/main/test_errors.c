/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "load.h"
#include "test.h"

#define SIXTEEN "a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p"

/* A file with this text is refused with just this. */
static void refused(const char *text, const char *sentences)
{
	struct load load;

	load_start(&load);
	load_file(&load, "rtpferry.conf", text);
	assert_int_equal(load_run(&load), -EINVAL);
	assert_null(load.config);
	assert_string_equal(load.report, sentences);
	load_end(&load);
}

/* A file with this text is taken. */
static void taken(const char *text)
{
	struct load load;

	load_start(&load);
	load_file(&load, "rtpferry.conf", text);
	assert_int_equal(load_run(&load), 0);
	load_end(&load);
}

static void an_unknown_key_is_named_with_its_line(void **state)
{
	(void)state;
	refused("[rtpferry]\n\ntimeot = 60\n", "rtpferry.conf:3: unknown key 'timeot'; rtpferryd --help lists all\n");
}

static void an_unknown_section_is_named(void **state)
{
	(void)state;
	refused("[kernel]\ntable = 1\n", "rtpferry.conf:2: unknown section 'kernel'; [rtpferry] was expected\n");
}

static void a_bad_line_is_named(void **state)
{
	(void)state;
	refused("timeout = 1\njust words\n", "rtpferry.conf:2: 'key = value' or '[section]' was expected\n");
}

static void a_bad_value_tells_what_was_expected(void **state)
{
	(void)state;
	refused("timeout = 1 minute\n",
	        "rtpferry.conf:1: timeout = '1 minute' is not possible; expected whole seconds from 0 to 31536000\n");
	refused("port-min = 80\n",
	        "rtpferry.conf:1: port-min = '80' is not possible; expected a whole number from 1024 to 65535\n");
	refused("no-fallback = maybe\n",
	        "rtpferry.conf:1: no-fallback = 'maybe' is not possible; expected yes or no\n");
	refused("dataplane = ebpf\n",
	        "rtpferry.conf:1: dataplane = 'ebpf' is not possible; expected auto, kmod or user\n");
	refused("max-cpu = 101\n",
	        "rtpferry.conf:1: max-cpu = '101' is not possible; expected a number from 0 to 100\n");
	refused("max-memory = 1T\n", "rtpferry.conf:1: max-memory = '1T' is not possible; expected a number of bytes, "
	                             "K, M or G may follow\n");
	refused("ng-allow = 10.0.0.0/33\n", "rtpferry.conf:1: ng-allow = '10.0.0.0/33' is not possible; expected a "
	                                    "network such as 10.0.0.0/8 or an address, or any\n");
	refused("listen-ng = relay.example:2223\n",
	        "rtpferry.conf:1: listen-ng = 'relay.example:2223' is not possible; expected ADDRESS:PORT, "
	        "[ADDRESS]:PORT, ADDRESS or PORT; host names are not looked up\n");
	refused("log-level = loud\n", "rtpferry.conf:1: log-level = 'loud' is not possible; expected error, warning, "
	                              "notice, info, debug or 0 to 7\n");
	refused("workers = 0\n",
	        "rtpferry.conf:1: workers = '0' is not possible; expected a whole number from 1 to 256, or auto\n");
	refused("interface = pub/127.0.0.1\ninterface-mark = pub:0, pub\n",
	        "rtpferry.conf:2: interface-mark = 'pub:0' is not possible; expected NAME:MARK, MARK 1 to 0xffffffff\n"
	        "rtpferry.conf:2: interface-mark = 'pub' is not possible; expected NAME:MARK, MARK 1 to 0xffffffff\n");
	refused("interface = pub/127.0.0.1\ninterface-mark = b:0x10\ninterface-stack = c\n",
	        "rtpferry.conf:2: interface-mark names 'b', which is no interface; expected the name of one\n"
	        "rtpferry.conf:3: interface-stack names 'c', which is no interface; expected the name of one\n");
	refused("interface = pub/\n",
	        "rtpferry.conf:1: interface = 'pub/' is not possible; expected [NAME/]ADDRESS[!ADVERTISED][@MIN-MAX]; "
	        "ADDRESS is an address, a device, any, env:VAR or file:PATH, or auto\n");
}

static void every_error_is_told_at_once(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load_file(&load, "rtpferry.conf", "timeout = x\nnonsense = 1\n");
	load.variables[0] = "RTPFERRY_TOS=999";
	load.arguments[0] = "--workers=many";
	assert_int_equal(load_run(&load), -EINVAL);
	assert_string_equal(
		load.report,
		"rtpferry.conf:2: unknown key 'nonsense'; rtpferryd --help lists all\n"
		"rtpferry.conf:1: timeout = 'x' is not possible; expected whole seconds from 0 to 31536000\n"
		"RTPFERRY_TOS: tos = '999' is not possible; expected a whole number from 0 to 255, or keep\n"
		"--workers: workers = 'many' is not possible; expected a whole number from 1 to 256, or auto\n");
	load_end(&load);
}

static void impossible_combinations_are_refused(void **state)
{
	(void)state;
	refused("port-min = 3000\nport-max = 3000\n",
	        "rtpferry.conf:2: port-max = 3000 leaves no pair of ports above port-min = 3000; it must be larger\n");
	refused("no-fallback = yes\ndataplane = user\n", "rtpferry.conf:1: no-fallback = yes asks for a kernel table "
	                                                 "and dataplane = user for none; set only one "
	                                                 "of them\n");
	refused("no-fallback = yes\ntable = -1\n", "rtpferry.conf:1: no-fallback = yes asks for a kernel table and "
	                                           "table = -1 for none; set only one of them\n");
	refused("table-lease = 28801\n",
	        "rtpferry.conf:1: table-lease = '28801' is not possible; expected whole seconds from 1 to 28800\n");
	refused("dataplane = kmod\ntable = -1\n", "rtpferry.conf:1: dataplane = kmod needs a kernel table and table = "
	                                          "-1 asks for none; give a number or auto\n");
	refused("hook = ingress\n",
	        "rtpferry.conf:1: hook = ingress needs the devices to sit on; set hook-device too\n");
	refused("hook-device = eth0\n",
	        "rtpferry.conf:1: hook-device = eth0 is for hook = ingress alone, and hook = prerouting "
	        "takes no device; set only one of them\n");
	refused("hook = ingress\nhook-device = " SIXTEEN ", q\n",
	        "rtpferry.conf:2: hook-device = " SIXTEEN ", q names 17 devices; expected at most 16\n");
	taken("hook = ingress\nhook-device = " SIXTEEN "\n");
	refused("listen-ng = 127.0.0.1:1, 127.0.0.1:1\n",
	        "rtpferry.conf:1: listen-ng = 127.0.0.1:1, 127.0.0.1:1 names 127.0.0.1:1 twice; once was expected\n");
	refused("group = daemon\n", "rtpferry.conf:1: group = daemon needs a user to go with it; set user too\n");
}

static void a_file_that_is_named_must_be_there(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load.file = "/nowhere/rtpferry.conf";
	assert_int_equal(load_run(&load), -EINVAL);
	assert_string_equal(load.report,
	                    "/nowhere/rtpferry.conf: the configuration cannot be read: No such file or directory\n");
	load_end(&load);
}

static void an_empty_list_must_say_so(void **state)
{
	(void)state;
	refused("ng-allow =\n", "rtpferry.conf:1: ng-allow = '' is not possible; expected a network such as 10.0.0.0/8 "
	                        "or an address, or any\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_key_is_named_with_its_line),
		cmocka_unit_test(an_unknown_section_is_named),
		cmocka_unit_test(a_bad_line_is_named),
		cmocka_unit_test(a_bad_value_tells_what_was_expected),
		cmocka_unit_test(every_error_is_told_at_once),
		cmocka_unit_test(impossible_combinations_are_refused),
		cmocka_unit_test(a_file_that_is_named_must_be_there),
		cmocka_unit_test(an_empty_list_must_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
