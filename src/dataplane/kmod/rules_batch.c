/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/rules_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/gen.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "dataplane/kmod/rules_text.h"
#include "uapi/xt_RTPFERRY.h"

#define MESSAGE_MAX 4096    /* bytes that one message may take */
#define PRIORITY_RAW (-300) /* before connection tracking, which comes at -200 */
#define TARGET_NAME "RTPFERRY"
#define TARGET_SIZE 8 /* bytes of its parameters, aligned as x_tables wants it */

_Static_assert(sizeof(struct xt_rtpferry_info) <= TARGET_SIZE, "the target's parameters have grown");

static const uint16_t families[RF_RULES_TABLES] = {NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6};

/* A base chain of ours. */
struct chain {
	enum rf_rules_table table;
	enum rf_rules_kind kind;
	const char *name;
	uint32_t hook;
	int32_t priority;
};

static const struct chain chains[] = {
	{RF_RULES_INET, RF_RULES_IN, "prerouting", NF_INET_PRE_ROUTING, PRIORITY_RAW},
	{RF_RULES_INET, RF_RULES_OUT, "output", NF_INET_LOCAL_OUT, PRIORITY_RAW},
	{RF_RULES_IP4, RF_RULES_TARGET, "prerouting", NF_INET_PRE_ROUTING, PRIORITY_RAW - 1},
	{RF_RULES_IP6, RF_RULES_TARGET, "prerouting", NF_INET_PRE_ROUTING, PRIORITY_RAW - 1},
};

#define CHAINS (sizeof(chains) / sizeof(chains[0]))

/* Does a range have a rule in a table? */
static bool belongs(const struct rf_rules_range *range, enum rf_rules_table table)
{
	if (table == RF_RULES_INET)
		return range->address.family != RF_FAMILY_NONE;
	return range->address.family == (table == RF_RULES_IP4 ? RF_FAMILY_IP4 : RF_FAMILY_IP6);
}

/* Does a config need a table? */
static bool needs(const struct rf_rules_config *config, enum rf_rules_table table)
{
	if (table == RF_RULES_INET)
		return true;
	for (unsigned i = 0; config->target && i < config->n_ranges; i++)
		if (belongs(&config->ranges[i], table))
			return true;
	return false;
}

void rf_rules_batch_init(struct rf_rules_batch *batch, struct rf_netlink *nl)
{
	*batch = (struct rf_rules_batch){.nl = nl};
}

void rf_rules_batch_free(struct rf_rules_batch *batch)
{
	free(batch->data);
	batch->data = NULL;
}

/* Room for one message more, and its number; NULL: no memory. */
static char *room(struct rf_rules_batch *batch, uint32_t *number)
{
	if (!batch->error && batch->size - batch->len < MESSAGE_MAX) {
		size_t size = batch->size ? 2 * batch->size : 4 * MESSAGE_MAX;
		char *data = realloc(batch->data, size);

		if (data) {
			batch->data = data;
			batch->size = size;
		} else {
			batch->error = -ENOMEM;
		}
	}
	if (batch->error)
		return NULL;
	*number = rf_netlink_number(batch->nl, 1);
	if (batch->len == 0)
		batch->first = *number;
	batch->last = *number;
	return batch->data + batch->len;
}

static void finish(struct rf_rules_batch *batch, const struct nlmsghdr *message)
{
	batch->len += NLMSG_ALIGN(message->nlmsg_len);
}

/* A message of the transaction, whose payload is added before finish; NULL: no memory. */
static struct nlmsghdr *message(struct rf_rules_batch *batch, uint16_t type, enum rf_rules_table table, uint16_t flags)
{
	uint32_t number;
	char *at = room(batch, &number);

	if (!at)
		return NULL;
	if (batch->len == 0) {
		finish(batch, nftnl_batch_begin(at, number));
		at = room(batch, &number);
		if (!at)
			return NULL;
	}
	return nftnl_nlmsg_build_hdr(at, type, families[table], flags, number);
}

