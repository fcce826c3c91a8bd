/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flows: what the kernel forwards in this network namespace.
 */
#include <errno.h>

#include "base/clock.h"
#include "ctl/fields.h"
#include "ctl/grid.h"
#include "ctl/kernel.h"

#define MAX_TABLES 64 /* of one network namespace, as the module's limit */

/* Where the flows go. */
struct flows {
	struct rf_ctl *ctl;
	struct rf_grid grid;         /* for people */
	struct rf_buf json;          /* for programs */
	uint64_t netns;              /* inode of our own */
	uint32_t tables[MAX_TABLES]; /* ids of those to ask */
	unsigned n_tables;           /* of them */
	uint32_t table;              /* that is asked */
};

/* Over the SSRCs of a flow, those that gave way included. */
struct quality {
	uint64_t expected, lost; /* packets */
	double jitter_s;         /* of the SSRC heard last */
};

static struct quality quality_of(const struct rf_flow_stats *stats)
{
	struct quality q = {.expected = stats->past.expected, .lost = stats->past.lost};
	int64_t last_us = 0;

	for (unsigned i = 0; i < stats->n_sources; i++) {
		const struct rf_flow_source *s = &stats->sources[i];

		q.expected += s->expected;
		q.lost += s->lost;
		if (s->last_us > last_us && s->clock_rate > 0) {
			last_us = s->last_us;
			q.jitter_s = s->jitter / 16.0 / s->clock_rate;
		}
	}
	return q;
}

static double idle_s(const struct rf_flow_stats *stats)
{
	return (double)(rf_clock_us() - stats->last_us) / 1e6;
}

static struct rf_str reasons(struct rf_arena *arena, const uint64_t *packets)
{
	struct rf_buf text;
	struct rf_str out;

	rf_buf_init(&text, 0);
	rf_ctl_kernel_reasons(&text, packets, false);
	out = rf_arena_copy(arena, rf_buf_view(&text));
	rf_buf_free(&text);
	return out;
}

static void add_row(struct flows *flows, const struct rf_flow_stats *stats)
{
	struct quality q = quality_of(stats);
	struct rf_arena *arena = flows->ctl->arena;
	char local[RF_ENDPOINT_TEXT];
	const struct rf_str none = RF_STR("-");
	const struct rf_str cells[] = {
		rf_arena_printf(arena, "%u", flows->table),
		rf_arena_copy(arena, rf_str_of(rf_endpoint_print(&stats->local, local))),
		rf_show_count(arena, (int64_t)stats->packets),
		rf_show_count(arena, (int64_t)stats->bytes),
		q.expected ? rf_arena_printf(arena, "%.2f %%", 100.0 * (double)q.lost / (double)q.expected) : none,
		q.expected ? rf_arena_printf(arena, "%.1f ms", q.jitter_s * 1000) : none,
		stats->last_us ? rf_arena_printf(arena, "%.1f s", idle_s(stats)) : none,
		reasons(arena, stats->passed_up),
		reasons(arena, stats->dropped),
	};

	rf_grid_add(&flows->grid, cells);
}

static void add_source(struct rf_buf *out, const struct rf_flow_source *s, bool first)
{
	rf_buf_printf(out, "%s{\"ssrc\":%u,\"payload_type\":%u,\"packets\":%llu,\"bytes\":%llu,\"expected\":%llu,",
	              first ? "" : ",", s->ssrc, s->payload_type, (unsigned long long)s->packets,
	              (unsigned long long)s->bytes, (unsigned long long)s->expected);
	rf_buf_printf(out, "\"lost\":%llu,\"duplicates\":%u,\"reordered\":%u,\"jitter_s\":%.6f}",
	              (unsigned long long)s->lost, s->duplicates, s->reordered,
	              s->clock_rate ? s->jitter / 16.0 / s->clock_rate : 0.0);
}

static void add_json(struct flows *flows, const struct rf_flow_stats *stats)
{
	struct rf_buf *out = &flows->json;
	char local[RF_ENDPOINT_TEXT];

	rf_buf_printf(out, "%s{\"table\":%u,\"local\":\"%s\",\"packets\":%llu,\"bytes\":%llu,\"rtcp\":%llu,",
	              out->len > 0 ? "," : "", flows->table, rf_endpoint_print(&stats->local, local),
	              (unsigned long long)stats->packets, (unsigned long long)stats->bytes,
	              (unsigned long long)stats->rtcp);
	if (stats->last_us)
		rf_buf_printf(out, "\"idle_s\":%.3f,", idle_s(stats));
	rf_buf_text(out, "\"passed_up\":");
	rf_ctl_kernel_reasons(out, stats->passed_up, true);
	rf_buf_text(out, ",\"dropped\":");
	rf_ctl_kernel_reasons(out, stats->dropped, true);
	rf_buf_text(out, ",\"sources\":[");
	for (unsigned i = 0; i < stats->n_sources; i++)
		add_source(out, &stats->sources[i], i == 0);
	rf_buf_text(out, "]}");
}

static void take_flow(void *arg, const struct rf_flow_stats *stats)
{
	struct flows *flows = arg;

	if (flows->ctl->json)
		add_json(flows, stats);
	else
		add_row(flows, stats);
}

static void take_table(void *arg, const struct rf_table_row *row)
{
	struct flows *flows = arg;

	if (row->netns == flows->netns && flows->n_tables < MAX_TABLES)
		flows->tables[flows->n_tables++] = row->id;
}

static int ask(struct flows *flows, struct rf_buf *why)
{
	int rc = 0;

	if (flows->ctl->kernel.table) {
		flows->tables[0] = flows->ctl->kernel.table;
		flows->n_tables = 1;
	} else {
		rc = rf_table_list(take_table, flows, why);
	}
	for (unsigned i = 0; i < flows->n_tables && rc == 0; i++) {
		flows->table = flows->tables[i];
		rc = rf_table_flows(flows->table, take_flow, flows, why);
		if (rc == -ENOENT && !flows->ctl->kernel.table)
			rc = 0; /* it ended since it was listed */
	}
	return rc;
}

int rf_ctl_flows(struct rf_ctl *ctl)
{
	static const struct rf_grid_column columns[] = {
		{"TABLE", true},  {"LOCAL", false}, {"PACKETS", true},    {"BYTES", true},    {"LOSS", true},
		{"JITTER", true}, {"IDLE", true},   {"PASSED UP", false}, {"DROPPED", false},
	};
	struct flows flows = {.ctl = ctl, .netns = rf_ctl_kernel_netns()};
	int rc = rf_ctl_kernel_probe(ctl);
	struct rf_buf why;

	if (rc != RF_CTL_OK)
		return rc;
	rf_buf_init(&why, 0);
	rf_buf_init(&flows.json, 0);
	rf_grid_init(&flows.grid, ctl->arena, columns, 9);
	if (ask(&flows, &why) < 0) {
		rf_buf_free(&flows.json);
		return rf_ctl_kernel_failed(ctl, &why);
	}
	if (ctl->json) {
		fprintf(ctl->out, "{\"flows\":[%.*s]}\n", RF_STR_ARG(rf_buf_view(&flows.json)));
	} else if (!flows.grid.first) {
		fprintf(ctl->out, "The kernel forwards nothing here.\n");
	} else {
		rf_grid_print(&flows.grid, &flows.json);
		fwrite(flows.json.data, 1, flows.json.len, ctl->out);
	}
	rf_buf_free(&flows.json);
	rf_buf_free(&why);
	return RF_CTL_OK;
}
