/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "dataplane/kmod/leftovers.h"
#include "test.h"

struct rf_table {
	int fd;       /* readable while a dump is under way */
	bool dumping; /* one is */
	unsigned row; /* that it has come to */
};

struct rf_rules {
	char name[RF_RULES_NAME];
	uint32_t target; /* 0: none */
};

struct fake fake;
static const struct rf_table_info info = {.version = "fake 1", .abi = RTPFERRY_ABI};

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.module = fake.module_for_rules = true;
}

struct fake_flow *fake_at(uint16_t port)
{
	for (unsigned i = 0; i < FAKE_FLOWS; i++)
		if (fake.flows[i].used && fake.flows[i].flow.local.port == port)
			return &fake.flows[i];
	return NULL;
}

unsigned fake_installed(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FAKE_FLOWS; i++)
		n += fake.flows[i].used;
	return n;
}

void fake_forward(struct fake_flow *flow, uint32_t ssrc, uint16_t first, uint16_t last, uint32_t bytes)
{
	uint64_t n = (uint64_t)last - first + 1;
	struct rf_flow_source *source = &flow->stats.sources[0];

	if (flow->stats.n_sources == 0) {
		*source = (struct rf_flow_source){.ssrc = ssrc, .clock_rate = 8000, .payload_type = 8};
		flow->base = first;
	}
	flow->stats.n_sources = 1;
	flow->stats.packets += n;
	flow->stats.bytes += n * bytes;
	flow->stats.last_us = rf_clock_us();
	source->packets += n;
	source->bytes += n * bytes;
	source->expected = (uint64_t)last - flow->base + 1;
	source->lost = source->expected - source->packets;
	source->highest_seq = last;
	source->last_us = flow->stats.last_us;
}

/* -- table.h -- */

static int refuse(struct rf_buf *why, int err, const char *sentence)
{
	rf_buf_text(why, sentence);
	return err;
}

int rf_table_probe(struct rf_table_info *out, struct rf_buf *why)
{
	if (!fake.module)
		return refuse(why, -ENOENT, "there is no module");
	*out = info;
	return 0;
}

int rf_table_new(const struct rf_table_wish *wish, struct rf_table **out, bool *adopted, struct rf_buf *why)
{
	struct rf_table *table = calloc(1, sizeof(*table));

	(void)why;
	if (!table)
		return -ENOMEM;
	table->fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
	assert_true(wish->n_locals <= RF_COUNT(fake.locals));
	memcpy(fake.locals, wish->locals, wish->n_locals * sizeof(fake.locals[0]));
	fake.n_locals = wish->n_locals;
	fake.tables++;
	fake.gone = 0;
	*adopted = fake.adopted;
	*out = table;
	return 0;
}

void rf_table_leave(struct rf_table *table)
{
	if (!table)
		return;
	close(table->fd);
	free(table);
	fake.tables--;
}

void rf_table_del(struct rf_table *table)
{
	if (!table)
		return;
	for (unsigned i = 0; i < FAKE_FLOWS; i++)
		fake.flows[i].used = false;
	fake.deleted++;
	rf_table_leave(table);
}

uint32_t rf_table_id(const struct rf_table *table)
{
	(void)table;
	return 7;
}

const struct rf_table_info *rf_table_info(const struct rf_table *table)
{
	(void)table;
	return &info;
}

static int is_gone(struct rf_buf *why)
{
	return fake.gone ? refuse(why, fake.gone, "no such table") : 0;
}

int rf_table_renew(struct rf_table *table, const struct rf_table_local *locals, unsigned n, struct rf_buf *why)
{
	(void)table;
	(void)locals;
	(void)n;
	fake.renewals++;
	return is_gone(why);
}

static struct fake_flow *place(const struct rf_flow *flow)
{
	struct fake_flow *there = fake_at(flow->local.port);

	for (unsigned i = 0; !there && i < FAKE_FLOWS; i++) {
		if (fake.flows[i].used)
			continue;
		there = &fake.flows[i];
		memset(&there->stats, 0, sizeof(there->stats));
	}
	assert_non_null(there);
	return there;
}

int rf_table_set_flows(struct rf_table *table, const struct rf_flow *flows, unsigned n, struct rf_buf *why)
{
	(void)table;
	if (is_gone(why))
		return fake.gone;
	if (fake.refuse_set)
		return refuse(why, fake.refuse_set, "the module does not want it");
	for (unsigned i = 0; i < n; i++) {
		struct fake_flow *flow = place(&flows[i]);

		flow->used = true;
		flow->flow = flows[i];
		flow->stats.local = flows[i].local;
		flow->stats.cookie = flows[i].cookie;
	}
	if (fake.on_set)
		fake.on_set(fake.on_set_arg);
	fake.sets++;
	fake.last_set = n;
	return fake.lose_set ? refuse(why, fake.lose_set, "the answer is lost") : 0;
}

int rf_table_del_flows(struct rf_table *table, const struct rf_endpoint *keys, unsigned n, rf_table_stats_fn *fn,
                       void *arg, struct rf_buf *why)
{
	bool lost = fake.lose_del > 0;

	(void)table;
	fake.tried_dels++;
	if (is_gone(why))
		return fake.gone;
	if (fake.refuse_del)
		return refuse(why, fake.refuse_del, "the request cannot be sent");
	for (unsigned i = 0; i < n; i++)
		if (!fake_at(keys[i].port))
			return refuse(why, -ENOENT, "the table has no flow there");
	for (unsigned i = 0; i < n; i++) {
		struct fake_flow *flow = fake_at(keys[i].port);

		flow->used = false;
		if (fn && !lost)
			fn(arg, &flow->stats);
	}
	fake.dels++;
	fake.lose_del -= lost;
	return lost ? refuse(why, -ENOBUFS, "the answers are lost") : 0;
}

