/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two clocks. Monotonic for intervals and timers, wall for what people read.
 */
#ifndef RF_BASE_CLOCK_H
#define RF_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t rf_clock_read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Microseconds of CLOCK_MONOTONIC. */
static inline int64_t rf_clock_us(void)
{
	return rf_clock_read_us(CLOCK_MONOTONIC);
}

/* Microseconds since 1970. */
static inline int64_t rf_clock_wall_us(void)
{
	return rf_clock_read_us(CLOCK_REALTIME);
}

#endif
