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

/* Options about kernel tables (options_kernel.c). */
enum rf_ctl_kernel_option {
	RF_CTL_OPT_LABEL = 512,
	RF_CTL_OPT_ID,
	RF_CTL_OPT_LEASE,
	RF_CTL_OPT_HOOK,
	RF_CTL_OPT_DEVICE,
	RF_CTL_OPT_LOCAL,
	RF_CTL_OPT_TABLE,
};
/* Take one of them; false: its value is wrong, and that was told. */
bool rf_ctl_take_kernel(struct rf_ctl_kernel *kernel, int option, const char *value);
/* A table's id, from text with a name for sentences. False: it is none, and that was told. */
bool rf_ctl_parse_id(const char *name, const char *text, uint32_t *out);

/* Options about a synthetic call (options_call.c). */
enum rf_ctl_probe_option {
	RF_CTL_OPT_NG = 768,
	RF_CTL_OPT_LOCAL_B,
	RF_CTL_OPT_DIRECTION,
	RF_CTL_OPT_SECONDS,
	RF_CTL_OPT_MAX_LOSS,
};
/* Take one of them; false: its value is wrong, and that was told. */
bool rf_ctl_take_probe(struct rf_ctl_probe *probe, int option, const char *value);

/* RF_CTL_OK: run options->command. -1: --help or --version was answered. RF_CTL_USAGE: told on stderr. */
int rf_ctl_parse(int argc, char **argv, struct rf_ctl_options *options);

#endif
