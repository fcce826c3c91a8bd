/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "/": the worst sessions as a plain page, made here, without a script.
 */
#include <stdlib.h>

#include "http/survey.h"

#define ROWS 50 /* sessions on the page */

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"5\">"
	"<title>rtpferry</title><style>body{font:15px/1.4 system-ui,sans-serif;margin:2em;color:#222}"
	"table{border-collapse:collapse}td,th{padding:.3em 1em;border-bottom:1px solid #ddd;text-align:right}"
	"td:first-child,th:first-child{text-align:left;font-family:monospace}</style></head><body>\n"
	"<h1>rtpferry</h1>\n";
static const char foot[] =
	"</table>\n<p><a href=\"/metrics\">/metrics</a> <a href=\"/metrics/sessions\">/metrics/sessions</a> "
	"<a href=\"/api/v1/sessions\">/api/v1/sessions</a> <a href=\"/api/v1/status\">/api/v1/status</a></p>\n"
	"</body></html>\n";

/* Text between tags; bytes outside printable ASCII show as '?'. */
static void write_text(struct rf_buf *out, struct rf_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
			rf_buf_printf(out, "&#%u;", c);
		else
			rf_buf_char(out, c >= ' ' && c <= '~' ? (char)c : '?');
	}
}

static void write_row(struct rf_buf *out, const struct rf_survey_row *row)
{
	const struct rf_survey_leg *worst = row->worst;

	rf_buf_text(out, "<tr><td>");
	write_text(out, row->call_id);
	rf_buf_printf(out, "<td>%.0f s<td>%llu", row->age, (unsigned long long)row->packets);
	if (worst && worst->totals.packets > 0)
		rf_buf_printf(out, "<td>%.2f %%<td>%.1f ms", worst->loss_ratio * 100, worst->totals.jitter * 1000);
	else
		rf_buf_text(out, "<td>-<td>-");
	if (worst && worst->mos > 0)
		rf_buf_printf(out, "<td>%.1f\n", worst->mos);
	else
		rf_buf_text(out, "<td>-\n");
}

static int compare(const void *a, const void *b)
{
	return rf_survey_row_compare(a, b);
}

static bool finish(struct rf_survey *survey, struct rf_http_reply *reply, int64_t until_us)
{
	const struct rf_http_config *config = &survey->site->config;

	(void)until_us;
	qsort(survey->rows, survey->n_rows, sizeof(*survey->rows), compare);
	reply->content_type = "text/html; charset=utf-8";
	rf_buf_text(&reply->body, head);
	rf_buf_printf(&reply->body, "<p>%u sessions%s; version %s, data plane %s</p>\n", survey->n_rows,
	              rf_calls_draining(config->calls) ? ", draining" : "", config->process->version,
	              rf_http_dataplane(survey->site));
	rf_buf_text(&reply->body, "<table><tr><th>the worst sessions<th>age<th>packets<th>loss<th>jitter<th>MOS\n");
	for (unsigned i = 0; i < survey->n_rows && i < ROWS; i++)
		write_row(&reply->body, &survey->rows[i]);
	rf_buf_text(&reply->body, foot);
	rf_http_reply_check(reply);
	return true;
}

void rf_http_index(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	(void)request;
	rf_survey_begin(site, finish, reply);
}
