/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nftables guard: installed in either mode, renamed with the table, looked at twice a second. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"
#include "dataplane/kmod/leftovers.h"

struct lists {
	struct rf_rules_range *ranges;
	struct rf_rules_alias *aliases;
	unsigned n_ranges, n_aliases;
};

static bool overlap(const struct rf_rules_range *a, const struct rf_rules_range *b)
{
	return rf_addr_equal(&a->address, &b->address) && a->port_min <= b->port_max && b->port_min <= a->port_max;
}

static bool same(const struct rf_rules_range *a, const struct rf_rules_range *b)
{
	return rf_addr_equal(&a->address, &b->address) && a->port_min == b->port_min && a->port_max == b->port_max;
}

static void count(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	(void)local;
	(void)advertised;
	++*(unsigned *)arg;
}

static void add_range(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	struct rf_rules_range range = {
		.address = local->address, .port_min = local->port_min, .port_max = local->port_max};
	struct lists *lists = arg;

	(void)advertised;
	for (unsigned i = 0; i < lists->n_ranges; i++)
		if (same(&lists->ranges[i], &range))
			return;
	lists->ranges[lists->n_ranges++] = range;
}

/* What an address of our own has sockets for is never taken from it. */
static void add_alias(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	struct rf_rules_alias alias = {
		.range = {.address = *advertised, .port_min = local->port_min, .port_max = local->port_max},
		.to = local->address,
	};
	struct lists *lists = arg;

	if (advertised->family != local->address.family)
		return;
	for (unsigned i = 0; i < lists->n_ranges; i++)
		if (overlap(&lists->ranges[i], &alias.range))
			return;
	for (unsigned i = 0; i < lists->n_aliases; i++)
		if (same(&lists->aliases[i].range, &alias.range))
			return;
	lists->aliases[lists->n_aliases++] = alias;
}

static void release(struct rf_rules_config *config)
{
	free((void *)config->ranges);
	free((void *)config->aliases);
}

static void add_stack(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	(void)advertised;
	*(bool *)arg |= local->stack;
}

/* What the rules should be now; to be released. 0 or -ENOMEM. */
static int wanted(const struct rf_kernel *kernel, struct rf_rules_config *config)
{
	const struct rf_dataplane *dataplane = kernel->dataplane;
	struct lists lists = {0};
	unsigned rows = 0;

	rf_ports_each_advertised(dataplane->config.ports, count, &rows);
	lists.ranges = calloc(rows + 1, sizeof(*lists.ranges));
	lists.aliases = calloc(rows + 1, sizeof(*lists.aliases));
	if (!lists.ranges || !lists.aliases) {
		free(lists.ranges);
		free(lists.aliases);
		return -ENOMEM;
	}
	rf_ports_each_advertised(dataplane->config.ports, add_range, &lists);
	rf_ports_each_advertised(dataplane->config.ports, add_alias, &lists);
	*config = (struct rf_rules_config){
		.ranges = lists.ranges,
		.n_ranges = lists.n_ranges,
		.aliases = lists.aliases,
		.n_aliases = lists.n_aliases,
	};
	if (kernel->table)
		snprintf(config->name, sizeof(config->name), "rtpferry_%u", rf_table_id(kernel->table));
	else
		snprintf(config->name, sizeof(config->name), "%s", kernel->guard.name);
	snprintf(config->owner, sizeof(config->owner), "%s", kernel->wanted ? kernel->config.label : config->name);
	if (kernel->table && kernel->config.hook == RTPFERRY_HOOK_NFT)
		config->target = rf_table_id(kernel->table);
	/* What the module sends through OUTPUT and POSTROUTING, NAT would change, also after our death. */
	if (kernel->table)
		rf_ports_each_advertised(dataplane->config.ports, add_stack, &config->stays);
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
static int replace(struct rf_kernel *kernel, const struct rf_rules_config *config)
{
	struct rf_guard *guard = &kernel->guard;
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
	if (rf_rules_lack(rules))
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "guard %s: %s",
		       guard->in_force, rf_rules_lack(rules));
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
	err = replace(kernel, &config);
	if (!err)
		rf_buf_reset(&guard->why);
	release(&config);
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

/* The last call that has shown an address is gone. */
static bool is_stale(const struct rf_kernel *kernel)
{
	struct rf_rules_config config;
	bool stale;

	if (wanted(kernel, &config))
		return false;
	stale = !rf_rules_are(kernel->guard.rules, &config);
	release(&config);
	return stale;
}

void rf_guard_check(struct rf_kernel *kernel)
{
	struct rf_guard *guard = &kernel->guard;
	struct rf_buf why;
	int rc;

	if (!guard->rules || guard->why.len > 0)
		return;
	if (is_stale(kernel)) {
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

void rf_guard_retry(struct rf_kernel *kernel)
{
	if (!kernel->guard.rules || kernel->guard.why.len > 0)
		rf_guard_set(kernel);
}

void rf_guard_sweep(struct rf_kernel *kernel)
{
	struct rf_buf why;
	int n;

	if (!kernel->guard.name[0] || !kernel->table)
		return;
	rf_buf_init(&why, 0);
	n = rf_leftovers_remove(&why);
	if (n > 0)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_NOTICE, RF_STR_NONE,
		       "rules removed that were left for %d kernel table%s whose lease has ended", n, n > 1 ? "s" : "");
	else if (n < 0)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_DEBUG, RF_STR_NONE, "%.*s",
		       RF_STR_ARG(rf_buf_view(&why)));
	rf_buf_free(&why);
}

static void on_tick(void *arg, int fd, int what)
{
	(void)fd;
	(void)what;
	rf_guard_check(arg);
}

int rf_guard_init(struct rf_kernel *kernel, struct rf_loop *loop)
{
	return rf_loop_timer(loop, RF_GUARD_TICK_US, true, on_tick, kernel, &kernel->guard.tick);
}

void rf_guard_close(struct rf_kernel *kernel)
{
	rf_loop_remove(kernel->guard.tick);
	kernel->guard.tick = NULL;
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
	release(&config);
}
