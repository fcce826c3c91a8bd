/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON. json.c is the one place that includes json-c. Bounds of value.h.
 */
#ifndef RF_TREE_JSON_H
#define RF_TREE_JSON_H

#include "base/buf.h"
#include "tree/value.h"

/* As rf_bencode_decode; strings are copied into the arena; null becomes an empty string; a number with a fraction,
 * REAL. */
int rf_json_decode(struct rf_arena *arena, struct rf_str text, struct rf_value **out);

/* Append the encoding; bytes that are not UTF-8 are replaced. Errors are sticky in out. */
void rf_json_encode(const struct rf_value *value, struct rf_buf *out);

#endif