/* Send off what is said of a table, which may be NULL and is freed. */
static void change_table(struct rf_rules_batch *batch, uint16_t type, enum rf_rules_table which,
                         struct nftnl_table *table)
{
	struct nlmsghdr *msg = table ? message(batch, type, which, type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0) : NULL;

	if (msg) {
		nftnl_table_nlmsg_build_payload(msg, table);
		finish(batch, msg);
	} else {
		batch->error = -ENOMEM;
	}
	if (table)
		nftnl_table_free(table);
}

static struct nftnl_table *named(const char *name)
{
	struct nftnl_table *table = nftnl_table_alloc();

	if (table && nftnl_table_set_str(table, NFTNL_TABLE_NAME, name) < 0) {
		nftnl_table_free(table);
		return NULL;
	}
	return table;
}

static bool set_stays(struct nftnl_table *table, const struct rf_rules_config *config)
{
	struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	char comment[RF_RULES_COMMENT];
	bool set = data &&
	           nftnl_udata_put_strz(data, NFTNL_UDATA_TABLE_COMMENT, rf_rules_table_comment(config, comment)) &&
	           nftnl_table_set_data(table, NFTNL_TABLE_USERDATA, nftnl_udata_buf_data(data),
	                                nftnl_udata_buf_len(data)) == 0;

	if (data)
		nftnl_udata_buf_free(data);
	return set;
}

static void add_table(struct rf_rules_batch *batch, const struct rf_rules_config *config, enum rf_rules_table which)
{
	struct nftnl_table *table = named(config->name);
	bool stays = which == RF_RULES_INET ? config->stays : true;

	if (table && !stays)
		nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	else if (table && !set_stays(table, config))
		batch->error = -ENOMEM;
	change_table(batch, NFT_MSG_NEWTABLE, which, table);
}

void rf_rules_batch_remove(struct rf_rules_batch *batch, const char *name)
{
	for (enum rf_rules_table table = 0; table < RF_RULES_TABLES; table++) {
		change_table(batch, NFT_MSG_NEWTABLE, table, named(name)); /* so that it is there to be removed */
		change_table(batch, NFT_MSG_DELTABLE, table, named(name));
	}
}

static void add_chain(struct rf_rules_batch *batch, const char *name, const struct chain *c)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nlmsghdr *msg = chain ? message(batch, NFT_MSG_NEWCHAIN, c->table, NLM_F_CREATE) : NULL;

	if (msg && nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, name) == 0 &&
	    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, c->name) == 0 &&
	    nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter") == 0) {
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, c->hook);
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, c->priority);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
		nftnl_chain_nlmsg_build_payload(msg, chain);
		finish(batch, msg);
	} else {
		batch->error = -ENOMEM;
	}
	if (chain)
		nftnl_chain_free(chain);
}

/* Add an expression to a rule; NULL: no memory, and the rule is not to be used. */
static struct nftnl_expr *add(struct nftnl_rule *rule, const char *name, bool *failed)
{
	struct nftnl_expr *expr = *failed ? NULL : nftnl_expr_alloc(name);

	if (expr)
		nftnl_rule_add_expr(rule, expr);
	else
		*failed = true;
	return expr;
}

static void add_compare(struct nftnl_rule *rule, uint32_t op, const void *data, uint32_t len, bool *failed)
{
	struct nftnl_expr *expr = add(rule, "cmp", failed);

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	if (nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, data, len) < 0)
		*failed = true;
}

/* What the packet is, by a key of meta. */
static void add_meta(struct nftnl_rule *rule, uint32_t key, uint8_t value, bool *failed)
{
	struct nftnl_expr *expr = add(rule, "meta", failed);

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, NFT_REG_1);
	add_compare(rule, NFT_CMP_EQ, &value, sizeof(value), failed);
}

static void add_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t len, bool *failed)
{
	struct nftnl_expr *expr = add(rule, "payload", failed);

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, len);
}

