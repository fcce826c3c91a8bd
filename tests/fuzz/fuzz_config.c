/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a configuration file. What loads must dump to a file that loads, and dumps to the same again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory: /proc/self/fd/N is its path. */
static char path[64];
static int file = -1;

static void fill(const void *data, size_t size)
{
	if (file < 0) {
		char name[] = "/tmp/rf-fuzz-config-XXXXXX";

		file = mkstemp(name);
		if (file < 0)
			abort();
		unlink(name);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	if (ftruncate(file, 0) < 0 || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
}

static struct rf_config *load(void)
{
	struct rf_config_sources sources = {.file = path};
	struct rf_config *config = NULL;
	struct rf_buf report;
	int rc;

	rf_buf_init(&report, 0);
	rc = rf_config_load(&sources, &config, &report);
	if (rc < 0 && report.len == 0)
		abort();
	rf_buf_free(&report);
	return config;
}

/* A dump without where the values came from. */
static void dump(struct rf_config *config, struct rf_buf *out)
{
	for (unsigned i = 0; i < rf_options_count; i++) {
		free(config->origins[i]);
		config->origins[i] = NULL;
	}
	rf_config_dump(config, out);
	rf_config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_config *config;
	struct rf_buf first, second;

	fill(data, size);
	config = load();
	if (!config)
		return 0;
	rf_buf_init(&first, 0);
	rf_buf_init(&second, 0);
	dump(config, &first);
	fill(first.data, first.len);
	config = load();
	if (!config)
		abort();
	dump(config, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	rf_buf_free(&first);
	rf_buf_free(&second);
	return 0;
}
