/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading fields of the API's JSON, and writing them for people. What is not there is "-".
 */
#ifndef RF_CTL_FIELDS_H
#define RF_CTL_FIELDS_H

#include "base/buf.h"
#include "tree/value.h"

/* A field of a dictionary, whatever type it has: empty, 0, false, NULL where it is not there or of another type. */
struct rf_str rf_field_text(const struct rf_value *dict, const char *key);
int64_t rf_field_int(const struct rf_value *dict, const char *key);
double rf_field_real(const struct rf_value *dict, const char *key);
bool rf_field_bool(const struct rf_value *dict, const char *key);
const struct rf_value *rf_field(const struct rf_value *dict, const char *key);
/* The first child of a list or dictionary; NULL: none. */
const struct rf_value *rf_field_first(const struct rf_value *items);

/* For people, in the arena; on a full arena: "". */
struct rf_str rf_show_duration(struct rf_arena *arena, double seconds);                              /* "1m12s" */
struct rf_str rf_show_count(struct rf_arena *arena, int64_t n);                                      /* "12 345" */
struct rf_str rf_show_percent(struct rf_arena *arena, const struct rf_value *dict, const char *key); /* "0.25 %" */
struct rf_str rf_show_ms(struct rf_arena *arena, const struct rf_value *dict, const char *key);      /* "1.5 ms" */
struct rf_str rf_show_mos(struct rf_arena *arena, const struct rf_value *dict, const char *key);     /* "4.4" */
struct rf_str rf_show_text(struct rf_arena *arena, const struct rf_value *dict, const char *key);    /* printable */

/* Append text with everything but unreserved characters (RFC 3986 section 2.3) percent-encoded. */
void rf_percent_encode(struct rf_buf *out, struct rf_str text);

#endif
