/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sessions, session CALL-ID, terminate CALL-ID.
 */
#include <stdlib.h>

#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "ctl/rows.h"

#define TABLE_MEMORY (64u << 20) /* bytes */
#define API_LIMIT_MAX 500        /* sessions of one answer */

static void flush(struct rf_ctl *ctl, struct rf_buf *text)
{
	fwrite(text->data, 1, text->len, ctl->out);
	rf_buf_free(text);
}

static int out_of_memory(struct rf_ctl *ctl)
{
	fprintf(ctl->err, "rtpferryctl: out of memory\n");
	return RF_CTL_FAILED;
}

/* The path of a page; false: no memory. */
static bool page_path(const struct rf_ctl *ctl, unsigned offset, unsigned limit, struct rf_buf *path)
{
	rf_buf_reset(path);
	rf_buf_printf(path, "/api/v1/sessions?offset=%u&limit=%u&sort=", offset, limit);
	rf_percent_encode(path, rf_str_of(ctl->worst || !ctl->sort ? "worst" : ctl->sort));
	if (ctl->search) {
		rf_buf_text(path, "&search=");
		rf_percent_encode(path, rf_str_of(ctl->search));
	}
	rf_buf_char(path, '\0');
	return path->error == 0;
}

/* Fill the table page by page, up to limit sessions. */
static int fill_table(struct rf_ctl *ctl, struct rf_grid *table, unsigned limit, unsigned *shown, int64_t *total)
{
	unsigned page = RF_CTL_PAGE, got = RF_CTL_PAGE;
	struct rf_value *tree;
	struct rf_buf path;
	int rc = RF_CTL_OK;

	rf_buf_init(&path, 0);
	while (rc == RF_CTL_OK && *shown < limit && got == page) {
		page = limit - *shown < RF_CTL_PAGE ? limit - *shown : RF_CTL_PAGE;
		rc = page_path(ctl, *shown, page, &path) ? rf_ctl_get(ctl, "GET", path.data, &tree)
		                                         : out_of_memory(ctl);
		if (rc != RF_CTL_OK)
			break;
		rf_ctl_rows_add(table, rf_field(tree, "sessions"));
		got = rf_field_first(rf_field(tree, "sessions")) ? rf_field(tree, "sessions")->items.count : 0;
		*total = rf_field_int(tree, "total");
		*shown += got;
	}
	rf_buf_free(&path);
	return rc;
}

static int print_table(struct rf_ctl *ctl, unsigned limit)
{
	struct rf_arena *arena = rf_arena_new(TABLE_MEMORY);
	struct rf_grid table;
	struct rf_buf text;
	unsigned shown = 0;
	int64_t total = 0;
	int rc;

	if (!arena)
		return out_of_memory(ctl);
	rf_ctl_rows_init(&table, arena, 0);
	rc = fill_table(ctl, &table, limit, &shown, &total);
	rf_buf_init(&text, 0);
	if (rc == RF_CTL_OK && shown == 0) {
		rf_buf_text(&text, "no sessions\n");
	} else if (rc == RF_CTL_OK) {
		rf_grid_print(&table, &text);
		if (shown < total)
			rf_buf_printf(&text, "%u of %lld sessions; --limit N shows more, --search TEXT picks\n", shown,
			              (long long)total);
	}
	flush(ctl, &text);
	rf_arena_free(arena);
	return rc;
}

int rf_ctl_sessions(struct rf_ctl *ctl)
{
	unsigned limit = ctl->worst ? ctl->worst : ctl->limit;
	struct rf_value *tree;
	struct rf_buf path;
	int rc;

	if (!ctl->json)
		return print_table(ctl, limit);
	rf_buf_init(&path, 0);
	rc = page_path(ctl, 0, limit < API_LIMIT_MAX ? limit : API_LIMIT_MAX, &path)
	             ? rf_ctl_ask(ctl, "GET", path.data, &tree)
	             : out_of_memory(ctl);
	rf_buf_free(&path);
	return rc;
}

static void print_head(struct rf_ctl *ctl, const struct rf_value *tree, struct rf_buf *out)
{
	struct rf_arena *arena = ctl->arena;

	rf_buf_printf(out, "call-id   %.*s\n", RF_STR_ARG(rf_show_text(arena, tree, "call_id")));
	rf_buf_printf(out, "state     %.*s, %.*s old\n", RF_STR_ARG(rf_show_text(arena, tree, "state")),
	              RF_STR_ARG(rf_show_duration(arena, rf_field_real(tree, "age_s"))));
	rf_buf_printf(out, "created   %.*s\nanswered  %.*s\n", RF_STR_ARG(rf_show_text(arena, tree, "created")),
	              RF_STR_ARG(rf_show_text(arena, tree, "answered")));
	if (rf_field(tree, "metadata"))
		rf_buf_printf(out, "metadata  %.*s\n", RF_STR_ARG(rf_show_text(arena, tree, "metadata")));
}

