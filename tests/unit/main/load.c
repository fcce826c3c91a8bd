/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "test.h"

void load_start(struct load *load)
{
	*load = (struct load){.folder = "/tmp/rf-config-XXXXXX"};
	assert_non_null(mkdtemp(load->folder));
}

void load_file(const struct load *load, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	if (strncmp(name, "conf.d/", 7) == 0) {
		snprintf(path, sizeof(path), "%s/conf.d", load->folder);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s/%s", load->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Without "/tmp/rf-config-123456/", so that tests compare whole sentences. */
static void keep_report(struct load *load, const struct rf_buf *report)
{
	size_t len = strlen(load->folder);
	size_t n = 0;

	for (size_t i = 0; i < report->len && n < sizeof(load->report) - 1; i++) {
		if (report->len - i > len && memcmp(report->data + i, load->folder, len) == 0) {
			i += len;
			continue;
		}
		load->report[n++] = report->data[i];
	}
	load->report[n] = '\0';
}

int load_run(struct load *load)
{
	char *argv[LOAD_WORDS + 2] = {(char *)"rtpferryd"};
	struct rf_config_sources sources;
	struct rf_buf report;
	struct rf_cli cli;
	int argc = 1;
	int rc;

	for (; load->arguments[argc - 1]; argc++)
		argv[argc] = (char *)load->arguments[argc - 1];
	rf_config_free(load->config);
	load->config = NULL;
	rf_buf_init(&report, 0);
	rc = rf_cli_parse(argc, argv, &cli, &report);
	if (rc == 0) {
		sources = (struct rf_config_sources){.directory = load->folder,
		                                     .file = cli.config_file ? cli.config_file : load->file,
		                                     .section = load->section,
		                                     .environment = (char *const *)load->variables,
		                                     .line = &cli.settings};
		rc = rf_config_load(&sources, &load->config, &report);
	}
	keep_report(load, &report);
	rf_buf_free(&report);
	rf_cli_free(&cli);
	return rc;
}

const char *load_value(const struct load *load, const char *key)
{
	const struct rf_option *option = rf_option_find(rf_str_of(key));
	static char value[1024];
	struct rf_buf text;

	assert_non_null(option);
	rf_buf_init(&text, 0);
	rf_option_print(option, rf_config_field(load->config, option), &text);
	snprintf(value, sizeof(value), "%.*s", RF_STR_ARG(rf_buf_view(&text)));
	rf_buf_free(&text);
	return value;
}

const char *load_origin(const struct load *load, const char *key)
{
	const char *origin = rf_config_origin(load->config, rf_option_find(rf_str_of(key)));
	size_t len = strlen(load->folder);

	return strncmp(origin, load->folder, len) == 0 ? origin + len + 1 : origin;
}

void load_end(struct load *load)
{
	static const char *const names[] = {"rtpferry.conf", "conf.d/10-a.conf", "conf.d/20-b.conf", "conf.d/note",
	                                    "other.conf",    "dump.conf",        "conf.d",           "address"};
	char path[256];

	rf_config_free(load->config);
	for (unsigned i = 0; i < RF_COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", load->folder, names[i]);
		remove(path);
	}
	rmdir(load->folder);
}
