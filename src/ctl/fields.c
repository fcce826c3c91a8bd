/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/fields.h"

#include <stdio.h>

#define MISSING RF_STR("-")

const struct rf_value *rf_field(const struct rf_value *dict, const char *key)
{
	return rf_value_get(dict, rf_str_of(key));
}

struct rf_str rf_field_text(const struct rf_value *dict, const char *key)
{
	const struct rf_value *value = rf_field(dict, key);

	return value && value->type == RF_VALUE_STR ? value->str : RF_STR_NONE;
}

static double number(const struct rf_value *value)
{
	if (value && value->type == RF_VALUE_INT)
		return (double)value->num;
	return value && value->type == RF_VALUE_REAL ? value->real : 0;
}

int64_t rf_field_int(const struct rf_value *dict, const char *key)
{
	const struct rf_value *value = rf_field(dict, key);

	return value && value->type == RF_VALUE_INT ? value->num : 0;
}

double rf_field_real(const struct rf_value *dict, const char *key)
{
	return number(rf_field(dict, key));
}

bool rf_field_bool(const struct rf_value *dict, const char *key)
{
	const struct rf_value *value = rf_field(dict, key);

	return value && value->type == RF_VALUE_BOOL && value->num != 0;
}

const struct rf_value *rf_field_first(const struct rf_value *items)
{
	if (!items || (items->type != RF_VALUE_LIST && items->type != RF_VALUE_DICT))
		return NULL;
	return items->items.first;
}

struct rf_str rf_show_duration(struct rf_arena *arena, double seconds)
{
	long s = seconds > 0 ? (long)seconds : 0;

	if (s < 60)
		return rf_arena_printf(arena, "%lds", s);
	if (s < 3600)
		return rf_arena_printf(arena, "%ldm%02lds", s / 60, s % 60);
	if (s < 86400)
		return rf_arena_printf(arena, "%ldh%02ldm", s / 3600, s / 60 % 60);
	return rf_arena_printf(arena, "%ldd%02ldh", s / 86400, s / 3600 % 24);
}

struct rf_str rf_show_count(struct rf_arena *arena, int64_t n)
{
	char digits[32], spaced[48];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n), k = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			spaced[k++] = ' ';
		spaced[k++] = digits[i];
	}
	return rf_arena_copy(arena, (struct rf_str){spaced, (size_t)k});
}

struct rf_str rf_show_percent(struct rf_arena *arena, const struct rf_value *dict, const char *key)
{
	const struct rf_value *value = rf_field(dict, key);

	return value ? rf_arena_printf(arena, "%.2f %%", number(value) * 100) : MISSING;
}

struct rf_str rf_show_ms(struct rf_arena *arena, const struct rf_value *dict, const char *key)
{
	const struct rf_value *value = rf_field(dict, key);

	return value ? rf_arena_printf(arena, "%.1f ms", number(value) * 1000) : MISSING;
}

struct rf_str rf_show_mos(struct rf_arena *arena, const struct rf_value *dict, const char *key)
{
	const struct rf_value *value = rf_field(dict, key);

	return value ? rf_arena_printf(arena, "%.1f", number(value)) : MISSING;
}

struct rf_str rf_show_text(struct rf_arena *arena, const struct rf_value *dict, const char *key)
{
	struct rf_str text = rf_arena_copy(arena, rf_field_text(dict, key));
	char *bytes = (char *)text.p;

	if (text.len == 0)
		return MISSING;
	/* A call-id is a stranger's: it must not speak to the terminal. 0x80 to 0x9f in UTF-8 begin with 0xc2. */
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c < ' ' || c == 0x7f)
			bytes[i] = '?';
		else if (c == 0xc2 && i + 1 < text.len && (unsigned char)bytes[i + 1] < 0xa0)
			bytes[i] = bytes[i + 1] = '?';
	}
	return text;
}

void rf_percent_encode(struct rf_buf *out, struct rf_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
		    c == '.' || c == '_' || c == '~')
			rf_buf_char(out, (char)c);
		else
			rf_buf_printf(out, "%%%02X", c);
	}
}
