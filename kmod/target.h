/* SPDX-License-Identifier: GPL-2.0-only */
/* The xtables target RTPFERRY. */
#ifndef RF_TARGET_H
#define RF_TARGET_H

int rf_target_init(void);
void rf_target_exit(void);

#endif
