/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may change state: whoever may open the Unix socket, whoever has the token, and processes of this host.
 * A browser on this host is not trusted with pages of strangers: see foreign_page().
 */
#include "http/site.h"

#include "base/addr.h"

/* Equal, in a time that depends on the lengths only. */
static bool equal_secret(struct rf_str a, struct rf_str b)
{
	volatile unsigned char differs = a.len != b.len;

	for (size_t i = 0; i < a.len && b.len > 0; i++)
		differs |= (unsigned char)a.p[i] ^ (unsigned char)b.p[i % b.len];
	return differs == 0;
}

static bool has_token(const struct rf_http_site *site, const struct rf_http_request *request)
{
	struct rf_str token = rf_str_of(site->config.token);
	struct rf_str sent = request->authorization;
	struct rf_str scheme = RF_STR("Bearer ");

	if (token.len == 0 || sent.len < scheme.len)
		return false;
	if (!rf_str_equal_case((struct rf_str){sent.p, scheme.len}, scheme))
		return false;
	sent = rf_str_trim((struct rf_str){sent.p + scheme.len, sent.len - scheme.len});
	return equal_secret(sent, token);
}

/*
 * Was the request made by a page that did not come from here? Browsers send Origin with every request that
 * changes state; a name that a stranger's DNS points at loopback is no address and not "localhost".
 */
static bool foreign_page(const struct rf_http_request *request)
{
	struct rf_str scheme = RF_STR("http://");
	struct rf_str origin = request->origin;
	struct rf_endpoint host;

	if (origin.len > 0) {
		if (!rf_str_has_prefix(origin, scheme))
			return true;
		origin = (struct rf_str){origin.p + scheme.len, origin.len - scheme.len};
		if (!rf_str_equal_case(origin, request->host))
			return true;
	}
	if (request->host.len == 0 || rf_str_equal_case(request->host, RF_STR("localhost")) ||
	    (request->host.len > 10 && rf_str_equal_case((struct rf_str){request->host.p, 10}, RF_STR("localhost:"))))
		return false;
	return rf_endpoint_parse(request->host, 80, &host) != 0;
}

bool rf_http_may_change(const struct rf_http_site *site, const struct rf_http_request *request,
                        struct rf_http_reply *reply)
{
	if (request->peer == RF_HTTP_UNIX || has_token(site, request))
		return true;
	if (request->peer == RF_HTTP_LOOPBACK && !foreign_page(request))
		return true;
	if (request->peer == RF_HTTP_LOOPBACK) {
		rf_http_reply_error(
			reply, 403, "foreign_origin",
			"a page of another origin may not change anything here; use the address itself or a token");
	} else if (site->config.token) {
		reply->challenge = true;
		rf_http_reply_error(
			reply, 401, "token_required",
			"what changes state needs the header \"Authorization: Bearer TOKEN\" with the token of "
			"http-token-file");
	} else {
		rf_http_reply_error(reply, 403, "loopback_only",
		                    "what changes state is taken from this host only, as no http-token-file is set");
	}
	return false;
}
