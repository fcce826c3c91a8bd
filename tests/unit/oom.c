/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oom.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SLOTS 65536    /* live allocations that can be told apart; a power of two */
#define RUNS_MAX 20000 /* a scenario that asks for more allocations does not end */

/* All under lock. */
static struct {
	pthread_mutex_t lock;
	bool active;        /* a scenario runs */
	unsigned long left; /* allocations until the one that fails; 0: it has failed, or none is to */
	size_t live;        /* allocations not freed */
	void *slots[SLOTS]; /* their addresses, open addressing; TOMB: removed */
} oom = {.lock = PTHREAD_MUTEX_INITIALIZER};

static char tomb;
#define TOMB ((void *)&tomb)

/* What the linker makes of --wrap=malloc. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);
char *__wrap_strdup(const char *z);
char *__wrap_strndup(const char *z, size_t max);

static size_t home_slot(const void *p)
{
	return (size_t)((uint64_t)(uintptr_t)p * 0x9e3779b97f4a7c15u >> 48) % SLOTS;
}

/* Count an allocation; true when it is the one to fail. */
static bool must_fail(void)
{
	bool fail = false;

	pthread_mutex_lock(&oom.lock);
	if (oom.active && oom.left > 0)
		fail = --oom.left == 0;
	pthread_mutex_unlock(&oom.lock);
	if (fail)
		errno = ENOMEM;
	return fail;
}

static void *track(void *p)
{
	pthread_mutex_lock(&oom.lock);
	if (p && oom.active && oom.live < SLOTS - 1) {
		size_t i = home_slot(p);

		while (oom.slots[i] && oom.slots[i] != TOMB)
			i = (i + 1) % SLOTS;
		oom.slots[i] = p;
		oom.live++;
	}
	pthread_mutex_unlock(&oom.lock);
	return p;
}

/* True when it was tracked. */
static bool untrack(const void *p)
{
	bool found = false;

	pthread_mutex_lock(&oom.lock);
	if (p && oom.active) {
		size_t i = home_slot(p);

		for (size_t n = 0; n < SLOTS && oom.slots[i]; n++, i = (i + 1) % SLOTS) {
			if (oom.slots[i] != p)
				continue;
			oom.slots[i] = TOMB;
			oom.live--;
			found = true;
			break;
		}
	}
	pthread_mutex_unlock(&oom.lock);
	return found;
}

void *__wrap_malloc(size_t size)
{
	return must_fail() ? NULL : track(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return must_fail() ? NULL : track(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
	void *moved;
	bool ours;

	if (must_fail())
		return NULL;
	/* Forgotten first: once it has moved, another thread may be given the old address. */
	ours = untrack(p) || !p;
	moved = __real_realloc(p, size);
	if (ours)
		track(moved ? moved : p);
	return moved;
}

void __wrap_free(void *p)
{
	untrack(p);
	__real_free(p);
}

char *__wrap_strndup(const char *z, size_t max)
{
	size_t len = strnlen(z, max);
	char *copy = __wrap_malloc(len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, z, len);
	copy[len] = '\0';
	return copy;
}

char *__wrap_strdup(const char *z)
{
	return __wrap_strndup(z, strlen(z));
}

static void begin(unsigned long fail_at)
{
	pthread_mutex_lock(&oom.lock);
	memset(oom.slots, 0, sizeof(oom.slots));
	oom.live = 0;
	oom.left = fail_at;
	oom.active = true;
	pthread_mutex_unlock(&oom.lock);
}

/* True when the allocation that was to fail did. */
static bool end(size_t *live)
{
	bool failed;

	pthread_mutex_lock(&oom.lock);
	oom.active = false;
	failed = oom.left == 0;
	*live = oom.live;
	pthread_mutex_unlock(&oom.lock);
	return failed;
}

void rf_oom_run(int (*scenario)(void *arg), void *arg)
{
	for (unsigned long n = 1; n <= RUNS_MAX; n++) {
		size_t live;
		bool failed;
		int err;

		begin(n);
		err = scenario(arg);
		failed = end(&live);
		if (err != 0 && !(failed && err == -ENOMEM))
			fail_msg("allocation %lu%s: returned %d, expected 0%s", n, failed ? " failed" : " not reached",
			         err, failed ? " or -ENOMEM" : "");
		if (live > 0)
			fail_msg("allocation %lu%s: %zu allocations not freed", n, failed ? " failed" : " not reached",
			         live);
		if (!failed)
			return;
	}
	fail_msg("no end after %d failed allocations", RUNS_MAX);
}
