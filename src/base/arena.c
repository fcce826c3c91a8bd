/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGNMENT _Alignof(max_align_t)
#define BLOCK_SIZE 16384 /* payload of a block that need not be larger */

struct block {
	struct block *next; /* the block filled before this one */
	size_t size;        /* bytes of payload */
	size_t used;        /* bytes of payload given out */
	_Alignas(max_align_t) char payload[];
};

struct rf_arena {
	struct block *current; /* takes allocations; its chain ends with the first block */
	size_t limit;          /* bytes that may be given out */
	size_t used;           /* bytes given out, with padding */
};

static struct block *block_new(size_t size)
{
	struct block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

struct rf_arena *rf_arena_new(size_t limit)
{
	struct rf_arena *arena = malloc(sizeof(*arena));

	if (!arena)
		return NULL;
	arena->current = block_new(limit < BLOCK_SIZE ? limit : BLOCK_SIZE);
	if (!arena->current) {
		free(arena);
		return NULL;
	}
	arena->limit = limit;
	arena->used = 0;
	return arena;
}

void rf_arena_reset(struct rf_arena *arena)
{
	while (arena->current->next) {
		struct block *block = arena->current;

		arena->current = block->next;
		free(block);
	}
	arena->current->used = 0;
	arena->used = 0;
}

void rf_arena_free(struct rf_arena *arena)
{
	if (!arena)
		return;
	rf_arena_reset(arena);
	free(arena->current);
	free(arena);
}

void *rf_arena_alloc(struct rf_arena *arena, size_t size)
{
	struct block *block = arena->current;
	char *p;

	if (size > arena->limit)
		return NULL;
	size = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
	if (size > arena->limit - arena->used)
		return NULL;
	if (size > block->size - block->used) {
		block = block_new(size < BLOCK_SIZE ? BLOCK_SIZE : size);
		if (!block)
			return NULL;
		block->next = arena->current;
		arena->current = block;
	}
	p = block->payload + block->used;
	block->used += size;
	arena->used += size;
	memset(p, 0, size);
	return p;
}

struct rf_str rf_arena_copy(struct rf_arena *arena, struct rf_str s)
{
	char *p;

	if (s.len == SIZE_MAX)
		return RF_STR_NONE;
	p = rf_arena_alloc(arena, s.len + 1);
	if (!p)
		return RF_STR_NONE;
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return (struct rf_str){p, s.len};
}

struct rf_str rf_arena_printf(struct rf_arena *arena, const char *format, ...)
{
	va_list args;
	va_list again;
	char *p = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
		p = rf_arena_alloc(arena, (size_t)len + 1);
	if (p)
		vsnprintf(p, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return p ? (struct rf_str){p, (size_t)len} : RF_STR_NONE;
}
