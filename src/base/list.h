/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An intrusive, circular, doubly linked list.
 */
#ifndef RF_BASE_LIST_H
#define RF_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct rf_list {
	struct rf_list *prev; /* the last element, in the head of a list */
	struct rf_list *next; /* the first element, in the head of a list */
};

#define RF_CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))
#define RF_LIST_EACH(it, head) for (struct rf_list *it = (head)->next; it != (head); it = it->next)
/* The element may be removed inside the loop. */
#define RF_LIST_EACH_SAFE(it, head)                                                  \
	for (struct rf_list *it = (head)->next, *it##_next = it->next; it != (head); \
	     it = it##_next, it##_next = it->next)

static inline void rf_list_init(struct rf_list *l)
{
	l->prev = l->next = l;
}

static inline bool rf_list_empty(const struct rf_list *head)
{
	return head->next == head;
}

static inline void rf_list_append(struct rf_list *head, struct rf_list *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

/* Unlink; the element is left a list of its own, so that removing twice is harmless. */
static inline void rf_list_remove(struct rf_list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	rf_list_init(l);
}

#endif
