/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chained hash table of intrusive nodes, keyed by bytes (XXH3 with a random seed), that grows and
 * shrinks with its load. Not thread-safe.
 */
#ifndef RF_BASE_HASH_H
#define RF_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct rf_hash_node {
	struct rf_hash_node *next; /* in the bucket */
	uint64_t hash;             /* of the key */
	struct rf_str key;         /* owned by the element that holds the node */
};

struct rf_hash {
	struct rf_hash_node **buckets; /* owned; a power of two of them */
	size_t n_buckets;
	size_t count;  /* nodes */
	uint64_t seed; /* random, against chosen keys */
};

/* A hash of bytes, for telling whether something changed. Chain pieces by giving the hash so far as the seed. */
uint64_t rf_hash_bytes(uint64_t seed, struct rf_str bytes);

/* 0 or -ENOMEM. */
int rf_hash_init(struct rf_hash *hash, uint64_t seed);
void rf_hash_free(struct rf_hash *hash); /* the buckets, not the elements */
/* Insert a node whose key is set. Never fails: growth that finds no memory is put off. Keys may repeat. */
void rf_hash_insert(struct rf_hash *hash, struct rf_hash_node *node);
void rf_hash_remove(struct rf_hash *hash, struct rf_hash_node *node);
struct rf_hash_node *rf_hash_find(const struct rf_hash *hash, struct rf_str key); /* NULL when there is none */

#endif
