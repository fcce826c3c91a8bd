/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules that were left for a kernel table whose daemon was killed, and that nobody needs any more.
 */
#ifndef RF_DATAPLANE_KMOD_LEFTOVERS_H
#define RF_DATAPLANE_KMOD_LEFTOVERS_H

#include "base/buf.h"

/*
 * Remove the nftables tables rtpferry_<id> of this network namespace that no process owns, that say they stay as long
 * as the kernel table, and whose kernel table is gone: the module itself must say so. Their number, 0 where there is
 * nothing to do; or a negative errno, and why.
 */
int rf_leftovers_remove(struct rf_buf *why);

#endif
