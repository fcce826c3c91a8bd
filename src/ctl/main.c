/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtpferryctl: looks at a relay, and tells it what to do, over its HTTP API.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/options.h"

#define DEFAULT_SOCKET "/run/rtpferry/ctl.sock"
#define DEFAULT_URL "http://127.0.0.1:9101"
#define ANSWER_MEMORY (256u << 20) /* bytes that one answer may take when it is read */
#define TOKEN_SIZE 512

/* The first line of the token file. */
static int read_token(const char *path, char token[TOKEN_SIZE])
{
	FILE *f = fopen(path, "re");
	char *ok = NULL;
	int err = errno;

	if (f) {
		ok = fgets(token, TOKEN_SIZE, f);
		fclose(f);
		err = ENODATA;
	}
	if (!ok) {
		fprintf(stderr, "rtpferryctl: --token-file %s: no token can be read: %s\n", path, strerror(err));
		return RF_CTL_USAGE;
	}
	token[strcspn(token, "\r\n")] = '\0';
	return RF_CTL_OK;
}

/* Where to ask when the command line does not say: the socket, or TCP on loopback where there is none. */
static void choose_place(struct rf_ctl_options *options)
{
	const char *named = getenv("RTPFERRY_LISTEN_CTL");

	if (options->socket || options->url)
		return;
	options->socket = named && *named ? named : DEFAULT_SOCKET;
	if (!(named && *named) && access(options->socket, F_OK) != 0)
		options->url = DEFAULT_URL;
}

int main(int argc, char **argv)
{
	struct rf_ctl_options options;
	char token[TOKEN_SIZE];
	int rc = rf_ctl_parse(argc, argv, &options);

	if (rc != RF_CTL_OK)
		return rc < 0 ? RF_CTL_OK : rc;
	if (options.token_file && (rc = read_token(options.token_file, token)) != RF_CTL_OK)
		return rc;
	choose_place(&options);
	options.ctl.arena = rf_arena_new(ANSWER_MEMORY);
	if (!options.ctl.arena ||
	    rf_client_new(options.socket, options.url, options.token_file ? token : NULL, &options.ctl.client) != 0) {
		fprintf(stderr, "rtpferryctl: out of memory\n");
		rc = RF_CTL_FAILED;
	} else {
		rc = options.command(&options.ctl);
	}
	rf_client_free(options.ctl.client);
	rf_arena_free(options.ctl.arena);
	if (fflush(stdout) != 0 && rc == RF_CTL_OK)
		rc = RF_CTL_FAILED;
	return rc;
}
