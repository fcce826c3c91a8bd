/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections and requests by libmicrohttpd, on the control thread's loop.
 */
#ifndef RF_HTTP_SERVER_H
#define RF_HTTP_SERVER_H

#include "http/site.h"

struct rf_server; /* opaque */

/* 0, -ENOMEM or -EIO (the library refuses). site and loop are borrowed. */
int rf_server_new(struct rf_http_site *site, struct rf_loop *loop, struct rf_server **out);
/* Requests that are being answered are given up. NULL is fine. */
void rf_server_free(struct rf_server *server);
/* Take a connection over; address as accept() told it. */
void rf_server_add(struct rf_server *server, int fd, const struct sockaddr *address, socklen_t len);

#endif
