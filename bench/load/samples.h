/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Durations that were measured, kept whole, and their percentiles.
 */
#ifndef BENCH_LOAD_SAMPLES_H
#define BENCH_LOAD_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct bench_samples {
	uint32_t *ns;    /* the durations, nanoseconds, owned */
	size_t count;    /* how many there are */
	size_t capacity; /* room in ns */
};

/* Adds a duration; negative ones count as 0, those above 4.29 s as that. Ends the program without memory. */
void bench_samples_add(struct bench_samples *s, int64_t ns);

/* Prints {"count":…,"p50_us":…,"p99_us":…,"max_us":…}; sorts the samples. */
void bench_samples_print(struct bench_samples *s, FILE *out);

void bench_samples_free(struct bench_samples *s);

#endif
