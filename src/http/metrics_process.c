/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process itself, by the names that Prometheus' client libraries use.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/metrics.h"

static void gauge(struct rf_prometheus *p, const char *name, const char *help, double value)
{
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, name, help);
	rf_prometheus_real(p, NULL, 0, value);
}

/* Pages of the address space and of memory. False when /proc is not there. */
static bool memory_pages(unsigned long *virtual, unsigned long *resident)
{
	FILE *f = fopen("/proc/self/statm", "re");
	char line[128] = "";
	bool ok;

	if (!f)
		return false;
	ok = fgets(line, sizeof(line), f) && sscanf(line, "%lu %lu", virtual, resident) == 2;
	fclose(f);
	return ok;
}

void rf_http_metrics_process(struct rf_prometheus *p, const struct rf_http_process *process, uint64_t fds)
{
	double page = (double)sysconf(_SC_PAGESIZE);
	unsigned long virtual, resident;
	struct rlimit limit;

	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "process_cpu_seconds_total", "CPU time of user and system.");
	rf_prometheus_real(p, NULL, 0, (double)rf_clock_read_us(CLOCK_PROCESS_CPUTIME_ID) / 1e6);
	gauge(p, "process_start_time_seconds", "Start of this process, since 1970.",
	      (double)process->started_wall_us / 1e6);
	if (fds > 0)
		gauge(p, "process_open_fds", "Descriptors open now.", (double)fds);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		gauge(p, "process_max_fds", "Descriptors that may be open.", (double)limit.rlim_cur);
	if (memory_pages(&virtual, &resident)) {
		gauge(p, "process_virtual_memory_bytes", "Address space.", (double)virtual * page);
		gauge(p, "process_resident_memory_bytes", "Memory in use.", (double)resident * page);
	}
}
