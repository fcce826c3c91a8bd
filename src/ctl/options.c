/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/options.h"

#include <getopt.h>
#include <stdlib.h>

#define LIMIT_MAX 100000
#define LIMIT_DEFAULT 100
#define SECONDS_DEFAULT 3  /* of media in a call */
#define MAX_LOSS_DEFAULT 1 /* percent */

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
	{"label", required_argument, NULL, RF_CTL_OPT_LABEL},
	{"id", required_argument, NULL, RF_CTL_OPT_ID},
	{"lease", required_argument, NULL, RF_CTL_OPT_LEASE},
	{"hook", required_argument, NULL, RF_CTL_OPT_HOOK},
	{"device", required_argument, NULL, RF_CTL_OPT_DEVICE},
	{"local", required_argument, NULL, RF_CTL_OPT_LOCAL},
	{"table", required_argument, NULL, RF_CTL_OPT_TABLE},
	{"ng", required_argument, NULL, RF_CTL_OPT_NG},
	{"local-b", required_argument, NULL, RF_CTL_OPT_LOCAL_B},
	{"direction", required_argument, NULL, RF_CTL_OPT_DIRECTION},
	{"seconds", required_argument, NULL, RF_CTL_OPT_SECONDS},
	{"max-loss", required_argument, NULL, RF_CTL_OPT_MAX_LOSS},
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
	{"call", "", "a call through any ng relay, with media both ways", rf_ctl_call, ARGUMENT_NONE,
         "ng local local-b device direction seconds max-loss"},
	{"table list", "", "kernel tables that may be seen from here", rf_ctl_table_list, ARGUMENT_NONE, ""},
	{"table alloc", "--label L", "make a kernel table for a relay to come; prints its id", rf_ctl_table_alloc,
         ARGUMENT_NONE, "label id lease hook device local"},
	{"table free", "ID --label L", "end a kernel table that no relay owns", rf_ctl_table_free, ARGUMENT_NEEDED,
         "label"},
	{"flows", "", "what the kernel forwards, and its figures", rf_ctl_flows, ARGUMENT_NONE, "table"},
	{"rules", "", "the relay's nftables rules, as a file for nft", rf_ctl_rules, ARGUMENT_NONE, ""},
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
	"      --label LABEL      table alloc, table free: whose table it is\n"
	"      --id N             table alloc: this id and no other\n"
	"      --lease SECONDS    table alloc: how long it waits for its relay (1 to 28800, default 300)\n"
	"      --hook HOOK        table alloc: prerouting (default), nft or ingress, as the relay's\n"
	"      --device NAME      table alloc: device of hook ingress; may come often\n"
	"      --local ADDRESS    table alloc: local address of media; may come often\n"
	"      --table ID         flows: only of this table\n"
	"      --ng ADDRESS:PORT  call: the relay's ng port, or NAME:PORT (default: as ping)\n"
	"      --local ADDRESS    call: of both ends (default: from which the ng port is reached)\n"
	"      --local-b ADDRESS  call: of the second end\n"
	"      --device NAME      call: both ends have the first address of this device\n"
	"      --direction A,B    call: names of the relay's interfaces, towards each end\n"
	"      --seconds N        call: of media (1 to 3600, default 3)\n"
	"      --max-loss PERCENT call: more lost in a direction is a failure (default 1)\n"
	"  -h, --help             this text\n"
	"  -V, --version          version of this program\n"
	"\nExit codes: 0 fine, 1 refused or failed, 2 usage, 3 nobody answers, 4 no such session, or no kernel\n"
	"table can be had (no module, one of another contract, no CAP_NET_ADMIN).\n";

