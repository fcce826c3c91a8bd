/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEPARATORS ", \t;" /* between the items of a list: the peer separates interfaces by semicolons */

void *rf_config_field(const struct rf_config *config, const struct rf_option *option)
{
	return (char *)config + option->offset;
}

const char *rf_config_origin(const struct rf_config *config, const struct rf_option *option)
{
	const char *origin = config->origins[option - rf_options];

	return origin ? origin : "default";
}

void rf_config_free(struct rf_config *config)
{
	if (!config)
		return;
	for (unsigned i = 0; i < rf_options_count; i++) {
		rf_option_clear(&rf_options[i], rf_config_field(config, &rf_options[i]));
		if (config->origins)
			free(config->origins[i]);
	}
	free(config->origins);
	free(config);
}

/* Parse a value, or each item of a list, into the field. *bad is what was wrong with -EINVAL. */
static int parse_value(struct rf_config *config, const struct rf_option *option, struct rf_str text, struct rf_str *bad)
{
	void *field = rf_config_field(config, option);
	struct rf_str item;

	*bad = text;
	if (!rf_option_is_list(option))
		return rf_option_parse(option, text, field);
	if (option->word && rf_str_equal_name(rf_str_trim(text), rf_str_of(option->word))) {
		rf_option_clear(option, field);
		return 0;
	}
	if (rf_str_trim(text).len == 0)
		return -EINVAL;
	while (rf_str_token(&text, SEPARATORS, &item)) {
		int rc;

		*bad = item;
		rc = rf_option_parse(option, item, field);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void complain(struct rf_buf *report, const struct rf_setting *setting, struct rf_str bad)
{
	rf_buf_printf(report, "%s: %s = '%.*s' is not possible; expected ", setting->origin, setting->option->name,
	              RF_STR_ARG(bad));
	rf_option_expected(setting->option, report);
	rf_buf_char(report, '\n');
}

static int set_origin(struct rf_config *config, const struct rf_setting *setting)
{
	unsigned i = (unsigned)(setting->option - rf_options);
	char *origin = strdup(setting->origin);

	if (!origin)
		return -ENOMEM;
	free(config->origins[i]);
	config->origins[i] = origin;
	return 0;
}

/* One source over what is there: its first value of a list replaces the list, further ones add to it. */
static int apply(struct rf_config *config, const struct rf_settings *settings, struct rf_buf *report)
{
	bool seen[RF_OPTIONS_MAX] = {false};
	int result = 0;

	for (unsigned i = 0; i < settings->n; i++) {
		const struct rf_setting *setting = &settings->items[i];
		struct rf_str bad;
		int rc;

		if (rf_option_is_list(setting->option) && !seen[setting->option - rf_options])
			rf_option_clear(setting->option, rf_config_field(config, setting->option));
		seen[setting->option - rf_options] = true;
		rc = parse_value(config, setting->option, rf_str_of(setting->value), &bad);
		if (rc == -EINVAL) {
			complain(report, setting, bad);
			result = -EINVAL;
		} else if (rc < 0 || set_origin(config, setting) < 0) {
			return -ENOMEM;
		}
	}
	return result;
}

static int set_defaults(struct rf_config *config)
{
	for (unsigned i = 0; i < rf_options_count; i++) {
		const struct rf_option *option = &rf_options[i];
		struct rf_str bad;
		int rc;

		if (rf_option_is_list(option) && !option->fallback[0])
			continue;
		rc = parse_value(config, option, rf_str_of(option->fallback), &bad);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int config_new(struct rf_config **out)
{
	struct rf_config *config = calloc(1, sizeof(*config));
	int rc;

	if (!config)
		return -ENOMEM;
	config->origins = calloc(rf_options_count, sizeof(*config->origins));
	rc = config->origins ? set_defaults(config) : -ENOMEM;
	if (rc < 0) {
		rf_config_free(config);
		return rc;
	}
	*out = config;
	return 0;
}

/* rtpferry.conf, then conf.d/NAME.conf by name. */
static int read_default_files(const struct rf_config_sources *sources, struct rf_settings *settings)
{
	char path[4096];
	int rc = 0;

	if (!sources->directory)
		return 0;
	snprintf(path, sizeof(path), "%s/rtpferry.conf", sources->directory);
	if (access(path, F_OK) == 0)
		rc = rf_settings_read_file(settings, path, sources->section);
	snprintf(path, sizeof(path), "%s/conf.d", sources->directory);
	return rc < 0 ? rc : rf_settings_read_directory(settings, path, sources->section);
}

static int read_files(const struct rf_config_sources *sources, struct rf_settings *settings)
{
	struct stat st;

	if (!sources->file)
		return read_default_files(sources, settings);
	if (strcmp(sources->file, "none") == 0)
		return 0;
	if (stat(sources->file, &st) == 0 && S_ISDIR(st.st_mode))
		return rf_settings_read_directory(settings, sources->file, sources->section);
	return rf_settings_read_file(settings, sources->file, sources->section);
}

/* Read one source's settings over config. 0, -EINVAL (errors told) or -ENOMEM. */
static int merge(struct rf_config *config, const struct rf_settings *settings, struct rf_buf *report,
                 struct rf_buf *ignored)
{
	int rc;

	rf_buf_str(report, rf_buf_view(&settings->errors));
	rf_buf_str(ignored, rf_buf_view(&settings->ignored));
	rc = apply(config, settings, report);
	if (rc == 0 && settings->errors.len > 0)
		rc = -EINVAL;
	return rc;
}

/* The three sources in turn; all are looked at, so that every error is told at once. */
static int merge_all(const struct rf_config_sources *sources, struct rf_config *config, struct rf_buf *report,
                     struct rf_buf *ignored)
{
	int result = 0;

	for (unsigned source = 0; source < 3; source++) {
		struct rf_settings settings;
		int rc = 0;

		rf_settings_init(&settings);
		if (source == 0)
			rc = read_files(sources, &settings);
		else if (source == 1)
			rc = rf_settings_read_environment(&settings, sources->environment);
		if (rc == 0 && source < 2)
			rc = merge(config, &settings, report, ignored);
		else if (rc == 0 && sources->line)
			rc = merge(config, sources->line, report, ignored);
		rf_settings_free(&settings);
		if (rc == -ENOMEM)
			return rc;
		result = rc < 0 ? rc : result;
	}
	return result;
}

int rf_config_load(const struct rf_config_sources *sources, struct rf_config **out, struct rf_buf *report)
{
	struct rf_config *config;
	struct rf_buf ignored;
	int rc;

	rc = config_new(&config);
	if (rc < 0)
		return rc;
	rf_buf_init(&ignored, 0);
	rc = merge_all(sources, config, report, &ignored);
	if (rc == 0 && rf_config_check(config, report) > 0)
		rc = -EINVAL;
	if (rc == 0)
		rf_buf_str(report, rf_buf_view(&ignored));
	if (rc == 0 && (report->error == -ENOMEM || ignored.error == -ENOMEM))
		rc = -ENOMEM;
	rf_buf_free(&ignored);
	if (rc < 0) {
		rf_config_free(config);
		return rc;
	}
	*out = config;
	return 0;
}
