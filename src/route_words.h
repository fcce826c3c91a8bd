/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How media leaves an interface: the keys interface-mark and interface-stack.
 */
#ifndef RF_ROUTE_WORDS_H
#define RF_ROUTE_WORDS_H

#include "config.h"
#include "ports/ports.h"

/* "NAME:MARK", MARK decimal or 0x…, 1 to 0xffffffff. 0 or -EINVAL; *name is a view of text. */
int rf_route_mark_parse(struct rf_str text, struct rf_str *name, uint32_t *mark);
/* Set mark and stack of an address by its interface's name. */
void rf_route_words_apply(const struct rf_config *config, struct rf_local_config *local);
/* Words that cannot be; appends a sentence for each to report and returns their number. */
unsigned rf_route_words_check(const struct rf_config *config, struct rf_buf *report);

#endif
