/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many CPUs this process may use.
 */
#ifndef RF_DATAPLANE_CPUS_H
#define RF_DATAPLANE_CPUS_H

/*
 * The smaller of the scheduler's affinity and the cgroup's quota (version 2: cpu.max of the cgroup and those above it;
 * version 1: cpu.cfs_quota_us), rounded up; at least 1.
 */
unsigned rf_cpus_granted(void);

/* The same quota below another root than "/", for tests; 0: none is set. */
unsigned rf_cpus_quota(const char *root);

#endif
