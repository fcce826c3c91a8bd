/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the key interface to addresses: devices, variables and files are looked at here, at start and again
 * on reload. Names are never looked up.
 */
#ifndef RF_ADDRESSES_H
#define RF_ADDRESSES_H

#include "config.h"
#include "ports/ports.h"

struct rf_locals {
	struct rf_local_config *items; /* owned */
	unsigned n;
};

/*
 * All local addresses, in configured order; without a configured interface each device's first global address
 * of each family under the device's name (that of the default route first), or loopback when there is none. 0; -EINVAL,
 * with a sentence in why; -ENOMEM. *out is written on success only.
 */
int rf_addresses_resolve(const struct rf_config *config, struct rf_locals *out, struct rf_buf *why);
void rf_locals_free(struct rf_locals *locals);

/* Listeners with a wildcard turned into one of each family that the host has. 0 or -ENOMEM. */
int rf_addresses_expand(const struct rf_endpoints *listen, struct rf_endpoints *out);

#endif
