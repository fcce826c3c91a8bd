/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "samples.h"

#include <stdlib.h>

void bench_samples_add(struct bench_samples *s, int64_t ns)
{
	if (s->count == s->capacity) {
		s->capacity = s->capacity ? 2 * s->capacity : 65536;
		s->ns = realloc(s->ns, s->capacity * sizeof(*s->ns));
		if (!s->ns) {
			fprintf(stderr, "no memory for %zu samples\n", s->capacity);
			exit(1);
		}
	}
	s->ns[s->count++] = ns < 0 ? 0 : ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static double percentile_us(const struct bench_samples *s, double part)
{
	size_t i = (size_t)(part * (double)s->count);

	if (!s->count)
		return 0;
	return s->ns[i < s->count ? i : s->count - 1] / 1e3;
}

void bench_samples_print(struct bench_samples *s, FILE *out)
{
	if (s->count)
		qsort(s->ns, s->count, sizeof(*s->ns), compare);
	fprintf(out, "{\"count\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}", s->count, percentile_us(s, 0.5),
	        percentile_us(s, 0.99), percentile_us(s, 1));
}

void bench_samples_free(struct bench_samples *s)
{
	free(s->ns);
	*s = (struct bench_samples){0};
}
