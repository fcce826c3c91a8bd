/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies that were given, so that a retransmitted request gets the same bytes again and is not acted on
 * twice. Keyed by source and cookie: two proxies may use the same cookie. A reply is kept for
 * RF_COOKIE_LIFE_US; under pressure the oldest go first. Nothing here blocks or works for long at once.
 */
#ifndef RF_NG_COOKIE_H
#define RF_NG_COOKIE_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/list.h"

#define RF_COOKIE_LIFE_US INT64_C(30000000)
#define RF_COOKIE_MAX 256                        /* bytes of a cookie; longer ones are not cached */
#define RF_COOKIE_MAX_BYTES (32UL * 1024 * 1024) /* of all entries */
#define RF_COOKIE_MAX_ENTRIES 131072U

/* The cache. Fields are cookie.c's own. */
struct rf_cookies {
	struct rf_hash hash;  /* of struct entry, by source and cookie */
	struct rf_list order; /* of struct entry, oldest first */
	size_t bytes;         /* allocated for entries */
	size_t max_bytes;     /* bound of bytes */
	size_t max_entries;   /* bound of hash.count */
};

/* 0 or -ENOMEM. */
int rf_cookies_init(struct rf_cookies *cookies, uint64_t seed, size_t max_bytes, size_t max_entries);
void rf_cookies_free(struct rf_cookies *cookies);

/* The reply given before, valid until the next call; false when there was none, or it is too old. */
bool rf_cookies_find(const struct rf_cookies *cookies, const struct rf_endpoint *source, struct rf_str cookie,
                     int64_t now_us, struct rf_str *reply);

/* Remember a reply (the whole datagram). Without memory it is not remembered. */
void rf_cookies_store(struct rf_cookies *cookies, const struct rf_endpoint *source, struct rf_str cookie,
                      struct rf_str reply, int64_t now_us);

/* Forget at most max entries that are too old; for a timer, so that an idle daemon gives memory back. */
void rf_cookies_expire(struct rf_cookies *cookies, int64_t now_us, unsigned max);

#endif
