/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to "statistics", in the shape that dashboards of the leading relay read: durations are strings. What
 * this relay does not have is zero.
 */
#include "base/clock.h"
#include "ng/dispatch.h"

static struct rf_str fraction(struct rf_arena *arena, double value)
{
	return rf_arena_printf(arena, "%.6f", value);
}

static double mean(const struct rf_histogram *h)
{
	return h->count ? h->sum / (double)h->count : 0;
}

static void add_zeros(struct rf_arena *arena, struct rf_value *dict, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rf_value_add_int(arena, dict, rf_str_of(names[i]), 0);
}

static void add_current(struct rf_dispatch *dispatch, struct rf_value *tree)
{
	static const char *const zeros[] = {"transcodedmedia", "packetrate", "byterate", "errorrate", "media_mixed"};
	struct rf_value *dict = rf_value_add_dict(dispatch->arena, tree, RF_STR("currentstatistics"));
	int64_t sessions = rf_calls_count(dispatch->calls);
	int64_t streams = dispatch->dataplane ? rf_dataplane_streams(dispatch->dataplane) : 0;
	struct rf_kernel_status kernel = {.streams = 0};

	if (dispatch->dataplane)
		rf_dataplane_kernel(dispatch->dataplane, &kernel);
	rf_value_add_int(dispatch->arena, dict, RF_STR("sessionsown"), sessions);
	rf_value_add_int(dispatch->arena, dict, RF_STR("sessionsforeign"), 0);
	rf_value_add_int(dispatch->arena, dict, RF_STR("sessionstotal"), sessions);
	rf_value_add_int(dispatch->arena, dict, RF_STR("media_userspace"), streams - kernel.streams);
	rf_value_add_int(dispatch->arena, dict, RF_STR("media_kernel"), kernel.streams);
	add_zeros(dispatch->arena, dict, zeros, sizeof(zeros) / sizeof(zeros[0]));
}

/* What was relayed: packets, bytes, errors. */
struct relayed {
	uint64_t packets, bytes, errors;
};

static void add_three(struct rf_arena *arena, struct rf_value *dict, const char *suffix, struct relayed relayed)
{
	rf_value_add_int(arena, dict, rf_arena_printf(arena, "relayedpackets%s", suffix), (int64_t)relayed.packets);
	rf_value_add_int(arena, dict, rf_arena_printf(arena, "relayedbytes%s", suffix), (int64_t)relayed.bytes);
	rf_value_add_int(arena, dict, rf_arena_printf(arena, "relayedpacketerrors%s", suffix), (int64_t)relayed.errors);
}

static void add_relayed(struct rf_dispatch *dispatch, struct rf_value *dict)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	uint64_t drops[RF_DROPS] = {0}, kernel_drops[RF_DROPS] = {0};
	struct relayed all = {0}, kernel = {0};
	unsigned n = 0;

	if (dispatch->dataplane) {
		n = rf_dataplane_totals(dispatch->dataplane, rows);
		rf_dataplane_drops(dispatch->dataplane, drops);
		rf_dataplane_kernel_drops(dispatch->dataplane, kernel_drops);
	}
	for (unsigned i = 0; i < n; i++) {
		all.packets += rows[i].packets_out;
		all.bytes += rows[i].bytes_out;
		kernel.packets += rows[i].kernel.packets_out;
		kernel.bytes += rows[i].kernel.bytes_out;
	}
	for (unsigned i = 0; i < RF_DROPS; i++) {
		all.errors += drops[i];
		kernel.errors += kernel_drops[i];
	}
	add_three(dispatch->arena, dict, "", all);
	add_three(dispatch->arena, dict, "_user",
	          (struct relayed){all.packets - kernel.packets, all.bytes - kernel.bytes, all.errors - kernel.errors});
	add_three(dispatch->arena, dict, "_kernel", kernel);
}

static void add_totals(struct rf_dispatch *dispatch, struct rf_value *tree)
{
	static const struct {
		const char *name; /* as told */
		enum rf_end end;  /* as counted */
	} ends[] = {
		{"timeoutsessions", RF_END_TIMEOUT},
		{"silenttimeoutsessions", RF_END_SILENT_TIMEOUT},
		{"finaltimeoutsessions", RF_END_FINAL_TIMEOUT},
		{"offertimeoutsessions", RF_END_OFFER_TIMEOUT},
		{"regularterminatedsessions", RF_END_DELETE},
		{"forcedterminatedsessions", RF_END_TERMINATE},
	};
	struct rf_arena *arena = dispatch->arena;
	const struct rf_calls_totals *totals = rf_calls_totals(dispatch->calls);
	struct rf_value *dict = rf_value_add_dict(arena, tree, RF_STR("totalstatistics"));
	long long uptime = (rf_clock_us() - dispatch->started_us) / 1000000;

	rf_value_add_str(arena, dict, RF_STR("uptime"), rf_arena_printf(arena, "%lld", uptime));
	rf_value_add_int(arena, dict, RF_STR("managedsessions"), (int64_t)totals->duration.count);
	rf_value_add_int(arena, dict, RF_STR("rejectedsessions"),
	                 (int64_t)(dispatch->rejected + totals->ended[RF_END_NO_PORTS]));
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		rf_value_add_int(arena, dict, rf_str_of(ends[i].name), (int64_t)totals->ended[ends[i].end]);
	add_relayed(dispatch, dict);
	rf_value_add_int(arena, dict, RF_STR("zerowaystreams"), 0);
	rf_value_add_int(arena, dict, RF_STR("onewaystreams"), (int64_t)totals->one_way);
	rf_value_add_str(arena, dict, RF_STR("avgcallduration"), fraction(arena, mean(&totals->duration)));
	rf_value_add_str(arena, dict, RF_STR("totalcallsduration"), fraction(arena, totals->duration.sum));
}

