/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits on new calls. The strings are those that proxies fail over on.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "call/model.h"
#include "dataplane/cpus.h"

static int64_t cpu_used_us(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return 0;
	return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
	       usage.ru_stime.tv_usec;
}

/* Resident bytes of this process; 0 when /proc does not tell. */
static uint64_t memory_used(void)
{
	unsigned long long size, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	if (fscanf(file, "%llu %llu", &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t bytes_relayed(const struct rf_calls *calls)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	unsigned n = rf_dataplane_totals(calls->config.dataplane, rows);
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		bytes += rows[i].bytes_in;
	return bytes;
}

void rf_limits_sample(struct rf_calls *calls, int64_t now_us)
{
	const struct rf_calls_limits *limits = &calls->config.limits;
	double seconds = (double)(now_us - calls->limits_checked_us) / 1e6;
	bool first = calls->limits_checked_us == 0;
	int64_t cpu = limits->max_cpu > 0 ? cpu_used_us() : 0;
	uint64_t bytes = limits->max_bandwidth ? bytes_relayed(calls) : 0;

	calls->overload = NULL;
	if (!first && seconds > 0) {
		double cpus = limits->max_cpu > 0 ? rf_cpus_granted() : 1;
		double percent = (double)(cpu - calls->cpu_used_us) / 1e4 / seconds / cpus;
		double rate = (double)(bytes - calls->bytes_relayed) / seconds;

		if (limits->max_cpu > 0 && percent > limits->max_cpu)
			calls->overload = "CPU usage limit exceeded";
		else if (limits->max_bandwidth && rate > (double)limits->max_bandwidth)
			calls->overload = "Bandwidth limit exceeded";
	}
	if (!calls->overload && limits->max_memory && memory_used() > limits->max_memory)
		calls->overload = "Load limit exceeded";
	calls->limits_checked_us = now_us;
	calls->cpu_used_us = cpu;
	calls->bytes_relayed = bytes;
}

const char *rf_limits_exceeded(struct rf_calls *calls)
{
	uint64_t max = calls->config.limits.max_sessions;

	if (calls->draining || (max && rf_calls_count(calls) >= max))
		return "Parallel session limit reached";
	return calls->overload;
}
