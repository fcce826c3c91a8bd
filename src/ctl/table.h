/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table for people: columns as wide as their widest cell.
 */
#ifndef RF_CTL_TABLE_H
#define RF_CTL_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

#define RF_TABLE_COLUMNS 12

struct rf_table_column {
	const char *title;
	bool right; /* numbers */
};

struct rf_table_row; /* opaque */

struct rf_table {
	struct rf_arena *arena;                /* borrowed: rows; cells must live as long */
	const struct rf_table_column *columns; /* borrowed */
	unsigned n_columns;                    /* at most RF_TABLE_COLUMNS */
	unsigned most;                         /* characters of the first column, longer cells are cut; 0: no limit */
	struct rf_table_row *first, *last;
};

void rf_table_init(struct rf_table *table, struct rf_arena *arena, const struct rf_table_column *columns, unsigned n);
/* Add a row of n_columns cells. */
void rf_table_add(struct rf_table *table, const struct rf_str *cells);
/* Append titles and rows. */
void rf_table_print(const struct rf_table *table, struct rf_buf *out);

#endif