int rf_table_get_flow(struct rf_table *table, const struct rf_endpoint *key, rf_table_stats_fn *fn, void *arg,
                      struct rf_buf *why)
{
	const struct fake_flow *flow = fake_at(key->port);

	(void)table;
	if (is_gone(why))
		return fake.gone;
	if (!flow)
		return refuse(why, -ENOENT, "the table has no flow there");
	fn(arg, &flow->stats);
	return 0;
}

int rf_table_dump_start(struct rf_table *table, struct rf_buf *why)
{
	if (is_gone(why))
		return fake.gone;
	table->row = 0;
	table->dumping = true;
	return 0;
}

int rf_table_dump_fd(const struct rf_table *table)
{
	return table->fd;
}

/* A flow at a time. */
int rf_table_dump_read(struct rf_table *table, rf_table_stats_fn *fn, void *arg, struct rf_buf *why)
{
	assert_true(table->dumping);
	if (is_gone(why))
		return fake.gone;
	while (table->row < FAKE_FLOWS && !fake.flows[table->row].used)
		table->row++;
	if (table->row == FAKE_FLOWS) {
		table->dumping = false;
		return 0;
	}
	fn(arg, &fake.flows[table->row++].stats);
	return 1;
}

int rf_table_declined(struct rf_table *table, uint64_t declined[RTPFERRY_REASON_COUNT], struct rf_buf *why)
{
	(void)table;
	memset(declined, 0, RTPFERRY_REASON_COUNT * sizeof(declined[0]));
	return is_gone(why);
}

int rf_table_flows(uint32_t id, rf_table_stats_fn *fn, void *arg, struct rf_buf *why)
{
	assert_int_equal(id, 7);
	if (fake.refuse_read)
		return refuse(why, fake.refuse_read, "the flows cannot be read");
	for (unsigned i = 0; i < FAKE_FLOWS; i++)
		if (fake.flows[i].used)
			fn(arg, &fake.flows[i].stats);
	return 0;
}

/* -- rules.h -- */

static void name_rules(const struct rf_rules_config *config)
{
	memcpy(fake.rules, config->name, sizeof(fake.rules));
	fake.rules_ranges = config->n_ranges;
	fake.rules_stay = config->stays;
	fake.rules_aliases = config->n_aliases;
	assert_in_range(config->n_aliases, 0, FAKE_ALIASES);
	if (config->n_aliases > 0)
		memcpy(fake.aliases, config->aliases, config->n_aliases * sizeof(*config->aliases));
}

const char *rf_rules_lack(const struct rf_rules *rules)
{
	(void)rules;
	return NULL;
}

bool rf_rules_are(const struct rf_rules *rules, const struct rf_rules_config *config)
{
	return strcmp(rules->name, config->name) == 0 && rules->target == config->target &&
	       fake.rules_ranges == config->n_ranges && fake.rules_aliases == config->n_aliases;
}

static bool has_no_target(uint32_t wanted)
{
	return wanted && fake.no_target;
}

int rf_rules_new(const struct rf_rules_config *config, struct rf_rules **out, struct rf_buf *why)
{
	if (!fake.module_for_rules)
		return refuse(why, -EPERM, "nftables needs CAP_NET_ADMIN");
	if (has_no_target(config->target))
		return refuse(why, -EOPNOTSUPP, "there is no target");
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	memcpy((*out)->name, config->name, sizeof((*out)->name));
	(*out)->target = config->target;
	name_rules(config);
	return 0;
}

int rf_rules_set(struct rf_rules *rules, const struct rf_rules_config *config, struct rf_buf *why)
{
	assert_string_equal(rules->name, config->name);
	if (has_no_target(config->target))
		return refuse(why, -EOPNOTSUPP, "there is no target");
	name_rules(config);
	return 0;
}

int rf_rules_check(struct rf_rules *rules, struct rf_buf *why)
{
	if (has_no_target(rules->target))
		return refuse(why, -EOPNOTSUPP, "the target went");
	if (!fake.rules_missing)
		return 0;
	fake.rules_missing = false;
	rf_buf_text(why, "a rule was gone");
	return 1;
}

void rf_rules_del(struct rf_rules *rules)
{
	if (rules && strcmp(fake.rules, rules->name) == 0)
		fake.rules[0] = '\0';
	free(rules);
}

void rf_rules_leave(struct rf_rules *rules)
{
	free(rules);
}

int rf_table_list(void (*fn)(void *arg, const struct rf_table_row *row), void *arg, struct rf_buf *why)
{
	(void)why;
	for (unsigned i = 0; i < RF_COUNT(fake.rows); i++)
		if (fake.rows[i].id)
			fn(arg, &fake.rows[i]);
	return 0;
}

int rf_table_end_orphan(uint32_t id, const char *label, struct rf_buf *why)
{
	for (unsigned i = 0; i < RF_COUNT(fake.rows); i++) {
		if (fake.rows[i].id != id)
			continue;
		assert_string_equal(fake.rows[i].label, label);
		assert_int_equal(fake.rows[i].owner, 0);
		fake.rows[i].id = 0;
		return 0;
	}
	return refuse(why, -ENOENT, "there is no such table");
}

int rf_leftovers_remove(struct rf_buf *why)
{
	(void)why;
	fake.sweeps++;
	return 0;
}

void rf_rules_print(const struct rf_rules_config *config, struct rf_buf *out)
{
	rf_buf_printf(out, "table inet %s", config->name);
}
