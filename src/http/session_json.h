/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RF_HTTP_SESSION_JSON_H
#define RF_HTTP_SESSION_JSON_H

#include "call/report.h"
#include "tree/value.h"

/* One session with all there is to know; samples: the quality over time, too. NULL when the arena is full. */
struct rf_value *rf_http_session_json(struct rf_arena *arena, const struct rf_call_report *report, bool samples);

#endif
