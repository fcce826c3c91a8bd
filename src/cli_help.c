/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

static void help_option(const struct rf_option *option, struct rf_buf *out)
{
	struct rf_buf left;

	rf_buf_init(&left, 0);
	if (option->letter)
		rf_buf_printf(&left, "  -%c, ", option->letter);
	else
		rf_buf_text(&left, "      ");
	if (option->type == RF_OPTION_BOOL)
		rf_buf_printf(&left, "--%s[=%s]", option->name, option->metavar);
	else
		rf_buf_printf(&left, "--%s=%s", option->name, option->metavar);
	rf_buf_printf(out, "%-42.*s", RF_STR_ARG(rf_buf_view(&left)));
	if (left.len >= 42)
		rf_buf_printf(out, "\n%42s", "");
	rf_buf_text(out, option->help);
	if (option->fallback[0])
		rf_buf_printf(out, " (%s)", option->fallback);
	rf_buf_char(out, '\n');
	rf_buf_free(&left);
}

void rf_cli_help(struct rf_buf *out)
{
	int area = -1;

	rf_buf_text(
		out,
		"Usage: rtpferryd [OPTION...]\n"
		"SIP-aware RTP media relay, controlled over the ng protocol.\n\n"
		"      --config-file=PATH                  read this file, or the *.conf of this directory,\n"
		"                                          instead of those of /etc/rtpferry; none reads no file\n"
		"      --config-section=NAME               read [NAME] instead of [rtpferry] and [rtpengine]\n"
		"      --check-config                      check all sources and exit\n"
		"      --dump-config                       print what applies, as a file, and exit\n"
		"  -h, --help[=markdown]                   print this and exit\n"
		"  -v, --version                           print the version and exit\n\n"
		"Every option is a key of the files too, and a variable: --port-min, port-min = , RTPFERRY_PORT_MIN.\n"
		"The command line goes before the environment, and that before files.\n");
	for (unsigned i = 0; i < rf_options_count; i++) {
		if ((int)rf_options[i].area != area) {
			area = (int)rf_options[i].area;
			rf_buf_printf(out, "\n%s:\n", rf_option_area_name(rf_options[i].area));
		}
		help_option(&rf_options[i], out);
	}
}

/* A table's cell: '|' would end it. */
static void cell(struct rf_str text, struct rf_buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '|')
			rf_buf_char(out, '\\');
		rf_buf_char(out, text.p[i]);
	}
}

static void markdown_option(const struct rf_option *option, struct rf_buf *out)
{
	struct rf_buf expected;

	rf_buf_init(&expected, 0);
	rf_option_expected(option, &expected);
	rf_buf_printf(out, "| `%s`", option->name);
	if (option->alias)
		rf_buf_printf(out, ", `%s`", option->alias);
	if (option->letter)
		rf_buf_printf(out, ", `-%c`", option->letter);
	rf_buf_printf(out, " | %s%s%s | ", option->fallback[0] ? "`" : "", option->fallback,
	              option->fallback[0] ? "`" : "");
	rf_buf_printf(out, "%s | ", option->flags & RF_OPTION_RELOAD ? "yes" : "");
	cell(rf_str_of(option->help), out);
	rf_buf_text(out, ": ");
	cell(rf_buf_view(&expected), out);
	if (rf_option_is_list(option))
		rf_buf_text(out, "; repeatable");
	rf_buf_text(out, " |\n");
	rf_buf_free(&expected);
}

void rf_cli_help_markdown(struct rf_buf *out)
{
	int area = -1;

	for (unsigned i = 0; i < rf_options_count; i++) {
		if ((int)rf_options[i].area != area) {
			area = (int)rf_options[i].area;
			rf_buf_printf(out, "%s### %s\n\n| key | default | reload | what |\n|---|---|---|---|\n",
			              i ? "\n" : "", rf_option_area_name(rf_options[i].area));
		}
		markdown_option(&rf_options[i], out);
	}
}
