/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/fd_count.h"

#include <stddef.h>
#include <sys/stat.h>

#include "base/clock.h"

#define CLOCK_EVERY 256 /* entries between looks at the clock */
#define NO_FDS 3        /* entries that are none: ".", "..", and the folder that is being read */

bool rf_fd_count_begin_slow(struct rf_fd_count *count)
{
	count->n = 0;
	count->dir = opendir("/proc/self/fd");
	return count->dir == NULL;
}

bool rf_fd_count_begin(struct rf_fd_count *count)
{
	struct stat st;

	if (stat("/proc/self/fd", &st) < 0 || st.st_size <= 0)
		return rf_fd_count_begin_slow(count);
	*count = (struct rf_fd_count){.n = (uint64_t)st.st_size};
	return true;
}

bool rf_fd_count_step(struct rf_fd_count *count, int64_t until_us)
{
	if (!count->dir)
		return true;
	while (readdir(count->dir)) {
		count->n++;
		if (count->n % CLOCK_EVERY == 0 && rf_clock_us() >= until_us)
			return false;
	}
	count->n = count->n > NO_FDS ? count->n - NO_FDS : 0;
	rf_fd_count_free(count);
	return true;
}

void rf_fd_count_free(struct rf_fd_count *count)
{
	if (count->dir)
		closedir(count->dir);
	count->dir = NULL;
}
