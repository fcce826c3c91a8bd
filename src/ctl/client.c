/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_MS 3000L
#define TOTAL_MS 20000L
#define WHERE_SIZE 256

struct rf_client {
	CURL *curl;                 /* owned */
	struct curl_slist *headers; /* owned */
	const char *socket;         /* borrowed; NULL: by URL */
	const char *url;            /* borrowed; NULL: over the socket */
	char where[WHERE_SIZE];     /* for sentences */
};

static int add_token(struct rf_client *client, const char *token)
{
	char line[1024];

	if (snprintf(line, sizeof(line), "Authorization: Bearer %s", token) >= (int)sizeof(line))
		return -ENOMEM;
	client->headers = curl_slist_append(NULL, line);
	return client->headers ? 0 : -ENOMEM;
}

int rf_client_new(const char *socket, const char *url, const char *token, struct rf_client **out)
{
	struct rf_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->curl = curl_easy_init();
	if (!client->curl || (token && add_token(client, token) != 0)) {
		rf_client_free(client);
		return -ENOMEM;
	}
	client->socket = url ? NULL : socket;
	client->url = url;
	if (url)
		snprintf(client->where, sizeof(client->where), "%s", url);
	else
		snprintf(client->where, sizeof(client->where), "the socket %s", socket);
	*out = client;
	return 0;
}

void rf_client_free(struct rf_client *client)
{
	if (!client)
		return;
	curl_slist_free_all(client->headers);
	curl_easy_cleanup(client->curl);
	free(client);
}

const char *rf_client_where(const struct rf_client *client)
{
	return client->where;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct rf_buf *body = arg;

	rf_buf_append(body, data, size * n);
	return body->error ? 0 : size * n;
}

/* What to check, by what happened. */
static const char *hint(const struct rf_client *client, CURLcode code, long os_errno)
{
	if (client->socket && os_errno == EACCES)
		return "may this user open it? Its group may; or use sudo";
	if (client->socket)
		return "is rtpferryd running, and with this listen-ctl? --socket and --url name another place";
	if (code == CURLE_OPERATION_TIMEDOUT)
		return "is the address right, and does a firewall let it through?";
	return "is rtpferryd running, and with this listen-http?";
}

static int perform(struct rf_client *client, const char *method, const char *target, struct rf_buf *body, char *why)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, target);
	if (client->socket)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L); /* a call-id may look like "/../" */
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	return (int)curl_easy_perform(curl);
}

int rf_client_call(struct rf_client *client, const char *method, const char *path, struct rf_buf *body,
                   unsigned *status, char *error)
{
	char why[CURL_ERROR_SIZE] = "";
	long code = 0, os_errno = 0;
	struct rf_buf target;
	CURLcode rc;

	rf_buf_init(&target, 0);
	rf_buf_text(&target, client->url ? client->url : "http://localhost");
	while (target.len > 0 && !target.error && target.data[target.len - 1] == '/')
		target.len--;
	rf_buf_text(&target, path);
	rf_buf_char(&target, '\0');
	if (target.error) {
		snprintf(error, RF_CLIENT_ERROR, "out of memory");
		rf_buf_free(&target);
		return -ENOMEM;
	}
	rc = (CURLcode)perform(client, method, target.data, body, why);
	rf_buf_free(&target);
	if (rc == CURLE_OK) {
		curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &code);
		*status = (unsigned)code;
		return 0;
	}
	if (body->error) {
		snprintf(error, RF_CLIENT_ERROR, "%s: the answer is larger than %zu bytes", client->where, body->limit);
		return body->error;
	}
	curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &os_errno);
	snprintf(error, RF_CLIENT_ERROR, "%s does not answer: %s (%s)", client->where,
	         os_errno ? strerror((int)os_errno) : (why[0] ? why : curl_easy_strerror(rc)),
	         hint(client, rc, os_errno));
	return -ENOTCONN;
}
