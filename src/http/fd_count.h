/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many descriptors this process has open. Linux 6.2 tells it at once; before, /proc/self/fd is read, which takes
 * 15 to 70 ms for 20,000 of them, and so is done in slices.
 */
#ifndef RF_HTTP_FD_COUNT_H
#define RF_HTTP_FD_COUNT_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

struct rf_fd_count {
	DIR *dir;   /* owned; open while counting */
	uint64_t n; /* the number when done; 0: not known */
};

/* True when it is done already. */
bool rf_fd_count_begin(struct rf_fd_count *count);
/* The same from a kernel that does not tell; the entry for tests. */
bool rf_fd_count_begin_slow(struct rf_fd_count *count);
/* Count on until the monotonic time until_us; true when done. */
bool rf_fd_count_step(struct rf_fd_count *count, int64_t until_us);
void rf_fd_count_free(struct rf_fd_count *count); /* safe to call twice */

#endif
