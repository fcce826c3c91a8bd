/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small helpers that build JSON: what is not known is left out, addresses and times are text.
 */
#ifndef RF_HTTP_JSON_H
#define RF_HTTP_JSON_H

#include "base/addr.h"
#include "tree/value.h"

/* "192.0.2.1:4000"; nothing is added when the port is 0. */
void rf_http_json_endpoint(struct rf_arena *arena, struct rf_value *dict, struct rf_str key,
                           const struct rf_endpoint *endpoint);
/* "2026-11-20T21:05:34.123Z"; nothing is added when wall_us is 0. */
void rf_http_json_time(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, int64_t wall_us);
/* A number; nothing is added when it is 0, which stands for "not known". */
void rf_http_json_known(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, double value);
/* A string; nothing is added when it is empty. */
void rf_http_json_text(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, struct rf_str text);

#endif
