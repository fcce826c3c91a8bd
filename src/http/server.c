/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one file that includes libmicrohttpd. The library runs without threads, on its epoll descriptor;
 * connections are accepted by http.c and handed over. A reply that is made in slices (struct rf_http_task)
 * suspends its connection; one timer gives each such reply a slice in turn, with a pause between, in which
 * the control thread does its other work.
 */
#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"

#define MAX_REMOTE 200                /* connections over TCP */
#define MAX_CONNECTIONS 250           /* of all kinds, so that the Unix socket stays open under a flood */
#define CONNECTION_MEMORY (32u << 10) /* bytes: bounds request line and header fields */
#define MAX_BODY 4096                 /* bytes of a request's body, which nothing reads */
#define QUIET_S 30                    /* a connection without progress is closed */
#define REQUEST_US 30000000           /* a request must be complete so soon after the connection or the reply before */
#define REPLY_US 120000000            /* a reply must be taken so soon */
#define SWEEP_US 1000000              /* between looks for connections that are over time */
#define TASK_PAUSE_US 500             /* between slices */

struct connection {
	struct rf_list link; /* in server->connections */
	int fd;              /* the library's */
	enum rf_http_peer peer;
	int64_t deadline_us; /* monotonic; when the present request or reply must be done */
};

/* A request from its first line to the end of its reply. */
struct exchange {
	struct rf_list link;           /* in server->tasks while the reply is made, else by itself */
	struct MHD_Connection *handle; /* the library's */
	char *target;                  /* owned; path and query as sent; NULL: no memory */
	size_t body;                   /* bytes of the request's body so far */
	bool seen;                     /* header fields are complete */
	bool answered;                 /* reply is complete, but not queued yet */
	struct rf_http_reply reply;
};

struct rf_server {
	struct rf_http_site *site;    /* borrowed */
	struct MHD_Daemon *daemon;    /* owned */
	struct rf_loop_item *ready;   /* watches the library's descriptor */
	struct rf_loop_item *timeout; /* when the library next wants to run */
	struct rf_loop_item *slice;   /* gives tasks their slices */
	struct rf_loop_item *sweep;   /* looks for connections that are over time */
	struct rf_list connections;
	struct rf_list tasks; /* exchanges, the next in turn first */
	struct rf_loop *loop; /* borrowed */
	unsigned n_connections, n_remote, n_tasks;
};

/* Have the library do what is due, and set the timer for what is due later. */
static void run(struct rf_server *server)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(server->daemon);
	if (MHD_get_timeout(server->daemon, &ms) == MHD_YES)
		rf_loop_timer_set(server->timeout, ms > 0 ? (int64_t)ms * 1000 : 1);
}

static void on_ready(void *arg, int fd, int what)
{
	(void)fd;
	(void)what;
	run(arg);
}

/* A header field; empty when it was not sent. */
static struct rf_str header(struct MHD_Connection *handle, const char *name)
{
	return rf_str_of(MHD_lookup_connection_value(handle, MHD_HEADER_KIND, name));
}

static struct connection *connection_of(struct MHD_Connection *handle)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum rf_http_peer peer_of(const struct sockaddr *address)
{
	struct rf_endpoint endpoint;

	if (address->sa_family == AF_UNIX)
		return RF_HTTP_UNIX;
	if (rf_endpoint_from_sockaddr(address, &endpoint) == 0 && rf_addr_is_loopback(&endpoint.addr))
		return RF_HTTP_LOOPBACK;
	return RF_HTTP_REMOTE;
}

static void on_connection(void *arg, struct MHD_Connection *handle, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
	struct rf_server *server = arg;
	struct connection *connection;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		connection = *context;
		*context = NULL;
		if (!connection)
			return;
		server->n_connections--;
		server->n_remote -= connection->peer != RF_HTTP_UNIX;
		rf_list_remove(&connection->link);
		free(connection);
		return;
	}
	connection = calloc(1, sizeof(*connection));
	*context = connection;
	if (!connection)
		return; /* its first request is refused */
	connection->fd = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	connection->peer = peer_of(MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
	connection->deadline_us = rf_clock_us() + REQUEST_US;
	rf_list_append(&server->connections, &connection->link);
	server->n_connections++;
	server->n_remote += connection->peer != RF_HTTP_UNIX;
}

