/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/ng.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/fields.h"
#include "tree/bencode.h"

#define DEFAULT_PORT 2223
#define TRY_MS 1000
#define REPLY_SIZE 65536

static const struct rf_addr loopback4 = {RF_FAMILY_IP4, {127, 0, 0, 1}};
static const struct rf_addr loopback6 = {RF_FAMILY_IP6, {[15] = 1}};

/* Where the relay takes ng requests: its own word, else the default. */
static void default_endpoint(struct rf_ctl *ctl, struct rf_endpoint *out)
{
	const struct rf_value *first;
	struct rf_value *tree = NULL;
	FILE *err = ctl->err;

	*out = (struct rf_endpoint){loopback4, DEFAULT_PORT};
	ctl->err = fopen("/dev/null", "we");
	if (ctl->err) {
		rf_ctl_get(ctl, "GET", "/api/v1/version", &tree);
		fclose(ctl->err);
	}
	ctl->err = err;
	first = rf_field_first(rf_field(tree, "listen_ng"));
	if (!first || first->type != RF_VALUE_STR || rf_endpoint_parse(first->str, DEFAULT_PORT, out) != 0)
		return;
	if (rf_addr_is_null(&out->addr)) /* "any address" is reached on loopback */
		out->addr = out->addr.family == RF_FAMILY_IP6 ? loopback6 : loopback4;
}

/*
 * NAME or NAME:PORT, as a Service of Kubernetes has: the first address of the name. RF_CTL_OK, or an exit
 * code, and why was told.
 */
static int look_up(struct rf_ctl *ctl, const char *what, const char *text, struct rf_endpoint *out)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG};
	const char *colon = strrchr(text, ':');
	struct addrinfo *found = NULL;
	uint64_t port = DEFAULT_PORT;
	char *name = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
	int rc = RF_CTL_OK, error;

	/* digits alone, and IPv6 addresses, were no address already: a resolver would make something of them */
	if (!name || name[strspn(name, "0123456789.")] == '\0' || strpbrk(name, ":[]%/ ") ||
	    (colon && (rf_str_to_u64(rf_str_of(colon + 1), &port) != 0 || port < 1 || port > 65535))) {
		fprintf(ctl->err, "rtpferryctl: %s %s: expected ADDRESS:PORT, [IPV6]:PORT or NAME:PORT\n", what, text);
		free(name);
		return RF_CTL_USAGE;
	}
	error = getaddrinfo(name, NULL, &hints, &found);
	if (error == 0)
		error = rf_endpoint_from_sockaddr(found->ai_addr, out) == 0 ? 0 : EAI_FAMILY;
	if (error != 0) {
		fprintf(ctl->err,
		        "rtpferryctl: %s %s: the name has no address: %s "
		        "(that of a headless Service has one while a pod of it is ready)\n",
		        what, text, gai_strerror(error));
		rc = RF_CTL_UNREACHABLE;
	}
	out->port = (uint16_t)port;
	if (found)
		freeaddrinfo(found);
	free(name);
	return rc;
}

int rf_ctl_ng_find(struct rf_ctl *ctl, const char *what, const char *address, struct rf_endpoint *out)
{
	if (!address) {
		default_endpoint(ctl, out);
		return RF_CTL_OK;
	}
	if (rf_endpoint_parse(rf_str_of(address), DEFAULT_PORT, out) == 0 && out->addr.family != RF_FAMILY_NONE)
		return RF_CTL_OK;
	return look_up(ctl, what, address, out);
}

int rf_ctl_ng_open(struct rf_ctl_ng *ng, const struct rf_endpoint *to)
{
	struct sockaddr_storage address;
	socklen_t len = rf_endpoint_to_sockaddr(to, &address);

	*ng = (struct rf_ctl_ng){.to = *to, .stop_fd = -1};
	rf_endpoint_print(to, ng->text);
	ng->fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ng->fd < 0 || connect(ng->fd, (struct sockaddr *)&address, len) < 0)
		return -errno;
	return 0;
}

void rf_ctl_ng_close(struct rf_ctl_ng *ng)
{
	if (ng->fd >= 0)
		close(ng->fd);
	ng->fd = -1;
}

/* Wait for the reply to a cookie. 1: *out is what follows the cookie; 0: none until the time; or a negative errno. */
static int await(const struct rf_ctl_ng *ng, struct rf_str cookie, int64_t until_us, char *buffer, struct rf_str *out)
{
	struct pollfd wait[] = {{.fd = ng->fd, .events = POLLIN}, {.fd = ng->stop_fd, .events = POLLIN}};
	int64_t left_us;

	while ((left_us = until_us - rf_clock_us()) > 0) {
		struct rf_str reply = {.p = buffer};
		ssize_t n;

		if (poll(wait, 2, (int)(left_us / 1000) + 1) < 0)
			return -errno;
		if (wait[1].revents)
			return -EINTR;
		if (!wait[0].revents)
			continue;
		n = recv(ng->fd, buffer, REPLY_SIZE, MSG_DONTWAIT);
		if (n < 0)
			return -errno;
		reply.len = (size_t)n;
		if (!rf_str_has_prefix(reply, cookie))
			continue; /* to an older question */
		*out = (struct rf_str){reply.p + cookie.len, reply.len - cookie.len};
		return 1;
	}
	return 0;
}

int64_t rf_ctl_ng_ask(struct rf_ctl_ng *ng, struct rf_arena *arena, struct rf_str request, unsigned tries,
                      struct rf_value **reply)
{
	struct rf_str message =
		rf_arena_printf(arena, "ctl%d-%lld %.*s", (int)getpid(), (long long)rf_clock_us(), RF_STR_ARG(request));
	struct rf_str cookie = {message.p, message.len - request.len}, text = RF_STR_NONE;
	char *buffer = rf_arena_alloc(arena, REPLY_SIZE);
	int64_t sent_us = 0;
	int rc = 0;

	if (!message.p || !buffer)
		return -ENOMEM;
	for (unsigned i = 0; i < tries && rc == 0; i++) {
		sent_us = rf_clock_us();
		if (send(ng->fd, message.p, message.len, 0) < 0)
			return -errno;
		rc = await(ng, cookie, sent_us + TRY_MS * 1000, buffer, &text);
	}
	if (rc <= 0)
		return rc < 0 ? rc : -ETIMEDOUT;
	sent_us = rf_clock_us() - sent_us;
	if (rf_bencode_decode(arena, text, reply) != 0 || (*reply)->type != RF_VALUE_DICT)
		return -EBADMSG;
	return sent_us;
}

const char *rf_ctl_ng_error(int64_t error)
{
	switch (error) {
	case -ETIMEDOUT:
		return "no reply within 3 s";
	case -EBADMSG:
		return "its reply is none of ng";
	case -EINTR:
		return "interrupted";
	default:
		return strerror((int)-error);
	}
}
