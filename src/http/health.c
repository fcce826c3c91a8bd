/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probes. That /livez is answered at all is what it tells.
 */
#include "http/site.h"

unsigned rf_http_not_ready(const struct rf_http_site *site, struct rf_http_reason reasons[RF_HTTP_MAX_REASONS])
{
	const struct rf_http_process *process = site->config.process;
	unsigned n = 0;

	if (!process->ng_bound)
		reasons[n++] = (struct rf_http_reason){"ng_not_bound", "the ng control port is not bound yet"};
	if (!process->dataplane_ready)
		reasons[n++] = (struct rf_http_reason){"dataplane_not_ready", "the data plane is not decided yet"};
	if (rf_calls_draining(site->config.calls))
		reasons[n++] =
			(struct rf_http_reason){"draining", "draining: known calls are served, new ones are refused"};
	return n;
}

void rf_http_livez(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	struct rf_value *tree = rf_value_dict(site->arena);

	(void)request;
	rf_value_add_bool(site->arena, tree, RF_STR("live"), true);
	rf_http_reply_json(reply, tree);
}

void rf_http_readyz(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	struct rf_http_reason reasons[RF_HTTP_MAX_REASONS];
	unsigned n = rf_http_not_ready(site, reasons);
	struct rf_arena *arena = site->arena;
	struct rf_value *tree = rf_value_dict(arena), *list;

	(void)request;
	rf_value_add_bool(arena, tree, RF_STR("ready"), n == 0);
	if (n > 0) {
		reply->status = 503;
		rf_value_add_str(arena, tree, RF_STR("code"), RF_STR("not_ready"));
		rf_value_add_str(arena, tree, RF_STR("message"), rf_str_of(reasons[0].message));
	}
	list = rf_value_add_list(arena, tree, RF_STR("reasons"));
	for (unsigned i = 0; i < n; i++) {
		struct rf_value *reason = rf_value_add_dict(arena, list, RF_STR_NONE);

		rf_value_add_str(arena, reason, RF_STR("code"), rf_str_of(reasons[i].code));
		rf_value_add_str(arena, reason, RF_STR("message"), rf_str_of(reasons[i].message));
	}
	rf_http_reply_json(reply, tree);
}
