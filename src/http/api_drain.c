/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/site.h"

static void tell(struct rf_http_site *site, struct rf_http_reply *reply)
{
	struct rf_value *tree = rf_value_dict(site->arena);

	rf_value_add_bool(site->arena, tree, RF_STR("draining"), rf_calls_draining(site->config.calls));
	rf_value_add_int(site->arena, tree, RF_STR("sessions"), rf_calls_count(site->config.calls));
	rf_value_add_int(site->arena, tree, RF_STR("sessions_held"), rf_calls_held(site->config.calls));
	rf_http_reply_json(reply, tree);
}

static void set(struct rf_http_site *site, bool on)
{
	const struct rf_http_process *process = site->config.process;

	rf_log(site->config.log, RF_LOG_HTTP, RF_LOG_NOTICE, RF_STR_NONE, "drain %s over HTTP",
	       on ? "started" : "ended");
	if (process->drain)
		process->drain(process->drain_arg, on);
	else
		rf_calls_drain(site->config.calls, on);
}

void rf_http_drain_get(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	(void)request;
	tell(site, reply);
}

void rf_http_drain_start(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	(void)request;
	set(site, true);
	tell(site, reply);
}

void rf_http_drain_end(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	(void)request;
	set(site, false);
	tell(site, reply);
}
