/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules: what the relay installs in nftables, for sites that do it themselves.
 */
#include "ctl/ctl.h"
#include "ctl/fields.h"

int rf_ctl_rules(struct rf_ctl *ctl)
{
	struct rf_value *tree;
	struct rf_str rules;
	int rc = rf_ctl_ask(ctl, "GET", "/api/v1/table", &tree);

	if (rc != RF_CTL_OK || !tree)
		return rc;
	rules = rf_field_text(tree, "rules");
	if (rules.len == 0) {
		fprintf(ctl->err, "rtpferryctl: %s does not tell its nftables rules: it may be of an older version\n",
		        rf_client_where(ctl->client));
		return RF_CTL_FAILED;
	}
	fwrite(rules.p, 1, rules.len, ctl->out);
	return RF_CTL_OK;
}
