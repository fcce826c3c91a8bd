/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the pages share: a request and a reply that know nothing of libmicrohttpd. A page fills the reply at
 * once, or leaves a task in it, whose steps the server runs between other work of the control thread.
 */
#ifndef RF_HTTP_SITE_H
#define RF_HTTP_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/http.h"
#include "tree/value.h"

#define RF_HTTP_MAX_ARGS 16            /* query parameters of a request */
#define RF_HTTP_MAX_REPLY (64u << 20)  /* bytes of a reply's body */
#define RF_HTTP_MAX_TASKS 4            /* replies in the making at a time */
#define RF_HTTP_STEP_US 1000           /* a task's slice of the control thread */
#define RF_HTTP_ARENA_LIMIT (8u << 20) /* bytes that one request may use while it is answered at once */

/* Where a request came from, which decides what it may change. */
enum rf_http_peer { RF_HTTP_UNIX, RF_HTTP_LOOPBACK, RF_HTTP_REMOTE };

struct rf_http_arg {
	struct rf_str name, value; /* percent-decoded */
};

/* A request; strings live in the arena that it was parsed with, or are the server's until the reply. */
struct rf_http_request {
	enum rf_http_peer peer;
	struct rf_str method; /* "GET", … */
	struct rf_str path;   /* as sent, without the query */
	struct rf_str tail;   /* percent-decoded rest of the path behind the route; may hold any byte */
	unsigned n_args;
	struct rf_http_arg args[RF_HTTP_MAX_ARGS];
	struct rf_str accept; /* header fields; empty: not sent */
	struct rf_str authorization;
	struct rf_str host;
	struct rf_str origin;
};

struct rf_http_site;
struct rf_http_task;

struct rf_http_reply {
	unsigned status;           /* HTTP status code */
	const char *content_type;  /* static */
	const char *allow;         /* static, of a 405; NULL: none */
	const char *retry_after;   /* static, seconds, of a 503; NULL: none */
	bool challenge;            /* of a 401: ask for a bearer token */
	struct rf_buf body;        /* the server takes it over */
	struct rf_http_task *task; /* not NULL: the reply is filled by its steps; the server takes it over */
};

/* A reply in the making, embedded in the struct that makes it. */
struct rf_http_task {
	/* Work until the monotonic time until_us. True when the reply is complete. */
	bool (*step)(struct rf_http_task *task, struct rf_http_reply *reply, int64_t until_us);
	void (*free)(struct rf_http_task *task);
};

/* What every page gets. */
struct rf_http_site {
	struct rf_http_config config; /* copied; its pointers are borrowed */
	struct rf_arena *arena;       /* owned; reset before each request */
};

/* site.c: what moves packets now, "kmod" or "user". */
const char *rf_http_dataplane(const struct rf_http_site *site);

typedef void rf_http_page(struct rf_http_site *site, const struct rf_http_request *request,
                          struct rf_http_reply *reply);

/* site.c. rf_http_site_init: 0 or -ENOMEM. */
int rf_http_site_init(struct rf_http_site *site, const struct rf_http_config *config);
void rf_http_site_free(struct rf_http_site *site);
/* A fresh reply: 200, nothing in it. */
void rf_http_reply_init(struct rf_http_reply *reply);
/* Replace the body by an error in JSON: a stable code and a sentence. */
void rf_http_reply_error(struct rf_http_reply *reply, unsigned status, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Replace the body by a tree in JSON; NULL (the arena was full) is an error 503. */
void rf_http_reply_json(struct rf_http_reply *reply, const struct rf_value *tree);
/* The body did not fit: replace it by an error 503. Does nothing to a body without error. */
void rf_http_reply_check(struct rf_http_reply *reply);

/* route.c: split target (path and query as sent) into request. 0; -EINVAL (bad escape), -E2BIG (too many parameters),
 * -ENOMEM. */
int rf_http_parse_target(struct rf_arena *arena, struct rf_str target, struct rf_http_request *request);
/* The last value of a query parameter; empty when there is none. */
struct rf_str rf_http_arg(const struct rf_http_request *request, const char *name);
/* Percent-decode into the arena; plus: '+' is a space. 0, -EINVAL or -ENOMEM. */
int rf_http_decode(struct rf_arena *arena, struct rf_str text, bool plus, struct rf_str *out);
/* Find the page of request->method and request->path, and have it answer. */
void rf_http_route(struct rf_http_site *site, struct rf_http_request *request, struct rf_http_reply *reply);

/* auth.c: may this request change state? When not, the reply is filled with the reason. */
bool rf_http_may_change(const struct rf_http_site *site, const struct rf_http_request *request,
                        struct rf_http_reply *reply);

/* The pages. */
rf_http_page rf_http_livez, rf_http_readyz;                             /* health.c */
rf_http_page rf_http_metrics;                                           /* metrics.c */
rf_http_page rf_http_metrics_sessions;                                  /* metrics_sessions.c */
rf_http_page rf_http_sessions, rf_http_session;                         /* api_sessions.c */
rf_http_page rf_http_session_terminate;                                 /* api_sessions.c */
rf_http_page rf_http_drain_get, rf_http_drain_start, rf_http_drain_end; /* api_drain.c */
rf_http_page rf_http_table;                                             /* api_table.c */
rf_http_page rf_http_interfaces, rf_http_version;                       /* api_misc.c */
rf_http_page rf_http_status;                                            /* api_status.c */
rf_http_page rf_http_index;                                             /* index.c */

/* health.c: the reasons for which this daemon is not ready, at most RF_HTTP_MAX_REASONS; returns their number. */
#define RF_HTTP_MAX_REASONS 4
struct rf_http_reason {
	const char *code, *message; /* static */
};
unsigned rf_http_not_ready(const struct rf_http_site *site, struct rf_http_reason reasons[RF_HTTP_MAX_REASONS]);

#endif
