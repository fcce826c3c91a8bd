/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ping: the ng command, over UDP, as a proxy sends it.
 */
#include <errno.h>

#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "ctl/ng.h"

#define TRIES 3

/* Each try has a cookie of its own, so that the time to its reply is told. */
static int64_t ping(struct rf_ctl *ctl, struct rf_ctl_ng *ng)
{
	int64_t us = -ETIMEDOUT;

	for (unsigned i = 0; i < TRIES && us == -ETIMEDOUT; i++) {
		struct rf_value *reply;

		rf_arena_reset(ctl->arena);
		us = rf_ctl_ng_ask(ng, ctl->arena, RF_STR("d7:command4:pinge"), 1, &reply);
		if (us >= 0 && !rf_str_equal(rf_field_text(reply, "result"), RF_STR("pong")))
			us = -EBADMSG;
	}
	return us;
}

int rf_ctl_ping(struct rf_ctl *ctl)
{
	struct rf_endpoint to = {.port = 0};
	struct rf_ctl_ng ng;
	int64_t us;
	int rc = rf_ctl_ng_find(ctl, "ping", ctl->argument, &to);

	if (rc != RF_CTL_OK)
		return rc;
	us = rf_ctl_ng_open(&ng, &to);
	if (us == 0)
		us = ping(ctl, &ng);
	rf_ctl_ng_close(&ng);
	if (us < 0) {
		fprintf(ctl->err,
		        "rtpferryctl: %s does not answer the ng ping: %s (is it listen-ng of a relay, and does "
		        "ng-allow "
		        "name this host?)\n",
		        ng.text, rf_ctl_ng_error(us));
		return RF_CTL_UNREACHABLE;
	}
	if (ctl->json)
		fprintf(ctl->out, "{\"address\":\"%s\",\"round_trip_s\":%.6f}\n", ng.text, (double)us / 1e6);
	else
		fprintf(ctl->out, "pong from %s in %.2f ms\n", ng.text, (double)us / 1000);
	return RF_CTL_OK;
}