/* The address, then UDP and the ports: in the order and form that nft lists as "ip daddr … udp dport …". */
static void add_match(struct nftnl_rule *rule, const struct chain *c, const struct rf_rules_range *range, bool *failed)
{
	bool four = range->address.family == RF_FAMILY_IP4, from = c->kind == RF_RULES_OUT;
	uint16_t min = htons(range->port_min), max = htons(range->port_max);
	uint32_t len = four ? 4 : 16, source = four ? 12 : 8;

	if (c->table == RF_RULES_INET)
		add_meta(rule, NFT_META_NFPROTO, four ? NFPROTO_IPV4 : NFPROTO_IPV6, failed);
	add_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, from ? source : source + len, len, failed);
	add_compare(rule, NFT_CMP_EQ, range->address.ip, len, failed);
	add_meta(rule, NFT_META_L4PROTO, IPPROTO_UDP, failed);
	add_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, from ? 0 : 2, 2, failed);
	if (min == max) {
		add_compare(rule, NFT_CMP_EQ, &min, sizeof(min), failed);
	} else {
		add_compare(rule, NFT_CMP_GTE, &min, sizeof(min), failed);
		add_compare(rule, NFT_CMP_LTE, &max, sizeof(max), failed);
	}
}

/*
 * The destination becomes that address, and the checksums of IP and UDP what fits: of UDP none stays none. Behind a
 * match of packets to another address of the same family.
 */
static void add_destination(struct nftnl_rule *rule, const struct rf_addr *address, bool *failed)
{
	bool four = address->family == RF_FAMILY_IP4;
	struct nftnl_expr *value = add(rule, "immediate", failed), *payload = add(rule, "payload", failed);
	uint32_t len = four ? 4 : 16;

	if (!value || !payload)
		return;
	nftnl_expr_set_u32(value, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	if (nftnl_expr_set(value, NFTNL_EXPR_IMM_DATA, address->ip, len) < 0)
		*failed = true;
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_SREG, NFT_REG_1);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, four ? 16 : 24);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_CSUM_TYPE, four ? NFT_PAYLOAD_CSUM_INET : NFT_PAYLOAD_CSUM_NONE);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, four ? 10 : 0);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_FLAGS, NFT_PAYLOAD_L4CSUM_PSEUDOHDR);
}

/* A socket of this host takes the packet, one that is bound to an address: in the form "socket wildcard 0". */
static void add_socket(struct nftnl_rule *rule, bool *failed)
{
	struct nftnl_expr *expr = add(rule, "socket", failed);
	uint8_t no = 0;

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_SOCKET_KEY, NFT_SOCKET_WILDCARD);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_SOCKET_DREG, NFT_REG_1);
	add_compare(rule, NFT_CMP_EQ, &no, sizeof(no), failed);
}

static void add_target(struct nftnl_rule *rule, uint32_t id, bool *failed)
{
	struct nftnl_expr *expr = add(rule, "target", failed);
	struct xt_rtpferry_info *info = expr ? calloc(1, TARGET_SIZE) : NULL;

	if (!info) {
		*failed = true;
		return;
	}
	info->table = id;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_TG_REV, 0);
	nftnl_expr_set(expr, NFTNL_EXPR_TG_INFO, info, TARGET_SIZE); /* takes info */
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the expression owns info */
	if (nftnl_expr_set_str(expr, NFTNL_EXPR_TG_NAME, TARGET_NAME) < 0)
		*failed = true;
}

static void add_comment(struct nftnl_rule *rule, const struct rf_rules_config *config, enum rf_rules_kind kind,
                        bool *failed)
{
	struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	char comment[RF_RULES_COMMENT];

	if (!data || !nftnl_udata_put_strz(data, NFTNL_UDATA_RULE_COMMENT, rf_rules_comment(config, kind, comment)) ||
	    nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(data), nftnl_udata_buf_len(data)) < 0)
		*failed = true;
	if (data)
		nftnl_udata_buf_free(data);
}

