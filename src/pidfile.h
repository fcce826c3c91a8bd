/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pid file. It is opened while the rights are there, and written when the process serves: one that cannot start
 * leaves the file of the one that runs alone.
 */
#ifndef RF_PIDFILE_H
#define RF_PIDFILE_H

#include "base/buf.h"

/* Open path; empty: none is wanted. *fd is -1 then. 0, or a negative errno with a sentence in why. */
int rf_pidfile_open(const char *path, int *fd, struct rf_buf *why);
/* Write this process's id. 0 or a negative errno. */
int rf_pidfile_write(int fd);
/* Close, and remove the file if it is written, or empty, and still there; a device or the like stays. */
void rf_pidfile_close(const char *path, int fd, bool written);

#endif
