/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "call/request.h"
#include "config.h"

static const char *const dataplanes[] = {"auto", "kmod", "user", NULL};
static const char *const hooks[] = {"prerouting", "nft", "ingress", NULL};
static const char *const guards[] = {"guard", "off", NULL};
static const char *const learnings[] = {"immediate", "delayed", "heuristic", "off", NULL};
static const char *const exits[] = {"drain", "handover", "flush", NULL};
static const char *const compats[] = {"none", "rtpengine", NULL};
static const char *const formats[] = {"text", "json", "journal", NULL};

#define FIELD(f) .offset = offsetof(struct rf_config, f)
#define CONTROL .area = RF_AREA_CONTROL
#define ADDRESSES .area = RF_AREA_ADDRESSES
#define KERNEL .area = RF_AREA_KERNEL
#define TIMEOUTS .area = RF_AREA_TIMEOUTS
#define LIMITS .area = RF_AREA_LIMITS
#define MEDIA .area = RF_AREA_MEDIA
#define STATE .area = RF_AREA_STATE
#define LOGGING .area = RF_AREA_LOGGING
#define PROCESS .area = RF_AREA_PROCESS
#define RELOAD .flags = RF_OPTION_RELOAD
#define ENDPOINTS(port) .type = RF_OPTION_ENDPOINTS, .metavar = "[ADDRESS:]PORT", .min = (port)
#define SECONDS .type = RF_OPTION_SECONDS, .metavar = "SECONDS", .max = 365 * 86400
#define NUMBER(low, high) .type = RF_OPTION_NUMBER, .metavar = "NUMBER", .min = (low), .max = (high)
#define BYTES .type = RF_OPTION_BYTES, .metavar = "BYTES", .max = INT64_MAX
#define CHOICE(names) .type = RF_OPTION_CHOICE, .metavar = "WORD", .choices = (names)
#define BOOL .type = RF_OPTION_BOOL, .metavar = "yes|no"
#define TEXT(what) .type = RF_OPTION_TEXT, .metavar = (what)
#define LEVEL .type = RF_OPTION_LEVEL, .metavar = "LEVEL"
#define AREA_LEVEL(n) \
	LOGGING, LEVEL, RELOAD, FIELD(log_levels[n]), .word = "default", .word_value = -1, .fallback = "default"

