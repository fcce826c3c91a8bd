/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/kmod/rules_batch.h"

#define TRIES 5 /* to read back what was installed without anybody's change between */

struct rf_rules {
	struct rf_netlink *nl;         /* owned */
	struct rf_rules_config config; /* what is installed; ranges and aliases are owned */
	struct rf_rules_state good;    /* how that looks */
	uint32_t generation;           /* of the ruleset when it looked so; 0: look again */
	bool no_socket;                /* the kernel could not look for sockets when they were installed */
};

/* Is a refusal about the target? */
static bool of_target(const struct rf_rules_batch *batch, const struct rf_netlink_error *error)
{
	return batch->target && error->number - batch->target <= batch->last - batch->target;
}

/* The sentence about a refusal; returns what the caller is told. */
static int refused(const struct rf_rules_config *config, const struct rf_rules_batch *batch, int rc,
                   const struct rf_netlink_error *error, struct rf_buf *why)
{
	bool target = of_target(batch, error);

	rf_buf_printf(why, "the nftables table %s cannot be installed: ", config->name);
	if (error->sentence[0]) {
		rf_buf_text(why, error->sentence);
	} else if (rc == -EPERM && !target && error->number != batch->first) {
		rf_buf_text(why, "a table of that name is another process's, and goes with it");
	} else if (rc == -EPERM) {
		rf_buf_text(why,
		            target ? "the target RTPFERRY needs CAP_NET_ADMIN in the user namespace that owns this "
		                     "network namespace"
		                   : "CAP_NET_ADMIN is missing in the user namespace that owns this network "
		                     "namespace");
	} else if (rc == -ENOENT && target) {
		rf_buf_printf(why,
		              "the kernel has no xtables target RTPFERRY (module rtpferry), no nft_compat, or no table "
		              "%u in this network namespace",
		              config->target);
	} else if (rc == -EOPNOTSUPP || rc == -EPROTONOSUPPORT || rc == -EAFNOSUPPORT || rc == -ENOENT) {
		rf_buf_text(why, "the kernel has no nftables with notrack (modules nf_tables and nft_ct)");
	} else {
		rf_buf_text(why, strerror(-rc));
	}
	return rc == -ENOENT || rc == -EPROTONOSUPPORT || rc == -EAFNOSUPPORT ? -EOPNOTSUPP : rc;
}

static bool same(const struct rf_rules_state *a, const struct rf_rules_state *b)
{
	return rf_str_equal(rf_buf_view(&a->text), rf_buf_view(&b->text));
}

static void forget(struct rf_rules_state *state)
{
	rf_buf_free(&state->text);
	*state = (struct rf_rules_state){0};
}

/* One transaction: what was there goes, what is wished for comes. */
static int change(struct rf_rules *rules, const struct rf_rules_config *config, struct rf_rules_batch *batch,
                  struct rf_netlink_error *error)
{
	if (strcmp(rules->config.name, config->name) != 0 && rules->config.name[0])
		rf_rules_batch_remove(batch, rules->config.name);
	rf_rules_batch_remove(batch, config->name);
	rf_rules_batch_add(batch, config);
	return rf_rules_batch_commit(batch, error);
}

/* Is it a refusal that another try without the look for sockets may mend? */
static bool may_be_of_socket(const struct rf_rules_batch *batch, int rc, const struct rf_netlink_error *error)
{
	return (rc == -ENOENT || rc == -EOPNOTSUPP) && !batch->no_socket && !of_target(batch, error);
}

/*
 * Change it, and read the kernel's own form of it. When the generation moved by more than our step somebody else
 * changed something, and it is done again.
 */
static int install(struct rf_rules *rules, const struct rf_rules_config *config, struct rf_buf *why)
{
	struct rf_rules_state state = {0};
	struct rf_netlink_error error = {0};
	uint32_t before = 0, after = 0;
	struct rf_rules_batch batch;
	bool no_socket = false, again;
	int rc;

	for (unsigned i = 0; i < TRIES; i++) {
		forget(&state);
		rf_rules_batch_init(&batch, rules->nl);
		batch.no_socket = no_socket;
		rc = rf_rules_generation(rules->nl, &before);
		if (rc == 0)
			rc = change(rules, config, &batch, &error);
		again = may_be_of_socket(&batch, rc, &error);
		no_socket = no_socket || again;
		if (rc == 0)
			rc = rf_rules_look(rules->nl, config, &state);
		if (rc == 0)
			rc = rf_rules_generation(rules->nl, &after);
		if (rc < 0 && !again)
			rc = refused(config, &batch, rc, &error, why);
		rf_rules_batch_free(&batch);
		if (!again && (rc < 0 || after == before + 1))
			break;
	}
	if (rc < 0) {
		forget(&state);
		return rc;
	}
	forget(&rules->good);
	rules->good = state;
	rules->generation = after;
	rules->no_socket = no_socket;
	return 0;
}

static void *copy_items(const void *items, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (copy && size)
		memcpy(copy, items, size);
	return copy;
}

static void free_items(struct rf_rules_config *config)
{
	free((void *)config->ranges);
	free((void *)config->aliases);
}

