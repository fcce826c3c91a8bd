/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* What getopt_long returns for a long option: these for the process's own, then keys, then the peer's options. */
enum { OPT_CONFIG_FILE = 256, OPT_CONFIG_SECTION, OPT_CHECK, OPT_DUMP, OPT_HELP, OPT_VERSION, OPT_KEY };

static const struct option own[] = {
	{"config-file", required_argument, NULL, OPT_CONFIG_FILE},
	{"config-section", required_argument, NULL, OPT_CONFIG_SECTION},
	{"check-config", no_argument, NULL, OPT_CHECK},
	{"dump-config", no_argument, NULL, OPT_DUMP},
	{"help", optional_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
};

#define OWN (sizeof(own) / sizeof(own[0]))
#define SHORTS 256 /* bytes of the short options' string */

static char *put_letter(char *at, char letter, int has_arg)
{
	if (!letter)
		return at;
	*at++ = letter;
	if (has_arg == required_argument)
		*at++ = ':';
	return at;
}

/* getopt's two tables: malloc'd long options, and the short ones into shorts. NULL when out of memory. */
static struct option *make_tables(char shorts[SHORTS])
{
	size_t n = OWN + 2 * (size_t)rf_options_count + rf_peer_options_count + 1;
	struct option *options = calloc(n, sizeof(*options));
	struct option *at = options;
	char *letter = shorts;

	if (!options)
		return NULL;
	*letter++ = ':';
	*letter++ = 'h';
	*letter++ = 'v';
	memcpy(at, own, sizeof(own));
	at += OWN;
	for (unsigned i = 0; i < rf_options_count; i++) {
		int has_arg = rf_options[i].type == RF_OPTION_BOOL ? optional_argument : required_argument;

		*at++ = (struct option){rf_options[i].name, has_arg, NULL, OPT_KEY + (int)i};
		if (rf_options[i].alias)
			*at++ = (struct option){rf_options[i].alias, has_arg, NULL, OPT_KEY + (int)i};
		letter = put_letter(letter, rf_options[i].letter, has_arg);
	}
	for (unsigned i = 0; i < rf_peer_options_count; i++) {
		int has_arg = rf_peer_options[i].takes_value ? required_argument : optional_argument;

		*at++ = (struct option){rf_peer_options[i].name, has_arg, NULL, OPT_KEY + (int)(rf_options_count + i)};
		letter = put_letter(letter, rf_peer_options[i].letter, has_arg);
	}
	*letter = '\0';
	return options;
}

/* The long option's code of a letter; 0 when there is none. */
static int code_of_letter(int letter)
{
	if (letter == 'h')
		return OPT_HELP;
	if (letter == 'v')
		return OPT_VERSION;
	for (unsigned i = 0; i < rf_options_count; i++) {
		if (rf_options[i].letter == letter)
			return OPT_KEY + (int)i;
	}
	for (unsigned i = 0; i < rf_peer_options_count; i++) {
		if (rf_peer_options[i].letter == letter)
			return OPT_KEY + (int)(rf_options_count + i);
	}
	return 0;
}

static int add_key(struct rf_cli *cli, unsigned index, const char *value)
{
	const char *name =
		index < rf_options_count ? rf_options[index].name : rf_peer_options[index - rf_options_count].name;
	char origin[64];

	snprintf(origin, sizeof(origin), "--%s", name);
	return rf_settings_add(&cli->settings, rf_str_of(name), rf_str_of(value ? value : "yes"), origin);
}

static int take(struct rf_cli *cli, int code, const char *value, struct rf_buf *why)
{
	switch (code) {
	case OPT_CONFIG_FILE:
		cli->config_file = value;
		return 0;
	case OPT_CONFIG_SECTION:
		cli->config_section = value;
		return 0;
	case OPT_CHECK:
		cli->action = RF_ACTION_CHECK;
		return 0;
	case OPT_DUMP:
		cli->action = RF_ACTION_DUMP;
		return 0;
	case OPT_HELP:
		cli->action = value ? RF_ACTION_HELP_MARKDOWN : RF_ACTION_HELP;
		if (!value || strcmp(value, "markdown") == 0)
			return 0;
		rf_buf_printf(why, "--help=%s: markdown, or nothing, was expected", value);
		return -EINVAL;
	case OPT_VERSION:
		cli->action = RF_ACTION_VERSION;
		return 0;
	default:
		return add_key(cli, (unsigned)(code - OPT_KEY), value);
	}
}

/* One result of getopt_long. */
static int take_result(struct rf_cli *cli, int code, char **argv, struct rf_buf *why)
{
	const char *word = argv[optind > 0 ? optind - 1 : 0];

	if (code == ':') {
		rf_buf_printf(why, "option '%s' needs a value; rtpferryd --help tells which", word);
		return -EINVAL;
	}
	if (code == '?' && optopt > 0 && optopt < 256 && code_of_letter(optopt) == 0)
		rf_buf_printf(why, "unknown option '-%c'; rtpferryd --help lists all", optopt);
	else if (code == '?' && optopt)
		rf_buf_printf(why, "option '%s' takes no value", word);
	else if (code == '?')
		rf_buf_printf(why, "unknown or ambiguous option '%s'; rtpferryd --help lists all", word);
	if (code == '?')
		return -EINVAL;
	return take(cli, code < 256 ? code_of_letter(code) : code, optarg, why);
}

int rf_cli_parse(int argc, char **argv, struct rf_cli *out, struct rf_buf *why)
{
	char shorts[SHORTS];
	struct option *options = make_tables(shorts);
	int rc = options ? 0 : -ENOMEM;
	int code;

	*out = (struct rf_cli){0};
	rf_settings_init(&out->settings);
	optind = 0;
	opterr = 0;
	while (rc == 0 && (code = getopt_long(argc, argv, shorts, options, NULL)) != -1)
		rc = take_result(out, code, argv, why);
	if (rc == 0 && optind < argc) {
		rf_buf_printf(why, "argument '%s' is not an option; rtpferryd takes options only", argv[optind]);
		rc = -EINVAL;
	}
	free(options);
	return rc;
}

void rf_cli_free(struct rf_cli *cli)
{
	rf_settings_free(&cli->settings);
}
