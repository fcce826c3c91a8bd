/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time and processor time: what another process has used, and clocks.
 */
#ifndef BENCH_LOAD_PROCESS_H
#define BENCH_LOAD_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* User and system time of all threads of a process since it began, in nanoseconds as the scheduler accounts it
 * (not in ticks); 0 for pid 0. Ends the program when there is no such process: a benchmark of it is over then. */
int64_t bench_process_cpu_ns(pid_t pid);

/* Monotonic time and time of day (what packet time stamps use), nanoseconds. */
int64_t bench_monotonic_ns(void);
int64_t bench_realtime_ns(void);

/* Timers of this process expire when they are due instead of up to 50 us later. */
void bench_precise_timers(void);

#endif
