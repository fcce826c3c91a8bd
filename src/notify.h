/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd is told (Type=notify, WatchdogSec). The one place that includes sd-daemon. Without systemd
 * all of it does nothing.
 */
#ifndef RF_NOTIFY_H
#define RF_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

void rf_notify_ready(void);
void rf_notify_reloading(void); /* rf_notify_ready ends it */
void rf_notify_stopping(void);
/* What `systemctl status` shows. */
void rf_notify_status(bool draining, unsigned calls);
void rf_notify_watchdog(void);

/* Microseconds within which the watchdog wants to hear of us; 0: there is none. */
int64_t rf_notify_watchdog_interval(void);

#endif
