/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table list, table alloc, table free.
 */
#include <errno.h>
#include <net/if.h>

#include "ctl/fields.h"
#include "ctl/grid.h"
#include "ctl/kernel.h"
#include "ctl/options.h"
#include "dataplane/kmod/leftovers.h"

#define LEASE_DEFAULT 300 /* seconds, as the relay's table-lease */

/* ---- list ---- */

/* Where the rows of a list go. */
struct list {
	struct rf_ctl *ctl;
	struct rf_grid grid; /* for people */
	struct rf_buf json;  /* for programs */
	uint64_t netns;      /* inode of our own */
};

static void add_row(struct list *list, const struct rf_table_row *row)
{
	struct rf_arena *arena = list->ctl->arena;
	const struct rf_str cells[] = {
		rf_arena_printf(arena, "%u", row->id),
		rf_ctl_kernel_text(arena, row->label),
		rf_arena_printf(arena, "%llu%s", (unsigned long long)row->netns,
	                        row->netns == list->netns ? " (here)" : ""),
		rf_str_of(rf_ctl_kernel_hook(row->hook)),
		rf_show_count(arena, row->flows),
		row->owner ? rf_arena_printf(arena, "%u", row->owner) : RF_STR("orphan"),
		rf_show_duration(arena, row->lease_ms / 1000.0),
	};

	rf_grid_add(&list->grid, cells);
}

static void add_json(struct list *list, const struct rf_table_row *row)
{
	struct rf_buf *out = &list->json;

	rf_buf_printf(out, "%s{\"id\":%u,\"label\":", out->len > 0 ? "," : "", row->id);
	rf_ctl_kernel_json(out, row->label);
	rf_buf_printf(out, ",\"netns\":%llu,\"here\":%s,\"hook\":\"%s\",\"flows\":%u,\"orphan\":%s,\"owner\":%u,",
	              (unsigned long long)row->netns, row->netns == list->netns ? "true" : "false",
	              rf_ctl_kernel_hook(row->hook), row->flows, row->owner ? "false" : "true", row->owner);
	rf_buf_printf(out, "\"lease_left_s\":%.3f}", row->lease_ms / 1000.0);
}

static void take_row(void *arg, const struct rf_table_row *row)
{
	struct list *list = arg;

	if (list->ctl->json)
		add_json(list, row);
	else
		add_row(list, row);
}

int rf_ctl_table_list(struct rf_ctl *ctl)
{
	static const struct rf_grid_column columns[] = {
		{"ID", true},    {"LABEL", false}, {"NAMESPACE", false}, {"HOOK", false},
		{"FLOWS", true}, {"OWNER", true},  {"LEASE LEFT", true},
	};
	struct list list = {.ctl = ctl, .netns = rf_ctl_kernel_netns()};
	int rc = rf_ctl_kernel_probe(ctl);
	struct rf_buf why;

	if (rc != RF_CTL_OK)
		return rc;
	rf_buf_init(&why, 0);
	rf_buf_init(&list.json, 0);
	rf_grid_init(&list.grid, ctl->arena, columns, 7);
	if (rf_table_list(take_row, &list, &why) < 0) {
		rf_buf_free(&list.json);
		return rf_ctl_kernel_failed(ctl, &why);
	}
	if (ctl->json) {
		fprintf(ctl->out, "{\"tables\":[%.*s]}\n", RF_STR_ARG(rf_buf_view(&list.json)));
	} else if (!list.grid.first) {
		fprintf(ctl->out, "There is no kernel table here.\n");
	} else {
		rf_grid_print(&list.grid, &list.json);
		fwrite(list.json.data, 1, list.json.len, ctl->out);
	}
	rf_buf_free(&list.json);
	rf_buf_free(&why);
	return RF_CTL_OK;
}

/* ---- alloc ---- */

/* A table of a label in our namespace that a relay owns. */
struct owned {
	const char *label;
	uint64_t netns;
	uint32_t id; /* 0: there is none */
};

static void find_owned(void *arg, const struct rf_table_row *row)
{
	struct owned *owned = arg;

	if (row->owner && row->netns == owned->netns && strcmp(row->label, owned->label) == 0)
		owned->id = row->id;
}

static int print_id(struct rf_ctl *ctl, uint32_t id, bool was_there)
{
	if (ctl->json)
		fprintf(ctl->out, "{\"id\":%u,\"new\":%s}\n", id, was_there ? "false" : "true");
	else
		fprintf(ctl->out, "%u\n", id);
	return RF_CTL_OK;
}

