/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/rate.h"
#include "oom.h"
#include "test.h"

#define THREADS 4
#define LINES 200

static int saved_stderr = -1;
static FILE *captured;

/* Standard error goes to a file from here … */
static void capture(void)
{
	captured = tmpfile();
	assert_non_null(captured);
	saved_stderr = dup(STDERR_FILENO);
	dup2(fileno(captured), STDERR_FILENO);
}

/* … to here. The result is valid until the next time. */
static const char *release(void)
{
	static char text[65536];
	size_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	rewind(captured);
	n = fread(text, 1, sizeof(text) - 1, captured);
	text[n] = '\0';
	fclose(captured);
	return text;
}

static void areas_have_their_own_level(void **state)
{
	struct rf_log *log;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_NOTICE, &log), 0);
	rf_log_set_level(log, RF_LOG_NG, RF_LOG_DEBUG);
	assert_true(rf_log_enabled(log, RF_LOG_NG, RF_LOG_DEBUG));
	assert_false(rf_log_enabled(log, RF_LOG_CALL, RF_LOG_INFO));
	assert_false(rf_log_enabled(log, RF_LOG_AREAS, RF_LOG_ERROR));
	capture();
	errno = EDOM;
	rf_log(log, RF_LOG_NG, RF_LOG_DEBUG, RF_STR("c1"), "command %s", "ping");
	rf_log(log, RF_LOG_CALL, RF_LOG_INFO, RF_STR("c1"), "not shown");
	rf_log(NULL, RF_LOG_CALL, RF_LOG_ERROR, RF_STR("c1"), "nowhere");
	assert_int_equal(errno, EDOM);
	rf_log_set_level(log, RF_LOG_AREAS, RF_LOG_ERROR);
	rf_log(log, RF_LOG_NG, RF_LOG_WARNING, RF_STR_NONE, "not shown either");
	rf_log(log, RF_LOG_MAIN, RF_LOG_ERROR, RF_STR_NONE, "shown");
	assert_string_equal(release(), "debug ng c1 command ping\nerror main - shown\n");
	rf_log_free(log);
	rf_log_free(NULL);
}

static void an_equal_warning_waits_a_second_and_tells_the_others(void **state)
{
	struct rf_log *log;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_INFO, &log), 0);
	capture();
	for (int i = 0; i < 5; i++) {
		if (i == 4)
			usleep(RF_LOG_RATE_INTERVAL_US + 20000);
		rf_log(log, RF_LOG_PORTS, RF_LOG_WARNING, RF_STR_NONE, "port %d is taken", 30000 + i);
	}
	rf_log(log, RF_LOG_PORTS, RF_LOG_INFO, RF_STR_NONE, "another");
	assert_string_equal(release(), "warning ports - port 30000 is taken\n"
	                               "warning ports - port 30004 is taken (3 more like it not logged)\n"
	                               "info ports - another\n");
	rf_log_free(log);
}

/* Read what a pipe holds now, as a string; the number of lines in it. */
static unsigned read_all(int fd, char *text, size_t size)
{
	unsigned lines = 0;
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	return lines;
}

static void a_line_that_cannot_be_written_leaves_errno_alone(void **state)
{
	int deaf = open("/dev/null", O_RDONLY), before = dup(STDERR_FILENO);
	struct rf_log *log;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_NOTICE, &log), 0);
	dup2(deaf, STDERR_FILENO);
	errno = EDOM;
	rf_log(log, RF_LOG_MAIN, RF_LOG_ERROR, RF_STR_NONE, "nowhere");
	assert_int_equal(errno, EDOM);
	dup2(before, STDERR_FILENO);
	close(before);
	close(deaf);
	rf_log_free(log);
}

static void a_reader_of_standard_error_that_stands_still_stops_nobody(void **state)
{
	const unsigned all = 5000;
	static char text[1 << 20], expected[256];
	int ends[2], before = dup(STDERR_FILENO);
	struct rf_log *log;
	unsigned lines;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_INFO, &log), 0);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	alarm(20);
	for (unsigned i = 0; i < all; i++)
		rf_log(log, RF_LOG_MAIN, RF_LOG_INFO, RF_STR_NONE, "line %04u of many that nobody reads", i);
	lines = read_all(ends[0], text, sizeof(text));
	rf_log(log, RF_LOG_MAIN, RF_LOG_INFO, RF_STR_NONE, "the last one");
	alarm(0);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_in_range(lines, 100, all - 1);
	snprintf(expected, sizeof(expected),
	         "warning main - %u lines are lost: standard error was not read\ninfo main - the last one\n",
	         all - lines);
	read_all(ends[0], text, sizeof(text));
	assert_string_equal(text, expected);
	close(ends[0]);
	close(ends[1]);
	rf_log_free(log);
}

