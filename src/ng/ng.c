/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/ng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "ng/cookie.h"
#include "ng/dispatch.h"
#include "ng/listener.h"

#define EXPIRE_INTERVAL_US 1000000
#define EXPIRE_PER_TICK 4096
#define BATCHES_PER_EVENT 4 /* other events get their turn then */

/* One bound socket. */
struct listener {
	struct rf_ng *ng;          /* borrowed */
	int fd;                    /* -1: not open */
	uint16_t port;             /* host order */
	struct rf_loop_item *item; /* owned */
};

struct rf_ng {
	struct rf_loop *loop;         /* borrowed */
	struct rf_log *log;           /* borrowed; may be NULL */
	struct listener *listeners;   /* owned */
	unsigned n_listeners;         /* of them, open */
	struct rf_net *allow;         /* owned; NULL: everybody */
	unsigned n_allow;             /* of them; 0: everybody */
	struct rf_batch *batch;       /* owned; datagrams being answered */
	struct rf_buf reply;          /* kept between requests */
	struct rf_cookies cookies;    /* replies given */
	struct rf_loop_item *expire;  /* owned; the cache's timer */
	struct rf_dispatch dispatch;  /* the commands */
	uint64_t duplicates, refused; /* counters since start */
};

static bool is_allowed(const struct rf_ng *ng, const struct rf_addr *source)
{
	for (unsigned i = 0; i < ng->n_allow; i++) {
		if (rf_net_contains(&ng->allow[i], source))
			return true;
	}
	return ng->n_allow == 0;
}

/* The cookie of a datagram; empty when there is none. */
static struct rf_str cookie_of(struct rf_str datagram)
{
	const char *space = datagram.len ? memchr(datagram.p, ' ', datagram.len) : NULL;

	return (struct rf_str){datagram.p, space ? (size_t)(space - datagram.p) : 0};
}

static void send_reply(struct rf_ng *ng, const struct listener *listener, const struct rf_datagram *to,
                       struct rf_str bytes)
{
	char text[RF_ENDPOINT_TEXT];
	int err = rf_listener_reply(listener->fd, to, bytes);

	if (err)
		rf_log(ng->log, RF_LOG_NG, RF_LOG_WARNING, RF_STR_NONE, "reply of %zu bytes to %s was not sent: %s",
		       bytes.len, rf_endpoint_print(&to->source, text), strerror(-err));
}

static void refuse(struct rf_ng *ng, const struct rf_addr *source)
{
	char text[RF_ADDR_TEXT];

	ng->refused++;
	if (ng->log)
		rf_log(ng->log, RF_LOG_NG, RF_LOG_WARNING, RF_STR_NONE,
		       "a request of %s was ignored: its address is not in ng-allow", rf_addr_print(source, text));
}

static void answer(struct rf_ng *ng, const struct listener *listener, const struct rf_datagram *datagram)
{
	struct rf_str cookie = cookie_of(datagram->bytes);
	int64_t now_us = rf_clock_us();
	struct rf_str known;

	if (!is_allowed(ng, &datagram->source.addr)) {
		refuse(ng, &datagram->source.addr);
		return;
	}
	if (!cookie.len || !datagram->source.port || rf_datagram_is_echo(datagram, listener->port))
		return;
	if (rf_cookies_find(&ng->cookies, &datagram->source, cookie, now_us, &known)) {
		ng->duplicates++;
		send_reply(ng, listener, datagram, known);
		return;
	}
	rf_buf_reset(&ng->reply);
	if (!rf_dispatch_handle(&ng->dispatch, datagram->bytes, &ng->reply) || ng->reply.error)
		return;
	send_reply(ng, listener, datagram, rf_buf_view(&ng->reply));
	rf_cookies_store(&ng->cookies, &datagram->source, cookie, rf_buf_view(&ng->reply), now_us);
}

static void on_readable(void *arg, int fd, int what)
{
	struct listener *listener = arg;
	struct rf_ng *ng = listener->ng;
	int n;

	(void)what;
	for (unsigned round = 0; round < BATCHES_PER_EVENT; round++) {
		n = rf_listener_read(fd, ng->batch);
		if (n < 0)
			rf_log(ng->log, RF_LOG_NG, RF_LOG_WARNING, RF_STR_NONE, "reading requests: %s", strerror(-n));
		for (int i = 0; i < n; i++)
			answer(ng, listener, rf_batch_at(ng->batch, (unsigned)i));
		if (n < RF_BATCH)
			return;
	}
}

static void on_expire(void *arg, int fd, int what)
{
	struct rf_ng *ng = arg;

	(void)fd;
	(void)what;
	rf_cookies_expire(&ng->cookies, rf_clock_us(), EXPIRE_PER_TICK);
}

/* The sentence of a failed start, for the one caller of rf_ng_new at a time. */
static char why_text[160];