/* Called with the target as sent, before the library decodes it: call-ids may hold any byte, a slash too. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *handle)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	(void)arg;
	if (!exchange)
		return NULL;
	rf_list_init(&exchange->link);
	exchange->handle = handle;
	exchange->target = strdup(target);
	rf_http_reply_init(&exchange->reply);
	return exchange;
}

static void drop_task(struct rf_server *server, struct exchange *exchange)
{
	if (!exchange->reply.task)
		return;
	exchange->reply.task->free(exchange->reply.task);
	exchange->reply.task = NULL;
	rf_list_remove(&exchange->link);
	server->n_tasks--;
}

static void on_completed(void *arg, struct MHD_Connection *handle, void **context, enum MHD_RequestTerminationCode code)
{
	struct rf_server *server = arg;
	struct exchange *exchange = *context;
	struct connection *connection = connection_of(handle);

	(void)code;
	if (connection)
		connection->deadline_us = rf_clock_us() + REQUEST_US;
	*context = NULL;
	if (!exchange)
		return;
	drop_task(server, exchange);
	rf_buf_free(&exchange->reply.body);
	free(exchange->target);
	free(exchange);
}

static enum MHD_Result queue(struct exchange *exchange)
{
	struct rf_http_reply *reply = &exchange->reply;
	struct MHD_Response *response;
	enum MHD_Result rc;

	/* The library frees the body, also when it fails. */
	response = MHD_create_response_from_buffer_with_free_callback(reply->body.len, reply->body.data, free);
	if (!response)
		return MHD_NO;
	rf_buf_init(&reply->body, RF_HTTP_MAX_REPLY);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
	if (reply->allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
	if (reply->retry_after)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, reply->retry_after);
	if (reply->challenge)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"rtpferry\"");
	rc = MHD_queue_response(exchange->handle, reply->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* The header fields are complete: find the page. */
static void answer(struct rf_server *server, struct exchange *exchange, const char *method, enum rf_http_peer peer)
{
	struct MHD_Connection *handle = exchange->handle;
	struct rf_http_request request = {
		.peer = peer,
		.method = rf_str_of(method),
		.accept = header(handle, MHD_HTTP_HEADER_ACCEPT),
		.authorization = header(handle, MHD_HTTP_HEADER_AUTHORIZATION),
		.host = header(handle, MHD_HTTP_HEADER_HOST),
		.origin = header(handle, MHD_HTTP_HEADER_ORIGIN),
	};
	int err;

	rf_arena_reset(server->site->arena);
	err = rf_http_parse_target(server->site->arena, rf_str_of(exchange->target), &request);
	if (err == 0)
		rf_http_route(server->site, &request, &exchange->reply);
	else if (err == -E2BIG)
		rf_http_reply_error(&exchange->reply, 400, "bad_query", "more than %d query parameters",
		                    RF_HTTP_MAX_ARGS);
	else
		rf_http_reply_error(&exchange->reply, 400, "bad_escape",
		                    "the query has a %% that two hexadecimal digits do not follow");
	if (!exchange->reply.task)
		return;
	if (server->n_tasks == RF_HTTP_MAX_TASKS) {
		exchange->reply.task->free(exchange->reply.task);
		exchange->reply.task = NULL;
		exchange->reply.retry_after = "1";
		rf_http_reply_error(&exchange->reply, 503, "busy",
		                    "%d lists of sessions are being made already; try again", RF_HTTP_MAX_TASKS);
		return;
	}
	server->n_tasks++;
	rf_list_append(&server->tasks, &exchange->link);
	rf_loop_timer_set(server->slice, 1);
	MHD_suspend_connection(handle);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *handle, const char *url, const char *method,
                                  const char *version, const char *body, size_t *body_size, void **context)
{
	struct rf_server *server = arg;
	struct exchange *exchange = *context;
	struct connection *connection = connection_of(handle);

	(void)url;
	(void)version;
	(void)body;
	if (!exchange || !exchange->target || !connection)
		return MHD_NO;
	if (!exchange->seen) {
		exchange->seen = true;
		return MHD_YES;
	}
	if (*body_size > 0) {
		exchange->body += *body_size;
		*body_size = 0;
		return exchange->body <= MAX_BODY ? MHD_YES : MHD_NO;
	}
	if (!exchange->answered) {
		connection->deadline_us = rf_clock_us() + REPLY_US;
		answer(server, exchange, method, connection->peer);
		exchange->answered = true;
		if (exchange->reply.task)
			return MHD_YES; /* suspended; called again when the reply is complete */
	}
	return queue(exchange);
}

/* Give the task whose turn it is a slice. */
static void on_slice(void *arg, int fd, int what)
{
	struct rf_server *server = arg;
	struct exchange *exchange;

	(void)fd;
	(void)what;
	if (rf_list_empty(&server->tasks))
		return;
	exchange = RF_CONTAINER(server->tasks.next, struct exchange, link);
	rf_list_remove(&exchange->link);
	rf_list_append(&server->tasks, &exchange->link);
	if (exchange->reply.task->step(exchange->reply.task, &exchange->reply, rf_clock_us() + RF_HTTP_STEP_US)) {
		drop_task(server, exchange);
		MHD_resume_connection(exchange->handle);
		run(server);
	}
	if (!rf_list_empty(&server->tasks))
		rf_loop_timer_set(server->slice, TASK_PAUSE_US);
}

/* Shut connections that are over time; the library sees their end and frees them. */
static void on_sweep(void *arg, int fd, int what)
{
	struct rf_server *server = arg;
	int64_t now_us = rf_clock_us();

	(void)fd;
	(void)what;
	RF_LIST_EACH (link, &server->connections) {
		struct connection *connection = RF_CONTAINER(link, struct connection, link);

		if (now_us > connection->deadline_us)
			shutdown(connection->fd, SHUT_RDWR);
	}
}

void rf_server_add(struct rf_server *server, int fd, const struct sockaddr *address, socklen_t len)
{
	bool remote = address->sa_family != AF_UNIX;

	if (remote && server->n_remote >= MAX_REMOTE) {
		close(fd);
		rf_log(server->site->config.log, RF_LOG_HTTP, RF_LOG_WARNING, RF_STR_NONE,
		       "%d HTTP connections are open: a further one is refused", MAX_REMOTE);
		return;
	}
	/* The library closes fd when it refuses. */
	MHD_add_connection(server->daemon, fd, address, len);
	run(server);
}

static void __attribute__((format(printf, 2, 0))) on_library_log(void *arg, const char *format, va_list ap)
{
	struct rf_server *server = arg;
	char line[256];
	int n = vsnprintf(line, sizeof(line), format, ap);

	while (n > 0 && (size_t)n < sizeof(line) && line[n - 1] == '\n')
		line[--n] = '\0';
	rf_log(server->site->config.log, RF_LOG_HTTP, RF_LOG_DEBUG, RF_STR_NONE, "libmicrohttpd: %s", line);
}

static int start_daemon(struct rf_server *server)
{
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
		on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, server, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)MAX_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)QUIET_S, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		MHD_OPTION_END);
	return server->daemon ? 0 : -EIO;
}

