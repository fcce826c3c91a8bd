/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of the log as text or as a JSON object. Whatever is in the message, the line is one line of valid UTF-8:
 * control characters and bytes that are not UTF-8 are escaped.
 */
#ifndef RF_LOG_LINE_H
#define RF_LOG_LINE_H

#include <stdint.h>

#include "base/str.h"

#define RF_LOG_LINE_MAX 8192 /* bytes of a line with its newline; what is longer is cut and ends in "..." */

/* What a line says. */
struct rf_log_entry {
	int64_t wall_us;       /* since 1970; printed in JSON only, since whoever collects standard error stamps it */
	const char *level;     /* name */
	const char *area;      /* name */
	struct rf_str call_id; /* may be empty: "-" in text, left out in JSON */
	struct rf_str message;
};

/* Write "level area call-id message" and a newline into dst (RF_LOG_LINE_MAX bytes); returns the length. */
size_t rf_log_line_text(const struct rf_log_entry *entry, char dst[RF_LOG_LINE_MAX]);

/* Write {"time":…,"level":…,"area":…,"call_id":…,"message":…} and a newline into dst; returns the length. */
size_t rf_log_line_json(const struct rf_log_entry *entry, char dst[RF_LOG_LINE_MAX]);

#endif