static int listener_start(struct rf_ng *ng, const struct rf_endpoint *at, struct rf_str *why)
{
	struct listener *listener = &ng->listeners[ng->n_listeners];
	char text[RF_ENDPOINT_TEXT];
	int err;

	*listener = (struct listener){.ng = ng, .fd = -1, .port = at->port};
	err = rf_listener_open(at, &listener->fd);
	if (err) {
		snprintf(why_text, sizeof(why_text), "listen-ng = %s: cannot listen there: %s%s",
		         rf_endpoint_print(at, text), strerror(-err),
		         err == -EACCES ? "; a low port needs CAP_NET_BIND_SERVICE" : "");
		*why = rf_str_of(why_text);
		return err;
	}
	ng->n_listeners++;
	return rf_loop_fd(ng->loop, listener->fd, RF_LOOP_READ, on_readable, listener, &listener->item);
}

/* A bare port is all addresses of both families, of IPv6 if the host has it. */
static int listen_at(struct rf_ng *ng, const struct rf_endpoint *at, struct rf_str *why)
{
	struct rf_endpoint any = *at;
	int err;

	if (at->addr.family != RF_FAMILY_NONE)
		return listener_start(ng, at, why);
	any.addr.family = RF_FAMILY_IP4;
	err = listener_start(ng, &any, why);
	if (err)
		return err;
	any.addr.family = RF_FAMILY_IP6;
	err = listener_start(ng, &any, why);
	return err == -EAFNOSUPPORT ? 0 : err;
}

static int listen_all(struct rf_ng *ng, const struct rf_ng_config *config, struct rf_str *why)
{
	int err;

	if (!config->n_listen)
		return 0;
	ng->listeners = calloc(2 * (size_t)config->n_listen, sizeof(*ng->listeners));
	if (!ng->listeners)
		return -ENOMEM;
	for (unsigned i = 0; i < config->n_listen; i++) {
		err = listen_at(ng, &config->listen[i], why);
		if (err)
			return err;
	}
	return rf_loop_timer(ng->loop, EXPIRE_INTERVAL_US, true, on_expire, ng, &ng->expire);
}

int rf_ng_new(const struct rf_ng_config *config, struct rf_ng **out, struct rf_str *why)
{
	struct rf_ng *ng = calloc(1, sizeof(*ng));
	uint64_t seed = 0;
	int err;

	*why = RF_STR("listen-ng: out of memory");
	if (!ng)
		return -ENOMEM;
	ng->loop = config->loop;
	ng->log = config->log;
	rf_buf_init(&ng->reply, RF_REPLY_MAX);
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)rf_clock_us();
	err = rf_cookies_init(&ng->cookies, seed, RF_COOKIE_MAX_BYTES, RF_COOKIE_MAX_ENTRIES);
	if (err)
		goto fail;
	err = rf_dispatch_init(&ng->dispatch, config);
	if (err)
		goto fail_cookies;
	err = rf_ng_set_allow(ng, config->allow, config->n_allow);
	if (err)
		goto fail_dispatch;
	ng->batch = rf_batch_new();
	err = ng->batch ? listen_all(ng, config, why) : -ENOMEM;
	if (err)
		goto fail_listeners;
	*out = ng;
	return 0;
fail_listeners:
	rf_ng_free(ng);
	return err;
fail_dispatch:
	rf_dispatch_free(&ng->dispatch);
fail_cookies:
	rf_cookies_free(&ng->cookies);
fail:
	free(ng);
	return err;
}

void rf_ng_free(struct rf_ng *ng)
{
	if (!ng)
		return;
	rf_loop_remove(ng->expire);
	for (unsigned i = 0; i < ng->n_listeners; i++) {
		rf_loop_remove(ng->listeners[i].item);
		close(ng->listeners[i].fd);
	}
	free(ng->listeners);
	free(ng->allow);
	rf_batch_free(ng->batch);
	rf_buf_free(&ng->reply);
	rf_dispatch_free(&ng->dispatch);
	rf_cookies_free(&ng->cookies);
	free(ng);
}

int rf_ng_set_allow(struct rf_ng *ng, const struct rf_net *allow, unsigned n_allow)
{
	struct rf_net *copy = NULL;

	if (n_allow) {
		copy = malloc(n_allow * sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, allow, n_allow * sizeof(*copy));
	}
	free(ng->allow);
	ng->allow = copy;
	ng->n_allow = n_allow;
	return 0;
}

bool rf_ng_handle(struct rf_ng *ng, struct rf_str datagram, struct rf_buf *reply)
{
	return rf_dispatch_handle(&ng->dispatch, datagram, reply);
}

unsigned rf_ng_stats(const struct rf_ng *ng, const struct rf_ng_command_stats **rows)
{
	*rows = ng->dispatch.stats;
	return RF_COMMANDS + 1;
}

uint64_t rf_ng_duplicates(const struct rf_ng *ng)
{
	return ng->duplicates;
}

uint64_t rf_ng_refused(const struct rf_ng *ng)
{
	return ng->refused;
}
