/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and values as they were written, with their places, before anybody looks at the values. One set of
 * settings is one source: all files, or the environment, or the command line.
 */
#ifndef RF_SETTINGS_H
#define RF_SETTINGS_H

#include "base/buf.h"
#include "options.h"

struct rf_setting {
	const struct rf_option *option; /* in the table */
	char *value;                    /* owned */
	char *origin;                   /* owned: "file:line", "--option" or "RTPFERRY_VARIABLE" */
};

struct rf_settings {
	struct rf_setting *items; /* owned, in the order written */
	unsigned n;
	unsigned size;         /* items allocated */
	struct rf_buf ignored; /* a line for each key of the peer's without a meaning here */
	struct rf_buf errors;  /* a line for each thing that is wrong */
};

void rf_settings_init(struct rf_settings *settings);
void rf_settings_free(struct rf_settings *settings);

/*
 * Note key = value as written at origin. An unknown key makes an error line, one of the peer's without a
 * meaning here a line of ignored. 0 or -ENOMEM.
 */
int rf_settings_add(struct rf_settings *settings, struct rf_str key, struct rf_str value, const char *origin);

/* Read one INI file's text; path is what errors name. section: see rf_config_sources. 0 or -ENOMEM. */
int rf_settings_read_text(struct rf_settings *settings, const char *path, struct rf_str text, const char *section);
/* The same from a file; one that cannot be read makes an error line. */
int rf_settings_read_file(struct rf_settings *settings, const char *path, const char *section);
/* Every *.conf of a directory, in the order of names; a directory that is not there is fine. 0 or -ENOMEM. */
int rf_settings_read_directory(struct rf_settings *settings, const char *path, const char *section);
/* The variables RTPFERRY_*; those that Kubernetes makes for services of that name are left alone. 0 or -ENOMEM. */
int rf_settings_read_environment(struct rf_settings *settings, char *const *environment);

#endif
