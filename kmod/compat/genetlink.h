/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RF_COMPAT_GENETLINK_H
#define RF_COMPAT_GENETLINK_H

#include <net/genetlink.h>

/* Before multicast groups had flags of their own, they took this one of the commands'. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#endif
