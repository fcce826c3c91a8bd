/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this relay is and has: version, interfaces.
 */
#include "base/clock.h"
#include "http/json.h"
#include "http/site.h"

void rf_http_version(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	const struct rf_http_process *process = site->config.process;
	struct rf_arena *arena = site->arena;
	struct rf_value *tree = rf_value_dict(arena), *list;

	(void)request;
	rf_value_add_str(arena, tree, RF_STR("version"), rf_str_of(process->version));
	rf_value_add_str(arena, tree, RF_STR("revision"), rf_str_of(process->revision));
	rf_value_add_str(arena, tree, RF_STR("dataplane"), rf_str_of(rf_http_dataplane(site)));
	rf_http_json_time(arena, tree, RF_STR("started"), process->started_wall_us);
	rf_value_add_real(arena, tree, RF_STR("uptime_s"),
	                  (double)(rf_clock_wall_us() - process->started_wall_us) / 1e6);
	list = rf_value_add_list(arena, tree, RF_STR("listen_ng"));
	for (unsigned i = 0; i < process->n_listen_ng; i++)
		rf_http_json_endpoint(arena, list, RF_STR_NONE, &process->listen_ng[i]);
	rf_http_reply_json(reply, tree);
}

struct builder {
	struct rf_arena *arena; /* borrowed */
	struct rf_value *list;  /* borrowed */
};

static void add_address(const struct rf_ports_usage *usage, void *arg)
{
	const struct builder *builder = arg;
	struct rf_arena *arena = builder->arena;
	struct rf_value *dict = rf_value_add_dict(arena, builder->list, RF_STR_NONE);
	const struct rf_local *local = usage->local;
	char text[RF_ADDR_TEXT];

	rf_value_add_str(arena, dict, RF_STR("name"), rf_arena_copy(arena, rf_str_of(local->iface)));
	rf_value_add_str(arena, dict, RF_STR("address"),
	                 rf_arena_copy(arena, rf_str_of(rf_addr_print(&local->address, text))));
	rf_value_add_str(arena, dict, RF_STR("advertised"),
	                 rf_arena_copy(arena, rf_str_of(rf_addr_print(&local->advertised, text))));
	rf_value_add_int(arena, dict, RF_STR("port_min"), local->port_min);
	rf_value_add_int(arena, dict, RF_STR("port_max"), local->port_max);
	rf_value_add_int(arena, dict, RF_STR("ports"), usage->ports);
	rf_value_add_int(arena, dict, RF_STR("ports_in_use"), usage->in_use);
}

void rf_http_interfaces(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	struct rf_value *tree = rf_value_dict(site->arena);
	struct builder builder = {site->arena, rf_value_add_list(site->arena, tree, RF_STR("interfaces"))};

	(void)request;
	rf_ports_each(site->config.ports, add_address, &builder);
	rf_http_reply_json(reply, tree);
}
