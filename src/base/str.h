/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * String views: a pointer and a length, not terminated, not owned.
 */
#ifndef RF_BASE_STR_H
#define RF_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rf_str {
	const char *p; /* may be NULL when len is 0 */
	size_t len;    /* bytes */
};

#define RF_STR(literal) ((struct rf_str){(literal), sizeof(literal) - 1})
#define RF_STR_NONE ((struct rf_str){NULL, 0})
/* For printf: "%.*s" with RF_STR_ARG(s). */
#define RF_STR_ARG(s) (int)(s).len, (s).p ? (s).p : ""

static inline struct rf_str rf_str_of(const char *z)
{
	return (struct rf_str){z, z ? strlen(z) : 0};
}

static inline bool rf_str_equal(struct rf_str a, struct rf_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* Equal but for ASCII case. */
bool rf_str_equal_case(struct rf_str a, struct rf_str b);

/* Equal as ng names are: ASCII case folded; space, hyphen and underscore are one character. */
bool rf_str_equal_name(struct rf_str a, struct rf_str b);

bool rf_str_has_prefix(struct rf_str s, struct rf_str prefix);
bool rf_str_has_prefix_name(struct rf_str s, struct rf_str prefix); /* by the rule of rf_str_equal_name */

struct rf_str rf_str_trim(struct rf_str s); /* without leading and trailing space, tab, CR, LF */

/*
 * Cut the next token off *rest at any byte of separators (leading ones are skipped).
 * Returns false, and an empty token, when there is none left.
 */
bool rf_str_token(struct rf_str *rest, const char *separators, struct rf_str *token);

/* Cut the part before the first byte c off *rest, and c. Without c the whole rest is cut. False when *rest was NULL or
 * empty. */
bool rf_str_cut(struct rf_str *rest, char c, struct rf_str *head);

/* A decimal integer, whole string, optional sign. 0, -EINVAL or -ERANGE; *out is written on success only. */
int rf_str_to_i64(struct rf_str s, int64_t *out);
int rf_str_to_u64(struct rf_str s, uint64_t *out);

#endif