static int help(void)
{
	printf("Usage: rtpferryctl [OPTIONS] COMMAND\n\nCommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-11s %-15s %s\n", commands[i].name, commands[i].argument, commands[i].help);
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
	case RF_CTL_OPT_LABEL:
	case RF_CTL_OPT_ID:
	case RF_CTL_OPT_LEASE:
	case RF_CTL_OPT_HOOK:
	case RF_CTL_OPT_DEVICE:
	case RF_CTL_OPT_LOCAL:
	case RF_CTL_OPT_TABLE:
		return rf_ctl_take_kernel(&options->ctl.kernel, option, optarg);
	case RF_CTL_OPT_NG:
	case RF_CTL_OPT_LOCAL_B:
	case RF_CTL_OPT_DIRECTION:
	case RF_CTL_OPT_SECONDS:
	case RF_CTL_OPT_MAX_LOSS:
		return rf_ctl_take_probe(&options->ctl.probe, option, optarg);
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
	const struct rf_ctl_kernel *kernel = &ctl->kernel;
	const struct rf_ctl_probe *probe = &ctl->probe;
	const struct {
		const char *name;
		bool given;
	} special[] = {
		{"worst", ctl->worst > 0},
		{"limit", ctl->limit > 0},
		{"sort", ctl->sort != NULL},
		{"search", ctl->search != NULL},
		{"once", ctl->once},
		{"interval", ctl->interval > 0},
		{"wait", ctl->wait},
		{"off", ctl->off},
		{"label", kernel->label != NULL},
		{"id", kernel->id > 0},
		{"lease", kernel->lease_s > 0},
		{"hook", kernel->hook_given},
		{"device", kernel->n_devices > 0},
		{"local", kernel->n_locals > 0},
		{"table", kernel->table > 0},
		{"ng", probe->ng != NULL},
		{"local-b", probe->local_b.family != RF_FAMILY_NONE},
		{"direction", probe->direction[0].len > 0},
		{"seconds", probe->seconds > 0},
		{"max-loss", probe->max_loss >= 0},
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

/* Is the command line's next word, or are its next two, the name of a command? How many words; 0: it is not. */
static int named(const char *name, int left, char **words)
{
	const char *space = strchr(name, ' ');

	if (!space)
		return strcmp(name, words[0]) == 0;
	if (left < 2 || strlen(words[0]) != (size_t)(space - name) ||
	    strncmp(name, words[0], (size_t)(space - name)) != 0)
		return 0;
	return strcmp(space + 1, words[1]) == 0 ? 2 : 0;
}

/* Which command the words begin with, and how many of them name it; COMMANDS: none, and that was told. */
static size_t find_command(int left, char **words, int *n_words)
{
	size_t i = 0;

	while (i < COMMANDS && (*n_words = named(commands[i].name, left, words)) == 0)
		i++;
	if (i < COMMANDS)
		return i;
	if (strcmp(words[0], "table") == 0)
		fprintf(stderr,
		        "rtpferryctl: expected \"rtpferryctl table list\", \"table alloc\" or \"table free\"\n");
	else
		fprintf(stderr, "rtpferryctl: there is no command \"%s\". Try \"rtpferryctl --help\".\n", words[0]);
	return COMMANDS;
}

static int choose(int argc, char **argv, struct rf_ctl_options *options)
{
	int left = argc - optind, n_words;
	size_t i;

	if (left < 1) {
		fprintf(stderr, "rtpferryctl: which command? Try \"rtpferryctl --help\".\n");
		return RF_CTL_USAGE;
	}
	i = find_command(left, argv + optind, &n_words);
	if (i == COMMANDS)
		return RF_CTL_USAGE;
	left -= n_words;
	if (left > (commands[i].takes != ARGUMENT_NONE) || (left < 1 && commands[i].takes == ARGUMENT_NEEDED)) {
		fprintf(stderr, "rtpferryctl: expected \"rtpferryctl %s%s%s\"\n", commands[i].name,
		        *commands[i].argument ? " " : "", commands[i].argument);
		return RF_CTL_USAGE;
	}
	if (!fits(&options->ctl, i))
		return RF_CTL_USAGE;
	options->command = commands[i].run;
	options->ctl.argument = left > 0 ? argv[optind + n_words] : NULL;
	return RF_CTL_OK;
}

int rf_ctl_parse(int argc, char **argv, struct rf_ctl_options *options)
{
	int option, rc;

	*options = (struct rf_ctl_options){.ctl = {.out = stdout, .err = stderr, .probe = {.max_loss = -1}}};
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
	if (options->ctl.probe.seconds == 0)
		options->ctl.probe.seconds = SECONDS_DEFAULT;
	if (options->ctl.probe.max_loss < 0)
		options->ctl.probe.max_loss = MAX_LOSS_DEFAULT;
	return rc;
}
