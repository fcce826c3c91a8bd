/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in network order, at any alignment.
 */
#ifndef RF_RTP_BYTES_H
#define RF_RTP_BYTES_H

#include <stdint.h>

static inline uint16_t rf_get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t rf_get_u32(const uint8_t *p)
{
	return (uint32_t)rf_get_u16(p) << 16 | rf_get_u16(p + 2);
}

#endif
