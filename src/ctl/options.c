/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/options.h"

#include <getopt.h>
#include <stdlib.h>

#define LIMIT_MAX 100000
#define LIMIT_DEFAULT 100

enum key {
	OPT_SOCKET = 's',
	OPT_URL = 'u',
	OPT_JSON = 'j',
	OPT_HELP = 'h',
	OPT_VERSION = 'V',
	OPT_WORST = 'n',
	OPT_INTERVAL = 'i',
	OPT_TOKEN_FILE = 256,
	OPT_LIMIT,
	OPT_SORT,
	OPT_SEARCH,
	OPT_ONCE,
	OPT_WAIT,
	OPT_OFF,
};

static const struct option long_options[] = {
	{"socket", required_argument, NULL, OPT_SOCKET},
	{"url", required_argument, NULL, OPT_URL},
	{"token-file", required_argument, NULL, OPT_TOKEN_FILE},
	{"json", no_argument, NULL, OPT_JSON},
	{"worst", required_argument, NULL, OPT_WORST},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"sort", required_argument, NULL, OPT_SORT},
	{"search", required_argument, NULL, OPT_SEARCH},
	{"once", no_argument, NULL, OPT_ONCE},
	{"interval", required_argument, NULL, OPT_INTERVAL},
	{"wait", no_argument, NULL, OPT_WAIT},
	{"off", no_argument, NULL, OPT_OFF},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

enum argument { ARGUMENT_NONE, ARGUMENT_NEEDED, ARGUMENT_MAY };

static const struct {
	const char *name, *argument, *help;
	rf_ctl_command *run;
	enum argument takes;
	const char *options; /* that only some commands have: names */
} commands[] = {
	{"status", "", "the relay at a glance", rf_ctl_status, ARGUMENT_NONE, ""},
	{"sessions", "", "a table of sessions, the worst first", rf_ctl_sessions, ARGUMENT_NONE,
         "worst limit sort search"},
	{"session", "CALL-ID", "everything about one session", rf_ctl_session, ARGUMENT_NEEDED, ""},
	{"top", "", "a live table of the worst sessions", rf_ctl_top, ARGUMENT_NONE, "worst once interval"},
	{"drain", "", "refuse new calls, serve the old ones", rf_ctl_drain, ARGUMENT_NONE, "wait off"},
	{"terminate", "CALL-ID", "end a session at once", rf_ctl_terminate, ARGUMENT_NEEDED, ""},
	{"ping", "[ADDRESS:PORT]", "ask the ng port, as a proxy does", rf_ctl_ping, ARGUMENT_MAY, ""},
	{"version", "", "versions of this program and of the relay", rf_ctl_version, ARGUMENT_NONE, ""},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const char usage[] =
	"\nOptions:\n"
	"  -s, --socket PATH      Unix socket of the relay (default /run/rtpferry/ctl.sock, or RTPFERRY_LISTEN_CTL)\n"
	"  -u, --url URL          ask over TCP instead, for example http://192.0.2.1:9101\n"
	"      --token-file FILE  bearer token for what changes state over TCP\n"
	"  -j, --json             print the API's JSON\n"
	"  -n, --worst N          sessions, top: so many of the worst\n"
	"      --limit N          sessions: rows at most (default 100; with --json up to 500)\n"
	"      --sort KEY         sessions: worst, loss, jitter, mos, age, packets or call_id\n"
	"      --search TEXT      sessions: text in the call-id or a tag\n"
	"      --once             top: one look, then end\n"
	"  -i, --interval S       top: seconds between looks (default 2)\n"
	"      --wait             drain: until no session is left\n"
	"      --off              drain: end it\n"
	"  -h, --help             this text\n"
	"  -V, --version          version of this program\n"
	"\nExit codes: 0 fine, 1 refused or failed, 2 usage, 3 nobody answers, 4 no such session.\n";

static int help(void)
{
	printf("Usage: rtpferryctl [OPTIONS] COMMAND\n\nCommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s %-15s %s\n", commands[i].name, commands[i].argument, commands[i].help);
	fputs(usage, stdout);
	return -1;
}

static bool parse_count(const char *name, const char *text, unsigned *out)
{
	uint64_t n;

	if (rf_str_to_u64(rf_str_of(text), &n) != 0 || n < 1 || n > LIMIT_MAX) {
		fprintf(stderr, "rtpferryctl: --%s %s: expected a number from 1 to %d\n", name, text, LIMIT_MAX);
		return false;
	}
	*out = (unsigned)n;
	return true;
}

static bool parse_interval(const char *text, double *out)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0.1 && seconds <= 3600)) {
		fprintf(stderr, "rtpferryctl: --interval %s: expected seconds, 0.1 to 3600\n", text);
		return false;
	}
	*out = seconds;
	return true;
}

