/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module at the other end of a socket: found, asked what it is, asked for something; and what it refuses, as a
 * sentence.
 */
#ifndef RF_DATAPLANE_KMOD_MODULE_H
#define RF_DATAPLANE_KMOD_MODULE_H

#include "dataplane/kmod/message.h"

/* Open a socket and find the family, which loads the module on demand. 0 or an error as rf_table_probe. */
int rf_module_open(struct rf_netlink **out, struct rf_buf *why);
/* Ask what the module is. As rf_table_probe. */
int rf_module_info(struct rf_netlink *nl, struct rf_table_info *info, struct rf_buf *why);

/*
 * Send the request and read its answers. what ("kernel table 7: flow-set") begins the sentence about an error. 0 or a
 * negative errno.
 */
int rf_module_call(struct rf_netlink *nl, const char *what, rf_netlink_fn *fn, void *arg, struct rf_buf *why);
/* Append the sentence about an error of rf_netlink_call and its like; returns rc. */
int rf_module_refused(const struct rf_netlink *nl, const char *what, int rc, const struct rf_netlink_error *error,
                      struct rf_buf *why);

#endif