int rf_server_new(struct rf_http_site *site, struct rf_loop *loop, struct rf_server **out)
{
	struct rf_server *server = calloc(1, sizeof(*server));
	const union MHD_DaemonInfo *info;
	int err;

	if (!server)
		return -ENOMEM;
	server->site = site;
	server->loop = loop;
	rf_list_init(&server->connections);
	rf_list_init(&server->tasks);
	err = start_daemon(server);
	if (err)
		goto fail;
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	err = info ? rf_loop_fd(loop, info->epoll_fd, RF_LOOP_READ, on_ready, server, &server->ready) : -EIO;
	if (!err)
		err = rf_loop_timer(loop, SWEEP_US, false, on_ready, server, &server->timeout);
	if (!err)
		err = rf_loop_timer(loop, SWEEP_US, false, on_slice, server, &server->slice);
	if (!err)
		err = rf_loop_timer(loop, SWEEP_US, true, on_sweep, server, &server->sweep);
	if (err)
		goto fail;
	*out = server;
	return 0;

fail:
	rf_server_free(server);
	return err;
}

void rf_server_free(struct rf_server *server)
{
	if (!server)
		return;
	rf_loop_remove(server->sweep);
	rf_loop_remove(server->slice);
	rf_loop_remove(server->timeout);
	rf_loop_remove(server->ready);
	while (!rf_list_empty(&server->tasks)) {
		struct exchange *exchange = RF_CONTAINER(server->tasks.next, struct exchange, link);

		/* The library ends suspended connections only when they are resumed. */
		drop_task(server, exchange);
		rf_http_reply_error(&exchange->reply, 503, "stopping", "the relay ends");
		MHD_resume_connection(exchange->handle);
	}
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	free(server);
}