static void the_rate_is_by_format_and_forgets_none(void **state)
{
	static char formats[RF_LOG_RATE_SLOTS + 1];
	struct rf_log_rate rate;
	uint64_t suppressed;

	(void)state;
	rf_log_rate_init(&rate);
	for (int i = 0; i < RF_LOG_RATE_SLOTS; i++)
		assert_true(rf_log_rate_pass(&rate, &formats[i], 5000000, &suppressed));
	for (int i = 0; i < RF_LOG_RATE_SLOTS; i++)
		assert_false(rf_log_rate_pass(&rate, &formats[i], 5999999, &suppressed));
	for (int i = 0; i < RF_LOG_RATE_SLOTS; i++) {
		assert_true(rf_log_rate_pass(&rate, &formats[i], 6000000, &suppressed));
		assert_int_equal(suppressed, 1);
	}
	/* No room to remember this one: it is let through. */
	assert_true(rf_log_rate_pass(&rate, &formats[RF_LOG_RATE_SLOTS], 6000000, &suppressed));
	assert_true(rf_log_rate_pass(&rate, &formats[RF_LOG_RATE_SLOTS], 6000000, &suppressed));
	rf_log_rate_free(&rate);
}

static void *log_lines(void *log)
{
	for (int i = 0; i < LINES; i++) {
		rf_log(log, RF_LOG_DATAPLANE, RF_LOG_INFO, RF_STR("c"), "a line of a thread");
		rf_log(log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR("c"), "a warning of a thread");
		rf_log_set_level(log, RF_LOG_HTTP, i % 2 ? RF_LOG_DEBUG : RF_LOG_INFO);
	}
	return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
	static const char expected[] = "info dataplane c a line of a thread\n";
	pthread_t threads[THREADS];
	struct rf_log *log;
	const char *p;
	int lines = 0;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_INFO, &log), 0);
	capture();
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_lines, log), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	p = release();
	while (*p) {
		size_t len = strcspn(p, "\n") + 1;

		if (strncmp(p, "warning ", 8) != 0) {
			assert_int_equal(len, strlen(expected));
			assert_memory_equal(p, expected, len);
			lines++;
		}
		p += len;
	}
	assert_int_equal(lines, THREADS * LINES);
	rf_log_free(log);
}

static void long_messages_are_cut_and_json_stays_json(void **state)
{
	struct rf_log *log;
	const char *out;
	size_t len;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_JSON, RF_LOG_INFO, &log), 0);
	capture();
	rf_log(log, RF_LOG_SDP, RF_LOG_INFO, RF_STR("c"), "%0100000d", 7);
	out = release();
	len = strlen(out);
	assert_in_range(len, 3000, 8192);
	assert_string_equal(out + len - 4, "0\"}\n");
	rf_log_free(log);
}

static void without_a_journal_nothing_breaks(void **state)
{
	struct rf_log *log;

	(void)state;
	assert_int_equal(rf_log_new(RF_LOG_FORMAT_JOURNAL, RF_LOG_INFO, &log), 0);
	capture();
	rf_log(log, RF_LOG_MAIN, RF_LOG_INFO, RF_STR("c"), "test of the journal");
	release();
	rf_log_free(log);
}

static void names_go_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < RF_LOG_AREAS; i++)
		assert_int_equal(rf_log_area_of(rf_str_of(rf_log_area_name((enum rf_log_area)i))), i);
	assert_null(rf_log_area_name(RF_LOG_AREAS));
	assert_true(rf_log_area_of(RF_STR("nothing")) < 0);
	assert_int_equal(rf_log_level_of(RF_STR("Warning")), RF_LOG_WARNING);
	assert_int_equal(rf_log_level_of(RF_STR("0")), RF_LOG_ERROR);
	assert_int_equal(rf_log_level_of(RF_STR("3")), RF_LOG_ERROR);
	assert_int_equal(rf_log_level_of(RF_STR("6")), RF_LOG_INFO);
	assert_int_equal(rf_log_level_of(RF_STR("7")), RF_LOG_DEBUG);
	assert_true(rf_log_level_of(RF_STR("8")) < 0);
	assert_true(rf_log_level_of(RF_STR("loud")) < 0);
	assert_int_equal(rf_log_format_of(RF_STR("json")), RF_LOG_FORMAT_JSON);
	assert_true(rf_log_format_of(RF_STR("xml")) < 0);
}

static int make_and_free(void *arg)
{
	struct rf_log *log;
	int err = rf_log_new(RF_LOG_FORMAT_TEXT, RF_LOG_ERROR, &log);

	(void)arg;
	if (!err)
		rf_log_free(log);
	return err;
}

static void failing_allocations_are_told(void **state)
{
	(void)state;
	rf_oom_run(make_and_free, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_have_their_own_level),
		cmocka_unit_test(an_equal_warning_waits_a_second_and_tells_the_others),
		cmocka_unit_test(a_line_that_cannot_be_written_leaves_errno_alone),
		cmocka_unit_test(a_reader_of_standard_error_that_stands_still_stops_nobody),
		cmocka_unit_test(the_rate_is_by_format_and_forgets_none),
		cmocka_unit_test(lines_of_several_threads_do_not_mix),
		cmocka_unit_test(long_messages_are_cut_and_json_stays_json),
		cmocka_unit_test(without_a_journal_nothing_breaks),
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(failing_allocations_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
