/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify.h"

#include <systemd/sd-daemon.h>

#include "base/clock.h"

void rf_notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void rf_notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)rf_clock_us());
}

void rf_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void rf_notify_status(bool draining, unsigned calls)
{
	sd_notifyf(0, "STATUS=%s, %u calls", draining ? "draining" : "serving", calls);
}

void rf_notify_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t rf_notify_watchdog_interval(void)
{
	uint64_t interval_us = 0;

	return sd_watchdog_enabled(0, &interval_us) > 0 ? (int64_t)interval_us : 0;
}
