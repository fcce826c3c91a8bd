/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/probe_report.h"

#include <errno.h>

#include "ctl/fields.h"
#include "ctl/grid.h"
#include "tree/json.h"

static struct rf_str print(struct rf_arena *arena, const struct rf_endpoint *endpoint)
{
	char text[RF_ENDPOINT_TEXT];

	return rf_arena_copy(arena, rf_str_of(rf_endpoint_print(endpoint, text)));
}

/* Nothing arrived though it was sent. */
static struct rf_str say_silence(struct rf_arena *arena, const struct rf_probe_stream *stream)
{
	char address[RF_ADDR_TEXT];

	return rf_arena_printf(
		arena,
		"no audio from %s: %u packets went from %.*s to %.*s, and none arrived at %.*s. Look at "
		"firewalls for the media ports of the relay, at %s: is it an address of the relay that "
		"this host reaches (interface, advertised address)? And at the way from %.*s back to here",
		stream->name, stream->sent, RF_STR_ARG(print(arena, &stream->sender)),
		RF_STR_ARG(print(arena, &stream->target)), RF_STR_ARG(print(arena, &stream->receiver)),
		rf_addr_print(&stream->target.addr, address), RF_STR_ARG(print(arena, &stream->source)));
}

static struct rf_str find_problem(struct rf_arena *arena, const struct rf_probe_stream *stream,
                                  const struct rf_probe_figures *figures, double max_loss)
{
	if (stream->sent == 0)
		return rf_arena_printf(arena, "no audio from %s: no packet was sent", stream->name);
	if (stream->unsent > 0)
		return rf_arena_printf(arena,
		                       "no full audio from %s: %u of %u packets could not be sent to %.*s: %s. Look at "
		                       "the routes and the firewall of this host",
		                       stream->name, stream->unsent, stream->sent,
		                       RF_STR_ARG(print(arena, &stream->target)), strerror(stream->unsent_error));
	if (stream->received == 0)
		return say_silence(arena, stream);
	if (figures->loss_ratio * 100 <= max_loss)
		return RF_STR_NONE;
	return rf_arena_printf(
		arena,
		"loss from %s: %u of %u packets (%.2f %%) did not arrive, more than --max-loss %g. Look at "
		"the drops of the relay (rtpferryctl status), the load of both hosts, and the network "
		"between them",
		stream->name, figures->lost, stream->sent, figures->loss_ratio * 100, max_loss);
}

int rf_probe_judge(struct rf_arena *arena, const struct rf_probe_stream *stream, double max_loss,
                   struct rf_probe_verdict *out)
{
	int rc = rf_probe_stream_figures(stream, &out->figures);

	if (rc < 0)
		return rc;
	out->stream = stream;
	out->problem = find_problem(arena, stream, &out->figures, max_loss);
	out->warning = RF_STR_NONE;
	if (stream->wrong_source > 0)
		out->warning =
			rf_arena_printf(arena,
		                        "wrong source from %s: %u packets came from elsewhere, first from %.*s, "
		                        "and the SDP says %.*s. Phones that check the source drop them. Look at "
		                        "NAT on the way (masquerade of the relay's host)",
		                        stream->name, stream->wrong_source, RF_STR_ARG(print(arena, &stream->wrong)),
		                        RF_STR_ARG(print(arena, &stream->source)));
	return 0;
}

bool rf_probe_fine(const struct rf_probe_report *report)
{
	return report->ways[0].problem.len == 0 && report->ways[1].problem.len == 0;
}

static struct rf_str show_ms(struct rf_arena *arena, double seconds, bool known)
{
	return known ? rf_arena_printf(arena, "%.2f ms", seconds * 1000) : RF_STR("-");
}

static void add_row(struct rf_grid *table, const struct rf_probe_verdict *way)
{
	const struct rf_probe_figures *f = &way->figures;
	struct rf_arena *arena = table->arena;
	const struct rf_str cells[] = {
		rf_str_of(way->stream->name),
		rf_show_count(arena, f->sent),
		rf_show_count(arena, f->received),
		rf_arena_printf(arena, "%u (%.2f %%)", f->lost, f->loss_ratio * 100),
		rf_show_count(arena, (int64_t)f->duplicates),
		rf_show_count(arena, (int64_t)f->reordered),
		show_ms(arena, f->jitter_s, f->received > 0),
		show_ms(arena, f->min_s, f->received > 0),
		show_ms(arena, f->median_s, f->received > 0),
		show_ms(arena, f->max_s, f->received > 0),
		rf_show_count(arena, way->stream->wrong_source),
	};

	rf_grid_add(table, cells);
}

