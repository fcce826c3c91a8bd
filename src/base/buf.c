/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_SIZE 256 /* bytes of the first allocation */
#define U64_DIGITS 20  /* decimal digits of UINT64_MAX */

void rf_buf_init(struct rf_buf *buf, size_t limit)
{
	*buf = (struct rf_buf){.limit = limit};
}

void rf_buf_free(struct rf_buf *buf)
{
	free(buf->data);
	*buf = (struct rf_buf){.limit = buf->limit};
}

void rf_buf_reset(struct rf_buf *buf)
{
	buf->len = 0;
	buf->error = 0;
}

/* Make room for more bytes after len. False, with the error set, when there is none. */
static bool reserve(struct rf_buf *buf, size_t more)
{
	size_t limit = buf->limit ? buf->limit : SIZE_MAX / 2;
	size_t size = buf->size ? buf->size : FIRST_SIZE;
	char *data;

	if (buf->error)
		return false;
	if (more <= buf->size - buf->len)
		return true;
	if (more > limit - buf->len) {
		buf->error = -EMSGSIZE;
		return false;
	}
	while (size < buf->len + more)
		size *= 2;
	if (size > limit)
		size = limit;
	data = realloc(buf->data, size);
	if (!data) {
		buf->error = -ENOMEM;
		return false;
	}
	buf->data = data;
	buf->size = size;
	return true;
}

void rf_buf_append(struct rf_buf *buf, const void *data, size_t len)
{
	if (len == 0 || !reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

void rf_buf_str(struct rf_buf *buf, struct rf_str s)
{
	rf_buf_append(buf, s.p, s.len);
}

void rf_buf_text(struct rf_buf *buf, const char *z)
{
	rf_buf_append(buf, z, strlen(z));
}

void rf_buf_char(struct rf_buf *buf, char c)
{
	if (reserve(buf, 1))
		buf->data[buf->len++] = c;
}

void rf_buf_printf(struct rf_buf *buf, const char *format, ...)
{
	char small[256];
	va_list args;
	va_list again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), format, args);
	if (len < 0) {
		if (!buf->error)
			buf->error = -EMSGSIZE;
	} else if ((size_t)len < sizeof(small)) {
		rf_buf_append(buf, small, (size_t)len);
	} else {
		/* Formatted anew on the heap: in the buffer the final NUL may not fit below the limit. */
		char *large = malloc((size_t)len + 1);

		if (large) {
			vsnprintf(large, (size_t)len + 1, format, again);
			rf_buf_append(buf, large, (size_t)len);
			free(large);
		} else if (!buf->error) {
			buf->error = -ENOMEM;
		}
	}
	va_end(again);
	va_end(args);
}

void rf_buf_u64(struct rf_buf *buf, uint64_t n)
{
	char digits[U64_DIGITS];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	rf_buf_append(buf, digits + at, sizeof(digits) - at);
}

void rf_buf_i64(struct rf_buf *buf, int64_t n)
{
	if (n < 0)
		rf_buf_char(buf, '-');
	rf_buf_u64(buf, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}
