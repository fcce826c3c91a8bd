/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdio.h>

#include "load.h"
#include "oom.h"
#include "test.h"

static struct load load;

/* A command line of words with spaces between them. */
static int run(const char *line)
{
	static char words[512];
	unsigned n = 0;

	snprintf(words, sizeof(words), "%s", line);
	memset(load.arguments, 0, sizeof(load.arguments));
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		load.arguments[n++] = word;
	return load_run(&load);
}

static void the_peers_short_options_work(void **state)
{
	(void)state;
	assert_int_equal(run("-i pub/192.0.2.1!203.0.113.9 -i 10.0.0.1 -n [::1]:2223 -n 22222 -t -1 -f -E -L 6 -m 2000 "
	                     "-M 3000 "),
	                 0);
	assert_string_equal(load_value(&load, "interface"), "pub/192.0.2.1!203.0.113.9, default/10.0.0.1");
	assert_string_equal(load_value(&load, "listen-ng"), "[::1]:2223, 22222");
	assert_string_equal(load_value(&load, "table"), "-1");
	assert_string_equal(load_value(&load, "log-level"), "info");
	assert_string_equal(load_value(&load, "port-max"), "3000");
	assert_string_equal(load.report, "--foreground: foreground is accepted and has no effect here\n"
	                                 "--log-stderr: log-stderr is accepted and has no effect here\n");
	assert_int_equal(run("-T 184 -o 1 -s 2 -a 3 -d 4 -p /tmp/x.pid -F --num-threads=7 --offer-timeout 5"), 0);
	assert_string_equal(load_value(&load, "tos"), "184");
	assert_string_equal(load_value(&load, "timeout"), "1");
	assert_string_equal(load_value(&load, "silent-timeout"), "2");
	assert_string_equal(load_value(&load, "final-timeout"), "3");
	assert_string_equal(load_value(&load, "delete-delay"), "4");
	assert_string_equal(load_value(&load, "offer-timeout"), "5");
	assert_string_equal(load_value(&load, "pidfile"), "/tmp/x.pid");
	assert_string_equal(load_value(&load, "no-fallback"), "yes");
	assert_string_equal(load_value(&load, "workers"), "7");
}

static void every_option_of_the_peer_is_taken(void **state)
{
	char word[128];

	(void)state;
	for (unsigned i = 0; i < rf_peer_options_count; i++) {
		snprintf(word, sizeof(word), "--%s%s", rf_peer_options[i].name,
		         rf_peer_options[i].takes_value ? "=1" : "");
		assert_int_equal(run(word), 0);
		assert_non_null(strstr(load.report, "is accepted and has no effect here"));
		assert_null(rf_option_find(rf_str_of(rf_peer_options[i].name)));
	}
}

static void letters_and_names_are_given_once(void **state)
{
	unsigned letters[128] = {0};

	(void)state;
	for (unsigned i = 0; i < rf_options_count; i++)
		letters[(unsigned char)rf_options[i].letter]++;
	for (unsigned i = 0; i < rf_peer_options_count; i++)
		letters[(unsigned char)rf_peer_options[i].letter]++;
	for (unsigned i = 1; i < RF_COUNT(letters); i++)
		assert_true(letters[i] <= 1);
	assert_int_equal(letters['h'] + letters['v'], 0);
	for (unsigned i = 0; i < rf_options_count; i++)
		assert_ptr_equal(rf_option_find(rf_str_of(rf_options[i].name)), &rf_options[i]);
}

/* A line that getopt or a person would not understand. */
static void misused(const char *line, const char *sentence)
{
	assert_int_equal(run(line), -EINVAL);
	assert_string_equal(load.report, sentence);
}

static void usage_errors_name_the_option(void **state)
{
	(void)state;
	misused("--no-such", "unknown or ambiguous option '--no-such'; rtpferryd --help lists all");
	misused("-Z", "unknown option '-Z'; rtpferryd --help lists all");
	misused("--port-min", "option '--port-min' needs a value; rtpferryd --help tells which");
	misused("-m", "option '-m' needs a value; rtpferryd --help tells which");
	misused("--check-config=1", "option '--check-config=1' takes no value");
	misused("start", "argument 'start' is not an option; rtpferryd takes options only");
	misused("--help=html", "--help=html: markdown, or nothing, was expected");
}

static void switches_may_be_turned_off(void **state)
{
	(void)state;
	assert_int_equal(run("--strict-source=no --no-fallback=off --sip-source"), 0);
	assert_string_equal(load_value(&load, "strict-source"), "no");
	assert_string_equal(load_value(&load, "no-fallback"), "no");
	assert_string_equal(load_value(&load, "sip-source"), "yes");
}

static void help_names_every_key(void **state)
{
	struct rf_buf out;

	(void)state;
	rf_buf_init(&out, 0);
	rf_cli_help(&out);
	rf_buf_char(&out, '\0');
	assert_int_equal(out.error, 0);
	for (unsigned i = 0; i < rf_options_count; i++)
		assert_non_null(strstr(out.data, rf_options[i].name));
	rf_buf_free(&out);
}

static int parse_scenario(void *arg)
{
	char *argv[] = {(char *)"rtpferryd", (char *)"--redis=1", (char *)"-m", (char *)"2000", NULL};
	struct rf_buf why;
	struct rf_cli cli;
	int rc;

	(void)arg;
	rf_buf_init(&why, 0);
	rc = rf_cli_parse(4, argv, &cli, &why);
	rf_cli_free(&cli);
	rf_buf_free(&why);
	return rc;
}

static void short_memory_leaves_nothing_behind(void **state)
{
	(void)state;
	rf_oom_run(parse_scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_peers_short_options_work),
		cmocka_unit_test(every_option_of_the_peer_is_taken),
		cmocka_unit_test(letters_and_names_are_given_once),
		cmocka_unit_test(usage_errors_name_the_option),
		cmocka_unit_test(switches_may_be_turned_off),
		cmocka_unit_test(help_names_every_key),
		cmocka_unit_test(short_memory_leaves_nothing_behind),
	};
	int failed;

	load_start(&load);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	load_end(&load);
	return failed;
}
