/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int rf_pidfile_open(const char *path, int *fd, struct rf_buf *why)
{
	int rc;

	*fd = -1;
	if (!path[0])
		return 0;
	*fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (*fd >= 0)
		return 0;
	rc = -errno;
	rf_buf_printf(why, "pidfile '%s' cannot be written: %s", path, strerror(-rc));
	return rc;
}

static bool is_file(int fd, struct stat *st)
{
	return fstat(fd, st) == 0 && S_ISREG(st->st_mode);
}

int rf_pidfile_write(int fd)
{
	struct stat st;

	if (fd < 0)
		return 0;
	if (is_file(fd, &st) && ftruncate(fd, 0) < 0)
		return -errno;
	return dprintf(fd, "%ld\n", (long)getpid()) < 0 ? -errno : 0;
}

void rf_pidfile_close(const char *path, int fd, bool written)
{
	struct stat ours, there;

	if (fd < 0)
		return;
	if (is_file(fd, &ours) && (written || ours.st_size == 0) && stat(path, &there) == 0 &&
	    there.st_ino == ours.st_ino && there.st_dev == ours.st_dev && unlink(path) < 0)
		(void)!ftruncate(fd, 0); /* no right to the directory any more: at least no stale id */
	close(fd);
}
