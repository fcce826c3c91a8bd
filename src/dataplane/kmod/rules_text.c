/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/rules_text.h"

#include <stdio.h>

const char *rf_rules_comment(const struct rf_rules_config *config, enum rf_rules_kind kind, char dst[RF_RULES_COMMENT])
{
	char meaning[64];
	int room;

	if (kind == RF_RULES_TARGET)
		snprintf(meaning, sizeof(meaning), "media, to kernel table %u", config->target);
	else
		snprintf(meaning, sizeof(meaning), "media %s, not tracked", kind == RF_RULES_IN ? "in" : "out");
	room = RF_RULES_COMMENT - (int)strlen(meaning) - (int)sizeof("rtpferry : ");
	snprintf(dst, RF_RULES_COMMENT, "rtpferry %.*s: %s", room, config->owner, meaning);
	for (char *c = dst; *c; c++)
		if (*c < 0x20 || *c >= 0x7f || *c == '"' || *c == '\\')
			*c = '?';
	return dst;
}

/* "udp dport 30000-40000", or with one port "udp dport 30000". */
static void print_ports(const struct rf_rules_range *range, const char *which, struct rf_buf *out)
{
	rf_buf_printf(out, "udp %s %u", which, range->port_min);
	if (range->port_max != range->port_min)
		rf_buf_printf(out, "-%u", range->port_max);
}

static void print_chain(const struct rf_rules_config *config, enum rf_rules_kind kind, struct rf_buf *out)
{
	const char *chain = kind == RF_RULES_IN ? "prerouting" : "output";
	char comment[RF_RULES_COMMENT], address[RF_ADDR_TEXT];

	rf_buf_printf(out, "\tchain %s {\n\t\ttype filter hook %s priority raw; policy accept;\n", chain, chain);
	for (unsigned i = 0; i < config->n_ranges; i++) {
		const struct rf_rules_range *range = &config->ranges[i];

		rf_buf_printf(out, "\t\t%s %s %s ", range->address.family == RF_FAMILY_IP6 ? "ip6" : "ip",
		              kind == RF_RULES_IN ? "daddr" : "saddr", rf_addr_print(&range->address, address));
		print_ports(range, kind == RF_RULES_IN ? "dport" : "sport", out);
		rf_buf_printf(out, " notrack comment \"%s\"\n", rf_rules_comment(config, kind, comment));
	}
	rf_buf_text(out, "\t}\n");
}

/* nft cannot read a rule with an xtables target. */
static void print_target(const struct rf_rules_config *config, struct rf_buf *out)
{
	char comment[RF_RULES_COMMENT], address[RF_ADDR_TEXT];

	rf_buf_text(out, "# A file for nft cannot have the target RTPFERRY; these commands add it:\n");
	for (unsigned i = 0; i < config->n_ranges; i++) {
		const struct rf_rules_range *range = &config->ranges[i];

		rf_buf_printf(out,
		              "# %s -t raw -A PREROUTING -d %s -p udp --dport %u:%u -m comment --comment \"%s\" "
		              "-j RTPFERRY --id %u\n",
		              range->address.family == RF_FAMILY_IP6 ? "ip6tables-nft" : "iptables-nft",
		              rf_addr_print(&range->address, address), range->port_min, range->port_max,
		              rf_rules_comment(config, RF_RULES_TARGET, comment), config->target);
	}
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
		print_target(config, out);
}