void rf_probe_report_text(const struct rf_probe_report *report, struct rf_arena *arena, struct rf_buf *out)
{
	static const struct rf_grid_column columns[] = {
		{"DIRECTION", false}, {"SENT", true}, {"RECEIVED", true},     {"LOST", true},
		{"DUPLICATE", true},  {"LATE", true}, {"JITTER", true},       {"DELAY MIN", true},
		{"MEDIAN", true},     {"MAX", true},  {"WRONG SOURCE", true},
	};
	struct rf_grid table;

	rf_grid_init(&table, arena, columns, sizeof(columns) / sizeof(columns[0]));
	rf_buf_printf(out, "call %.*s through %.*s\n", RF_STR_ARG(report->call_id), RF_STR_ARG(report->relay));
	for (int i = 0; i < 2; i++) {
		const struct rf_probe_stream *stream = report->ways[i].stream;

		rf_buf_printf(out, "  %s  %.*s, and %.*s of the relay\n", stream->from,
		              RF_STR_ARG(print(arena, &stream->sender)), RF_STR_ARG(print(arena, &stream->target)));
		add_row(&table, &report->ways[i]);
	}
	rf_grid_print(&table, out);
	for (int i = 0; i < 2; i++)
		if (report->ways[i].warning.len > 0)
			rf_buf_printf(out, "%.*s\n", RF_STR_ARG(report->ways[i].warning));
	if (rf_probe_fine(report))
		rf_buf_text(out, "audio in both directions\n");
}

static void add_endpoint(struct rf_arena *arena, struct rf_value *dict, struct rf_str key,
                         const struct rf_endpoint *endpoint)
{
	rf_value_add_str(arena, dict, key, print(arena, endpoint));
}

static void add_way(struct rf_arena *arena, struct rf_value *ways, const struct rf_probe_verdict *way)
{
	struct rf_value *dict = rf_value_add_dict(arena, ways, RF_STR_NONE), *delay;
	const struct rf_probe_stream *stream = way->stream;
	const struct rf_probe_figures *f = &way->figures;

	rf_value_add_str(arena, dict, RF_STR("from"), rf_str_of(stream->from));
	rf_value_add_str(arena, dict, RF_STR("to"), rf_str_of(stream->to));
	add_endpoint(arena, dict, RF_STR("sender"), &stream->sender);
	add_endpoint(arena, dict, RF_STR("sent_to"), &stream->target);
	add_endpoint(arena, dict, RF_STR("source"), &stream->source);
	add_endpoint(arena, dict, RF_STR("receiver"), &stream->receiver);
	rf_value_add_int(arena, dict, RF_STR("sent"), f->sent);
	rf_value_add_int(arena, dict, RF_STR("received"), f->received);
	rf_value_add_int(arena, dict, RF_STR("lost"), f->lost);
	rf_value_add_real(arena, dict, RF_STR("loss_ratio"), f->loss_ratio);
	rf_value_add_int(arena, dict, RF_STR("duplicates"), (int64_t)f->duplicates);
	rf_value_add_int(arena, dict, RF_STR("reordered"), (int64_t)f->reordered);
	rf_value_add_int(arena, dict, RF_STR("other_datagrams"), (int64_t)way->strangers);
	rf_value_add_int(arena, dict, RF_STR("wrong_source"), stream->wrong_source);
	if (stream->wrong_source > 0)
		add_endpoint(arena, dict, RF_STR("wrong_source_first"), &stream->wrong);
	if (f->received > 0) {
		rf_value_add_real(arena, dict, RF_STR("jitter_s"), f->jitter_s);
		delay = rf_value_add_dict(arena, dict, RF_STR("delay_s"));
		rf_value_add_real(arena, delay, RF_STR("min"), f->min_s);
		rf_value_add_real(arena, delay, RF_STR("median"), f->median_s);
		rf_value_add_real(arena, delay, RF_STR("max"), f->max_s);
	}
	rf_value_add_bool(arena, dict, RF_STR("audio"), way->problem.len == 0);
	if (way->problem.len > 0)
		rf_value_add_str(arena, dict, RF_STR("problem"), way->problem);
	if (way->warning.len > 0)
		rf_value_add_str(arena, dict, RF_STR("warning"), way->warning);
}

void rf_probe_report_json(const struct rf_probe_report *report, struct rf_arena *arena, struct rf_buf *out)
{
	struct rf_value *root = rf_value_dict(arena), *ways;

	if (!root) {
		out->error = out->error ? out->error : -ENOMEM;
		return;
	}
	rf_value_add_str(arena, root, RF_STR("call_id"), report->call_id);
	rf_value_add_str(arena, root, RF_STR("relay"), report->relay);
	rf_value_add_real(arena, root, RF_STR("max_loss_percent"), report->max_loss);
	rf_value_add_bool(arena, root, RF_STR("audio"), rf_probe_fine(report));
	ways = rf_value_add_list(arena, root, RF_STR("directions"));
	for (int i = 0; i < 2; i++)
		add_way(arena, ways, &report->ways[i]);
	rf_json_encode(root, out);
	rf_buf_char(out, '\n');
}
