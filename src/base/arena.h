/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bump allocator with a limit: what lives for one request is freed at once. Not thread-safe.
 */
#ifndef RF_BASE_ARENA_H
#define RF_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct rf_arena; /* opaque */

/* An arena that refuses to grow beyond limit bytes. NULL when out of memory. */
struct rf_arena *rf_arena_new(size_t limit);
void rf_arena_free(struct rf_arena *arena); /* NULL is fine */

/* Forget everything, keep the first block for the next request. */
void rf_arena_reset(struct rf_arena *arena);

/* Zeroed memory, aligned for any type; NULL when out of memory or over the limit. */
void *rf_arena_alloc(struct rf_arena *arena, size_t size);

/* A NUL-terminated copy; {NULL, 0} when out of memory. */
struct rf_str rf_arena_copy(struct rf_arena *arena, struct rf_str s);
struct rf_str rf_arena_printf(struct rf_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
