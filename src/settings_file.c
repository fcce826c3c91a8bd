/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings from INI files. The one place that includes inih.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings.h"

#define FILE_LIMIT (1 << 20) /* bytes of a file */
#define LINE_LIMIT 4096      /* bytes of a line */
#define ORIGIN_LIMIT 512     /* bytes of "path:line" */

/* What is known while one file is read. */
struct reading {
	struct rf_settings *settings; /* borrowed */
	const char *path;             /* named in errors */
	const char *section;          /* the only section to read; NULL: the usual two */
	struct rf_str rest;           /* of the text, not given to the library yet */
	unsigned line;                /* number of the line given last */
	int error;                    /* 0 or -ENOMEM */
};

static void origin_of(const struct reading *reading, unsigned line, char dst[ORIGIN_LIMIT])
{
	snprintf(dst, ORIGIN_LIMIT, "%.480s:%u", reading->path, line);
}

static void complain(struct reading *reading, unsigned line, const char *what)
{
	char origin[ORIGIN_LIMIT];

	origin_of(reading, line, origin);
	rf_buf_printf(&reading->settings->errors, "%s: %s\n", origin, what);
}

/* The library asks for a line; it calls give_pair before it asks for the next, so that the number is right. */
static char *give_line(char *dst, int size, void *stream)
{
	struct reading *reading = stream;
	struct rf_str line;
	size_t room = (size_t)size - 1;

	if (reading->error || reading->rest.len == 0)
		return NULL;
	rf_str_cut(&reading->rest, '\n', &line);
	reading->line++;
	if (line.len > room - 1 || memchr(line.p, '\0', line.len)) {
		complain(reading, reading->line, "a line is longer than 4000 bytes, or holds a zero byte");
		line.len = 0;
	}
	memcpy(dst, line.p, line.len);
	dst[line.len] = '\n';
	dst[line.len + 1] = '\0';
	return dst;
}

/* The sections that are ours; others are another instance's when they are called so. */
static bool wanted(struct reading *reading, const char *section, bool *known)
{
	*known = true;
	if (reading->section)
		return strcmp(section, reading->section) == 0;
	if (!section[0] || strcmp(section, "rtpferry") == 0 || strcmp(section, "rtpengine") == 0)
		return true;
	*known = strncmp(section, "rtpferry-", 9) == 0 || strncmp(section, "rtpengine-", 10) == 0;
	return false;
}

static int give_pair(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	char origin[ORIGIN_LIMIT];
	bool known;

	if (!wanted(reading, section, &known)) {
		if (!known) {
			char text[160];

			snprintf(text, sizeof(text), "unknown section '%.60s'; [rtpferry] was expected", section);
			complain(reading, reading->line, text);
		}
		return 1;
	}
	origin_of(reading, reading->line, origin);
	reading->error = rf_settings_add(reading->settings, rf_str_of(name), rf_str_of(value), origin);
	return 1;
}

/* The library's switches are globals: a value may hold semicolons, and indented lines are lines of their own. */
static void set_up_library(void)
{
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_initial_alloc = LINE_LIMIT;
	ini_max_line = LINE_LIMIT;
}

int rf_settings_read_text(struct rf_settings *settings, const char *path, struct rf_str text, const char *section)
{
	struct reading reading = {.settings = settings, .path = path, .section = section, .rest = text};
	int rc;

	set_up_library();
	rc = ini_parse_stream(give_line, &reading, give_pair, &reading);
	if (reading.error || rc == -2)
		return -ENOMEM;
	if (rc > 0)
		complain(&reading, (unsigned)rc, "'key = value' or '[section]' was expected");
	return settings->errors.error == -ENOMEM ? -ENOMEM : 0;
}

/* The whole of a file, at most FILE_LIMIT, in malloc'd memory. 0 or a negative errno. */
static int read_whole(const char *path, char **out, size_t *len)
{
	struct stat st;
	ssize_t got = 0;
	char *text = NULL;
	size_t n = 0;
	int rc = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		rc = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
		goto out;
	}
	text = malloc(FILE_LIMIT + 1);
	if (!text) {
		rc = -ENOMEM;
		goto out;
	}
	while (n <= FILE_LIMIT && (got = read(fd, text + n, FILE_LIMIT + 1 - n)) > 0)
		n += (size_t)got;
	if (got < 0 || n > FILE_LIMIT)
		rc = got < 0 ? -errno : -EFBIG;
out:
	close(fd);
	if (rc < 0) {
		free(text);
		return rc;
	}
	*out = text;
	*len = n;
	return 0;
}

int rf_settings_read_file(struct rf_settings *settings, const char *path, const char *section)
{
	char *text = NULL;
	size_t len = 0;
	int rc = read_whole(path, &text, &len);

	if (rc == -ENOMEM)
		return rc;
	if (rc < 0) {
		rf_buf_printf(&settings->errors, "%s: the configuration cannot be read: %s\n", path, strerror(-rc));
		return 0;
	}
	rc = rf_settings_read_text(settings, path, (struct rf_str){text, len}, section);
	free(text);
	return rc;
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int rf_settings_read_directory(struct rf_settings *settings, const char *path, const char *section)
{
	struct dirent **entries;
	char file[4096];
	int n = scandir(path, &entries, is_conf, by_name);
	int rc = 0;

	if (n < 0 && (errno == ENOENT || errno == ENOMEM))
		return errno == ENOENT ? 0 : -ENOMEM;
	if (n < 0) {
		rf_buf_printf(&settings->errors, "%s: the directory cannot be read: %s\n", path, strerror(errno));
		return 0;
	}
	for (int i = 0; i < n; i++) {
		if (rc == 0 && snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name) < (int)sizeof(file))
			rc = rf_settings_read_file(settings, file, section);
		free(entries[i]);
	}
	free(entries);
	return rc;
}
