/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define TOKEN_LIMIT 1000 /* bytes of a token */

int rf_token_read(const char *path, char **out, struct rf_buf *why)
{
	char text[TOKEN_LIMIT + 1];
	struct rf_str rest, line;
	ssize_t len;
	int error;
	int fd;

	*out = NULL;
	if (!path[0])
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	error = errno;
	if (fd >= 0)
		close(fd);
	if (len < 0) {
		rf_buf_printf(why, "http-token-file '%s' cannot be read: %s", path, strerror(error));
		return -EINVAL;
	}
	rest = (struct rf_str){text, (size_t)len};
	rf_str_cut(&rest, '\n', &line);
	line = rf_str_trim(line);
	if (line.len == 0 || line.len > TOKEN_LIMIT) {
		rf_buf_printf(why, "http-token-file '%s' holds no token; one line of 1 to %d bytes was expected", path,
		              TOKEN_LIMIT);
		return -EINVAL;
	}
	*out = strndup(line.p, line.len);
	return *out ? 0 : -ENOMEM;
}
