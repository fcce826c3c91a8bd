/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtpferryd: does what the command line asks for, which is mostly to serve.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "config.h"
#include "daemon.h"

/* Print what was built, and give the exit status. */
static enum rf_exit print(struct rf_buf *text)
{
	bool good = !text->error && fwrite(text->data, 1, text->len, stdout) == text->len && fflush(stdout) == 0;

	return good ? RF_EXIT_FINE : RF_EXIT_RUNTIME;
}

/* Read all sources, then check, dump or serve. */
static enum rf_exit with_config(const struct rf_cli *cli)
{
	struct rf_config_sources sources = {
		.directory = RF_CONFIG_DIRECTORY,
		.file = cli->config_file ? cli->config_file : getenv("RTPFERRY_CONFIG_FILE"),
		.section = cli->config_section ? cli->config_section : getenv("RTPFERRY_CONFIG_SECTION"),
		.environment = environ,
		.line = &cli->settings,
	};
	enum rf_exit code = RF_EXIT_FINE;
	struct rf_config *config = NULL;
	struct rf_buf report;
	int rc;

	rf_buf_init(&report, 0);
	rc = rf_config_load(&sources, &config, &report);
	if (rc < 0 || cli->action == RF_ACTION_CHECK)
		fprintf(stderr, "%.*s", RF_STR_ARG(rf_buf_view(&report)));
	if (rc < 0) {
		code = rc == -ENOMEM ? RF_EXIT_RUNTIME : RF_EXIT_CONFIGURATION;
	} else if (cli->action == RF_ACTION_DUMP) {
		rf_buf_reset(&report);
		rf_config_dump(config, &report);
		code = print(&report);
	} else if (cli->action == RF_ACTION_RUN) {
		code = rf_daemon_run(config, &sources, rf_buf_view(&report));
	}
	rf_buf_free(&report);
	rf_config_free(config);
	return code;
}

/* What needs no configuration is told at once. */
static enum rf_exit act(const struct rf_cli *cli, struct rf_buf *out)
{
	switch (cli->action) {
	case RF_ACTION_HELP:
		rf_cli_help(out);
		return print(out);
	case RF_ACTION_HELP_MARKDOWN:
		rf_cli_help_markdown(out);
		return print(out);
	case RF_ACTION_VERSION:
		rf_buf_printf(out, "rtpferryd %s (%s)\n", RTPFERRY_VERSION, RTPFERRY_REVISION);
		return print(out);
	default:
		return with_config(cli);
	}
}

int main(int argc, char **argv)
{
	struct rf_cli cli;
	struct rf_buf text;
	enum rf_exit code;
	int rc;

	rf_buf_init(&text, 0);
	rc = rf_cli_parse(argc, argv, &cli, &text);
	if (rc < 0) {
		fprintf(stderr, "rtpferryd: %.*s\n", RF_STR_ARG(rf_buf_view(&text)));
		code = rc == -ENOMEM ? RF_EXIT_RUNTIME : RF_EXIT_USAGE;
	} else {
		code = act(&cli, &text);
	}
	rf_cli_free(&cli);
	rf_buf_free(&text);
	return (int)code;
}
