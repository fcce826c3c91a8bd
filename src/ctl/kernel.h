/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands about kernel tables share: they ask the module itself, and need no relay.
 */
#ifndef RF_CTL_KERNEL_H
#define RF_CTL_KERNEL_H

#include "ctl/ctl.h"
#include "dataplane/kmod/table.h"

/* Can there be kernel tables here? RF_CTL_OK, or RF_CTL_NO_TABLE or RF_CTL_FAILED: the reason was told. */
int rf_ctl_kernel_probe(struct rf_ctl *ctl);
/* Tell a sentence and free it; returns RF_CTL_FAILED. */
int rf_ctl_kernel_failed(struct rf_ctl *ctl, struct rf_buf *why);
/* Inode of the caller's network namespace; 0: it cannot be read. */
uint64_t rf_ctl_kernel_netns(void);
/* "prerouting", …; "-" for what is none. */
const char *rf_ctl_kernel_hook(uint32_t hook);
/* A copy of a stranger's text in which nothing speaks to the terminal. */
struct rf_str rf_ctl_kernel_text(struct rf_arena *arena, const char *text);
/* Append a text as JSON. */
void rf_ctl_kernel_json(struct rf_buf *out, const char *text);
/* Append a list of reasons: as JSON members {"stun":5}, or for people "stun 5, dtls 2" and "-" for none. */
void rf_ctl_kernel_reasons(struct rf_buf *out, const uint64_t *packets, bool json);

#endif
