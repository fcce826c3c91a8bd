/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RF_COMPAT_FLOWI4_H
#define RF_COMPAT_FLOWI4_H

#include <net/flow.h>
#include <net/inet_dscp.h>

/* The DSCP of an IPv4 route look-up, at its place in the header. */
static inline void rf_flowi4_set_tos(struct flowi4 *key, u8 tos)
{
#ifdef RF_HAVE_FLOWI4_DSCP
	key->flowi4_dscp = inet_dsfield_to_dscp(tos);
#else
	key->flowi4_tos = tos & INET_DSCP_MASK;
#endif
}

#endif
