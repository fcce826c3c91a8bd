/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mean opinion score by the simplified E-model of ITU-T G.107: R = 93.2 - Id(delay) - Ie,eff(codec, loss).
 */
#ifndef RF_RTP_MOS_H
#define RF_RTP_MOS_H

#include "base/str.h"

/*
 * codec: encoding name ("PCMA", "G729", "opus"; unknown names count as G.711). loss: ratio, 0 to 1. jitter and
 * round_trip in seconds (0: unknown; then a jitter buffer's delay alone is assumed). Returns 1.0 to 4.5.
 */
double rf_mos(struct rf_str codec, double loss, double jitter, double round_trip);

#endif