static void print_streams(struct rf_arena *arena, const struct rf_value *media, struct rf_buf *out)
{
	static const struct rf_grid_column columns[] = {
		{"    STREAM", false}, {"LOCAL", false}, {"PARTY'S SDP", false}, {"SENDS FROM", false},
		{"SENT TO", false},    {"IN", true},     {"OUT", true},          {"PATH", false},
	};
	struct rf_grid table;

	rf_grid_init(&table, arena, columns, 8);
	for (const struct rf_value *s = rf_field_first(rf_field(media, "streams")); s; s = s->next) {
		const struct rf_str cells[] = {
			rf_arena_printf(arena, "    %.*s", RF_STR_ARG(rf_show_text(arena, s, "component"))),
			rf_show_text(arena, s, "local"),
			rf_show_text(arena, s, "sdp"),
			rf_show_text(arena, s, "source"),
			rf_show_text(arena, s, "remote"),
			rf_show_count(arena, rf_field_int(s, "packets_in")),
			rf_show_count(arena, rf_field_int(s, "packets_out")),
			rf_show_text(arena, s, "path"),
		};

		rf_grid_add(&table, cells);
	}
	if (table.first)
		rf_grid_print(&table, out);
}

/* What there is to say about a stream besides its row: why it is not in the kernel, and what was dropped. */
static void print_remarks(struct rf_arena *arena, const struct rf_value *media, struct rf_buf *out)
{
	for (const struct rf_value *s = rf_field_first(rf_field(media, "streams")); s; s = s->next) {
		if (rf_field(s, "path_why"))
			rf_buf_printf(out, "    %.*s in user space: %.*s\n",
			              RF_STR_ARG(rf_show_text(arena, s, "component")),
			              RF_STR_ARG(rf_show_text(arena, s, "path_why")));
		for (const struct rf_value *d = rf_field_first(rf_field(s, "drops")); d; d = d->next)
			rf_buf_printf(out, "    %.*s dropped as %.*s: %lld\n",
			              RF_STR_ARG(rf_show_text(arena, s, "component")), RF_STR_ARG(d->key),
			              (long long)d->num);
	}
}

static void print_media(struct rf_arena *arena, const struct rf_value *media, struct rf_buf *out)
{
	const struct rf_value *q = rf_field(media, "quality");

	rf_buf_printf(out, "  media %lld: %.*s %.*s %.*s on %.*s%s%s\n", (long long)rf_field_int(media, "media"),
	              RF_STR_ARG(rf_show_text(arena, media, "type")), RF_STR_ARG(rf_show_text(arena, media, "codec")),
	              RF_STR_ARG(rf_show_text(arena, media, "direction")),
	              RF_STR_ARG(rf_show_text(arena, media, "interface")),
	              rf_field_bool(media, "rejected") ? ", rejected" : "",
	              rf_field_bool(media, "blocked") ? ", blocked" : "");
	rf_buf_printf(out, "    received %.*s packets, lost %.*s of %.*s (%.*s; now %.*s), ",
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(q, "packets"))),
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(q, "lost"))),
	              RF_STR_ARG(rf_show_count(arena, rf_field_int(q, "expected"))),
	              RF_STR_ARG(rf_show_percent(arena, q, "loss_ratio")),
	              RF_STR_ARG(rf_show_percent(arena, q, "loss_ratio_interval")));
	rf_buf_printf(out,
	              "%lld duplicate, %lld out of order\n    jitter %.*s, round trip %.*s, MOS %.*s (lowest %.*s)\n",
	              (long long)rf_field_int(q, "duplicates"), (long long)rf_field_int(q, "reordered"),
	              RF_STR_ARG(rf_show_ms(arena, q, "jitter_s")), RF_STR_ARG(rf_show_ms(arena, q, "round_trip_s")),
	              RF_STR_ARG(rf_show_mos(arena, q, "mos")), RF_STR_ARG(rf_show_mos(arena, q, "mos_min")));
	print_streams(arena, media, out);
	print_remarks(arena, media, out);
}

int rf_ctl_session(struct rf_ctl *ctl)
{
	char *path = rf_ctl_session_path(ctl->argument, ctl->json ? "" : "?samples=0");
	struct rf_arena *arena = ctl->arena;
	struct rf_value *tree;
	struct rf_buf text;
	int rc;

	if (!path)
		return out_of_memory(ctl);
	rc = rf_ctl_ask(ctl, "GET", path, &tree);
	free(path);
	if (rc != RF_CTL_OK || !tree)
		return rc;
	rf_buf_init(&text, 0);
	print_head(ctl, tree, &text);
	for (const struct rf_value *p = rf_field_first(rf_field(tree, "parties")); p; p = p->next) {
		rf_buf_printf(&text, "\nparty %lld: tag %.*s", (long long)rf_field_int(p, "party"),
		              RF_STR_ARG(rf_show_text(arena, p, "tag")));
		if (rf_field(p, "label"))
			rf_buf_printf(&text, ", label %.*s", RF_STR_ARG(rf_show_text(arena, p, "label")));
		if (rf_field(p, "peer"))
			rf_buf_printf(&text, ", talks to party %lld", (long long)rf_field_int(p, "peer"));
		rf_buf_char(&text, '\n');
		for (const struct rf_value *m = rf_field_first(rf_field(p, "media")); m; m = m->next)
			print_media(arena, m, &text);
	}
	flush(ctl, &text);
	return RF_CTL_OK;
}

int rf_ctl_terminate(struct rf_ctl *ctl)
{
	char *path = rf_ctl_session_path(ctl->argument, "");
	struct rf_value *tree;
	int rc;

	if (!path)
		return out_of_memory(ctl);
	rc = rf_ctl_ask(ctl, "DELETE", path, &tree);
	free(path);
	if (rc == RF_CTL_OK && tree)
		fprintf(ctl->out, "terminated %.*s\n", RF_STR_ARG(rf_show_text(ctl->arena, tree, "terminated")));
	return rc;
}
