/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layers, built from the bottom up and taken down in reverse order.
 */
#ifndef RF_DAEMON_H
#define RF_DAEMON_H

#include "config.h"

/* Exit statuses. */
enum rf_exit { RF_EXIT_FINE, RF_EXIT_RUNTIME, RF_EXIT_USAGE, RF_EXIT_CONFIGURATION, RF_EXIT_KERNEL };

/*
 * Serve until a signal ends it. sources is where a reload reads; notes are lines for the log's start. What keeps it
 * from starting is logged. Changes the process: limits, privileges, signals.
 */
enum rf_exit rf_daemon_run(const struct rf_config *config, const struct rf_config_sources *sources,
                           struct rf_str notes);

#endif
