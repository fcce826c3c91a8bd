/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "startup.h"

#include <string.h>

#define SAY(s, level, ...) rf_log((s)->log, RF_LOG_MAIN, level, RF_STR_NONE, __VA_ARGS__)

static void tell_table(const struct rf_startup *s, const struct rf_kernel_status *kernel)
{
	unsigned workers = rf_dataplane_workers(s->dataplane);

	if (kernel->up) {
		SAY(s, RF_LOG_NOTICE, "data plane kmod, module %s; %u workers relay what it declines",
		    kernel->version[0] ? kernel->version : "of unknown version", workers);
		SAY(s, RF_LOG_NOTICE, "kernel table: %u, %s, label %s, hook %s, lease %u s", kernel->id,
		    kernel->adopted ? "adopted" : "new", kernel->label, kernel->hook, s->wish->kernel.lease_s);
		return;
	}
	if (kernel->wanted)
		SAY(s, RF_LOG_NOTICE, "data plane user, %u workers: %s; it is tried again every 5 s", workers,
		    kernel->why);
	else
		SAY(s, RF_LOG_NOTICE, "data plane user, %u workers: %s", workers,
		    s->config->dataplane == RF_WANT_USER ? "dataplane = user" : "table = -1");
	SAY(s, RF_LOG_NOTICE, "kernel table: none");
}

/* Rules with the target of hook nft: nft lists them, and cannot load them again. */
static void tell_target(const struct rf_startup *s, const struct rf_kernel_status *kernel)
{
	if (!kernel->up || strcmp(kernel->hook, "nft") != 0)
		return;
	if (kernel->guard[0])
		SAY(s, RF_LOG_NOTICE,
		    "hook nft: leave the tables %s out of rulesets that are saved: nft -f does not load rules with "
		    "the target RTPFERRY",
		    kernel->guard);
	else
		SAY(s, RF_LOG_WARNING,
		    "hook nft: nft = off: nothing reaches the kernel table but by rules of your own, which "
		    "\"rtpferryctl rules\" prints");
}

static void tell_guard(const struct rf_startup *s, const struct rf_kernel_status *kernel)
{
	if (kernel->guard[0])
		SAY(s, RF_LOG_NOTICE, "guard: nftables table %s keeps connection tracking away from media",
		    kernel->guard);
	else if (s->wish->guard[0])
		SAY(s, RF_LOG_NOTICE, "guard: none: %s", kernel->guard_why);
	else
		SAY(s, RF_LOG_NOTICE, "guard: none: nft = off");
}

void rf_startup_tell_kernel(const struct rf_startup *s)
{
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(s->dataplane, &kernel);
	tell_table(s, &kernel);
	tell_guard(s, &kernel);
	tell_target(s, &kernel);
}
