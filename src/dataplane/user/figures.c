/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/user/figures.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

#define SPINS 64 /* a writer needs some ten nanoseconds, unless it lost its CPU in the middle */

void rf_words_store(_Atomic uint64_t *words, const void *from, size_t size)
{
	const char *bytes = from;

	for (size_t i = 0; i < size / 8; i++) {
		uint64_t word;

		memcpy(&word, bytes + 8 * i, sizeof(word));
		atomic_store_explicit(&words[i], word, memory_order_release);
	}
}

static void words_load(const _Atomic uint64_t *words, void *to, size_t size)
{
	char *bytes = to;

	for (size_t i = 0; i < size / 8; i++) {
		uint64_t word = atomic_load_explicit(&words[i], memory_order_acquire);

		memcpy(bytes + 8 * i, &word, sizeof(word));
	}
}

void rf_measured_show(struct rf_measured *measured, unsigned i)
{
	size_t source = offsetof(struct rf_leg, sources) + i * sizeof(struct rf_rtp_source);
	size_t rest = sizeof(measured->leg.sources);

	rf_words_store(&measured->shown[source / 8], &measured->leg.sources[i], sizeof(struct rf_rtp_source));
	rf_words_store(&measured->shown[rest / 8], (const char *)&measured->leg + rest, sizeof(struct rf_leg) - rest);
}

void rf_measured_show_all(struct rf_measured *measured)
{
	rf_words_store(measured->shown, &measured->leg, sizeof(measured->leg));
}

static bool read_once(const struct rf_shown *shown, const struct rf_measured *measured, struct rf_figures *out,
                      struct rf_leg *leg)
{
	uint32_t before = atomic_load_explicit(&shown->sequence, memory_order_acquire);

	if (before & 1)
		return false;
	words_load(shown->words, out, sizeof(*out));
	if (measured)
		words_load(measured->shown, leg, sizeof(*leg));
	return atomic_load_explicit(&shown->sequence, memory_order_relaxed) == before;
}

static bool read_place_once(const struct rf_shown *shown, struct rf_figures *out)
{
	uint32_t before = atomic_load_explicit(&shown->sequence, memory_order_acquire);

	if (before & 1)
		return false;
	words_load(&shown->words[offsetof(struct rf_figures, place) / 8], &out->place, sizeof(out->place));
	return atomic_load_explicit(&shown->sequence, memory_order_relaxed) == before;
}

void rf_place_read(const struct rf_shown *shown, struct rf_figures *out)
{
	for (unsigned tries = 1; !read_place_once(shown, out); tries++)
		if (tries % SPINS == 0)
			sched_yield();
}

void rf_figures_read(const struct rf_shown *shown, const struct rf_measured *measured, struct rf_figures *out,
                     struct rf_leg *leg)
{
	memset(leg, 0, sizeof(*leg));
	for (unsigned tries = 1; !read_once(shown, measured, out, leg); tries++)
		if (tries % SPINS == 0)
			sched_yield();
}
