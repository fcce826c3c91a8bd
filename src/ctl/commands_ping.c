/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ping: the ng command, over UDP, as a proxy sends it.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "tree/bencode.h"

#define DEFAULT_PORT 2223
#define TRIES 3
#define TRY_MS 1000
#define REPLY_SIZE 2048

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
static int look_up(struct rf_ctl *ctl, const char *text, struct rf_endpoint *out)
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
		fprintf(ctl->err, "rtpferryctl: ping %s: expected ADDRESS:PORT, [IPV6]:PORT or NAME:PORT\n", text);
		free(name);
		return RF_CTL_USAGE;
	}
	error = getaddrinfo(name, NULL, &hints, &found);
	if (error == 0)
		error = rf_endpoint_from_sockaddr(found->ai_addr, out) == 0 ? 0 : EAI_FAMILY;
	if (error != 0) {
		fprintf(ctl->err, "rtpferryctl: ping %s: the name has no address: %s\n", text, gai_strerror(error));
		rc = RF_CTL_UNREACHABLE;
	}
	out->port = (uint16_t)port;
	if (found)
		freeaddrinfo(found);
	free(name);
	return rc;
}

/* Is this the answer to our cookie, and "pong"? */
static bool is_pong(struct rf_ctl *ctl, struct rf_str reply, struct rf_str cookie)
{
	struct rf_value *tree;

	if (!rf_str_has_prefix(reply, cookie))
		return false;
	reply = (struct rf_str){reply.p + cookie.len, reply.len - cookie.len};
	rf_arena_reset(ctl->arena);
	return rf_bencode_decode(ctl->arena, reply, &tree) == 0 &&
	       rf_str_equal(rf_field_text(tree, "result"), RF_STR("pong"));
}

/* One request; the time to its reply in microseconds, or a negative errno. */
static int64_t try_once(struct rf_ctl *ctl, int fd)
{
	int64_t start_us = rf_clock_us(), left_ms;
	char cookie[64], request[128], reply[REPLY_SIZE];
	int cookie_len = snprintf(cookie, sizeof(cookie), "ctl%d-%lld ", (int)getpid(), (long long)start_us);
	int len = snprintf(request, sizeof(request), "%sd7:command4:pinge", cookie);
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	if (send(fd, request, (size_t)len, 0) < 0)
		return -errno;
	while ((left_ms = TRY_MS - (rf_clock_us() - start_us) / 1000) > 0) {
		ssize_t n;

		if (poll(&wait, 1, (int)left_ms) <= 0)
			break;
		n = recv(fd, reply, sizeof(reply), 0);
		if (n < 0)
			return -errno;
		if (is_pong(ctl, (struct rf_str){reply, (size_t)n}, (struct rf_str){cookie, (size_t)cookie_len}))
			return rf_clock_us() - start_us;
	}
	return -ETIMEDOUT;
}

static int64_t ping(struct rf_ctl *ctl, const struct rf_endpoint *to)
{
	struct sockaddr_storage address;
	socklen_t len = rf_endpoint_to_sockaddr(to, &address);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int64_t us = -ETIMEDOUT;

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, len) < 0)
		us = -errno;
	for (unsigned i = 0; i < TRIES && us == -ETIMEDOUT; i++)
		us = try_once(ctl, fd);
	close(fd);
	return us;
}

int rf_ctl_ping(struct rf_ctl *ctl)
{
	struct rf_endpoint to = {.port = 0};
	char text[RF_ENDPOINT_TEXT];
	int64_t us;

	if (!ctl->argument) {
		default_endpoint(ctl, &to);
	} else if (rf_endpoint_parse(rf_str_of(ctl->argument), DEFAULT_PORT, &to) != 0 ||
	           to.addr.family == RF_FAMILY_NONE) {
		int rc = look_up(ctl, ctl->argument, &to);

		if (rc != RF_CTL_OK)
			return rc;
	}
	rf_endpoint_print(&to, text);
	us = ping(ctl, &to);
	if (us < 0) {
		fprintf(ctl->err,
		        "rtpferryctl: %s does not answer the ng ping: %s (is it listen-ng of a relay, and does "
		        "ng-allow "
		        "name this host?)\n",
		        text, us == -ETIMEDOUT ? "no reply within 3 s" : strerror((int)-us));
		return RF_CTL_UNREACHABLE;
	}
	if (ctl->json)
		fprintf(ctl->out, "{\"address\":\"%s\",\"round_trip_s\":%.6f}\n", text, (double)us / 1e6);
	else
		fprintf(ctl->out, "pong from %s in %.2f ms\n", text, (double)us / 1000);
	return RF_CTL_OK;
}
