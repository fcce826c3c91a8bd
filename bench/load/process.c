/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0) {
		perror("clock_gettime");
		exit(1);
	}
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t bench_process_cpu_ns(pid_t pid)
{
	clockid_t clock;

	if (pid == 0)
		return 0;
	if (clock_getcpuclockid(pid, &clock) != 0) {
		fprintf(stderr, "process %d is gone\n", (int)pid);
		exit(1);
	}
	return clock_ns(clock);
}

int64_t bench_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t bench_realtime_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

void bench_precise_timers(void)
{
	if (prctl(PR_SET_TIMERSLACK, 1UL) != 0)
		perror("prctl(PR_SET_TIMERSLACK)");
}
