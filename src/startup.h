/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon says at start, a line for each thing that it decided.
 */
#ifndef RF_STARTUP_H
#define RF_STARTUP_H

#include "config.h"
#include "dataplane/dataplane.h"
#include "descriptors.h"
#include "kernel_wish.h"
#include "log/log.h"
#include "ports/ports.h"

struct rf_startup {
	const struct rf_config *config; /* all are borrowed */
	struct rf_log *log;
	const struct rf_ports *ports;
	const struct rf_dataplane *dataplane;
	const struct rf_kernel_wish *wish;                  /* of the kernel */
	const struct rf_endpoints *listen_ng, *listen_http; /* bound */
	const char *ctl;                                    /* path of the control socket; NULL: none */
	struct rf_descriptors descriptors;
};

/* The part about data plane, kernel table and guard (startup_kernel.c). */
void rf_startup_tell_kernel(const struct rf_startup *startup);

void rf_startup_tell(const struct rf_startup *startup);

#endif
