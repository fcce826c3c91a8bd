/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: one line an event, with the call-id where there is one. base/ and rtp/ never log. Safe to call
 * from any thread. The same line (by format string) is printed at most once a second at warning and
 * above; the number that was suppressed is told with the next one. Nobody waits for a reader of standard error: lines
 * that it does not take are lost, and counted in a line when it does again.
 */
#ifndef RF_LOG_LOG_H
#define RF_LOG_LOG_H

#include <stdbool.h>

#include "base/str.h"

enum rf_log_level { RF_LOG_ERROR, RF_LOG_WARNING, RF_LOG_NOTICE, RF_LOG_INFO, RF_LOG_DEBUG };
enum rf_log_area {
	RF_LOG_MAIN,
	RF_LOG_NG,
	RF_LOG_CALL,
	RF_LOG_SDP,
	RF_LOG_PORTS,
	RF_LOG_DATAPLANE,
	RF_LOG_HTTP,
	RF_LOG_AREAS
};
enum rf_log_format { RF_LOG_FORMAT_TEXT, RF_LOG_FORMAT_JSON, RF_LOG_FORMAT_JOURNAL };

struct rf_log; /* opaque */

/* A log that writes to standard error, or to the journal. 0 or -ENOMEM. */
int rf_log_new(enum rf_log_format format, enum rf_log_level level, struct rf_log **out);
void rf_log_free(struct rf_log *log);
/* One area's level, or all areas' with RF_LOG_AREAS. */
void rf_log_set_level(struct rf_log *log, enum rf_log_area area, enum rf_log_level level);
bool rf_log_enabled(const struct rf_log *log, enum rf_log_area area, enum rf_log_level level);

/* Write one line; call_id may be RF_STR_NONE. log may be NULL (then nothing is written), as in unit tests. */
void rf_log(struct rf_log *log, enum rf_log_area area, enum rf_log_level level, struct rf_str call_id,
            const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * "main", "ng", …; "error", "warning", …; "text", "json", "journal": NULL for a number that has no name, a negative
 * number for an unknown name. A level is known by its syslog severity (RFC 5424), "0" to "7", too.
 */
const char *rf_log_area_name(enum rf_log_area area);
int rf_log_area_of(struct rf_str name);
int rf_log_level_of(struct rf_str name);
int rf_log_format_of(struct rf_str name);

#endif