static void add_mos(struct rf_dispatch *dispatch, struct rf_value *tree)
{
	const struct rf_histogram *mos = &rf_calls_totals(dispatch->calls)->mos;
	struct rf_value *dict = rf_value_add_dict(dispatch->arena, tree, RF_STR("mos"));

	rf_value_add_str(dispatch->arena, dict, RF_STR("mos_total"), fraction(dispatch->arena, mos->sum));
	rf_value_add_int(dispatch->arena, dict, RF_STR("mos_samples_total"), (int64_t)mos->count);
	rf_value_add_str(dispatch->arena, dict, RF_STR("mos_average"), fraction(dispatch->arena, mean(mos)));
}

static void add_control(struct rf_dispatch *dispatch, struct rf_value *tree)
{
	static const char *const names[RF_COMMANDS] = {
		"offer",    "answer",     "delete",   "query",      "ping",    "list",      "stats",
		"blkmedia", "unblkmedia", "slnmedia", "unslnmedia", "blkdtmf", "unblkdtmf",
	};
	struct rf_arena *arena = dispatch->arena;
	struct rf_value *dict = rf_value_add_dict(arena, tree, RF_STR("controlstatistics"));
	uint64_t errors = 0;

	rf_value_add_list(arena, dict, RF_STR("proxies"));
	for (unsigned i = 0; i <= RF_COMMANDS; i++) {
		const struct rf_ng_command_stats *row = &dispatch->stats[i];

		errors += row->error;
		if (i < RF_COMMANDS)
			rf_value_add_int(arena, dict, rf_arena_printf(arena, "total%scount", names[i]),
			                 (int64_t)(row->ok + row->error + row->load_limit));
	}
	rf_value_add_int(arena, dict, RF_STR("totalerrorcount"), (int64_t)errors);
}

/* The list that is being filled. */
struct interfaces {
	struct rf_arena *arena; /* where the items live; borrowed */
	struct rf_value *list;  /* the reply's "interfaces" */
};

static void add_interface(const struct rf_ports_usage *usage, void *arg)
{
	struct interfaces *interfaces = arg;
	struct rf_arena *arena = interfaces->arena;
	struct rf_value *dict = rf_value_add_dict(arena, interfaces->list, RF_STR_NONE);
	char address[RF_ADDR_TEXT];
	struct rf_value *ports;

	rf_addr_print(&usage->local->address, address);
	rf_value_add_str(arena, dict, RF_STR("name"), rf_arena_copy(arena, rf_str_of(usage->local->iface)));
	rf_value_add_str(arena, dict, RF_STR("address"), rf_arena_copy(arena, rf_str_of(address)));
	ports = rf_value_add_dict(arena, dict, RF_STR("ports"));
	rf_value_add_int(arena, ports, RF_STR("min"), usage->local->port_min);
	rf_value_add_int(arena, ports, RF_STR("max"), usage->local->port_max);
	rf_value_add_int(arena, ports, RF_STR("used"), usage->in_use);
	rf_value_add_str(arena, ports, RF_STR("used_pct"),
	                 rf_arena_printf(arena, "%.2f", usage->ports ? 100.0 * usage->in_use / usage->ports : 0.0));
	rf_value_add_int(arena, ports, RF_STR("free"), usage->ports - usage->in_use);
	rf_value_add_int(arena, ports, RF_STR("totals"), usage->ports);
}

void rf_statistics_tree(struct rf_dispatch *dispatch, struct rf_value *tree)
{
	struct interfaces interfaces = {.arena = dispatch->arena};

	add_current(dispatch, tree);
	add_totals(dispatch, tree);
	add_mos(dispatch, tree);
	add_control(dispatch, tree);
	interfaces.list = rf_value_add_list(dispatch->arena, tree, RF_STR("interfaces"));
	if (dispatch->ports)
		rf_ports_each(dispatch->ports, add_interface, &interfaces);
	rf_value_add_list(dispatch->arena, tree, RF_STR("transcoders"));
}
