/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table for people: columns as wide as their widest cell.
 */
#ifndef RF_CTL_GRID_H
#define RF_CTL_GRID_H

#include "base/arena.h"
#include "base/buf.h"

#define RF_GRID_COLUMNS 12

struct rf_grid_column {
	const char *title;
	bool right; /* numbers */
};

struct rf_grid_row; /* opaque */

struct rf_grid {
	struct rf_arena *arena;               /* borrowed: rows; cells must live as long */
	const struct rf_grid_column *columns; /* borrowed */
	unsigned n_columns;                   /* at most RF_GRID_COLUMNS */
	unsigned most;                        /* characters of the first column, longer cells are cut; 0: no limit */
	struct rf_grid_row *first, *last;
};

void rf_grid_init(struct rf_grid *table, struct rf_arena *arena, const struct rf_grid_column *columns, unsigned n);
/* Add a row of n_columns cells. */
void rf_grid_add(struct rf_grid *table, const struct rf_str *cells);
/* Append titles and rows. */
void rf_grid_print(const struct rf_grid *table, struct rf_buf *out);

#endif
