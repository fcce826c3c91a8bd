/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel at hand keeps its unaligned accesses. */
#ifndef RF_COMPAT_UNALIGNED_H
#define RF_COMPAT_UNALIGNED_H

#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif
