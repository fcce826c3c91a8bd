/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RF_COMPAT_GENETLINK_H
#define RF_COMPAT_GENETLINK_H

#include <net/genetlink.h>

/* Where the kernel does not know it, everybody may listen. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN 0
#endif

#endif