/* to: the destination that packets get; NULL: theirs stays. */
static void add_rule(struct rf_rules_batch *batch, const struct rf_rules_config *config, const struct chain *c,
                     const struct rf_rules_range *range, const struct rf_addr *to)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	bool failed = !rule || nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, config->name) < 0 ||
	              nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, c->name) < 0;
	struct nlmsghdr *msg = NULL;

	if (!failed) {
		add_match(rule, c, range, &failed);
		if (c->kind == RF_RULES_IN && !to && !batch->no_socket)
			add_socket(rule, &failed);
		if (to)
			add_destination(rule, to, &failed);
		else if (c->kind == RF_RULES_TARGET)
			add_target(rule, config->target, &failed);
		else
			add(rule, "notrack", &failed);
		add_comment(rule, config, to ? RF_RULES_ALIAS : c->kind, &failed);
	}
	if (!failed)
		msg = message(batch, NFT_MSG_NEWRULE, c->table, NLM_F_CREATE | NLM_F_APPEND);
	if (msg) {
		nftnl_rule_nlmsg_build_payload(msg, rule);
		finish(batch, msg);
	} else {
		batch->error = -ENOMEM;
	}
	if (rule)
		nftnl_rule_free(rule);
}

static void add_aliases(struct rf_rules_batch *batch, const struct rf_rules_config *config, const struct chain *c)
{
	for (unsigned i = 0; i < config->n_aliases; i++) {
		const struct rf_rules_alias *alias = &config->aliases[i];

		if (belongs(&alias->range, c->table))
			add_rule(batch, config, c, &alias->range, c->kind == RF_RULES_IN ? &alias->to : NULL);
	}
}

/*
 * Coming in, packets to an alias are those of the address when the rules of the addresses see them. The target stands
 * before all that, since the module knows the aliases itself.
 */
static void add_rules(struct rf_rules_batch *batch, const struct rf_rules_config *config, const struct chain *c)
{
	if (c->kind == RF_RULES_IN)
		add_aliases(batch, config, c);
	for (unsigned i = 0; i < config->n_ranges; i++)
		if (belongs(&config->ranges[i], c->table))
			add_rule(batch, config, c, &config->ranges[i], NULL);
	if (c->kind == RF_RULES_TARGET)
		add_aliases(batch, config, c);
}

void rf_rules_batch_add(struct rf_rules_batch *batch, const struct rf_rules_config *config)
{
	for (enum rf_rules_table table = 0; table < RF_RULES_TABLES; table++)
		if (needs(config, table))
			add_table(batch, config, table);
	for (size_t c = 0; c < CHAINS; c++) {
		if (!needs(config, chains[c].table))
			continue;
		if (chains[c].kind == RF_RULES_TARGET && batch->target == 0)
			batch->target = batch->last + 1;
		add_chain(batch, config->name, &chains[c]);
		add_rules(batch, config, &chains[c]);
	}
}

/* Ask for an acknowledgement of the last message but the frame. */
static void acknowledge_last(struct rf_rules_batch *batch)
{
	struct nlmsghdr *last = NULL;

	for (size_t at = 0; at < batch->len; at += NLMSG_ALIGN(last->nlmsg_len))
		last = (struct nlmsghdr *)(batch->data + at);
	if (last)
		last->nlmsg_flags |= NLM_F_ACK;
}

int rf_rules_batch_commit(struct rf_rules_batch *batch, struct rf_netlink_error *error)
{
	uint32_t number;
	char *at;

	memset(error, 0, sizeof(*error));
	acknowledge_last(batch);
	at = room(batch, &number);
	if (!at)
		return batch->error;
	finish(batch, nftnl_batch_end(at, number));
	return rf_netlink_exchange(batch->nl, batch->data, batch->len, batch->first, batch->last, NULL, NULL, error);
}

/* ---- what is there ---- */

static int take_generation(void *arg, const struct nlmsghdr *msg)
{
	struct nftnl_gen *gen = nftnl_gen_alloc();
	uint32_t *out = arg;
	int rc = -ENOMEM;

	if (gen) {
		rc = nftnl_gen_nlmsg_parse(msg, gen) < 0 ? -EBADMSG : 0;
		if (rc == 0)
			*out = nftnl_gen_get_u32(gen, NFTNL_GEN_ID);
		nftnl_gen_free(gen);
	}
	return rc;
}

