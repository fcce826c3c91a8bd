/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/cookie.h"

#include <errno.h>
#include <stdlib.h>

#define SOURCE_BYTES 19 /* family, address, port */
#define EXPIRE_PER_STORE 4

struct entry {
	struct rf_hash_node node; /* its key is the first bytes of data */
	struct rf_list order;     /* in rf_cookies.order */
	int64_t stored_us;        /* monotonic */
	size_t reply_len;         /* bytes behind the key */
	char data[];              /* source, cookie, reply */
};

/* Source and cookie in one piece; the cookie must not be longer than RF_COOKIE_MAX. */
static struct rf_str make_key(const struct rf_endpoint *source, struct rf_str cookie,
                              char dst[SOURCE_BYTES + RF_COOKIE_MAX])
{
	dst[0] = (char)source->addr.family;
	memcpy(dst + 1, source->addr.ip, sizeof(source->addr.ip));
	memcpy(dst + 1 + sizeof(source->addr.ip), &source->port, sizeof(source->port));
	memcpy(dst + SOURCE_BYTES, cookie.p, cookie.len);
	return (struct rf_str){dst, SOURCE_BYTES + cookie.len};
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof(*entry) + entry->node.key.len + entry->reply_len;
}

static void entry_drop(struct rf_cookies *cookies, struct entry *entry)
{
	rf_hash_remove(&cookies->hash, &entry->node);
	rf_list_remove(&entry->order);
	cookies->bytes -= entry_size(entry);
	free(entry);
}

static struct entry *oldest(const struct rf_cookies *cookies)
{
	return RF_CONTAINER(cookies->order.next, struct entry, order);
}

int rf_cookies_init(struct rf_cookies *cookies, uint64_t seed, size_t max_bytes, size_t max_entries)
{
	*cookies = (struct rf_cookies){.max_bytes = max_bytes, .max_entries = max_entries};
	rf_list_init(&cookies->order);
	return rf_hash_init(&cookies->hash, seed);
}

void rf_cookies_free(struct rf_cookies *cookies)
{
	while (!rf_list_empty(&cookies->order))
		entry_drop(cookies, oldest(cookies));
	rf_hash_free(&cookies->hash);
}

static struct entry *find(const struct rf_cookies *cookies, struct rf_str key)
{
	struct rf_hash_node *node = rf_hash_find(&cookies->hash, key);

	return node ? RF_CONTAINER(node, struct entry, node) : NULL;
}

bool rf_cookies_find(const struct rf_cookies *cookies, const struct rf_endpoint *source, struct rf_str cookie,
                     int64_t now_us, struct rf_str *reply)
{
	char key[SOURCE_BYTES + RF_COOKIE_MAX];
	const struct entry *entry;

	if (cookie.len > RF_COOKIE_MAX)
		return false;
	entry = find(cookies, make_key(source, cookie, key));
	if (!entry || now_us - entry->stored_us > RF_COOKIE_LIFE_US)
		return false;
	*reply = (struct rf_str){entry->data + entry->node.key.len, entry->reply_len};
	return true;
}

void rf_cookies_expire(struct rf_cookies *cookies, int64_t now_us, unsigned max)
{
	while (max-- && !rf_list_empty(&cookies->order)) {
		struct entry *entry = oldest(cookies);

		if (now_us - entry->stored_us <= RF_COOKIE_LIFE_US)
			return;
		entry_drop(cookies, entry);
	}
}

void rf_cookies_store(struct rf_cookies *cookies, const struct rf_endpoint *source, struct rf_str cookie,
                      struct rf_str reply, int64_t now_us)
{
	char dst[SOURCE_BYTES + RF_COOKIE_MAX];
	struct rf_str key;
	struct entry *entry;
	size_t size;

	rf_cookies_expire(cookies, now_us, EXPIRE_PER_STORE);
	if (cookie.len > RF_COOKIE_MAX)
		return;
	key = make_key(source, cookie, dst);
	size = sizeof(*entry) + key.len + reply.len;
	if (size > cookies->max_bytes)
		return;
	entry = find(cookies, key);
	if (entry)
		entry_drop(cookies, entry);
	while (cookies->bytes + size > cookies->max_bytes || cookies->hash.count >= cookies->max_entries)
		entry_drop(cookies, oldest(cookies));
	entry = malloc(size);
	if (!entry)
		return;
	memcpy(entry->data, key.p, key.len);
	memcpy(entry->data + key.len, reply.p, reply.len);
	entry->node.key = (struct rf_str){entry->data, key.len};
	entry->reply_len = reply.len;
	entry->stored_us = now_us;
	rf_list_append(&cookies->order, &entry->order);
	rf_hash_insert(&cookies->hash, &entry->node);
	cookies->bytes += size;
}
