/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "load.h"
#include "oom.h"
#include "test.h"

static void nothing_gives_the_defaults(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "listen-ng"), "127.0.0.1:2223");
	assert_string_equal(load_value(&load, "listen-http"), "127.0.0.1:9101");
	assert_string_equal(load_value(&load, "interface"), "auto");
	assert_string_equal(load_value(&load, "timeout"), "60");
	assert_string_equal(load_value(&load, "strict-source"), "yes");
	assert_string_equal(load_value(&load, "log-level-ng"), "default");
	assert_string_equal(load_origin(&load, "timeout"), "default");
	assert_string_equal(load.report, "");
	load_end(&load);
}

static void line_goes_before_environment_before_files(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load_file(&load, "rtpferry.conf", "[rtpferry]\ntimeout = 1\nsilent-timeout = 1\noffer-timeout = 1\n");
	load.variables[0] = "RTPFERRY_TIMEOUT=2";
	load.variables[1] = "RTPFERRY_SILENT_TIMEOUT=2";
	load.arguments[0] = "--timeout=3";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "timeout"), "3");
	assert_string_equal(load_value(&load, "silent-timeout"), "2");
	assert_string_equal(load_value(&load, "offer-timeout"), "1");
	assert_string_equal(load_origin(&load, "timeout"), "--timeout");
	assert_string_equal(load_origin(&load, "silent-timeout"), "RTPFERRY_SILENT_TIMEOUT");
	assert_string_equal(load_origin(&load, "offer-timeout"), "rtpferry.conf:4");
	load_end(&load);
}

static void conf_d_follows_by_name(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load_file(&load, "rtpferry.conf", "timeout = 1\nport-min = 2000\n");
	load_file(&load, "conf.d/20-b.conf", "timeout = 3\n");
	load_file(&load, "conf.d/10-a.conf", "timeout = 2\n");
	load_file(&load, "conf.d/note", "this is no configuration\n");
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "timeout"), "3");
	assert_string_equal(load_value(&load, "port-min"), "2000");
	assert_string_equal(load_origin(&load, "timeout"), "conf.d/20-b.conf:1");
	load_end(&load);
}

static void a_list_adds_up_within_a_source_and_replaces_the_one_below(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load_file(&load, "rtpferry.conf", "listen-ng = 127.0.0.1:1\nng-allow = 10.0.0.0/8\n");
	load_file(&load, "conf.d/10-a.conf", "listen-ng = 127.0.0.1:2, [::1]:3\n");
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "listen-ng"), "127.0.0.1:1, 127.0.0.1:2, [::1]:3");
	load.variables[0] = "RTPFERRY_LISTEN_NG=127.0.0.1:4 127.0.0.1:5";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "listen-ng"), "127.0.0.1:4, 127.0.0.1:5");
	load.arguments[0] = "-n";
	load.arguments[1] = "6";
	load.arguments[2] = "--ng-allow=any";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "listen-ng"), "6");
	assert_string_equal(load_value(&load, "ng-allow"), "any");
	load_end(&load);
}

static void a_named_file_is_read_instead(void **state)
{
	struct load load;
	char path[128];

	(void)state;
	load_start(&load);
	load_file(&load, "rtpferry.conf", "timeout = 1\n");
	load_file(&load, "other.conf", "silent-timeout = 2\n");
	snprintf(path, sizeof(path), "--config-file=%s/other.conf", load.folder);
	load.arguments[0] = path;
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "timeout"), "60");
	assert_string_equal(load_value(&load, "silent-timeout"), "2");
	load.arguments[0] = "--config-file=none";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "silent-timeout"), "3600");
	load_end(&load);
}

static void sections_of_the_peer_are_read(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load_file(&load, "rtpferry.conf",
	          "[rtpengine]\ntable = -1\ninterface = internal/12.23.34.45;external/23.34.45.54!1.2.3.4\n"
	          "  # a comment\n  listen-cli = localhost:2224\nlisten-ng = localhost:2223\nlog-level = 7\n"
	          "[rtpengine-testing]\ntable = 9\n");
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "table"), "-1");
	assert_string_equal(load_value(&load, "interface"), "internal/12.23.34.45, external/23.34.45.54!1.2.3.4");
	assert_string_equal(load_value(&load, "listen-ng"), "127.0.0.1:2223");
	assert_string_equal(load_value(&load, "log-level"), "debug");
	assert_string_equal(load.report, "rtpferry.conf:5: listen-cli is accepted and has no effect here\n");
	load.section = "rtpengine-testing";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "table"), "9");
	load_end(&load);
}

