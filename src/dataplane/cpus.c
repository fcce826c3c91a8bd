/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/cpus.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096

/* The first line of ROOT + path + name, without its newline. */
static bool read_line(const char *root, const char *path, const char *name, char *line, size_t size)
{
	char full[2 * PATH_SIZE];
	bool ok;
	FILE *f;

	if (snprintf(full, sizeof(full), "%s%s/%s", root, path, name) >= (int)sizeof(full))
		return false;
	f = fopen(full, "re");
	if (!f)
		return false;
	ok = fgets(line, (int)size, f) != NULL;
	fclose(f);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

/* CPUs of a quota, rounded up; 0 where there is none. */
static unsigned quota_cpus(long long quota, long long period)
{
	if (quota <= 0 || period <= 0)
		return 0;
	return (unsigned)((quota + period - 1) / period);
}

/* cpu.max: "max 100000" or "150000 100000". */
static unsigned quota_v2(const char *root, const char *path)
{
	char line[128], *end;
	long long quota;

	if (!read_line(root, path, "cpu.max", line, sizeof(line)))
		return 0;
	quota = strtoll(line, &end, 10);
	return quota_cpus(quota, strtoll(end, NULL, 10));
}

static unsigned quota_v1(const char *root, const char *path)
{
	char quota[64], period[64];

	if (!read_line(root, path, "cpu.cfs_quota_us", quota, sizeof(quota)) ||
	    !read_line(root, path, "cpu.cfs_period_us", period, sizeof(period)))
		return 0;
	return quota_cpus(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static unsigned smaller_set(unsigned a, unsigned b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The tightest quota from mount + path up to mount itself; a container's own cgroup may be mounted as the top. */
static unsigned quota_upwards(const char *root, const char *mount, const char *path,
                              unsigned (*quota)(const char *root, const char *path))
{
	char full[PATH_SIZE];
	size_t top = strlen(mount);
	unsigned cpus = 0;

	if (snprintf(full, sizeof(full), "%s%s", mount, strcmp(path, "/") == 0 ? "" : path) >= (int)sizeof(full))
		return 0;
	for (;;) {
		char *slash;

		cpus = smaller_set(cpus, quota(root, full));
		slash = strrchr(full, '/');
		if (strlen(full) <= top || !slash)
			return cpus;
		*slash = '\0';
	}
}

/* Does a comma-separated list of controllers hold "cpu"? */
static bool has_cpu(char *controllers)
{
	char *save = NULL;

	for (char *name = strtok_r(controllers, ",", &save); name; name = strtok_r(NULL, ",", &save))
		if (strcmp(name, "cpu") == 0)
			return true;
	return false;
}

/* One line of /proc/self/cgroup: "0::/path" (version 2) or "4:cpu,cpuacct:/path". */
static unsigned quota_of_line(const char *root, char *line)
{
	char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path)
		return 0;
	*controllers++ = '\0';
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (*controllers == '\0')
		return quota_upwards(root, "/sys/fs/cgroup", path, quota_v2);
	return has_cpu(controllers) ? quota_upwards(root, "/sys/fs/cgroup/cpu", path, quota_v1) : 0;
}

unsigned rf_cpus_quota(const char *root)
{
	char line[PATH_SIZE];
	unsigned cpus = 0;
	FILE *f;

	if (snprintf(line, sizeof(line), "%s/proc/self/cgroup", root) >= (int)sizeof(line))
		return 0;
	f = fopen(line, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		cpus = smaller_set(cpus, quota_of_line(root, line));
	fclose(f);
	return cpus;
}

unsigned rf_cpus_granted(void)
{
	unsigned cpus = 1, quota = rf_cpus_quota("");
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		cpus = (unsigned)CPU_COUNT(&set);
	return smaller_set(cpus, quota);
}
