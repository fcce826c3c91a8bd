/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rights are given up in two steps: everything but the binding of low ports and CAP_NET_ADMIN before there is a second
 * thread (threads inherit what their maker has), and the first of them once the listeners are bound. CAP_NET_ADMIN is
 * kept while a kernel table or a guard is wanted, for as long as the daemon lives: tables and rules are asked for
 * again, and each media socket asks for the marks of its packets (SO_RCVMARK). The one place that includes libcap-ng.
 */
#ifndef RF_PRIVILEGES_H
#define RF_PRIVILEGES_H

#include <stdbool.h>

#include "base/buf.h"
#include "config.h"

/*
 * Make the control socket's and the state's directories, open the pid file (pidfile.h), become user and group, drop
 * capabilities, forbid new ones. 0, -EINVAL or another negative errno, with a sentence in why; *pidfile is the caller's
 * to close either way.
 */
int rf_privileges_limit(const struct rf_config *config, int *pidfile, struct rf_buf *why);
/* Drop the right to bind low ports too. 0 or a negative errno. */
int rf_privileges_drop(const struct rf_config *config);
/* Does a listener need a port below 1024? */
bool rf_privileges_low_port(const struct rf_config *config);

#endif
