/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/rules_text.h"

#include <stdio.h>

/* Owner and meaning. */
static const char *comment(const struct rf_rules_config *config, const char *meaning, char dst[RF_RULES_COMMENT])
{
	int room = RF_RULES_COMMENT - (int)strlen(meaning) - (int)sizeof(RF_RULES_PREFIX ": ");

	snprintf(dst, RF_RULES_COMMENT, RF_RULES_PREFIX "%.*s: %s", room, config->owner, meaning);
	for (char *c = dst; *c; c++)
		if (*c < 0x20 || *c >= 0x7f || *c == '"' || *c == '\\')
			*c = '?';
	return dst;
}

const char *rf_rules_table_comment(const struct rf_rules_config *config, char dst[RF_RULES_COMMENT])
{
	return comment(config, "stays as long as the kernel table", dst);
}

const char *rf_rules_comment(const struct rf_rules_config *config, enum rf_rules_kind kind, char dst[RF_RULES_COMMENT])
{
	char meaning[64];

	if (kind == RF_RULES_TARGET)
		snprintf(meaning, sizeof(meaning), "media, to kernel table %u; not for nft -f", config->target);
	else if (kind == RF_RULES_ALIAS)
		snprintf(meaning, sizeof(meaning), "media in, to the advertised address");
	else
		snprintf(meaning, sizeof(meaning), "media %s, not tracked", kind == RF_RULES_IN ? "in" : "out");
	return comment(config, meaning, dst);
}

/* "udp dport 30000-40000", or with one port "udp dport 30000". */
static void print_ports(const struct rf_rules_range *range, const char *which, struct rf_buf *out)
{
	rf_buf_printf(out, "udp %s %u", which, range->port_min);
	if (range->port_max != range->port_min)
		rf_buf_printf(out, "-%u", range->port_max);
}

static const char *family_of(const struct rf_addr *address)
{
	return address->family == RF_FAMILY_IP6 ? "ip6" : "ip";
}

/* "ip daddr 192.0.2.1 udp dport 30000-40000", or the same with saddr and sport. */
static void print_match(const struct rf_rules_range *range, bool from, struct rf_buf *out)
{
	char address[RF_ADDR_TEXT];

	rf_buf_printf(out, "%s %s %s ", family_of(&range->address), from ? "saddr" : "daddr",
	              rf_addr_print(&range->address, address));
	print_ports(range, from ? "sport" : "dport", out);
}

static void print_aliases(const struct rf_rules_config *config, struct rf_buf *out)
{
	char comment[RF_RULES_COMMENT], address[RF_ADDR_TEXT];

	for (unsigned i = 0; i < config->n_aliases; i++) {
		const struct rf_rules_alias *alias = &config->aliases[i];

		rf_buf_text(out, "\t\t");
		print_match(&alias->range, false, out);
		rf_buf_printf(out, " %s daddr set %s comment \"%s\"\n", family_of(&alias->to),
		              rf_addr_print(&alias->to, address), rf_rules_comment(config, RF_RULES_ALIAS, comment));
	}
}

static void print_chain(const struct rf_rules_config *config, enum rf_rules_kind kind, struct rf_buf *out)
{
	const char *chain = kind == RF_RULES_IN ? "prerouting" : "output";
	char comment[RF_RULES_COMMENT];

	rf_buf_printf(out, "\tchain %s {\n\t\ttype filter hook %s priority raw; policy accept;\n", chain, chain);
	if (kind == RF_RULES_IN)
		print_aliases(config, out);
	for (unsigned i = 0; i < config->n_ranges; i++) {
		rf_buf_text(out, "\t\t");
		print_match(&config->ranges[i], kind == RF_RULES_OUT, out);
		rf_buf_printf(out, "%s notrack comment \"%s\"\n", kind == RF_RULES_IN ? " socket wildcard 0" : "",
		              rf_rules_comment(config, kind, comment));
	}
	rf_buf_text(out, "\t}\n");
}

static void print_target(const struct rf_rules_config *config, const struct rf_rules_range *range, struct rf_buf *out)
{
	char comment[RF_RULES_COMMENT], address[RF_ADDR_TEXT];

	rf_buf_printf(out,
	              "# %s -t raw -A PREROUTING -d %s -p udp --dport %u:%u -m comment --comment \"%s\" "
	              "-j RTPFERRY --id %u\n",
	              range->address.family == RF_FAMILY_IP6 ? "ip6tables-nft" : "iptables-nft",
	              rf_addr_print(&range->address, address), range->port_min, range->port_max,
	              rf_rules_comment(config, RF_RULES_TARGET, comment), config->target);
}

/* nft cannot read a rule with an xtables target. */
static void print_targets(const struct rf_rules_config *config, struct rf_buf *out)
{
	rf_buf_text(out, "# A file for nft cannot have the target RTPFERRY. These commands add it once the kernel "
	                 "table is there;\n"
	                 "# iptables-save and iptables-restore keep it.\n");
	for (unsigned i = 0; i < config->n_ranges; i++)
		print_target(config, &config->ranges[i], out);
	for (unsigned i = 0; i < config->n_aliases; i++)
		print_target(config, &config->aliases[i].range, out);
}

void rf_rules_print(const struct rf_rules_config *config, struct rf_buf *out)
{
	rf_buf_printf(out, "table inet %s\ndelete table inet %s\n", config->name, config->name);
	rf_buf_printf(out, "table inet %s {\n", config->name);
	print_chain(config, RF_RULES_IN, out);
	rf_buf_char(out, '\n');
	print_chain(config, RF_RULES_OUT, out);
	rf_buf_text(out, "}\n");
	if (config->target)
		print_targets(config, out);
}