int rf_rules_generation(struct rf_netlink *nl, uint32_t *out)
{
	struct rf_netlink_error error;
	_Alignas(8) char buf[64];
	uint32_t number = rf_netlink_number(nl, 1);
	struct nlmsghdr *msg = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETGEN, NFPROTO_UNSPEC, NLM_F_ACK, number);

	return rf_netlink_exchange(nl, buf, msg->nlmsg_len, number, number, take_generation, out, &error);
}

static int take_table(void *arg, const struct nlmsghdr *msg)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct rf_rules_state *state = arg;
	int rc = -ENOMEM;

	if (table) {
		rc = nftnl_table_nlmsg_parse(msg, table) < 0 ? -EBADMSG : 0;
		state->tables++;
		rf_buf_printf(&state->text, "table flags %u\n", nftnl_table_get_u32(table, NFTNL_TABLE_FLAGS));
		nftnl_table_free(table);
	}
	return rc;
}

/* Where tables that were left are told. */
struct left {
	void (*fn)(void *arg, const char *name);
	void *arg; /* of fn */
};

static int take_comment(const struct nftnl_udata *attr, void *arg)
{
	const char **comment = arg;
	uint8_t len = nftnl_udata_len(attr);

	if (nftnl_udata_type(attr) == NFTNL_UDATA_TABLE_COMMENT && len > 0 &&
	    ((const char *)nftnl_udata_get(attr))[len - 1] == '\0')
		*comment = nftnl_udata_get(attr);
	return 0;
}

static bool is_left(const struct nftnl_table *table)
{
	const char *name = nftnl_table_get_str(table, NFTNL_TABLE_NAME), *comment = NULL;
	uint32_t len = 0;
	const void *data = nftnl_table_get_data(table, NFTNL_TABLE_USERDATA, &len);

	if (data && nftnl_udata_parse(data, len, take_comment, &comment) < 0)
		return false;
	return name && comment && strncmp(comment, RF_RULES_PREFIX, strlen(RF_RULES_PREFIX)) == 0 &&
	       !(nftnl_table_get_u32(table, NFTNL_TABLE_FLAGS) & NFT_TABLE_F_OWNER);
}

static int take_left(void *arg, const struct nlmsghdr *msg)
{
	struct nftnl_table *table = nftnl_table_alloc();
	const struct left *left = arg;
	int rc = -ENOMEM;

	if (table) {
		rc = nftnl_table_nlmsg_parse(msg, table) < 0 ? -EBADMSG : 0;
		if (rc == 0 && is_left(table))
			left->fn(left->arg, nftnl_table_get_str(table, NFTNL_TABLE_NAME));
		nftnl_table_free(table);
	}
	return rc;
}

int rf_rules_each_left(struct rf_netlink *nl, void (*fn)(void *arg, const char *name), void *arg)
{
	struct left left = {fn, arg};
	struct rf_netlink_error error;
	_Alignas(8) char buf[64];
	uint32_t number = rf_netlink_number(nl, 1);
	struct nlmsghdr *msg = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETTABLE, NFPROTO_UNSPEC, NLM_F_DUMP, number);

	return rf_netlink_exchange(nl, buf, msg->nlmsg_len, number, number, take_left, &left, &error);
}

static int take_chain(void *arg, const struct nlmsghdr *msg)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct rf_rules_state *state = arg;
	int rc = -ENOMEM;

	if (chain) {
		rc = nftnl_chain_nlmsg_parse(msg, chain) < 0 ? -EBADMSG : 0;
		state->chains++;
		rf_buf_printf(
			&state->text, "chain %s type %s hook %u priority %d policy %u\n",
			nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME), nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE),
			nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM), nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO),
			nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY));
		nftnl_chain_free(chain);
	}
	return rc;
}

static int take_expression(struct nftnl_expr *expr, void *arg)
{
	struct rf_rules_state *state = arg;
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME), *target;
	char text[512];
	const void *info;
	uint32_t len;

	if (nftnl_expr_snprintf(text, sizeof(text), expr, NFTNL_OUTPUT_DEFAULT, 0) > 0)
		rf_buf_printf(&state->text, " [%s %s]", name, text);
	if (strcmp(name, "target") != 0)
		return 0;
	info = nftnl_expr_get(expr, NFTNL_EXPR_TG_INFO, &len);
	if (info)
		rf_buf_append(&state->text, info, len);
	target = nftnl_expr_get_str(expr, NFTNL_EXPR_TG_NAME);
	if (target && strcmp(target, TARGET_NAME) == 0)
		state->targets++;
	return 0;
}

