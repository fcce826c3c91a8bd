/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status, version.
 */
#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "ctl/grid.h"

static void print_sessions(struct rf_ctl *ctl, const struct rf_value *tree, struct rf_buf *out)
{
	struct rf_arena *arena = ctl->arena;
	bool first = true;

	rf_buf_printf(out, "sessions    %.*s now (%.*s hold ports), %.*s since the start, %.*s one-way",
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(tree, "sessions"))),
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(tree, "sessions_held"))),
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(tree, "sessions_total"))),
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(tree, "one_way_sessions_total"))));
	for (const struct rf_value *e = rf_field_first(rf_field(tree, "session_end_total")); e; e = e->next) {
		if (e->type != RF_VALUE_INT || e->num == 0)
			continue;
		rf_buf_printf(out, "%s%.*s %.*s", first ? "\nended       " : ", ", RF_STR_ARG(e->key),
		              RF_STR_ARG(rf_show_count(arena, e->num)));
		first = false;
	}
	rf_buf_char(out, '\n');
}

/* Through the kernel, or why not; the guard. */
static void print_kernel(struct rf_arena *arena, const struct rf_value *tree, struct rf_buf *out)
{
	const struct rf_value *kernel = rf_field(tree, "kernel");
	struct rf_str message = rf_show_text(arena, kernel, "message");
	struct rf_str guard = rf_show_text(arena, kernel, "guard");

	if (rf_field_bool(kernel, "up"))
		rf_buf_printf(out, "kernel      table %lld, module %.*s, %.*s streams\n",
		              (long long)rf_field_int(kernel, "table"),
		              RF_STR_ARG(rf_show_text(arena, kernel, "kmod_version")),
		              RF_STR_ARG(rf_show_count(arena, rf_field_int(kernel, "streams"))));
	else if (rf_field(kernel, "message"))
		rf_buf_printf(out, "kernel      no table: %.*s\n", RF_STR_ARG(message));
	if (rf_field(kernel, "guard"))
		rf_buf_printf(out, "guard       nftables table %.*s\n", RF_STR_ARG(guard));
	else if (rf_field(kernel, "guard_message"))
		rf_buf_printf(out, "guard       none: %.*s\n",
		              RF_STR_ARG(rf_show_text(arena, kernel, "guard_message")));
}

static void print_drops(struct rf_arena *arena, const struct rf_value *tree, struct rf_buf *out)
{
	bool first = true;

	for (const struct rf_value *d = rf_field_first(rf_field(tree, "drops")); d; d = d->next) {
		if (d->type != RF_VALUE_INT || d->num == 0)
			continue;
		rf_buf_printf(out, "%s%.*s %.*s", first ? "dropped     " : ", ", RF_STR_ARG(d->key),
		              RF_STR_ARG(rf_show_count(arena, d->num)));
		first = false;
	}
	if (!first)
		rf_buf_char(out, '\n');
}

static void print_interfaces(struct rf_arena *arena, const struct rf_value *tree, struct rf_buf *out)
{
	static const struct rf_grid_column columns[] = {
		{"INTERFACE", false}, {"PORTS", true}, {"IN USE", true}, {"PACKETS IN", true}, {"PACKETS OUT", true},
	};
	struct rf_grid table;

	rf_grid_init(&table, arena, columns, 5);
	for (const struct rf_value *i = rf_field_first(rf_field(tree, "interfaces")); i; i = i->next) {
		const struct rf_str cells[] = {
			rf_show_text(arena, i, "name"),
			rf_show_count(arena, rf_field_int(i, "ports")),
			rf_show_count(arena, rf_field_int(i, "ports_in_use")),
			rf_show_count(arena, rf_field_int(i, "packets_in")),
			rf_show_count(arena, rf_field_int(i, "packets_out")),
		};

		rf_grid_add(&table, cells);
	}
	if (table.first) {
		rf_buf_char(out, '\n');
		rf_grid_print(&table, out);
	}
}

int rf_ctl_status(struct rf_ctl *ctl)
{
	struct rf_arena *arena = ctl->arena;
	struct rf_value *tree;
	struct rf_buf text;
	int rc = rf_ctl_ask(ctl, "GET", "/api/v1/status", &tree);

	if (rc != RF_CTL_OK || !tree)
		return rc;
	rf_buf_init(&text, 0);
	rf_buf_printf(&text, "rtpferryd   %.*s, up %.*s, %s\n", RF_STR_ARG(rf_show_text(arena, tree, "version")),
	              RF_STR_ARG(rf_show_duration(arena, rf_field_real(tree, "uptime_s"))),
	              rf_field_bool(tree, "ready") ? "ready" : "not ready");
	for (const struct rf_value *r = rf_field_first(rf_field(tree, "reasons")); r; r = r->next)
		rf_buf_printf(&text, "            %.*s\n", RF_STR_ARG(r->str));
	rf_buf_printf(&text, "data plane  %.*s, %lld workers, %.*s streams\n",
	              RF_STR_ARG(rf_show_text(arena, tree, "dataplane")), (long long)rf_field_int(tree, "workers"),
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(tree, "streams"))));
	print_kernel(arena, tree, &text);
	print_sessions(ctl, tree, &text);
	print_drops(arena, tree, &text);
	print_interfaces(arena, tree, &text);
	fwrite(text.data, 1, text.len, ctl->out);
	rf_buf_free(&text);
	return RF_CTL_OK;
}

int rf_ctl_version(struct rf_ctl *ctl)
{
	struct rf_value *tree;
	int rc;

	if (!ctl->json)
		fprintf(ctl->out, "rtpferryctl %s\n", RF_CTL_VERSION);
	rc = rf_ctl_ask(ctl, "GET", "/api/v1/version", &tree);
	if (rc == RF_CTL_OK && tree)
		fprintf(ctl->out, "rtpferryd   %.*s (%.*s), data plane %.*s\n",
		        RF_STR_ARG(rf_show_text(ctl->arena, tree, "version")),
		        RF_STR_ARG(rf_show_text(ctl->arena, tree, "revision")),
		        RF_STR_ARG(rf_show_text(ctl->arena, tree, "dataplane")));
	return rc;
}
