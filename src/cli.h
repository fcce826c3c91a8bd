/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: getopt_long over the table of keys.
 */
#ifndef RF_CLI_H
#define RF_CLI_H

#include "settings.h"

enum rf_action {
	RF_ACTION_RUN,
	RF_ACTION_HELP,
	RF_ACTION_HELP_MARKDOWN,
	RF_ACTION_VERSION,
	RF_ACTION_CHECK,
	RF_ACTION_DUMP
};

struct rf_cli {
	enum rf_action action;
	const char *config_file;     /* in argv; NULL: not given */
	const char *config_section;  /* in argv; NULL: not given */
	struct rf_settings settings; /* keys given */
};

/*
 * 0; -EINVAL, with a sentence in why (an unknown option, a value that is missing, an argument too many: usage);
 * -ENOMEM. rf_cli_free in any case. Uses getopt's globals.
 */
int rf_cli_parse(int argc, char **argv, struct rf_cli *out, struct rf_buf *why);
void rf_cli_free(struct rf_cli *cli);

/* What --help prints, and the table of docs/configuration.md. */
void rf_cli_help(struct rf_buf *out);
void rf_cli_help_markdown(struct rf_buf *out);

#endif
