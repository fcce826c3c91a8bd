/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bencode, as the ng protocol uses it: dictionary keys in any order and repeated. No recursion; bounds of
 * value.h.
 */
#ifndef RF_TREE_BENCODE_H
#define RF_TREE_BENCODE_H

#include "base/buf.h"
#include "tree/value.h"

/*
 * Decode the value at the start of text; bytes after it are ignored. Strings are views into text.
 * 0; -EINVAL (malformed, truncated), -E2BIG (too deep, too many nodes) or -ENOMEM. *out is written on success only.
 */
int rf_bencode_decode(struct rf_arena *arena, struct rf_str text, struct rf_value **out);

/* Append the encoding; errors are sticky in out. */
void rf_bencode_encode(const struct rf_value *value, struct rf_buf *out);

#endif
