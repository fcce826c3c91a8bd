/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offers as real endpoints write them (the fuzzer's corpus), each with the whole text that comes out: golden/NAME.sdp.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "rewrite.h"

/* The file's text, with bare LF; the caller frees it. */
static char *read_text(const char *folder, const char *name)
{
	char path[512];
	char *text = calloc(1, RF_SDP_MAX_BYTES);
	size_t len = 0;
	FILE *file;
	int c;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s cannot be opened", path);
	while ((c = fgetc(file)) != EOF && len + 1 < RF_SDP_MAX_BYTES) {
		if (c != '\r')
			text[len++] = (char)c;
	}
	fclose(file);
	return text;
}

static void every_endpoint_is_rewritten_as_expected(void **state)
{
	DIR *folder = opendir(RF_TEST_GOLDEN);
	unsigned n = 0;

	(void)state;
	assert_non_null(folder);
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char *input, *expected;

		if (entry->d_name[0] == '.')
			continue;
		input = read_text(RF_TEST_CORPUS, entry->d_name);
		expected = read_text(RF_TEST_GOLDEN, entry->d_name);
		rewrite_check(input, NULL, expected);
		free(input);
		free(expected);
		n++;
	}
	closedir(folder);
	assert_true(n >= 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_endpoint_is_rewritten_as_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
