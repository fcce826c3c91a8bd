/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/grid.h"

#define GAP 2 /* spaces between columns */

struct rf_grid_row {
	struct rf_grid_row *next;
	struct rf_str cells[RF_GRID_COLUMNS];
};

void rf_grid_init(struct rf_grid *table, struct rf_arena *arena, const struct rf_grid_column *columns, unsigned n)
{
	*table = (struct rf_grid){.arena = arena, .columns = columns, .n_columns = n};
}

void rf_grid_add(struct rf_grid *table, const struct rf_str *cells)
{
	struct rf_grid_row *row = rf_arena_alloc(table->arena, sizeof(*row));

	if (!row)
		return;
	for (unsigned i = 0; i < table->n_columns; i++)
		row->cells[i] = cells[i];
	if (table->last)
		table->last->next = row;
	else
		table->first = row;
	table->last = row;
}

/* Characters of UTF-8 text. */
static unsigned width_of(struct rf_str text)
{
	unsigned n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

/* The first n characters of UTF-8 text. */
static struct rf_str first_of(struct rf_str text, unsigned n)
{
	size_t i = 0;

	while (i < text.len) {
		if (((unsigned char)text.p[i] & 0xc0) != 0x80 && n-- == 0)
			break;
		i++;
	}
	return (struct rf_str){text.p, i};
}

static void print_spaces(struct rf_buf *out, unsigned n)
{
	while (n-- > 0)
		rf_buf_char(out, ' ');
}

static void print_row(const struct rf_grid *table, const struct rf_str *cells, const unsigned *widths,
                      struct rf_buf *out)
{
	for (unsigned i = 0; i < table->n_columns; i++) {
		bool cut = width_of(cells[i]) > widths[i];
		struct rf_str cell = cut ? first_of(cells[i], widths[i] - 1) : cells[i];
		unsigned pad = widths[i] - width_of(cell) - cut;

		if (table->columns[i].right)
			print_spaces(out, pad);
		rf_buf_str(out, cell);
		if (cut)
			rf_buf_text(out, "…");
		if (i + 1 == table->n_columns)
			break;
		print_spaces(out, (table->columns[i].right ? 0 : pad) + GAP);
	}
	rf_buf_char(out, '\n');
}

void rf_grid_print(const struct rf_grid *table, struct rf_buf *out)
{
	struct rf_str titles[RF_GRID_COLUMNS];
	unsigned widths[RF_GRID_COLUMNS];

	for (unsigned i = 0; i < table->n_columns; i++) {
		titles[i] = rf_str_of(table->columns[i].title);
		widths[i] = width_of(titles[i]);
		for (const struct rf_grid_row *row = table->first; row; row = row->next)
			if (width_of(row->cells[i]) > widths[i])
				widths[i] = width_of(row->cells[i]);
	}
	if (table->most > 0 && table->n_columns > 0 && widths[0] > table->most)
		widths[0] = table->most;
	print_row(table, titles, widths, out);
	for (const struct rf_grid_row *row = table->first; row; row = row->next)
		print_row(table, row->cells, widths, out);
}
