/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * top: a live table of the worst sessions. Plain ANSI; q or ctrl-C ends it.
 */
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "ctl/rows.h"

#define ROWS_DEFAULT 20
#define HEAD_LINES 5 /* above the sessions */
#define CALL_ID_MOST 40

/* Counters of the look before, for rates. */
struct look {
	int64_t at_us; /* 0: none yet */
	int64_t sessions, packets, drops;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static int64_t sum(const struct rf_value *items, const char *key)
{
	int64_t n = 0;

	for (const struct rf_value *i = rf_field_first(items); i; i = i->next)
		n += key ? rf_field_int(i, key) : (i->type == RF_VALUE_INT ? i->num : 0);
	return n;
}

static void print_rate(struct rf_buf *out, const char *title, int64_t before, int64_t now, double seconds)
{
	if (seconds > 0)
		rf_buf_printf(out, "   %s %.1f/s", title, (double)(now - before) / seconds);
}

static void print_head(struct rf_ctl *ctl, const struct rf_value *tree, struct look *look, struct rf_buf *out)
{
	const struct rf_value *interfaces = rf_field(tree, "interfaces");
	struct look now = {
		.at_us = rf_clock_us(),
		.sessions = rf_field_int(tree, "sessions_total"),
		.packets = sum(interfaces, "packets_in"),
		.drops = sum(rf_field(tree, "drops"), NULL),
	};
	double seconds = look->at_us ? (double)(now.at_us - look->at_us) / 1e6 : 0;

	rf_buf_printf(out, "rtpferryd %.*s, up %.*s, %s\n", RF_STR_ARG(rf_show_text(ctl->arena, tree, "version")),
	              RF_STR_ARG(rf_show_duration(ctl->arena, rf_field_real(tree, "uptime_s"))),
	              rf_field_bool(tree, "draining") ? "draining"
	              : rf_field_bool(tree, "ready")  ? "ready"
	                                              : "not ready");
	rf_buf_printf(out, "sessions %.*s", RF_STR_ARG(rf_show_count(ctl->arena, rf_field_int(tree, "sessions"))));
	print_rate(out, "set-up", look->sessions, now.sessions, seconds);
	print_rate(out, "packets", look->packets, now.packets, seconds);
	print_rate(out, "dropped", look->drops, now.drops, seconds);
	rf_buf_printf(out, "\nports in use %.*s of %.*s\n\n",
	              RF_STR_ARG(rf_show_count(ctl->arena, sum(interfaces, "ports_in_use"))),
	              RF_STR_ARG(rf_show_count(ctl->arena, sum(interfaces, "ports"))));
	*look = now;
}

static unsigned terminal_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > HEAD_LINES + 2)
		return size.ws_row - HEAD_LINES - 1u;
	return ROWS_DEFAULT;
}

/* One look at the relay, as text. */
static int draw(struct rf_ctl *ctl, struct look *look, struct rf_buf *out)
{
	struct rf_grid table;
	struct rf_value *tree;
	char path[64];
	unsigned rows = ctl->worst ? ctl->worst : terminal_rows();
	int rc = rf_ctl_get(ctl, "GET", "/api/v1/status", &tree);

	if (rc != RF_CTL_OK)
		return rc;
	print_head(ctl, tree, look, out);
	snprintf(path, sizeof(path), "/api/v1/sessions?sort=worst&limit=%u", rows < RF_CTL_PAGE ? rows : RF_CTL_PAGE);
	rc = rf_ctl_get(ctl, "GET", path, &tree);
	if (rc != RF_CTL_OK)
		return rc;
	rf_ctl_rows_init(&table, ctl->arena, CALL_ID_MOST);
	rf_ctl_rows_add(&table, rf_field(tree, "sessions"));
	rf_grid_print(&table, out);
	return RF_CTL_OK;
}

/* Wait for the next look; false: the user has enough. */
static bool pause_or_quit(double seconds)
{
	struct pollfd key = {.fd = STDIN_FILENO, .events = POLLIN};
	char c = 0;

	if (interrupted || poll(&key, 1, (int)(seconds * 1000)) < 0)
		return false;
	if (key.revents & POLLIN)
		return read(STDIN_FILENO, &c, 1) == 1 && c != 'q' && c != 'Q';
	return !interrupted;
}

/* Show text at the top of the screen: each line is cleared behind its end, and what is below. */
static void show(struct rf_ctl *ctl, const struct rf_buf *text)
{
	fputs("\033[H", ctl->out);
	for (size_t i = 0; i < text->len; i++) {
		if (text->data[i] == '\n')
			fputs("\033[K", ctl->out);
		fputc(text->data[i], ctl->out);
	}
	fputs("\033[J", ctl->out);
	fflush(ctl->out);
}

static int live(struct rf_ctl *ctl)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	struct termios before, raw;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	struct look look = {0};
	int rc;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (terminal) {
		raw = before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	fputs("\033[?1049h\033[?25l", ctl->out); /* the other screen, no cursor */
	do {
		struct rf_buf text;

		rf_buf_init(&text, 0);
		rc = draw(ctl, &look, &text);
		if (rc == RF_CTL_OK)
			show(ctl, &text);
		rf_buf_free(&text);
	} while (rc == RF_CTL_OK && pause_or_quit(ctl->interval));
	fputs("\033[?25h\033[?1049l", ctl->out);
	fflush(ctl->out);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return rc;
}

int rf_ctl_top(struct rf_ctl *ctl)
{
	struct look look = {0};
	struct rf_value *tree;
	struct rf_buf text;
	int rc;

	if (ctl->json)
		return rf_ctl_ask(ctl, "GET", "/api/v1/sessions?sort=worst", &tree);
	if (!ctl->once && isatty(STDOUT_FILENO))
		return live(ctl);
	rf_buf_init(&text, 0);
	rc = draw(ctl, &look, &text);
	fwrite(text.data, 1, text.len, ctl->out);
	rf_buf_free(&text);
	return rc;
}
