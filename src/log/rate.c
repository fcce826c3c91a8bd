/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log/rate.h"

#include <string.h>

void rf_log_rate_init(struct rf_log_rate *rate)
{
	memset(rate->slots, 0, sizeof(rate->slots));
	pthread_mutex_init(&rate->lock, NULL);
}

void rf_log_rate_free(struct rf_log_rate *rate)
{
	pthread_mutex_destroy(&rate->lock);
}

/* The format's slot, a new one if need be; NULL when the table is full of others. Under the lock. */
static struct rf_log_rate_slot *find_slot(struct rf_log_rate *rate, const char *format)
{
	size_t start = (uintptr_t)format * 0x9e3779b97f4a7c15u >> 56;

	for (size_t i = 0; i < RF_LOG_RATE_SLOTS; i++) {
		struct rf_log_rate_slot *slot = &rate->slots[(start + i) % RF_LOG_RATE_SLOTS];

		if (slot->format == format || !slot->format)
			return slot;
	}
	return NULL;
}

bool rf_log_rate_pass(struct rf_log_rate *rate, const char *format, int64_t now_us, uint64_t *suppressed)
{
	struct rf_log_rate_slot *slot;
	bool pass = true;

	*suppressed = 0;
	pthread_mutex_lock(&rate->lock);
	slot = find_slot(rate, format);
	if (slot && slot->format && now_us - slot->printed_us < RF_LOG_RATE_INTERVAL_US) {
		slot->suppressed++;
		pass = false;
	} else if (slot) {
		*suppressed = slot->suppressed;
		*slot = (struct rf_log_rate_slot){.format = format, .printed_us = now_us};
	}
	pthread_mutex_unlock(&rate->lock);
	return pass;
}
