/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value of the key interface: "[NAME/]ADDRESS[!ADVERTISED][@MIN-MAX]".
 */
#ifndef RF_IFACE_SPEC_H
#define RF_IFACE_SPEC_H

#include "config.h"

#define RF_IFACE_DEFAULT "default" /* the name when none is written, as the peer's */

/* 0, -EINVAL or -ENOMEM; *out is written on success only. */
int rf_iface_spec_parse(struct rf_str text, struct rf_iface_spec *out);
void rf_iface_spec_print(const struct rf_iface_spec *spec, struct rf_buf *out);
void rf_iface_spec_clear(struct rf_iface_spec *spec); /* free what it holds */

#endif
