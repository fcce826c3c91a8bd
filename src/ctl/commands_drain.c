/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/fields.h"

#define POLL_US 500000

static void tell(struct rf_ctl *ctl, const struct rf_value *tree)
{
	int64_t n = rf_field_int(tree, "sessions");

	if (rf_field_bool(tree, "draining"))
		fprintf(ctl->out, "draining: %lld session%s left\n", (long long)n, n == 1 ? "" : "s");
	else
		fprintf(ctl->out, "not draining: %lld session%s\n", (long long)n, n == 1 ? "" : "s");
	fflush(ctl->out);
}

/* Wait for the last session. A relay that has gone by then has ended as it should. */
static int wait_for_none(struct rf_ctl *ctl, int64_t before)
{
	struct rf_value *tree;
	FILE *err = ctl->err;

	while (before > 0) {
		int rc;

		usleep(POLL_US);
		ctl->err = fopen("/dev/null", "we");
		if (!ctl->err)
			ctl->err = err;
		rc = rf_ctl_get(ctl, "GET", "/api/v1/drain", &tree);
		if (ctl->err != err)
			fclose(ctl->err);
		ctl->err = err;
		if (rc == RF_CTL_UNREACHABLE) {
			fprintf(ctl->out, "the relay has ended\n");
			return RF_CTL_OK;
		}
		if (rc != RF_CTL_OK)
			return rc;
		if (!rf_field_bool(tree, "draining")) {
			fprintf(ctl->err, "rtpferryctl: the drain was ended by somebody else\n");
			return RF_CTL_FAILED;
		}
		if (rf_field_int(tree, "sessions") != before)
			tell(ctl, tree);
		before = rf_field_int(tree, "sessions");
	}
	return RF_CTL_OK;
}

int rf_ctl_drain(struct rf_ctl *ctl)
{
	struct rf_value *tree;
	int rc;

	if (ctl->json && !ctl->wait)
		return rf_ctl_ask(ctl, ctl->off ? "DELETE" : "POST", "/api/v1/drain", &tree);
	rc = rf_ctl_get(ctl, ctl->off ? "DELETE" : "POST", "/api/v1/drain", &tree);
	if (rc != RF_CTL_OK)
		return rc;
	tell(ctl, tree);
	return ctl->wait && !ctl->off ? wait_for_none(ctl, rf_field_int(tree, "sessions")) : RF_CTL_OK;
}