/* A copy of a config with ranges and aliases of its own. */
static int copy(const struct rf_rules_config *config, struct rf_rules_config *out)
{
	*out = *config;
	out->ranges = copy_items(config->ranges, config->n_ranges * sizeof(*config->ranges));
	out->aliases = copy_items(config->aliases, config->n_aliases * sizeof(*config->aliases));
	if (out->ranges && out->aliases)
		return 0;
	free_items(out);
	return -ENOMEM;
}

int rf_rules_new(const struct rf_rules_config *config, struct rf_rules **out, struct rf_buf *why)
{
	struct rf_rules *rules = calloc(1, sizeof(*rules));
	int rc = rules ? rf_netlink_open(NETLINK_NETFILTER, &rules->nl) : -ENOMEM;

	if (rc < 0) {
		rf_buf_printf(why, "the nftables table %s cannot be installed: no netlink socket: %s", config->name,
		              strerror(-rc));
		rc = rc == -EPROTONOSUPPORT || rc == -EAFNOSUPPORT ? -EOPNOTSUPP : rc;
	} else {
		rc = rf_rules_set(rules, config, why);
	}
	if (rc < 0) {
		rf_rules_leave(rules);
		return rc;
	}
	*out = rules;
	return 0;
}

const char *rf_rules_lack(const struct rf_rules *rules)
{
	return rules->no_socket
	               ? "the kernel cannot look for a packet's socket (module nft_socket): all that comes to the "
	                 "media range is not tracked, so that answers to what NAT sends from there for others "
	                 "are lost"
	               : NULL;
}

static bool same_range(const struct rf_rules_range *a, const struct rf_rules_range *b)
{
	return rf_addr_equal(&a->address, &b->address) && a->port_min == b->port_min && a->port_max == b->port_max;
}

bool rf_rules_are(const struct rf_rules *rules, const struct rf_rules_config *config)
{
	const struct rf_rules_config *mine = &rules->config;
	bool are = strcmp(mine->name, config->name) == 0 && strcmp(mine->owner, config->owner) == 0 &&
	           mine->target == config->target && mine->stays == config->stays &&
	           mine->n_ranges == config->n_ranges && mine->n_aliases == config->n_aliases;

	for (unsigned i = 0; are && i < config->n_ranges; i++)
		are = same_range(&mine->ranges[i], &config->ranges[i]);
	for (unsigned i = 0; are && i < config->n_aliases; i++)
		are = same_range(&mine->aliases[i].range, &config->aliases[i].range) &&
		      rf_addr_equal(&mine->aliases[i].to, &config->aliases[i].to);
	return are;
}

int rf_rules_set(struct rf_rules *rules, const struct rf_rules_config *config, struct rf_buf *why)
{
	struct rf_rules_config mine;
	int rc = copy(config, &mine);

	if (rc < 0) {
		rf_buf_printf(why, "the nftables table %s cannot be installed: out of memory", config->name);
		return rc;
	}
	rc = install(rules, &mine, why);
	if (rc < 0) {
		free_items(&mine);
		return rc;
	}
	free_items(&rules->config);
	rules->config = mine;
	return 0;
}

/* What is wrong, from what was found. */
static void tell_difference(const struct rf_rules *rules, const struct rf_rules_state *now, struct rf_buf *why)
{
	const struct rf_rules_state *good = &rules->good;
	const char *name = rules->config.name;

	if (now->tables == 0)
		rf_buf_printf(why, "the nftables table %s was gone", name);
	else if (now->tables < good->tables || now->chains < good->chains)
		rf_buf_printf(why, "of the nftables table %s a family or a chain was gone", name);
	else if (now->rules < good->rules)
		rf_buf_printf(why, "of the %u rules of the nftables table %s %u were gone", good->rules, name,
		              good->rules - now->rules);
	else if (now->targets < good->targets)
		rf_buf_printf(why, "rules of the nftables table %s had lost their target RTPFERRY", name);
	else
		rf_buf_printf(why, "rules of the nftables table %s had been changed", name);
}

int rf_rules_check(struct rf_rules *rules, struct rf_buf *why)
{
	struct rf_rules_state now = {0};
	uint32_t generation = 0;
	int rc = rf_rules_generation(rules->nl, &generation);

	if (rc == 0 && generation == rules->generation)
		return 0;
	if (rc == 0)
		rc = rf_rules_look(rules->nl, &rules->config, &now);
	if (rc < 0) {
		rf_buf_printf(why, "the nftables table %s cannot be looked at: %s", rules->config.name, strerror(-rc));
	} else if (same(&now, &rules->good)) {
		rules->generation = generation;
	} else {
		tell_difference(rules, &now, why);
		rf_buf_text(why, "; ");
		rc = install(rules, &rules->config, why);
		if (rc == 0) {
			rf_buf_text(why, "it is installed anew");
			rc = 1;
		}
	}
	forget(&now);
	return rc;
}

void rf_rules_del(struct rf_rules *rules)
{
	struct rf_netlink_error error;
	struct rf_rules_batch batch;

	if (!rules)
		return;
	rf_rules_batch_init(&batch, rules->nl);
	rf_rules_batch_remove(&batch, rules->config.name);
	rf_rules_batch_commit(&batch, &error);
	rf_rules_batch_free(&batch);
	rf_rules_leave(rules);
}

void rf_rules_leave(struct rf_rules *rules)
{
	if (!rules)
		return;
	forget(&rules->good);
	free_items(&rules->config);
	rf_netlink_close(rules->nl);
	free(rules);
}
