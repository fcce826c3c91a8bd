/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

#define MIN_BUCKETS 16 /* a power of two; the table never shrinks below */
#define SHRINK_LOAD 8  /* buckets per node from which the table shrinks */

uint64_t rf_hash_bytes(uint64_t seed, struct rf_str bytes)
{
	return XXH3_64bits_withSeed(bytes.len > 0 ? bytes.p : "", bytes.len, seed);
}

static uint64_t hash_key(const struct rf_hash *hash, struct rf_str key)
{
	return rf_hash_bytes(hash->seed, key);
}

static struct rf_hash_node **bucket_of(const struct rf_hash *hash, uint64_t h)
{
	return &hash->buckets[h & (hash->n_buckets - 1)];
}

static void link_node(struct rf_hash *hash, struct rf_hash_node *node)
{
	struct rf_hash_node **bucket = bucket_of(hash, node->hash);

	node->next = *bucket;
	*bucket = node;
}

int rf_hash_init(struct rf_hash *hash, uint64_t seed)
{
	struct rf_hash_node **buckets = calloc(MIN_BUCKETS, sizeof(struct rf_hash_node *));

	if (!buckets)
		return -ENOMEM;
	*hash = (struct rf_hash){.buckets = buckets, .n_buckets = MIN_BUCKETS, .seed = seed};
	return 0;
}

void rf_hash_free(struct rf_hash *hash)
{
	free(hash->buckets);
	*hash = (struct rf_hash){0};
}

/* Move all nodes into n_buckets new buckets. Without memory for them the table stays as it is: longer chains, or memory
 * kept. */
static void resize(struct rf_hash *hash, size_t n_buckets)
{
	struct rf_hash_node **old = hash->buckets;
	size_t n_old = hash->n_buckets;
	struct rf_hash_node **buckets = calloc(n_buckets, sizeof(struct rf_hash_node *));

	if (!buckets)
		return;
	hash->buckets = buckets;
	hash->n_buckets = n_buckets;
	for (size_t i = 0; i < n_old; i++) {
		struct rf_hash_node *node = old[i];

		while (node) {
			struct rf_hash_node *next = node->next;

			link_node(hash, node);
			node = next;
		}
	}
	free(old);
}

void rf_hash_insert(struct rf_hash *hash, struct rf_hash_node *node)
{
	if (hash->count >= hash->n_buckets)
		resize(hash, hash->n_buckets * 2);
	node->hash = hash_key(hash, node->key);
	link_node(hash, node);
	hash->count++;
}

void rf_hash_remove(struct rf_hash *hash, struct rf_hash_node *node)
{
	struct rf_hash_node **at = bucket_of(hash, node->hash);

	while (*at && *at != node)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = node->next;
	node->next = NULL;
	hash->count--;
	if (hash->n_buckets > MIN_BUCKETS && hash->count * SHRINK_LOAD < hash->n_buckets)
		resize(hash, hash->n_buckets / 2);
}

struct rf_hash_node *rf_hash_find(const struct rf_hash *hash, struct rf_str key)
{
	uint64_t h = hash_key(hash, key);
	struct rf_hash_node *node = *bucket_of(hash, h);

	while (node && !(node->hash == h && rf_str_equal(node->key, key)))
		node = node->next;
	return node;
}
