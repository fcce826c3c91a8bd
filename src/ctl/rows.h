/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RF_CTL_ROWS_H
#define RF_CTL_ROWS_H

#include "ctl/grid.h"
#include "tree/value.h"

#define RF_CTL_PAGE 100 /* sessions asked for at a time: a page must stay below the bounds of tree/value.h */

/* An empty table of sessions, in an arena that outlives it; most: characters of a call-id, 0: all. */
void rf_ctl_rows_init(struct rf_grid *table, struct rf_arena *arena, unsigned most);
/* Add the sessions of an answer of /api/v1/sessions, which may go afterwards. */
void rf_ctl_rows_add(struct rf_grid *table, const struct rf_value *sessions);

#endif