static int take_rule(void *arg, const struct nlmsghdr *msg)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct rf_rules_state *state = arg;
	const void *data;
	uint32_t len;
	int rc = -ENOMEM;

	if (!rule)
		return rc;
	rc = nftnl_rule_nlmsg_parse(msg, rule) < 0 ? -EBADMSG : 0;
	state->rules++;
	rf_buf_printf(&state->text, "rule of %s", nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN));
	nftnl_expr_foreach(rule, take_expression, state);
	data = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &len);
	if (data)
		rf_buf_append(&state->text, data, len);
	rf_buf_char(&state->text, '\n');
	nftnl_rule_free(rule);
	return rc;
}

/* Ask one question; what is not there is no error. */
static int ask(struct rf_netlink *nl, struct nlmsghdr *msg, rf_netlink_fn *fn, struct rf_rules_state *state)
{
	struct rf_netlink_error error;
	int rc = rf_netlink_exchange(nl, msg, msg->nlmsg_len, msg->nlmsg_seq, msg->nlmsg_seq, fn, state, &error);

	return rc == -ENOENT ? 0 : rc;
}

static int look_at_table(struct rf_netlink *nl, const char *name, enum rf_rules_table which, char *buf,
                         struct rf_rules_state *state)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct nlmsghdr *msg =
		nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETTABLE, families[which], NLM_F_ACK, rf_netlink_number(nl, 1));
	int rc = -ENOMEM;

	if (table && nftnl_table_set_str(table, NFTNL_TABLE_NAME, name) == 0) {
		nftnl_table_nlmsg_build_payload(msg, table);
		rc = ask(nl, msg, take_table, state);
	}
	if (table)
		nftnl_table_free(table);
	return rc;
}

static int look_at_chain(struct rf_netlink *nl, const char *name, const struct chain *c, char *buf,
                         struct rf_rules_state *state)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nlmsghdr *msg =
		nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETCHAIN, families[c->table], NLM_F_ACK, rf_netlink_number(nl, 1));
	int rc = -ENOMEM;

	if (chain && nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, name) == 0 &&
	    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, c->name) == 0) {
		nftnl_chain_nlmsg_build_payload(msg, chain);
		rc = ask(nl, msg, take_chain, state);
	}
	if (chain)
		nftnl_chain_free(chain);
	return rc;
}

static int look_at_rules(struct rf_netlink *nl, const char *name, enum rf_rules_table which, char *buf,
                         struct rf_rules_state *state)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nlmsghdr *msg =
		nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETRULE, families[which], NLM_F_DUMP, rf_netlink_number(nl, 1));
	int rc = -ENOMEM;

	if (rule && nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, name) == 0) {
		nftnl_rule_nlmsg_build_payload(msg, rule);
		rc = ask(nl, msg, take_rule, state);
	}
	if (rule)
		nftnl_rule_free(rule);
	return rc;
}

int rf_rules_look(struct rf_netlink *nl, const struct rf_rules_config *config, struct rf_rules_state *state)
{
	char *buf = malloc(MESSAGE_MAX);
	int rc = buf ? 0 : -ENOMEM;

	for (enum rf_rules_table table = 0; table < RF_RULES_TABLES && rc == 0; table++) {
		if (!needs(config, table))
			continue;
		rc = look_at_table(nl, config->name, table, buf, state);
		for (size_t c = 0; c < CHAINS && rc == 0; c++)
			if (chains[c].table == table)
				rc = look_at_chain(nl, config->name, &chains[c], buf, state);
		if (rc == 0)
			rc = look_at_rules(nl, config->name, table, buf, state);
	}
	free(buf);
	return rc < 0 ? rc : state->text.error;
}
