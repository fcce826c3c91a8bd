/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a request's target to its page.
 */
#include <errno.h>

#include "http/site.h"

/* One path; a prefix route takes the rest of the path, decoded, as its tail. */
struct route {
	struct rf_str path;
	bool prefix;
	const char *allow;    /* methods, for 405 */
	rf_http_page *get;    /* GET and HEAD; NULL: 405 */
	rf_http_page *post;   /* changes state */
	rf_http_page *delete; /* changes state */
};

static const struct route routes[] = {
	{RF_STR("/"), false, "GET, HEAD", rf_http_index, NULL, NULL},
	{RF_STR("/livez"), false, "GET, HEAD", rf_http_livez, NULL, NULL},
	{RF_STR("/readyz"), false, "GET, HEAD", rf_http_readyz, NULL, NULL},
	{RF_STR("/metrics"), false, "GET, HEAD", rf_http_metrics, NULL, NULL},
	{RF_STR("/metrics/sessions"), false, "GET, HEAD", rf_http_metrics_sessions, NULL, NULL},
	{RF_STR("/api/v1/status"), false, "GET, HEAD", rf_http_status, NULL, NULL},
	{RF_STR("/api/v1/sessions"), false, "GET, HEAD", rf_http_sessions, NULL, NULL},
	{RF_STR("/api/v1/sessions/"), true, "GET, HEAD, DELETE", rf_http_session, NULL, rf_http_session_terminate},
	{RF_STR("/api/v1/drain"), false, "GET, HEAD, POST, DELETE", rf_http_drain_get, rf_http_drain_start,
         rf_http_drain_end},
	{RF_STR("/api/v1/table"), false, "GET, HEAD", rf_http_table, NULL, NULL},
	{RF_STR("/api/v1/interfaces"), false, "GET, HEAD", rf_http_interfaces, NULL, NULL},
	{RF_STR("/api/v1/version"), false, "GET, HEAD", rf_http_version, NULL, NULL},
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int rf_http_decode(struct rf_arena *arena, struct rf_str text, bool plus, struct rf_str *out)
{
	struct rf_str copy = rf_arena_copy(arena, text);
	char *dst = (char *)copy.p;
	size_t n = 0;

	if (!copy.p)
		return -ENOMEM;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c == '%') {
			int high = i + 2 < text.len ? hex_digit(text.p[i + 1]) : -1;
			int low = i + 2 < text.len ? hex_digit(text.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EINVAL;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		dst[n++] = c;
	}
	dst[n] = '\0';
	*out = (struct rf_str){copy.p, n};
	return 0;
}

/* Cut text at the first c: what is before goes to head, what is behind stays. */
static struct rf_str cut(struct rf_str *text, char c)
{
	const char *at = text->len > 0 ? memchr(text->p, c, text->len) : NULL;
	struct rf_str head = *text;

	if (!at) {
		*text = RF_STR_NONE;
		return head;
	}
	head.len = (size_t)(at - text->p);
	text->len -= head.len + 1;
	text->p = at + 1;
	return head;
}

int rf_http_parse_target(struct rf_arena *arena, struct rf_str target, struct rf_http_request *request)
{
	struct rf_str query = target;

	request->path = cut(&query, '?');
	request->n_args = 0;
	while (query.len > 0) {
		struct rf_str value = cut(&query, '&');
		struct rf_str name = cut(&value, '=');
		struct rf_http_arg *arg = &request->args[request->n_args];
		int err;

		if (name.len == 0)
			continue;
		if (request->n_args == RF_HTTP_MAX_ARGS)
			return -E2BIG;
		err = rf_http_decode(arena, name, true, &arg->name);
		if (err == 0)
			err = rf_http_decode(arena, value, true, &arg->value);
		if (err)
			return err;
		request->n_args++;
	}
	return 0;
}

struct rf_str rf_http_arg(const struct rf_http_request *request, const char *name)
{
	for (unsigned i = request->n_args; i > 0; i--)
		if (rf_str_equal(request->args[i - 1].name, rf_str_of(name)))
			return request->args[i - 1].value;
	return RF_STR_NONE;
}

static const struct route *find(struct rf_str path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *route = &routes[i];

		if (route->prefix ? path.len > route->path.len && rf_str_has_prefix(path, route->path)
		                  : rf_str_equal(path, route->path))
			return route;
	}
	return NULL;
}

void rf_http_route(struct rf_http_site *site, struct rf_http_request *request, struct rf_http_reply *reply)
{
	const struct route *route = find(request->path);
	rf_http_page *page = NULL;
	bool changes = false;

	if (!route) {
		rf_http_reply_error(reply, 404, "no_such_path", "there is no %.*s here; see docs/http-api.md",
		                    RF_STR_ARG(request->path));
		return;
	}
	if (rf_str_equal(request->method, RF_STR("GET")) || rf_str_equal(request->method, RF_STR("HEAD"))) {
		page = route->get;
	} else if (rf_str_equal(request->method, RF_STR("POST"))) {
		page = route->post;
		changes = true;
	} else if (rf_str_equal(request->method, RF_STR("DELETE"))) {
		page = route->delete;
		changes = true;
	}
	if (!page) {
		reply->allow = route->allow;
		rf_http_reply_error(reply, 405, "method_not_allowed", "%.*s does not take %.*s, but %s",
		                    RF_STR_ARG(request->path), RF_STR_ARG(request->method), route->allow);
		return;
	}
	if (changes && !rf_http_may_change(site, request, reply))
		return;
	if (route->prefix) {
		struct rf_str rest = {request->path.p + route->path.len, request->path.len - route->path.len};

		if (rf_http_decode(site->arena, rest, false, &request->tail) != 0) {
			rf_http_reply_error(reply, 400, "bad_escape",
			                    "%.*s has a %% that two hexadecimal digits do not follow",
			                    RF_STR_ARG(request->path));
			return;
		}
	}
	page(site, request, reply);
}
