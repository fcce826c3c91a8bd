/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From ready to gone: signals, drain, reload, watchdog. Control thread only.
 */
#ifndef RF_LIFECYCLE_H
#define RF_LIFECYCLE_H

#include "call/call.h"
#include "config.h"
#include "dataplane/dataplane.h"
#include "log/log.h"
#include "loop/loop.h"
#include "ng/ng.h"
#include "ports/ports.h"

struct rf_lifecycle; /* opaque */

struct rf_lifecycle_config {
	const struct rf_config_sources *sources; /* all are borrowed; where a reload reads */
	const struct rf_config *config;          /* as started */
	struct rf_loop *loop;
	struct rf_log *log;
	struct rf_ports *ports;
	struct rf_dataplane *dataplane;
	struct rf_calls *calls;
	struct rf_ng *ng;
};

/* Catch signals and start timers. 0, -ENOMEM or -EIO. */
int rf_lifecycle_new(const struct rf_lifecycle_config *config, struct rf_lifecycle **out);
void rf_lifecycle_free(struct rf_lifecycle *lifecycle); /* NULL is fine */

/* For rf_http_process.drain, with the lifecycle as arg: a drain that does not end the process, or its end. */
void rf_lifecycle_drain(void *arg, bool on);

#endif
