/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer with a limit and a sticky error, so that a writer checks once, at the end.
 */
#ifndef RF_BASE_BUF_H
#define RF_BASE_BUF_H

#include <stddef.h>

#include "base/str.h"

struct rf_buf {
	char *data;   /* owned; not terminated */
	size_t len;   /* bytes used */
	size_t size;  /* bytes allocated */
	size_t limit; /* never grows beyond; 0: no limit */
	int error;    /* 0, -ENOMEM or -EMSGSIZE; nothing is appended once set */
};

void rf_buf_init(struct rf_buf *buf, size_t limit);
void rf_buf_free(struct rf_buf *buf);  /* safe to call twice */
void rf_buf_reset(struct rf_buf *buf); /* empty, error cleared, memory kept */
void rf_buf_append(struct rf_buf *buf, const void *data, size_t len);
void rf_buf_str(struct rf_buf *buf, struct rf_str s);
void rf_buf_text(struct rf_buf *buf, const char *z);
void rf_buf_char(struct rf_buf *buf, char c);
void rf_buf_printf(struct rf_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A decimal number without the cost of printf. */
void rf_buf_u64(struct rf_buf *buf, uint64_t n);
void rf_buf_i64(struct rf_buf *buf, int64_t n);

static inline struct rf_str rf_buf_view(const struct rf_buf *buf)
{
	return (struct rf_str){buf->data, buf->len};
}

#endif
