/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One session, in full, and its end.
 */
#include <errno.h>

#include "call/report.h"
#include "http/session_json.h"
#include "http/site.h"

/* A call-id for a sentence: its beginning, with what does not print replaced. */
static const char *printable(struct rf_str call_id, char dst[128])
{
	size_t n = call_id.len;

	if (n > 127)
		n = 127;
	for (size_t i = 0; i < n; i++)
		dst[i] = call_id.p[i] >= ' ' && call_id.p[i] <= '~' ? call_id.p[i] : '?';
	dst[n] = '\0';
	return dst;
}

static void no_such_session(struct rf_http_reply *reply, struct rf_str call_id)
{
	char text[128];

	rf_http_reply_error(reply, 404, "no_such_session", "there is no session with call-id \"%s\"",
	                    printable(call_id, text));
}

void rf_http_session(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	bool samples = !rf_str_equal(rf_http_arg(request, "samples"), RF_STR("0"));
	struct rf_call_report *report;
	int err = rf_call_report_now(site->config.calls, request->tail, site->arena, &report);

	if (err == -ENOENT)
		no_such_session(reply, request->tail);
	else
		rf_http_reply_json(reply, err ? NULL : rf_http_session_json(site->arena, report, samples));
}

void rf_http_session_terminate(struct rf_http_site *site, const struct rf_http_request *request,
                               struct rf_http_reply *reply)
{
	struct rf_value *tree = rf_value_dict(site->arena);

	if (rf_calls_terminate(site->config.calls, request->tail) != 0) {
		no_such_session(reply, request->tail);
		return;
	}
	rf_log(site->config.log, RF_LOG_HTTP, RF_LOG_NOTICE, request->tail, "terminated by an operator over HTTP");
	rf_value_add_str(site->arena, tree, RF_STR("terminated"), request->tail);
	rf_http_reply_json(reply, tree);
}