/* clang-format off */
const struct rf_option rf_options[] = {
	{"listen-ng", .letter = 'n', CONTROL, ENDPOINTS(2223), FIELD(listen_ng), .fallback = "127.0.0.1:2223",
	 .help = "where the proxies' requests come in; a port alone listens on every address"},
	{"ng-allow", CONTROL, RELOAD, .type = RF_OPTION_NETS, .metavar = "NETWORK", FIELD(ng_allow), .word = "any", .fallback = "",
	 .help = "networks that may send ng requests; others are ignored"},
	{"listen-http", CONTROL, ENDPOINTS(9101), FIELD(listen_http), .word = "none", .fallback = "127.0.0.1:9101",
	 .help = "where probes, metrics and the API are served; none turns them off"},
	{"listen-ctl", CONTROL, TEXT("PATH"), FIELD(listen_ctl), .fallback = "/run/rtpferry/ctl.sock",
	 .help = "Unix socket that rtpferryctl talks to; none turns it off"},
	{"http-token-file", CONTROL, TEXT("PATH"), FIELD(http_token_file), .fallback = "",
	 .help = "file with the bearer token that what changes state must carry over TCP"},
	{"max-session-series", CONTROL, NUMBER(0, 1000000), FIELD(max_session_series), .fallback = "5000",
	 .help = "series that /metrics/sessions prints at most"},
	{"metrics-compat", CONTROL, CHOICE(compats), FIELD(metrics_compat), .fallback = "none",
	 .help = "print another relay's metric names too"},

	{"interface", .letter = 'i', ADDRESSES, RELOAD, .type = RF_OPTION_INTERFACES, FIELD(interfaces), .word = "auto", .fallback = "",
	 .metavar = "[NAME/]ADDRESS[!ADVERTISED][@MIN-MAX]",
	 .help = "address that media is received on: an address, a device, any, env:VAR or file:PATH"},
	{"port-min", .letter = 'm', ADDRESSES, RELOAD, NUMBER(1024, 65535), FIELD(port_min), .fallback = "30000",
	 .help = "lowest media port"},
	{"port-max", .letter = 'M', ADDRESSES, RELOAD, NUMBER(1024, 65535), FIELD(port_max), .fallback = "40000",
	 .help = "highest media port"},
	{"interface-mark", ADDRESSES, RELOAD, .type = RF_OPTION_TEXTS, .metavar = "NAME:MARK", FIELD(interface_mark), .word = "none", .fallback = "",
	 .help = "mark for the routing of what leaves from an interface, as in ip rule fwmark"},
	{"interface-stack", ADDRESSES, RELOAD, .type = RF_OPTION_TEXTS, .metavar = "NAME", FIELD(interface_stack), .word = "none", .fallback = "",
	 .help = "interfaces whose media the kernel module sends through OUTPUT and POSTROUTING, slower"},
	{"address-wait", ADDRESSES, SECONDS, FIELD(address_wait), .fallback = "0",
	 .help = "how long a start waits for addresses that are not there yet; 0 is not at all"},

	{"table", .letter = 't', KERNEL, NUMBER(-1, 65535), FIELD(table), .word = "auto", .word_value = RF_TABLE_AUTO, .fallback = "auto",
	 .help = "id of the kernel table; auto, or 0, is any that is free, -1 is none"},
	{"dataplane", KERNEL, CHOICE(dataplanes), FIELD(dataplane), .fallback = "auto",
	 .help = "what moves packets: the kernel module, worker threads, or the first that is there; kmod implies no-fallback"},
	{"no-fallback", .letter = 'F', KERNEL, BOOL, FIELD(no_fallback), .fallback = "no",
	 .help = "exit with 4 when there is no kernel table, rather than relay in user space"},
	{"hook", KERNEL, CHOICE(hooks), FIELD(hook), .fallback = "prerouting",
	 .help = "where the kernel module takes packets"},
	{"hook-device", KERNEL, .type = RF_OPTION_TEXTS, .metavar = "DEVICE", FIELD(hook_device), .word = "none", .fallback = "",
	 .help = "devices of hook = ingress"},
	{"nft", KERNEL, CHOICE(guards), FIELD(nft), .fallback = "guard",
	 .help = "keep the media ports' packets out of connection tracking"},
	{"table-label", KERNEL, TEXT("TEXT"), FIELD(table_label), .fallback = "",
	 .help = "owner label of the kernel table; empty is HOST/ADDRESS:PORT with the first listen-ng"},
	{"table-lease", KERNEL, .type = RF_OPTION_SECONDS, .metavar = "SECONDS", .min = 1, .max = 28800, FIELD(table_lease), .fallback = "300",
	 .help = "how long a kernel table goes on without its daemon"},

	{"timeout", .letter = 'o', TIMEOUTS, RELOAD, SECONDS, FIELD(timeout), .fallback = "60",
	 .help = "end an answered call after that long without a packet; 0 is never"},
	{"silent-timeout", .letter = 's', TIMEOUTS, RELOAD, SECONDS, FIELD(silent_timeout), .fallback = "3600",
	 .help = "the same when all media is on hold or muted"},
	{"offer-timeout", TIMEOUTS, RELOAD, SECONDS, FIELD(offer_timeout), .fallback = "3600",
	 .help = "end a call that nobody answers"},
	{"final-timeout", .letter = 'a', TIMEOUTS, RELOAD, SECONDS, FIELD(final_timeout), .fallback = "0",
	 .help = "end any call of that age; 0 is never"},
	{"delete-delay", .letter = 'd', TIMEOUTS, RELOAD, SECONDS, FIELD(delete_delay), .fallback = "30",
	 .help = "how long a deleted call keeps its ports"},
	{"drain-timeout", TIMEOUTS, RELOAD, SECONDS, FIELD(drain_timeout), .fallback = "3600",
	 .help = "how long a drain waits for calls to end; 0 is for ever"},

	{"max-sessions", LIMITS, RELOAD, NUMBER(0, INT32_MAX), FIELD(max_sessions), .fallback = "0",
	 .help = "refuse new calls above that many; 0 is no limit"},
	{"max-cpu", LIMITS, RELOAD, .type = RF_OPTION_PERCENT, .metavar = "PERCENT", FIELD(max_cpu), .fallback = "0",
	 .help = "refuse new calls above that share of the cgroup's processors; 0 is no limit"},
	{"max-bandwidth", LIMITS, RELOAD, BYTES, FIELD(max_bandwidth), .fallback = "0",
	 .help = "refuse new calls above that many bytes a second; 0 is no limit"},
	{"max-memory", LIMITS, RELOAD, BYTES, FIELD(max_memory), .fallback = "0",
	 .help = "refuse new calls above that much resident memory; 0 is no limit"},

	{"tos", .letter = 'T', MEDIA, NUMBER(0, 255), FIELD(tos), .word = "keep", .word_value = RF_TOS_KEEP, .fallback = "keep",
	 .help = "TOS byte of relayed packets"},
	{"endpoint-learning", MEDIA, CHOICE(learnings), FIELD(endpoint_learning), .fallback = "immediate",
	 .help = "how a party's real endpoint is learnt"},
	{"strict-source", MEDIA, BOOL, FIELD(strict_source), .fallback = "yes",
	 .help = "take packets of the learnt source only"},
	{"sip-source", MEDIA, BOOL, FIELD(sip_source), .fallback = "no",
	 .help = "trust the SIP message's source rather than the SDP's address"},
	{"workers", .alias = "num-threads", MEDIA, NUMBER(1, 256), FIELD(workers), .word = "auto", .word_value = 0, .fallback = "auto",
	 .help = "threads that relay; auto is one for each processor that the cgroup grants"},
	{"relay-nap", MEDIA, NUMBER(0, 10000), FIELD(relay_nap), .fallback = "0",
	 .help = "microseconds that a worker rests before it waits again: less work for that much more delay"},
	{"idle-sockets", MEDIA, NUMBER(0, 32768), FIELD(idle_sockets), .fallback = "0",
	 .help = "free port pairs of each address that keep their sockets bound for the next call"},

	{"state-dir", STATE, TEXT("PATH"), FIELD(state_dir), .fallback = "/run/rtpferry",
	 .help = "where what survives a restart is kept"},
	{"on-exit", STATE, RELOAD, CHOICE(exits), FIELD(on_exit), .fallback = "drain",
	 .help = "what SIGTERM does: wait for calls to end, leave them to the next daemon, or drop them"},

	{"log-level", .letter = 'L', LOGGING, RELOAD, LEVEL, FIELD(log_level), .fallback = "info",
	 .help = "what is logged"},
	{"log-format", LOGGING, CHOICE(formats), FIELD(log_format), .fallback = "text",
	 .help = "how lines look: text and JSON go to standard error, journal to systemd's"},
	{"log-level-main", .alias = "log-level-core", AREA_LEVEL(RF_LOG_MAIN), .help = "level of start, stop and reload"},
	{"log-level-ng", .alias = "log-level-control", AREA_LEVEL(RF_LOG_NG), .help = "level of ng requests"},
	{"log-level-call", AREA_LEVEL(RF_LOG_CALL), .help = "level of calls"},
	{"log-level-sdp", AREA_LEVEL(RF_LOG_SDP), .help = "level of SDP rewriting"},
	{"log-level-ports", AREA_LEVEL(RF_LOG_PORTS), .help = "level of interfaces and ports"},
	{"log-level-dataplane", AREA_LEVEL(RF_LOG_DATAPLANE), .help = "level of what moves packets"},
	{"log-level-http", AREA_LEVEL(RF_LOG_HTTP), .help = "level of HTTP requests"},

	{"user", PROCESS, TEXT("NAME"), FIELD(user), .fallback = "",
	 .help = "user to become once started as root"},
	{"group", PROCESS, TEXT("NAME"), FIELD(group), .fallback = "",
	 .help = "group to become; empty is the user's own"},
	{"pidfile", .letter = 'p', PROCESS, TEXT("PATH"), FIELD(pidfile), .fallback = "",
	 .help = "file to write the process id to"},
};
/* clang-format on */

