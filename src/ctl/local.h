/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which address of this host a call is placed from.
 */
#ifndef RF_CTL_LOCAL_H
#define RF_CTL_LOCAL_H

#include "base/addr.h"

/* The address that a connected socket sends from. 0 or a negative errno. */
int rf_local_of_socket(int fd, struct rf_addr *out);

/*
 * The first address of a device, but no link-local one of IPv6; one of the family before one of another. 0; -ENODEV:
 * there is no such device, or it has none; or another negative errno.
 */
int rf_local_of_device(const char *device, enum rf_family family, struct rf_addr *out);

#endif
