/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the documentation and the sample say must be what the table says.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "load.h"
#include "test.h"

static char text[1 << 17]; /* a file */

static void slurp(const char *path)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
}

static void the_reference_is_the_table(void **state)
{
	struct rf_buf table;

	(void)state;
	rf_buf_init(&table, 0);
	rf_cli_help_markdown(&table);
	rf_buf_char(&table, '\0');
	slurp(RF_TEST_ROOT "/docs/configuration.md");
	/* when this fails: put what rtpferryd --help=markdown prints into the file */
	assert_non_null(strstr(text, table.data));
	rf_buf_free(&table);
}

static void the_sample_loads(void **state)
{
	struct load load;

	(void)state;
	load_start(&load);
	load.file = RF_TEST_ROOT "/deploy/rtpferry.conf";
	assert_int_equal(load_run(&load), 0);
	assert_string_equal(load.report, "");
	load_end(&load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_is_the_table),
		cmocka_unit_test(the_sample_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
