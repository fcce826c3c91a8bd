/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nftables guard: installed in either mode, renamed with the table, looked at every second. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

static void count(const struct rf_ports_usage *usage, void *arg)
{
	(void)usage;
	++*(unsigned *)arg;
}

struct ranges {
	struct rf_rules_range *items;
	unsigned n;
};

static void add_range(const struct rf_ports_usage *usage, void *arg)
{
	struct ranges *ranges = arg;

	ranges->items[ranges->n++] = (struct rf_rules_range){
		.address = usage->local->address,
		.port_min = usage->local->port_min,
		.port_max = usage->local->port_max,
	};
}

/* What the rules should be now; ranges are the caller's to free. 0 or -ENOMEM. */
static int wanted(const struct rf_kernel *kernel, struct rf_rules_config *config)
{
	const struct rf_dataplane *dataplane = kernel->dataplane;
	struct ranges ranges = {0};
	unsigned rows = 0;

	rf_ports_each(dataplane->config.ports, count, &rows);
	ranges.items = calloc(rows + 1, sizeof(*ranges.items));
	if (!ranges.items)
		return -ENOMEM;
	rf_ports_each(dataplane->config.ports, add_range, &ranges);
	*config = (struct rf_rules_config){.ranges = ranges.items, .n_ranges = ranges.n};
	if (kernel->table)
		snprintf(config->name, sizeof(config->name), "rtpferry_%u", rf_table_id(kernel->table));
	else
		snprintf(config->name, sizeof(config->name), "%s", kernel->guard.name);
	snprintf(config->owner, sizeof(config->owner), "%s", kernel->wanted ? kernel->config.label : config->name);
	if (kernel->table && kernel->config.hook == RTPFERRY_HOOK_NFT)
		config->target = rf_table_id(kernel->table);
	return 0;
}

/* Say why there is no guard, unless that was said. */
static void tell(struct rf_kernel *kernel)
{
	struct rf_guard *guard = &kernel->guard;
	struct rf_str why = rf_buf_view(&guard->why);

	if (rf_str_equal(why, rf_buf_view(&guard->said)))
		return;
	rf_buf_reset(&guard->said);
	rf_buf_str(&guard->said, why);
	if (why.len > 0)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE,
		       "no guard for media ports: %.*s", RF_STR_ARG(why));
}

/* Make rules with that name, and remove those of another name after that. */
static int replace(struct rf_guard *guard, const struct rf_rules_config *config)
{
	struct rf_rules *rules;
	int err;

	if (guard->rules && strcmp(guard->in_force, config->name) == 0)
		return rf_rules_set(guard->rules, config, &guard->why);
	err = rf_rules_new(config, &rules, &guard->why);
	if (err)
		return err;
	rf_rules_del(guard->rules);
	guard->rules = rules;
	snprintf(guard->in_force, sizeof(guard->in_force), "%s", config->name);
	return 0;
}

/* 0; otherwise why says more. */
static int set(struct rf_kernel *kernel)
{
	struct rf_guard *guard = &kernel->guard;
	struct rf_rules_config config;
	int err = wanted(kernel, &config);

	rf_buf_reset(&guard->why);
	if (err) {
		rf_buf_text(&guard->why, "out of memory");
		return err;
	}
	err = replace(guard, &config);
	if (!err)
		rf_buf_reset(&guard->why);
	free((void *)config.ranges);
	return err;
}

void rf_guard_set(struct rf_kernel *kernel)
{
	if (!kernel->guard.name[0])
		return;
	(void)set(kernel);
	tell(kernel);
}

bool rf_guard_feeds(struct rf_kernel *kernel, struct rf_buf *why)
{
	if (!kernel->guard.name[0] || kernel->config.hook != RTPFERRY_HOOK_NFT || set(kernel) == 0)
		return true;
	rf_buf_str(why, rf_buf_view(&kernel->guard.why));
	return false;
}

void rf_guard_check(struct rf_kernel *kernel)
{
	struct rf_guard *guard = &kernel->guard;
	struct rf_buf why;
	int rc;

	if (!guard->rules || guard->why.len > 0) {
		if (kernel->ticks % RF_KERNEL_RETRY_TICKS == 0)
			rf_guard_set(kernel);
		return;
	}
	rf_buf_init(&why, 0);
	rc = rf_rules_check(guard->rules, &why);
	if (rc == 1) {
		guard->restored++;
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE,
		       "guard %s restored: %.*s", guard->in_force, RF_STR_ARG(rf_buf_view(&why)));
	} else if (rc < 0) {
		rf_buf_reset(&guard->why);
		rf_buf_str(&guard->why, rf_buf_view(&why));
		tell(kernel);
	}
	rf_buf_free(&why);
}

void rf_guard_close(struct rf_kernel *kernel)
{
	rf_rules_del(kernel->guard.rules);
	kernel->guard.rules = NULL;
	kernel->guard.in_force[0] = '\0';
	rf_buf_free(&kernel->guard.why);
	rf_buf_free(&kernel->guard.said);
}

void rf_dataplane_print_rules(const struct rf_dataplane *dataplane, struct rf_buf *out)
{
	const struct rf_kernel *kernel = &dataplane->kernel;
	struct rf_rules_config config;

	if (wanted(kernel, &config)) {
		out->error = -ENOMEM;
		return;
	}
	if (!config.name[0])
		snprintf(config.name, sizeof(config.name), "rtpferry");
	rf_rules_print(&config, out);
	free((void *)config.ranges);
}
