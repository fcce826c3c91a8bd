/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request of a command's, and what its answer comes to.
 */
#include <errno.h>
#include <stdlib.h>

#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "tree/json.h"

#define ANSWER_LIMIT (64u << 20) /* bytes */

/* The exit code of a status that is no success; the API's sentence is told. */
static int refused(struct rf_ctl *ctl, unsigned status, struct rf_str body)
{
	struct rf_value *tree = NULL;
	struct rf_str message = RF_STR_NONE;

	if (rf_json_decode(ctl->arena, body, &tree) == 0)
		message = rf_field_text(tree, "message");
	if (message.len > 0)
		fprintf(ctl->err, "rtpferryctl: %.*s\n", RF_STR_ARG(message));
	else
		fprintf(ctl->err, "rtpferryctl: %s answered %u, which is not rtpferry's way: is it another server?\n",
		        rf_client_where(ctl->client), status);
	return status == 404 && rf_str_equal(rf_field_text(tree, "code"), RF_STR("no_such_session")) ? RF_CTL_NOT_FOUND
	                                                                                             : RF_CTL_FAILED;
}

static int ask(struct rf_ctl *ctl, const char *method, const char *path, bool print, struct rf_value **out)
{
	char error[RF_CLIENT_ERROR];
	int rc = RF_CTL_OK, err;
	unsigned status = 0;
	struct rf_buf body;

	*out = NULL;
	rf_arena_reset(ctl->arena);
	rf_buf_init(&body, ANSWER_LIMIT);
	err = rf_client_call(ctl->client, method, path, &body, &status, error);
	if (err) {
		fprintf(ctl->err, "rtpferryctl: %s\n", error);
		rc = err == -ENOTCONN ? RF_CTL_UNREACHABLE : RF_CTL_FAILED;
	} else if (status != 200) {
		rc = refused(ctl, status, rf_buf_view(&body));
	} else if (print) {
		fwrite(body.data, 1, body.len, ctl->out);
	} else if (rf_json_decode(ctl->arena, rf_buf_view(&body), out) != 0) {
		fprintf(ctl->err, "rtpferryctl: %s answered what is no JSON: is it another server?\n",
		        rf_client_where(ctl->client));
		rc = RF_CTL_FAILED;
	}
	rf_buf_free(&body);
	return rc;
}

int rf_ctl_ask(struct rf_ctl *ctl, const char *method, const char *path, struct rf_value **out)
{
	return ask(ctl, method, path, ctl->json, out);
}

int rf_ctl_get(struct rf_ctl *ctl, const char *method, const char *path, struct rf_value **out)
{
	return ask(ctl, method, path, false, out);
}

char *rf_ctl_session_path(const char *call_id, const char *query)
{
	struct rf_buf path;

	rf_buf_init(&path, 0);
	rf_buf_text(&path, "/api/v1/sessions/");
	rf_percent_encode(&path, rf_str_of(call_id));
	rf_buf_text(&path, query);
	rf_buf_char(&path, '\0');
	if (!path.error)
		return path.data;
	rf_buf_free(&path);
	return NULL;
}
