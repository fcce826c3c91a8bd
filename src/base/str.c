/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include <errno.h>

static unsigned char fold_case(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static unsigned char fold_name(unsigned char c)
{
	return c == ' ' || c == '_' ? '-' : fold_case(c);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool equal_folded(const char *a, const char *b, size_t len, unsigned char (*fold)(unsigned char))
{
	for (size_t i = 0; i < len; i++)
		if (fold((unsigned char)a[i]) != fold((unsigned char)b[i]))
			return false;
	return true;
}

bool rf_str_equal_case(struct rf_str a, struct rf_str b)
{
	return a.len == b.len && equal_folded(a.p, b.p, a.len, fold_case);
}

bool rf_str_equal_name(struct rf_str a, struct rf_str b)
{
	return a.len == b.len && equal_folded(a.p, b.p, a.len, fold_name);
}

bool rf_str_has_prefix(struct rf_str s, struct rf_str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}

bool rf_str_has_prefix_name(struct rf_str s, struct rf_str prefix)
{
	return s.len >= prefix.len && equal_folded(s.p, prefix.p, prefix.len, fold_name);
}

struct rf_str rf_str_trim(struct rf_str s)
{
	while (s.len > 0 && is_space(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

bool rf_str_token(struct rf_str *rest, const char *separators, struct rf_str *token)
{
	size_t start = 0;
	size_t end;

	while (start < rest->len && is_one_of(rest->p[start], separators))
		start++;
	end = start;
	while (end < rest->len && !is_one_of(rest->p[end], separators))
		end++;
	if (end == start) {
		*rest = RF_STR_NONE;
		*token = RF_STR_NONE;
		return false;
	}
	*token = (struct rf_str){rest->p + start, end - start};
	*rest = (struct rf_str){rest->p + end, rest->len - end};
	return true;
}

bool rf_str_cut(struct rf_str *rest, char c, struct rf_str *head)
{
	const char *at;

	if (rest->len == 0) {
		*head = RF_STR_NONE;
		return false;
	}
	at = memchr(rest->p, c, rest->len);
	if (!at) {
		*head = *rest;
		*rest = (struct rf_str){rest->p + rest->len, 0};
		return true;
	}
	*head = (struct rf_str){rest->p, (size_t)(at - rest->p)};
	*rest = (struct rf_str){at + 1, rest->len - head->len - 1};
	return true;
}

/* The digits of s, at least one, as a number of at most max. */
static int parse_digits(struct rf_str s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');

		if (digit > max || n > (max - digit) / 10)
			return -ERANGE;
		n = n * 10 + digit;
	}
	*out = n;
	return 0;
}

/* Cut an optional sign off; true for a minus. */
static bool cut_sign(struct rf_str *s)
{
	bool minus;

	if (s->len == 0 || (s->p[0] != '-' && s->p[0] != '+'))
		return false;
	minus = s->p[0] == '-';
	s->p++;
	s->len--;
	return minus;
}

int rf_str_to_i64(struct rf_str s, int64_t *out)
{
	bool minus = cut_sign(&s);
	uint64_t n;
	int err;

	err = parse_digits(s, minus ? (uint64_t)INT64_MAX + 1 : INT64_MAX, &n);
	if (err)
		return err;
	/* Negated while unsigned: INT64_MIN has no positive counterpart. */
	*out = (int64_t)(minus ? 0 - n : n);
	return 0;
}

int rf_str_to_u64(struct rf_str s, uint64_t *out)
{
	bool minus = cut_sign(&s);

	return parse_digits(s, minus ? 0 : UINT64_MAX, out);
}
