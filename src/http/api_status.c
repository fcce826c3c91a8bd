/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /api/v1/status: the relay at a glance, for rtpferryctl status and top.
 */
#include "base/clock.h"
#include "http/json.h"
#include "http/metrics.h"
#include "http/site.h"

static void add_readiness(struct rf_http_site *site, struct rf_value *tree)
{
	struct rf_http_reason reasons[RF_HTTP_MAX_REASONS];
	unsigned n = rf_http_not_ready(site, reasons);
	struct rf_value *list;

	rf_value_add_bool(site->arena, tree, RF_STR("ready"), n == 0);
	list = rf_value_add_list(site->arena, tree, RF_STR("reasons"));
	for (unsigned i = 0; i < n; i++)
		rf_value_add_str(site->arena, list, RF_STR_NONE, rf_str_of(reasons[i].message));
	rf_value_add_bool(site->arena, tree, RF_STR("draining"), rf_calls_draining(site->config.calls));
}

/* /api/v1/table in short. */
static void add_kernel(struct rf_http_site *site, struct rf_value *tree)
{
	struct rf_value *dict = rf_value_add_dict(site->arena, tree, RF_STR("kernel"));
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(site->config.dataplane_handle, &kernel);
	rf_value_add_bool(site->arena, dict, RF_STR("up"), kernel.up);
	if (kernel.up)
		rf_value_add_int(site->arena, dict, RF_STR("table"), kernel.id);
	rf_http_json_text(site->arena, dict, RF_STR("kmod_version"), rf_str_of(kernel.version));
	rf_http_json_text(site->arena, dict, RF_STR("message"), rf_str_of(kernel.why));
	rf_value_add_int(site->arena, dict, RF_STR("streams"), kernel.streams);
	rf_http_json_text(site->arena, dict, RF_STR("guard"), rf_str_of(kernel.guard));
	rf_http_json_text(site->arena, dict, RF_STR("guard_message"), rf_str_of(kernel.guard_why));
}

static void add_sessions(struct rf_http_site *site, struct rf_value *tree)
{
	const struct rf_calls_totals *totals = rf_calls_totals(site->config.calls);
	struct rf_arena *arena = site->arena;
	struct rf_value *ended;

	rf_value_add_int(arena, tree, RF_STR("sessions"), rf_calls_count(site->config.calls));
	rf_value_add_int(arena, tree, RF_STR("sessions_held"), rf_calls_held(site->config.calls));
	rf_value_add_int(arena, tree, RF_STR("sessions_total"), (int64_t)totals->sessions);
	rf_value_add_int(arena, tree, RF_STR("one_way_sessions_total"), (int64_t)totals->one_way);
	ended = rf_value_add_dict(arena, tree, RF_STR("session_end_total"));
	for (unsigned i = 0; i < RF_ENDS; i++)
		rf_value_add_int(arena, ended, rf_str_of(rf_end_name((enum rf_end)i)), (int64_t)totals->ended[i]);
}

static void add_media(struct rf_http_site *site, struct rf_value *tree)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	struct rf_http_iface_ports ports[RF_DATAPLANE_MAX_IFACES];
	struct rf_arena *arena = site->arena;
	unsigned n_ports = rf_http_iface_ports(site->config.ports, ports);
	unsigned n = rf_dataplane_totals(site->config.dataplane_handle, rows);
	struct rf_value *list, *drops;
	uint64_t counts[RF_DROPS] = {0};

	rf_value_add_int(arena, tree, RF_STR("streams"), rf_dataplane_streams(site->config.dataplane_handle));
	rf_value_add_int(arena, tree, RF_STR("workers"), rf_dataplane_workers(site->config.dataplane_handle));
	list = rf_value_add_list(arena, tree, RF_STR("interfaces"));
	for (unsigned i = 0; i < n_ports; i++) {
		struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE);

		rf_value_add_str(arena, dict, RF_STR("name"), rf_arena_copy(arena, ports[i].name));
		rf_value_add_int(arena, dict, RF_STR("ports"), (int64_t)ports[i].ports);
		rf_value_add_int(arena, dict, RF_STR("ports_in_use"), (int64_t)ports[i].in_use);
		for (unsigned k = 0; k < n; k++) {
			if (!rf_str_equal(rf_str_of(rows[k].iface), ports[i].name))
				continue;
			rf_value_add_int(arena, dict, RF_STR("packets_in"), (int64_t)rows[k].packets_in);
			rf_value_add_int(arena, dict, RF_STR("bytes_in"), (int64_t)rows[k].bytes_in);
			rf_value_add_int(arena, dict, RF_STR("packets_out"), (int64_t)rows[k].packets_out);
			rf_value_add_int(arena, dict, RF_STR("bytes_out"), (int64_t)rows[k].bytes_out);
		}
	}
	rf_dataplane_drops(site->config.dataplane_handle, counts);
	drops = rf_value_add_dict(arena, tree, RF_STR("drops"));
	for (unsigned i = 0; i < RF_DROPS; i++)
		rf_value_add_int(arena, drops, rf_str_of(rf_drop_name((enum rf_drop)i)), (int64_t)counts[i]);
}

void rf_http_status(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	const struct rf_http_process *process = site->config.process;
	struct rf_value *tree = rf_value_dict(site->arena);

	(void)request;
	rf_value_add_str(site->arena, tree, RF_STR("version"), rf_str_of(process->version));
	rf_value_add_str(site->arena, tree, RF_STR("dataplane"), rf_str_of(rf_http_dataplane(site)));
	rf_value_add_real(site->arena, tree, RF_STR("uptime_s"),
	                  (double)(rf_clock_wall_us() - process->started_wall_us) / 1e6);
	add_readiness(site, tree);
	add_kernel(site, tree);
	add_sessions(site, tree);
	add_media(site, tree);
	rf_http_reply_json(reply, tree);
}
