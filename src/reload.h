/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking over a new configuration while calls go on.
 */
#ifndef RF_RELOAD_H
#define RF_RELOAD_H

#include "call/call.h"
#include "config.h"
#include "ng/ng.h"

/* What a reload touches; borrowed. */
struct rf_reload {
	const struct rf_config_sources *sources;
	const struct rf_config *started; /* what the listeners and threads were made from */
	struct rf_log *log;
	struct rf_ports *ports;
	struct rf_dataplane *dataplane;
	struct rf_calls *calls;
	struct rf_ng *ng;
};

/*
 * Read all sources again and apply what may change; what waits for a restart is logged. 0, with *out the new
 * configuration; a negative errno, with everything as it was and the reason logged.
 */
int rf_reload_run(const struct rf_reload *reload, struct rf_config **out);

/* Set the log's levels, and the model's limits in its own terms. */
void rf_reload_log_levels(struct rf_log *log, const struct rf_config *config);
struct rf_calls_limits rf_reload_limits(const struct rf_config *config);

#endif
