/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listening sockets: TCP over both families, and a Unix socket file.
 */
#ifndef RF_HTTP_LISTEN_H
#define RF_HTTP_LISTEN_H

#include <sys/stat.h>

#include "base/addr.h"

/* A Unix socket's file: who made it is remembered, so that another's is never unlinked. */
struct rf_unix_path {
	char *path; /* owned; NULL: none */
	dev_t dev;  /* of the file that we made */
	ino_t inode;
};

/* A listening, non-blocking socket, the caller's. A descriptor, or a negative errno. */
int rf_listen_tcp(const struct rf_endpoint *endpoint);
/*
 * The same on a path, mode 0660. A socket that nobody serves is replaced; -EADDRINUSE: somebody serves it;
 * -EEXIST: there is something that is no socket.
 */
int rf_listen_unix(const char *path, struct rf_unix_path *out);
/* Unlink the file if it is still ours. */
void rf_unix_path_free(struct rf_unix_path *path);

#endif
