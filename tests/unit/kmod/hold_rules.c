/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests/guest/tools: hold_rules TABLE ADDRESS reads "new", "check" and "del", and answers each with a line: the
 * result of rf_rules_…, and the sentence when there is one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/kmod/rules.h"

int main(int argc, char **argv)
{
	struct rf_rules_range range = {.port_min = 4000, .port_max = 4100};
	struct rf_rules_config config = {.owner = "test", .ranges = &range, .n_ranges = 1};
	struct rf_rules *rules = NULL;
	struct rf_buf why;
	char word[16];

	if (argc != 3 || rf_addr_parse(rf_str_of(argv[2]), &range.address) != 0)
		return 2;
	config.target = (uint32_t)strtoul(argv[1], NULL, 10);
	snprintf(config.name, sizeof(config.name), "rtpferry_%u", config.target);
	rf_buf_init(&why, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(word, sizeof(word), stdin)) {
		int rc = 0;

		rf_buf_reset(&why);
		if (strcmp(word, "new\n") == 0)
			rc = rf_rules_new(&config, &rules, &why);
		else if (strcmp(word, "check\n") == 0 && rules)
			rc = rf_rules_check(rules, &why);
		else
			rf_rules_del(rules);
		printf("%d%s%.*s\n", rc, why.len > 0 ? " " : "", RF_STR_ARG(rf_buf_view(&why)));
	}
	rf_buf_free(&why);
	return 0;
}
