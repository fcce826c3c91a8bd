/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/options.h"

/* Parse a command line; what is told to people goes nowhere. */
static int parse(struct rf_ctl_options *options, int argc, ...)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), rc;
	char *argv[16] = {(char *)"rtpferryctl"};
	va_list ap;

	va_start(ap, argc);
	for (int i = 0; i < argc; i++)
		argv[i + 1] = va_arg(ap, char *);
	va_end(ap);
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	optind = 0;
	rc = rf_ctl_parse(argc + 1, argv, options);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(null);
	close(out);
	close(err);
	return rc;
}

static void commands_and_options_are_understood(void **state)
{
	struct rf_ctl_options options;

	(void)state;
	assert_int_equal(parse(&options, 1, "status"), RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_status);
	assert_int_equal(options.ctl.limit, 100);
	assert_int_equal(parse(&options, 5, "sessions", "--worst", "7", "--socket", "/x"), RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_sessions);
	assert_int_equal(options.ctl.worst, 7);
	assert_string_equal(options.socket, "/x");
	assert_int_equal(parse(&options, 3, "-j", "session", "a b"), RF_CTL_OK);
	assert_true(options.ctl.json);
	assert_string_equal(options.ctl.argument, "a b");
	assert_int_equal(parse(&options, 3, "session", "--", "-id"), RF_CTL_OK);
	assert_string_equal(options.ctl.argument, "-id");
	assert_int_equal(parse(&options, 2, "drain", "--wait"), RF_CTL_OK);
	assert_true(options.ctl.wait);
	assert_int_equal(parse(&options, 1, "ping"), RF_CTL_OK);
	assert_null(options.ctl.argument);
	assert_int_equal(parse(&options, 1, "--help"), -1);
	assert_int_equal(parse(&options, 1, "-V"), -1);
}

static void kernel_tables_are_understood(void **state)
{
	struct rf_ctl_options options;

	(void)state;
	assert_int_equal(parse(&options, 2, "table", "list"), RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_table_list);
	assert_int_equal(parse(&options, 11, "table", "alloc", "--label", "a b", "--id", "7", "--hook=ingress",
	                       "--device=e0", "--device=e1", "--local=192.0.2.1", "--lease=60"),
	                 RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_table_alloc);
	assert_string_equal(options.ctl.kernel.label, "a b");
	assert_int_equal(options.ctl.kernel.id, 7);
	assert_int_equal(options.ctl.kernel.lease_s, 60);
	assert_int_equal(options.ctl.kernel.hook, 2);
	assert_int_equal(options.ctl.kernel.n_devices, 2);
	assert_string_equal(options.ctl.kernel.devices[1], "e1");
	assert_int_equal(options.ctl.kernel.n_locals, 1);
	assert_int_equal(options.ctl.kernel.locals[0].family, RF_FAMILY_IP4);
	assert_int_equal(parse(&options, 5, "table", "free", "7", "--label", "x"), RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_table_free);
	assert_string_equal(options.ctl.argument, "7");
	assert_int_equal(parse(&options, 2, "flows", "--table=9"), RF_CTL_OK);
	assert_int_equal(options.ctl.kernel.table, 9);
	assert_int_equal(parse(&options, 1, "rules"), RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_rules);
}

static void a_call_is_understood(void **state)
{
	struct rf_ctl_options options;

	(void)state;
	assert_int_equal(parse(&options, 1, "call"), RF_CTL_OK);
	assert_ptr_equal(options.command, rf_ctl_call);
	assert_null(options.ctl.probe.ng);
	assert_int_equal(options.ctl.probe.seconds, 3);
	assert_true(options.ctl.probe.max_loss == 1);
	assert_int_equal(parse(&options, 9, "call", "--ng", "relay:2223", "--local=192.0.2.1", "--local-b=2001:db8::1",
	                       "--seconds=10", "--max-loss=0", "--direction=in,out", "--device=net1"),
	                 RF_CTL_OK);
	assert_string_equal(options.ctl.probe.ng, "relay:2223");
	assert_int_equal(options.ctl.kernel.n_locals, 1);
	assert_int_equal(options.ctl.probe.local_b.family, RF_FAMILY_IP6);
	assert_int_equal(options.ctl.probe.seconds, 10);
	assert_true(options.ctl.probe.max_loss == 0);
	assert_int_equal(options.ctl.probe.direction[0].len, 2);
	assert_memory_equal(options.ctl.probe.direction[1].p, "out", 4);
	assert_string_equal(options.ctl.kernel.devices[0], "net1");
}

static void a_wrong_call_is_refused(void **state)
{
	static const char *const words[] = {
		"--seconds=0",       "--seconds=3601", "--seconds=x",   "--max-loss=-1",  "--max-loss=101",
		"--max-loss=",       "--max-loss=nan", "--direction=a", "--direction=,b", "--direction=a,",
		"--direction=a,b,c", "--local-b=eth0", "--local=eth0",  "--label=x",      "extra"};
	struct rf_ctl_options options;

	(void)state;
	for (size_t i = 0; i < RF_COUNT(words); i++)
		assert_int_equal(parse(&options, 2, "call", words[i]), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "ping", "--seconds=3"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "status", "--max-loss=0"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "--local-b=192.0.2.1"), RF_CTL_USAGE);
}

/* As the relay shortens its table-label. */
static void a_long_label_is_the_relays(void **state)
{
	struct rf_ctl_options options;

	(void)state;
	assert_int_equal(parse(&options, 4, "table", "alloc", "--label",
	                       "media/rtp/ip-10-11-12-13.eu-central-1.compute.internal.example.com/1"),
	                 RF_CTL_OK);
	assert_string_equal(options.ctl.kernel.label,
	                    "media/rtp/ip-10-11-12-13.eu-central-1.compute.~5ac5b9c5b3c48392");
}

static void wrong_kernel_tables_are_refused(void **state)
{
	struct rf_ctl_options options;
	char label[1026] = {0};

	(void)state;
	memset(label, 'x', 1025);
	assert_int_equal(parse(&options, 1, "table"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "table", "lis"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 1, "list"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "table", "free"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "7"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 4, "table", "alloc", "--label", label), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 4, "table", "alloc", "--label", ""), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "--id=0"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "--id=2147483648"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "--lease=28801"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "--hook=raw"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "alloc", "--local=eth0"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "table", "free", "--id=7"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "flows", "--label=x"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "rules", "--table=1"), RF_CTL_USAGE);
}

static void wrong_command_lines_are_refused(void **state)
{
	struct rf_ctl_options options;

	(void)state;
	assert_int_equal(parse(&options, 0), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 1, "stat"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 1, "session"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "session", "a", "b"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "status", "x"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "status", "--off"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "session", "--wait"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "sessions", "--worst", "0"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 3, "top", "--interval", "soon"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 2, "status", "--nonsense"), RF_CTL_USAGE);
	assert_int_equal(parse(&options, 5, "status", "-s", "/x", "-u", "http://x"), RF_CTL_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_and_options_are_understood),
		cmocka_unit_test(kernel_tables_are_understood),
		cmocka_unit_test(a_call_is_understood),
		cmocka_unit_test(a_wrong_call_is_refused),
		cmocka_unit_test(a_long_label_is_the_relays),
		cmocka_unit_test(wrong_kernel_tables_are_refused),
		cmocka_unit_test(wrong_command_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
