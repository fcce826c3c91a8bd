/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a line may be printed: once a second by its format string. Thread-safe.
 */
#ifndef RF_LOG_RATE_H
#define RF_LOG_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define RF_LOG_RATE_SLOTS 256 /* format strings remembered; the lines of others are not limited */
#define RF_LOG_RATE_INTERVAL_US 1000000

/* One format string's state; under the lock of its table. */
struct rf_log_rate_slot {
	const char *format;  /* by address; NULL: free */
	int64_t printed_us;  /* monotonic, when a line of it was let through last */
	uint64_t suppressed; /* lines since */
};

struct rf_log_rate {
	pthread_mutex_t lock;                             /* over the slots */
	struct rf_log_rate_slot slots[RF_LOG_RATE_SLOTS]; /* open addressing */
};

void rf_log_rate_init(struct rf_log_rate *rate);
void rf_log_rate_free(struct rf_log_rate *rate);

/*
 * May a line of this format be printed now (monotonic)? If so *suppressed is the number that was refused since the last
 * one.
 */
bool rf_log_rate_pass(struct rf_log_rate *rate, const char *format, int64_t now_us, uint64_t *suppressed);

#endif
