/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#include <errno.h>
#include <stdio.h>

#include "oom.h"
#include "test.h"

#define N 5000

/* What is kept in the table. */
struct item {
	struct rf_hash_node node; /* in the table */
	char key[16];             /* what its key points to */
};

static struct item items[N];

static void insert(struct rf_hash *hash, int i)
{
	snprintf(items[i].key, sizeof(items[i].key), "call-%d", i);
	items[i].node.key = rf_str_of(items[i].key);
	rf_hash_insert(hash, &items[i].node);
}

static void the_table_follows_its_load_and_loses_nothing(void **state)
{
	struct rf_hash hash;
	size_t least;

	(void)state;
	assert_int_equal(rf_hash_init(&hash, 42), 0);
	least = hash.n_buckets;
	for (int i = 0; i < N; i++)
		insert(&hash, i);
	assert_int_equal(hash.count, N);
	assert_in_range(hash.n_buckets, N / 2, N * 2);
	for (int i = 0; i < N; i++)
		assert_ptr_equal(rf_hash_find(&hash, rf_str_of(items[i].key)), &items[i].node);
	assert_null(rf_hash_find(&hash, RF_STR("call-5000")));
	for (int i = 0; i < N; i += 2)
		rf_hash_remove(&hash, &items[i].node);
	for (int i = 0; i < N; i++)
		assert_ptr_equal(rf_hash_find(&hash, rf_str_of(items[i].key)), i % 2 ? &items[i].node : NULL);
	for (int i = 1; i < N; i += 2)
		rf_hash_remove(&hash, &items[i].node);
	assert_int_equal(hash.count, 0);
	assert_int_equal(hash.n_buckets, least);
	rf_hash_free(&hash);
}

static void equal_keys_are_found_one_after_the_other(void **state)
{
	struct item twins[2] = {{.key = "same"}, {.key = "same"}};
	struct rf_hash_node *found;
	struct rf_hash hash;

	(void)state;
	assert_int_equal(rf_hash_init(&hash, 7), 0);
	for (int i = 0; i < 2; i++) {
		twins[i].node.key = rf_str_of(twins[i].key);
		rf_hash_insert(&hash, &twins[i].node);
	}
	found = rf_hash_find(&hash, RF_STR("same"));
	assert_non_null(found);
	rf_hash_remove(&hash, found);
	assert_non_null(rf_hash_find(&hash, RF_STR("same")));
	assert_ptr_not_equal(rf_hash_find(&hash, RF_STR("same")), found);
	rf_hash_remove(&hash, found); /* again: nothing happens */
	assert_int_equal(hash.count, 1);
	rf_hash_free(&hash);
}

static void keys_are_bytes_and_may_be_empty(void **state)
{
	struct rf_hash_node empty = {.key = RF_STR_NONE};
	struct rf_hash_node binary = {.key = {"a\0b", 3}};
	struct rf_hash hash;

	(void)state;
	assert_int_equal(rf_hash_init(&hash, 0), 0);
	rf_hash_insert(&hash, &empty);
	rf_hash_insert(&hash, &binary);
	assert_ptr_equal(rf_hash_find(&hash, RF_STR("")), &empty);
	assert_ptr_equal(rf_hash_find(&hash, (struct rf_str){"a\0b", 3}), &binary);
	assert_null(rf_hash_find(&hash, (struct rf_str){"a\0c", 3}));
	assert_null(rf_hash_find(&hash, RF_STR("a")));
	rf_hash_free(&hash);
}

static int grow_and_shrink(void *arg)
{
	struct rf_hash hash;
	int err = rf_hash_init(&hash, 1);

	(void)arg;
	if (err)
		return err;
	for (int i = 0; i < 200; i++)
		insert(&hash, i);
	for (int i = 0; i < 200; i++)
		assert_ptr_equal(rf_hash_find(&hash, rf_str_of(items[i].key)), &items[i].node);
	for (int i = 0; i < 200; i++)
		rf_hash_remove(&hash, &items[i].node);
	err = hash.count == 0 ? 0 : -EIO;
	rf_hash_free(&hash);
	return err;
}

static void the_table_works_without_memory_to_grow(void **state)
{
	(void)state;
	rf_oom_run(grow_and_shrink, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_follows_its_load_and_loses_nothing),
		cmocka_unit_test(equal_keys_are_found_one_after_the_other),
		cmocka_unit_test(keys_are_bytes_and_may_be_empty),
		cmocka_unit_test(the_table_works_without_memory_to_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
