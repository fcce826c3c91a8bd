/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: which command, with which options.
 */
#ifndef RF_CTL_OPTIONS_H
#define RF_CTL_OPTIONS_H

#include "ctl/ctl.h"

struct rf_ctl_options {
	rf_ctl_command *command;
	const char *socket;     /* NULL: not given */
	const char *url;        /* NULL: not given */
	const char *token_file; /* NULL: not given */
	struct rf_ctl ctl;      /* what commands read; without client and arena */
};

/* RF_CTL_OK: run options->command. -1: --help or --version was answered. RF_CTL_USAGE: told on stderr. */
int rf_ctl_parse(int argc, char **argv, struct rf_ctl_options *options);

#endif
