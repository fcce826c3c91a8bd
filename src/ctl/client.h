/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP to a relay, over its Unix socket or by URL. client.c is the one file that includes libcurl.
 */
#ifndef RF_CTL_CLIENT_H
#define RF_CTL_CLIENT_H

#include "base/buf.h"

#define RF_CLIENT_ERROR 1024 /* bytes of a sentence about a failure */

struct rf_client; /* opaque */

/* socket or url is given, token may be NULL; all are borrowed. 0 or -ENOMEM. */
int rf_client_new(const char *socket, const char *url, const char *token, struct rf_client **out);
void rf_client_free(struct rf_client *client);
/* "the socket /run/…" or the URL, for sentences. */
const char *rf_client_where(const struct rf_client *client);
/*
 * One request; the body goes to body, whatever the status. 0; -ENOTCONN, with a sentence for people in error
 * (RF_CLIENT_ERROR bytes): nobody answered; -EMSGSIZE or -ENOMEM, with a sentence.
 */
int rf_client_call(struct rf_client *client, const char *method, const char *path, struct rf_buf *body,
                   unsigned *status, char *error);

#endif