/* Take an option; false: its value is wrong, and that was told. */
static bool take(struct rf_ctl_options *options, int option)
{
	switch (option) {
	case OPT_SOCKET:
		options->socket = optarg;
		return true;
	case OPT_URL:
		options->url = optarg;
		return true;
	case OPT_TOKEN_FILE:
		options->token_file = optarg;
		return true;
	case OPT_JSON:
		return options->ctl.json = true;
	case OPT_WORST:
		return parse_count("worst", optarg, &options->ctl.worst);
	case OPT_LIMIT:
		return parse_count("limit", optarg, &options->ctl.limit);
	case OPT_SORT:
		options->ctl.sort = optarg;
		return true;
	case OPT_SEARCH:
		options->ctl.search = optarg;
		return true;
	case OPT_ONCE:
		return options->ctl.once = true;
	case OPT_INTERVAL:
		return parse_interval(optarg, &options->ctl.interval);
	case OPT_WAIT:
		return options->ctl.wait = true;
	case OPT_OFF:
		return options->ctl.off = true;
	default:
		fprintf(stderr, "Try \"rtpferryctl --help\".\n");
		return false;
	}
}

static bool has_option(const char *options, const char *name)
{
	struct rf_str rest = rf_str_of(options), word;

	while (rf_str_token(&rest, " ", &word))
		if (rf_str_equal(word, rf_str_of(name)))
			return true;
	return false;
}

/* Options that only some commands have: were any given to another? */
static bool fits(const struct rf_ctl *ctl, size_t command)
{
	const struct {
		const char *name;
		bool given;
	} special[] = {
		{"worst", ctl->worst > 0},   {"limit", ctl->limit > 0},
		{"sort", ctl->sort != NULL}, {"search", ctl->search != NULL},
		{"once", ctl->once},         {"interval", ctl->interval > 0},
		{"wait", ctl->wait},         {"off", ctl->off},
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (special[i].given && !has_option(commands[command].options, special[i].name)) {
			fprintf(stderr, "rtpferryctl: %s has no option --%s\n", commands[command].name,
			        special[i].name);
			return false;
		}
	}
	return true;
}

static int choose(int argc, char **argv, struct rf_ctl_options *options)
{
	const char *name = optind < argc ? argv[optind] : NULL;
	int left = argc - optind - 1;
	size_t i = 0;

	if (!name) {
		fprintf(stderr, "rtpferryctl: which command? Try \"rtpferryctl --help\".\n");
		return RF_CTL_USAGE;
	}
	while (i < COMMANDS && strcmp(commands[i].name, name) != 0)
		i++;
	if (i == COMMANDS) {
		fprintf(stderr, "rtpferryctl: there is no command \"%s\". Try \"rtpferryctl --help\".\n", name);
		return RF_CTL_USAGE;
	}
	if (left > (commands[i].takes != ARGUMENT_NONE) || (left < 1 && commands[i].takes == ARGUMENT_NEEDED)) {
		fprintf(stderr, "rtpferryctl: expected \"rtpferryctl %s%s%s\"\n", name,
		        *commands[i].argument ? " " : "", commands[i].argument);
		return RF_CTL_USAGE;
	}
	if (!fits(&options->ctl, i))
		return RF_CTL_USAGE;
	options->command = commands[i].run;
	options->ctl.argument = left > 0 ? argv[optind + 1] : NULL;
	return RF_CTL_OK;
}

int rf_ctl_parse(int argc, char **argv, struct rf_ctl_options *options)
{
	int option, rc;

	*options = (struct rf_ctl_options){.ctl = {.out = stdout, .err = stderr}};
	while ((option = getopt_long(argc, argv, "s:u:jn:i:hV", long_options, NULL)) != -1) {
		if (option == OPT_HELP)
			return help();
		if (option == OPT_VERSION) {
			printf("rtpferryctl %s\n", RF_CTL_VERSION);
			return -1;
		}
		if (!take(options, option))
			return RF_CTL_USAGE;
	}
	rc = choose(argc, argv, options);
	if (options->socket && options->url) {
		fprintf(stderr, "rtpferryctl: --socket and --url: expected one of them\n");
		return RF_CTL_USAGE;
	}
	if (options->ctl.limit == 0)
		options->ctl.limit = LIMIT_DEFAULT;
	if (options->ctl.interval <= 0)
		options->ctl.interval = 2;
	return rc;
}
