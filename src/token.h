/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bearer token of the HTTP API, from its file.
 */
#ifndef RF_TOKEN_H
#define RF_TOKEN_H

#include "base/buf.h"

/*
 * The first line of the file, without spaces around it, malloc'd. path "" gives NULL. 0; -EINVAL, with a sentence in
 * why, when it cannot be read, is empty or longer than 1000 bytes; -ENOMEM.
 */
int rf_token_read(const char *path, char **out, struct rf_buf *why);

#endif