static void variables_of_a_service_are_left_alone(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load.variables[0] = "RTPFERRY_SERVICE_HOST=10.0.0.1";
	load.variables[1] = "RTPFERRY_PORT=udp://10.0.0.1:2223";
	load.variables[2] = "RTPFERRY_PORT_2223_UDP_ADDR=10.0.0.1";
	load.variables[3] = "RTPFERRY_NG_SERVICE_PORT_NG=2223";
	load.variables[4] = "RTPFERRY_PORT_MIN=20000";
	load.variables[5] = "PATH=/bin";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "port-min"), "20000");
	load_end(&load);
}

static void a_dump_loads_to_the_same(void **state)
{
	struct rf_buf first, second;
	struct load load;
	char path[128];

	(void)state;
	load_start(&load);
	rf_buf_init(&first, 0);
	rf_buf_init(&second, 0);
	load_file(&load, "rtpferry.conf",
	          "interface = pub/192.0.2.1!203.0.113.1@20000-20999\ninterface = priv/env:ADDRESS\n"
	          "interface = file:/run/a!file:/run/b\nlisten-ng = 2223, [::1]:2224\nng-allow = 10.0.0.0/8, fd00::/8\n"
	          "listen-http = none\nmax-cpu = 87.5\nmax-memory = 2G\ntos = 184\ntable = 7\nhook = ingress\n"
	          "hook-device = eth0, eth1\nlog-level-ng = debug\nworkers = 3\nstrict-source = off\n"
	          "endpoint-learning = heuristic\nmetrics-compat = rtpengine\n");
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load_value(&load, "max-memory"), "2147483648");
	rf_config_dump(load.config, &first);
	rf_buf_char(&first, '\0');
	load_file(&load, "dump.conf", first.data);
	snprintf(path, sizeof(path), "%s/dump.conf", load.folder);
	load.file = path;
	assert_int_equal(load_run(&load), 0);
	for (unsigned i = 0; i < rf_options_count; i++) {
		assert_ptr_not_equal(strstr(first.data, rf_options[i].name), NULL);
		free(load.config->origins[i]);
		load.config->origins[i] = NULL;
	}
	rf_config_dump(load.config, &second);
	rf_buf_char(&second, '\0');
	/* origins are comments: without them both must be equal */
	for (char *at = first.data; (at = strstr(at, "# "));) {
		if (at[-1] == '#') {
			at += 2;
			continue;
		}
		memmove(at, strchr(at, '\n') + 1, strlen(strchr(at, '\n')));
	}
	assert_string_equal(first.data, second.data);
	rf_buf_free(&first);
	rf_buf_free(&second);
	load_end(&load);
}

static int load_scenario(void *arg)
{
	static char *const environment[] = {(char *)"RTPFERRY_NG_ALLOW=10.0.0.0/8,::1", (char *)"RTPFERRY_HOOK=ingress",
	                                    (char *)"RTPFERRY_HOOK_DEVICE=a b", NULL};
	struct rf_config_sources sources = {.file = arg, .environment = environment};
	struct rf_config *config = NULL;
	struct rf_buf report;
	int rc;

	rf_buf_init(&report, 0);
	rc = rf_config_load(&sources, &config, &report);
	rf_buf_free(&report);
	rf_config_free(config);
	return rc;
}

static void short_memory_leaves_nothing_behind(void **state)
{
	struct load load;
	char path[128];

	(void)state;
	load_start(&load);
	load_file(&load, "other.conf",
	          "interface = a/1.2.3.4!5.6.7.8, b/any\npidfile = /x\nredis = y\nlisten-ng = 1\n");
	snprintf(path, sizeof(path), "%s/other.conf", load.folder);
	rf_oom_run(load_scenario, path);
	load_end(&load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_gives_the_defaults),
		cmocka_unit_test(line_goes_before_environment_before_files),
		cmocka_unit_test(conf_d_follows_by_name),
		cmocka_unit_test(a_list_adds_up_within_a_source_and_replaces_the_one_below),
		cmocka_unit_test(a_named_file_is_read_instead),
		cmocka_unit_test(sections_of_the_peer_are_read),
		cmocka_unit_test(variables_of_a_service_are_left_alone),
		cmocka_unit_test(a_dump_loads_to_the_same),
		cmocka_unit_test(short_memory_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