const unsigned rf_options_count = sizeof(rf_options) / sizeof(rf_options[0]);
_Static_assert(sizeof(rf_options) / sizeof(rf_options[0]) <= RF_OPTIONS_MAX, "RF_OPTIONS_MAX is too small");

static const char *const area_names[RF_AREAS] = {"control", "addresses", "kernel",  "timeouts", "limits",
                                                 "media",   "state",     "logging", "process"};

static bool same_name(struct rf_str name, const char *z)
{
	return z && rf_str_equal_name(name, rf_str_of(z));
}

const struct rf_option *rf_option_find(struct rf_str name)
{
	for (unsigned i = 0; i < rf_options_count; i++) {
		if (same_name(name, rf_options[i].name) || same_name(name, rf_options[i].alias))
			return &rf_options[i];
	}
	return NULL;
}

const struct rf_peer_option *rf_peer_option_find(struct rf_str name)
{
	for (unsigned i = 0; i < rf_peer_options_count; i++) {
		if (same_name(name, rf_peer_options[i].name))
			return &rf_peer_options[i];
	}
	return NULL;
}

const char *rf_option_area_name(enum rf_option_area area)
{
	return area < RF_AREAS ? area_names[area] : NULL;
}

bool rf_option_is_list(const struct rf_option *option)
{
	return option->type >= RF_OPTION_ENDPOINTS;
}
