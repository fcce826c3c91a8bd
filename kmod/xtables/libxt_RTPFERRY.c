// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The target RTPFERRY for iptables and ip6tables, and so for nft's listing of such rules:
 * without it nft prints the rule without its target, and loading that listing again drops it.
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
};

static void __attribute__((constructor)) begin(void)
{
	xtables_register_target(&target);
}
