/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64
#define UNIX_MODE 0660

int rf_listen_tcp(const struct rf_endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t len = rf_endpoint_to_sockaddr(endpoint, &address);
	int one = 1, err, fd;

	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		goto fail;
	if (address.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		goto fail;
	if (bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, BACKLOG) < 0)
		goto fail;
	return fd;

fail:
	err = -errno;
	close(fd);
	return err;
}

/* Make way for a new socket file: 0 when there is none, or was one that nobody serves. */
static int clear_path(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, err;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
	close(fd);
	if (err != ECONNREFUSED)
		return err == 0 || err == EAGAIN ? -EADDRINUSE : -err;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

int rf_listen_unix(const char *path, struct rf_unix_path *out)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	mode_t before;
	char *copy;
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	err = clear_path(&address);
	if (err)
		return err;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		err = -errno;
		goto fail_copy;
	}
	before = umask(0777); /* nobody may connect before the mode is set */
	err = bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(before);
	if (err)
		goto fail_fd;
	if (chmod(path, UNIX_MODE) < 0 || lstat(path, &st) < 0 || listen(fd, BACKLOG) < 0) {
		err = -errno;
		goto fail_path;
	}
	*out = (struct rf_unix_path){.path = copy, .dev = st.st_dev, .inode = st.st_ino};
	return fd;

fail_path:
	unlink(path);
fail_fd:
	close(fd);
fail_copy:
	free(copy);
	return err;
}

void rf_unix_path_free(struct rf_unix_path *path)
{
	struct stat st;

	if (!path->path)
		return;
	if (lstat(path->path, &st) == 0 && st.st_dev == path->dev && st.st_ino == path->inode)
		unlink(path->path);
	free(path->path);
	path->path = NULL;
}
