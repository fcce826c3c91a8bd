/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration from a folder of files, variables and a command line.
 */
#ifndef RF_TESTS_LOAD_H
#define RF_TESTS_LOAD_H

#include "config.h"

#define LOAD_WORDS 32 /* arguments, or variables, at most */

struct load {
	char folder[64];                   /* made by load_start; holds what load_file writes */
	const char *arguments[LOAD_WORDS]; /* without the program's name; NULL-terminated */
	const char *variables[LOAD_WORDS]; /* "NAME=value"; NULL-terminated */
	const char *section;               /* see rf_config_sources */
	const char *file;                  /* see rf_config_sources */
	struct rf_config *config;          /* what came of it; NULL: nothing */
	char report[8192];                 /* what was said, with the folder's name cut off */
};

void load_start(struct load *load);
/* Write a file of the folder; name may be "conf.d/NAME.conf". */
void load_file(const struct load *load, const char *name, const char *text);
/* Read all: the result of rf_config_load, or of rf_cli_parse when that is an error. */
int load_run(struct load *load);
/* Print a key's value: for comparison. The text lives until the next call. */
const char *load_value(const struct load *load, const char *key);
const char *load_origin(const struct load *load, const char *key);
void load_end(struct load *load);

#endif
