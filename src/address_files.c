/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "address_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file {
	char *path;         /* owned */
	ino_t inode;        /* as it was seen last; 0: it was not there */
	struct timespec at; /* of its last change */
	off_t size;         /* bytes */
};

struct rf_address_files {
	struct file *items; /* owned */
	unsigned n;         /* of them */
};

/* Look at a file: is it there, and another one than at the last look? */
static bool look(struct file *file)
{
	struct stat now;
	bool changed;

	if (stat(file->path, &now) < 0)
		return false;
	changed = now.st_ino != file->inode || now.st_mtim.tv_sec != file->at.tv_sec ||
	          now.st_mtim.tv_nsec != file->at.tv_nsec || now.st_size != file->size;
	file->inode = now.st_ino;
	file->at = now.st_mtim;
	file->size = now.st_size;
	return changed;
}

static int add(struct rf_address_files *files, const char *word)
{
	struct file *file = &files->items[files->n];

	if (!word || strncmp(word, "file:", 5) != 0)
		return 0;
	file->path = strdup(word + 5);
	if (!file->path)
		return -ENOMEM;
	files->n++;
	(void)look(file);
	return 0;
}

int rf_address_files_new(const struct rf_config *config, struct rf_address_files **out)
{
	struct rf_address_files *files = calloc(1, sizeof(*files));
	const struct rf_iface_specs *specs = &config->interfaces;
	int rc = 0;

	if (!files)
		return -ENOMEM;
	files->items = calloc(2 * (size_t)specs->n + 1, sizeof(*files->items));
	if (!files->items)
		rc = -ENOMEM;
	for (unsigned i = 0; rc == 0 && i < specs->n; i++) {
		rc = add(files, specs->items[i].address);
		if (rc == 0)
			rc = add(files, specs->items[i].advertised);
	}
	if (rc < 0) {
		rf_address_files_free(files);
		return rc;
	}
	*out = files;
	return 0;
}

void rf_address_files_free(struct rf_address_files *files)
{
	if (!files)
		return;
	for (unsigned i = 0; i < files->n; i++)
		free(files->items[i].path);
	free(files->items);
	free(files);
}

const char *rf_address_files_changed(struct rf_address_files *files)
{
	const char *changed = NULL;

	for (unsigned i = 0; i < files->n; i++) {
		if (look(&files->items[i]))
			changed = files->items[i].path;
	}
	return changed;
}