/* The wish of the command line; devices get their indices. */
static int make_wish(struct rf_ctl *ctl, struct rf_table_wish *wish, struct rf_table_local *locals, uint32_t *devices)
{
	const struct rf_ctl_kernel *kernel = &ctl->kernel;

	for (unsigned i = 0; i < kernel->n_locals; i++)
		locals[i] = (struct rf_table_local){.address = kernel->locals[i]};
	for (unsigned i = 0; i < kernel->n_devices; i++) {
		devices[i] = if_nametoindex(kernel->devices[i]);
		if (devices[i] == 0) {
			fprintf(ctl->err,
			        "rtpferryctl: --device %s: there is no such device in this network namespace\n",
			        kernel->devices[i]);
			return RF_CTL_FAILED;
		}
	}
	*wish = (struct rf_table_wish){
		.label = kernel->label,
		.id = kernel->id,
		.lease_s = kernel->lease_s ? kernel->lease_s : LEASE_DEFAULT,
		.hook = kernel->hook,
		.devices = devices,
		.n_devices = kernel->n_devices,
		.locals = locals,
		.n_locals = kernel->n_locals,
	};
	return RF_CTL_OK;
}

/* Make or adopt the table, and leave it for its relay. */
static int make(struct rf_ctl *ctl, const struct rf_table_wish *wish)
{
	struct rf_table *table;
	struct rf_buf why;
	bool adopted;
	uint32_t id;

	rf_buf_init(&why, 0);
	if (rf_table_new(wish, &table, &adopted, &why) < 0)
		return rf_ctl_kernel_failed(ctl, &why);
	id = rf_table_id(table);
	rf_table_leave(table);
	rf_buf_free(&why);
	return print_id(ctl, id, adopted);
}

static bool check_alloc(struct rf_ctl *ctl)
{
	const struct rf_ctl_kernel *kernel = &ctl->kernel;
	bool ingress = kernel->hook_given && kernel->hook == RTPFERRY_HOOK_INGRESS;

	if (!kernel->label) {
		fprintf(ctl->err, "rtpferryctl: table alloc: expected --label LABEL, the relay's table-label\n");
		return false;
	}
	if (ingress != (kernel->n_devices > 0)) {
		fprintf(ctl->err, "rtpferryctl: table alloc: expected --device with --hook ingress, and only there\n");
		return false;
	}
	return true;
}

int rf_ctl_table_alloc(struct rf_ctl *ctl)
{
	struct owned owned = {ctl->kernel.label, rf_ctl_kernel_netns(), 0};
	struct rf_table_local locals[RF_CTL_LOCALS];
	uint32_t devices[RF_CTL_DEVICES];
	struct rf_table_wish wish;
	struct rf_buf why;
	int rc;

	if (!check_alloc(ctl))
		return RF_CTL_USAGE;
	rc = rf_ctl_kernel_probe(ctl);
	if (rc == RF_CTL_OK)
		rc = make_wish(ctl, &wish, locals, devices);
	if (rc != RF_CTL_OK)
		return rc;
	rf_buf_init(&why, 0);
	if (rf_table_list(find_owned, &owned, &why) < 0)
		return rf_ctl_kernel_failed(ctl, &why);
	rf_buf_free(&why);
	if (owned.id && wish.id && owned.id != wish.id) {
		fprintf(ctl->err,
		        "rtpferryctl: table alloc --id %u: a relay owns table %u of label \"%s\"; expected that id\n",
		        wish.id, owned.id, wish.label);
		return RF_CTL_FAILED;
	}
	return owned.id ? print_id(ctl, owned.id, true) : make(ctl, &wish);
}

/* ---- free ---- */

int rf_ctl_table_free(struct rf_ctl *ctl)
{
	struct rf_buf why;
	uint32_t id;
	int rc;

	if (!rf_ctl_parse_id("table free", ctl->argument, &id))
		return RF_CTL_USAGE;
	if (!ctl->kernel.label) {
		fprintf(ctl->err, "rtpferryctl: table free %u: expected --label LABEL, the table's own\n", id);
		return RF_CTL_USAGE;
	}
	rc = rf_ctl_kernel_probe(ctl);
	if (rc != RF_CTL_OK)
		return rc;
	rf_buf_init(&why, 0);
	/* What fed it, or kept NAT from it, goes with it. */
	if (rf_table_end_orphan(id, ctl->kernel.label, &why) < 0 || rf_leftovers_remove(&why) < 0)
		return rf_ctl_kernel_failed(ctl, &why);
	rf_buf_free(&why);
	if (ctl->json)
		fprintf(ctl->out, "{\"id\":%u}\n", id);
	return RF_CTL_OK;
}
