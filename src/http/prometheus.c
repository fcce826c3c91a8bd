/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/prometheus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define OPENMETRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define MAX_LABELS 8

/* The quality (RFC 9110 section 12.4.2) of a media range's parameters, 0 to 1. */
static double quality(struct rf_str params)
{
	struct rf_str param;

	while (rf_str_token(&params, ";", &param)) {
		char number[8] = "";

		param = rf_str_trim(param);
		if (param.len < 3 || param.len - 2 >= sizeof(number) || !rf_str_has_prefix(param, RF_STR("q=")))
			continue;
		memcpy(number, param.p + 2, param.len - 2);
		return strtod(number, NULL);
	}
	return 1;
}

const char *rf_prometheus_negotiate(struct rf_str accept, bool *openmetrics)
{
	struct rf_str range;
	double text = 0, open = 0;

	while (rf_str_token(&accept, ",", &range)) {
		struct rf_str type = RF_STR_NONE;
		double q;

		rf_str_token(&range, ";", &type);
		type = rf_str_trim(type);
		q = quality(range);
		if (rf_str_equal_case(type, RF_STR("application/openmetrics-text")))
			open = q > open ? q : open;
		else if (rf_str_equal_case(type, RF_STR("text/plain")) || rf_str_equal_case(type, RF_STR("text/*")))
			text = q > text ? q : text;
	}
	*openmetrics = open > 0 && open >= text;
	return *openmetrics ? OPENMETRICS_TYPE : TEXT_TYPE;
}

void rf_prometheus_family(struct rf_prometheus *p, enum rf_prometheus_type type, const char *name, const char *help)
{
	static const char *const names[] = {"gauge", "counter", "counter", "histogram"};
	const char *type_name = names[type];
	struct rf_str family = rf_str_of(name);

	if (p->openmetrics && type == RF_PROMETHEUS_COUNTER && family.len > 6)
		family.len -= 6; /* "_total" */
	if (p->openmetrics && type == RF_PROMETHEUS_COUNTER_SHARED)
		type_name = "unknown";
	p->name = name;
	rf_buf_text(p->out, "# HELP ");
	rf_buf_text(p->out, p->prefix);
	rf_buf_str(p->out, family);
	rf_buf_char(p->out, ' ');
	rf_buf_text(p->out, help);
	rf_buf_text(p->out, "\n# TYPE ");
	rf_buf_text(p->out, p->prefix);
	rf_buf_str(p->out, family);
	rf_buf_char(p->out, ' ');
	rf_buf_text(p->out, type_name);
	rf_buf_char(p->out, '\n');
}

/* Bytes of the UTF-8 character (RFC 3629) that s begins with; 0: it is none. */
static size_t utf8_length(struct rf_str s)
{
	const unsigned char *b = (const unsigned char *)s.p;
	size_t n = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] >= 0xa0) || (b[0] == 0xf0 && b[1] < 0x90) ||
	    (b[0] == 0xf4 && b[1] >= 0x90))
		return 0; /* overlong, a surrogate, beyond U+10FFFF */
	return n;
}

static bool is_plain(unsigned char c)
{
	return c < 0x80 && c != '\\' && c != '"' && c != '\n';
}

static void write_label_value(struct rf_buf *out, struct rf_str value)
{
	while (value.len > 0) {
		size_t plain = 0;

		while (plain < value.len && is_plain((unsigned char)value.p[plain]))
			plain++;
		if (plain > 0) {
			rf_buf_append(out, value.p, plain);
		} else if (value.p[0] == '\n') {
			rf_buf_text(out, "\\n");
			plain = 1;
		} else if (value.p[0] == '"' || value.p[0] == '\\') {
			rf_buf_char(out, '\\');
			rf_buf_char(out, value.p[0]);
			plain = 1;
		} else {
			plain = utf8_length(value);
			if (plain > 0) {
				rf_buf_append(out, value.p, plain);
			} else {
				rf_buf_text(out, REPLACEMENT);
				plain = 1;
			}
		}
		value.p += plain;
		value.len -= plain;
	}
}

static void write_name(struct rf_prometheus *p, const char *suffix, const struct rf_prometheus_label *labels,
                       unsigned n)
{
	rf_buf_text(p->out, p->prefix);
	rf_buf_text(p->out, p->name);
	rf_buf_text(p->out, suffix);
	for (unsigned i = 0; i < n; i++) {
		rf_buf_char(p->out, i == 0 ? '{' : ',');
		rf_buf_text(p->out, labels[i].name);
		rf_buf_text(p->out, "=\"");
		write_label_value(p->out, labels[i].value);
		rf_buf_char(p->out, '"');
	}
	if (n > 0)
		rf_buf_char(p->out, '}');
	rf_buf_char(p->out, ' ');
}

/* The shortest of two spellings that reads back as the same number. */
static void print_real(double value, char dst[32])
{
	if (isnan(value))
		snprintf(dst, 32, "NaN");
	else if (isinf(value))
		snprintf(dst, 32, value > 0 ? "+Inf" : "-Inf");
	else if (snprintf(dst, 32, "%.15g", value) > 0 && strtod(dst, NULL) != value)
		snprintf(dst, 32, "%.17g", value);
}

void rf_prometheus_u64(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n, uint64_t value)
{
	write_name(p, "", labels, n);
	rf_buf_u64(p->out, value);
	rf_buf_char(p->out, '\n');
}

void rf_prometheus_i64(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n, int64_t value)
{
	write_name(p, "", labels, n);
	rf_buf_i64(p->out, value);
	rf_buf_char(p->out, '\n');
}

void rf_prometheus_real(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n, double value)
{
	char number[32];

	write_name(p, "", labels, n);
	print_real(value, number);
	rf_buf_text(p->out, number);
	rf_buf_char(p->out, '\n');
}

/* A bucket's bound: canonical floats in both formats, so that a series keeps its name whichever is scraped. */
static void print_bound(double bound, char dst[40])
{
	char number[32];

	print_real(bound, number);
	snprintf(dst, 40, "%s%s", number, strpbrk(number, ".eIN") ? "" : ".0");
}

void rf_prometheus_histogram(struct rf_prometheus *p, const struct rf_prometheus_label *labels, unsigned n,
                             const struct rf_histogram *histogram)
{
	struct rf_prometheus_label with_le[MAX_LABELS + 1];
	uint64_t below = 0;
	char number[40];

	if (n > MAX_LABELS)
		n = MAX_LABELS;
	for (unsigned i = 0; i < n; i++)
		with_le[i] = labels[i];
	for (size_t i = 0; i <= histogram->n_bounds; i++) {
		below += histogram->buckets[i];
		print_bound(i < histogram->n_bounds ? histogram->bounds[i] : INFINITY, number);
		with_le[n] = (struct rf_prometheus_label){"le", rf_str_of(number)};
		write_name(p, "_bucket", with_le, n + 1);
		rf_buf_u64(p->out, below);
		rf_buf_char(p->out, '\n');
	}
	print_real(histogram->sum, number);
	write_name(p, "_sum", labels, n);
	rf_buf_text(p->out, number);
	rf_buf_char(p->out, '\n');
	write_name(p, "_count", labels, n);
	rf_buf_u64(p->out, histogram->count);
	rf_buf_char(p->out, '\n');
}

void rf_prometheus_end(struct rf_prometheus *p)
{
	if (p->openmetrics)
		rf_buf_text(p->out, "# EOF\n");
}
