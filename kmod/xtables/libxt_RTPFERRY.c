// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The target RTPFERRY for iptables and ip6tables, and for nft's listing of such rules: without
 * it nft prints the rule without its target, and loading that listing again drops it silently.
 *
 *   iptables -t raw -A PREROUTING -d 192.0.2.1 -p udp --dport 30000:40000 -j RTPFERRY --id 7
 */
#include <stdio.h>
#include <xtables.h>

#include "xt_RTPFERRY.h"

enum { OPTION_ID };

static const struct xt_option_entry options[] = {
	{
		.name = "id",
		.id = OPTION_ID,
		.type = XTTYPE_UINT32,
		.min = 1,
		.flags = XTOPT_MAND | XTOPT_PUT,
		XTOPT_POINTER(struct xt_rtpferry_info, table),
	},
	XTOPT_TABLEEND,
};

static void help(void)
{
	printf("RTPFERRY target options:\n"
	       "  --id N    forward what matches a flow of this kernel table of rtpferry\n");
}

static void print(const void *ip, const struct xt_entry_target *target, int numeric)
{
	const struct xt_rtpferry_info *info = (const void *)target->data;

	(void)ip;
	(void)numeric;
	printf(" RTPFERRY id %u", info->table);
}

static void save(const void *ip, const struct xt_entry_target *target)
{
	const struct xt_rtpferry_info *info = (const void *)target->data;

	(void)ip;
	printf(" --id %u", info->table);
}

/*
 * What nft lists. It has no words for loading such a rule: it refuses "xt target" and names
 * iptables-nft. A comment shows the id, as any other word there would be a mere syntax error.
 */
static int xlate(struct xt_xlate *xl, const struct xt_xlate_tg_params *params)
{
	const struct xt_rtpferry_info *info = (const void *)params->target->data;

	xt_xlate_add(xl, "xt target RTPFERRY # id %u", info->table);
	return 1;
}

static struct xtables_target target = {
	.version = XTABLES_VERSION,
	.name = "RTPFERRY",
	.revision = 0,
	.family = NFPROTO_UNSPEC,
	.size = XT_ALIGN(sizeof(struct xt_rtpferry_info)),
	.userspacesize = XT_ALIGN(sizeof(struct xt_rtpferry_info)),
	.help = help,
	.print = print,
	.save = save,
	.x6_parse = xtables_option_parse,
	.x6_options = options,
	.xlate = xlate,
};

static void __attribute__((constructor)) begin(void)
{
	xtables_register_target(&target);
}
