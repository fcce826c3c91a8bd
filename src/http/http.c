/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/listen.h"
#include "http/server.h"
#include "http/site.h"

#define WHY_SIZE 256      /* bytes of the sentence about a failure */
#define ACCEPT_AT_ONCE 16 /* connections taken over per wake-up */

struct listener {
	int fd;                    /* owned */
	struct rf_loop_item *item; /* owned */
};

struct rf_http {
	struct rf_http_site site;
	struct rf_server *server;
	struct rf_unix_path unix_path;
	unsigned n_listeners;
	struct listener listeners[]; /* the Unix socket's is the last */
};

/* Lives as long as the process may read it: a failure to bind ends the process. */
static char why_text[WHY_SIZE];

static void on_accept(void *arg, int fd, int what)
{
	struct rf_http *http = arg;

	(void)what;
	for (unsigned i = 0; i < ACCEPT_AT_ONCE; i++) {
		struct sockaddr_storage address = {0};
		socklen_t len = sizeof(address);
		int connection = accept4(fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (connection < 0) {
			if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
				rf_log(http->site.config.log, RF_LOG_HTTP, RF_LOG_WARNING, RF_STR_NONE,
				       "a connection cannot be taken: %s", strerror(errno));
			return;
		}
		rf_server_add(http->server, connection, (struct sockaddr *)&address, len);
	}
}

static int add_listener(struct rf_http *http, int fd)
{
	struct listener *listener = &http->listeners[http->n_listeners];

	listener->fd = fd;
	http->n_listeners++;
	return rf_loop_fd(http->site.config.loop, fd, RF_LOOP_READ, on_accept, http, &listener->item);
}

static int listen_all(struct rf_http *http, struct rf_str *why)
{
	const struct rf_http_config *config = &http->site.config;
	char text[RF_ENDPOINT_TEXT];
	int fd;

	for (unsigned i = 0; i < config->n_listen; i++) {
		fd = rf_listen_tcp(&config->listen[i]);
		if (fd < 0) {
			snprintf(why_text, sizeof(why_text), "listen-http = %s: cannot listen there: %s%s",
			         rf_endpoint_print(&config->listen[i], text), strerror(-fd),
			         fd == -EACCES ? "; a low port needs CAP_NET_BIND_SERVICE" : "");
			*why = rf_str_of(why_text);
			return fd;
		}
		if (add_listener(http, fd) != 0)
			return -ENOMEM;
	}
	if (!config->unix_path)
		return 0;
	fd = rf_listen_unix(config->unix_path, &http->unix_path);
	if (fd < 0) {
		snprintf(why_text, sizeof(why_text), "listen-ctl = %.128s: cannot make a Unix socket there: %s",
		         config->unix_path,
		         fd == -EADDRINUSE ? "another process serves it"
		         : fd == -EEXIST   ? "there is something that is not a socket"
		                           : strerror(-fd));
		*why = rf_str_of(why_text);
		return fd;
	}
	return add_listener(http, fd) == 0 ? 0 : -ENOMEM;
}

int rf_http_new(const struct rf_http_config *config, struct rf_http **out, struct rf_str *why)
{
	struct rf_http *http = calloc(1, sizeof(*http) + (config->n_listen + 1) * sizeof(struct listener));
	int err = -ENOMEM;

	*why = RF_STR("HTTP: memory is short");
	if (!http)
		return err;
	err = rf_http_site_init(&http->site, config);
	if (err == 0)
		err = rf_server_new(&http->site, config->loop, &http->server);
	if (err == 0)
		err = listen_all(http, why);
	if (err) {
		rf_http_free(http);
		return err;
	}
	/* What was borrowed for this call only. */
	http->site.config.listen = NULL;
	http->site.config.unix_path = NULL;
	*out = http;
	return 0;
}

void rf_http_free(struct rf_http *http)
{
	if (!http)
		return;
	for (unsigned i = 0; i < http->n_listeners; i++) {
		rf_loop_remove(http->listeners[i].item);
		close(http->listeners[i].fd);
	}
	rf_unix_path_free(&http->unix_path);
	rf_server_free(http->server);
	rf_http_site_free(&http->site);
	free(http);
}
