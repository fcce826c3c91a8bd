/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /api/v1/table: the kernel's table, or why there is none, what it counts, and the guard.
 */
#include "dataplane/kmod/attributes.h"
#include "http/json.h"
#include "http/site.h"
#include "uapi/rtpferry.h"

static void add_counts(struct rf_arena *arena, struct rf_value *tree, struct rf_str key, const uint64_t *counts,
                       uint32_t n, const char *(*name_of)(uint32_t number))
{
	struct rf_value *dict = rf_value_add_dict(arena, tree, key);

	for (uint32_t i = 0; i < n; i++) {
		const char *name = name_of(i);

		if (name && counts[i] > 0)
			rf_value_add_int(arena, dict, rf_str_of(name), (int64_t)counts[i]);
	}
}

static const char *drop_name(uint32_t number)
{
	return rf_drop_name((enum rf_drop)number);
}

static void add_figures(struct rf_http_site *site, struct rf_value *tree)
{
	const struct rf_dataplane *dataplane = site->config.dataplane_handle;
	uint64_t passed_up[RTPFERRY_REASON_COUNT] = {0}, drops[RF_DROPS] = {0}, errors[RTPFERRY_CMD_MAX + 1] = {0};
	struct rf_arena *arena = site->arena;

	rf_dataplane_passed_up(dataplane, passed_up);
	rf_dataplane_kernel_drops(dataplane, drops);
	rf_dataplane_netlink_errors(dataplane, errors);
	add_counts(arena, tree, RF_STR("passed_up"), passed_up, RTPFERRY_REASON_COUNT, rf_attribute_reason);
	add_counts(arena, tree, RF_STR("drops"), drops, RF_DROPS, drop_name);
	add_counts(arena, tree, RF_STR("netlink_errors"), errors, RTPFERRY_CMD_MAX + 1, rf_attribute_command);
}

static void add_guard(struct rf_http_site *site, struct rf_value *tree, const struct rf_kernel_status *kernel)
{
	struct rf_arena *arena = site->arena;
	struct rf_value *guard = rf_value_add_dict(arena, tree, RF_STR("guard"));
	struct rf_buf rules;

	rf_value_add_bool(arena, guard, RF_STR("present"), kernel->guard[0] != '\0');
	rf_http_json_text(arena, guard, RF_STR("name"), rf_str_of(kernel->guard));
	rf_http_json_text(arena, guard, RF_STR("message"), rf_str_of(kernel->guard_why));
	rf_value_add_int(arena, guard, RF_STR("restored"), (int64_t)kernel->restored);
	rf_buf_init(&rules, RF_HTTP_ARENA_LIMIT);
	rf_dataplane_print_rules(site->config.dataplane_handle, &rules);
	rf_value_add_str(arena, tree, RF_STR("rules"), rf_arena_copy(arena, rf_buf_view(&rules)));
	rf_buf_free(&rules);
}

static struct rf_str message_of(const struct rf_kernel_status *kernel)
{
	if (kernel->up)
		return RF_STR("the kernel forwards");
	return kernel->why[0] ? rf_str_of(kernel->why)
	                      : RF_STR("no kernel table is wanted: media is relayed in user space");
}

void rf_http_table(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	struct rf_arena *arena = site->arena;
	struct rf_value *tree = rf_value_dict(arena);
	struct rf_kernel_status kernel;

	(void)request;
	rf_dataplane_kernel(site->config.dataplane_handle, &kernel);
	rf_value_add_bool(arena, tree, RF_STR("present"), kernel.up);
	rf_value_add_int(arena, tree, RF_STR("id"), kernel.up ? (int64_t)kernel.id : -1);
	rf_value_add_str(arena, tree, RF_STR("dataplane"), kernel.up ? RF_STR("kmod") : RF_STR("user"));
	rf_value_add_bool(arena, tree, RF_STR("wanted"), kernel.wanted);
	rf_value_add_str(arena, tree, RF_STR("message"), message_of(&kernel));
	rf_http_json_text(arena, tree, RF_STR("kmod_version"), rf_str_of(kernel.version));
	if (kernel.up) {
		rf_value_add_str(arena, tree, RF_STR("label"), rf_str_of(kernel.label));
		rf_value_add_str(arena, tree, RF_STR("hook"), rf_str_of(kernel.hook));
		rf_value_add_bool(arena, tree, RF_STR("adopted"), kernel.adopted);
	}
	rf_value_add_int(arena, tree, RF_STR("flows"), kernel.flows);
	rf_value_add_int(arena, tree, RF_STR("streams"), kernel.streams);
	add_figures(site, tree);
	add_guard(site, tree, &kernel);
	/* The builder goes on when the arena is full; then the last node is missing. */
	rf_http_reply_json(reply, rf_value_add_bool(arena, tree, RF_STR("complete"), true) ? tree : NULL);
}
