/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loop/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

struct rf_loop {
	struct event_base *base; /* owned */
	bool stopping;           /* rf_loop_stop() was called and rf_loop_run() has not returned since */
};

struct rf_loop_item {
	struct event *event; /* owned */
	rf_loop_fn *fn;      /* called when it fires */
	void *arg;           /* for fn, not owned */
	int signal;          /* its number; 0 for a descriptor or a timer */
};

int rf_loop_new(struct rf_loop **out)
{
	struct rf_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->base = event_base_new();
	if (!loop->base) {
		free(loop);
		return -ENOMEM;
	}
	*out = loop;
	return 0;
}

void rf_loop_free(struct rf_loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	free(loop);
}

int rf_loop_run(struct rf_loop *loop)
{
	int rc = 0;

	/* libevent forgets a break that comes before its loop starts. */
	if (!loop->stopping)
		rc = event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
	loop->stopping = false;
	return rc < 0 ? -EIO : 0;
}

void rf_loop_stop(struct rf_loop *loop)
{
	loop->stopping = true;
	event_base_loopbreak(loop->base);
}

static void on_event(evutil_socket_t fd, short events, void *arg)
{
	struct rf_loop_item *item = arg;
	int what = item->signal;

	if (what == 0)
		what = (events & EV_READ ? RF_LOOP_READ : 0) | (events & EV_WRITE ? RF_LOOP_WRITE : 0);
	/* The callback may free the item: nothing of it is used afterwards. */
	item->fn(item->arg, item->signal ? -1 : fd, what);
}

static int item_new(struct rf_loop *loop, int fd, short events, rf_loop_fn *fn, void *arg, struct rf_loop_item **out)
{
	struct rf_loop_item *item = calloc(1, sizeof(*item));

	if (!item)
		return -ENOMEM;
	item->fn = fn;
	item->arg = arg;
	item->signal = events & EV_SIGNAL ? fd : 0;
	item->event = event_new(loop->base, fd, events, on_event, item);
	if (!item->event) {
		free(item);
		return -ENOMEM;
	}
	*out = item;
	return 0;
}

static int item_start(struct rf_loop *loop, int fd, short events, rf_loop_fn *fn, void *arg, struct rf_loop_item **out)
{
	struct rf_loop_item *item;
	int err = item_new(loop, fd, events, fn, arg, &item);

	if (err)
		return err;
	if (event_add(item->event, NULL)) {
		rf_loop_remove(item);
		return -EIO;
	}
	*out = item;
	return 0;
}

int rf_loop_fd(struct rf_loop *loop, int fd, int what, rf_loop_fn *fn, void *arg, struct rf_loop_item **out)
{
	short events = EV_PERSIST;

	if (what & RF_LOOP_READ)
		events |= EV_READ;
	if (what & RF_LOOP_WRITE)
		events |= EV_WRITE;
	return item_start(loop, fd, events, fn, arg, out);
}

int rf_loop_signal(struct rf_loop *loop, int signal, rf_loop_fn *fn, void *arg, struct rf_loop_item **out)
{
	return item_start(loop, signal, EV_SIGNAL | EV_PERSIST, fn, arg, out);
}

static int timer_add(struct rf_loop_item *item, int64_t delay_us)
{
	struct timeval tv = {.tv_sec = delay_us / 1000000, .tv_usec = delay_us % 1000000};

	return event_add(item->event, &tv) ? -ENOMEM : 0;
}

int rf_loop_timer(struct rf_loop *loop, int64_t interval_us, bool repeat, rf_loop_fn *fn, void *arg,
                  struct rf_loop_item **out)
{
	struct rf_loop_item *item;
	int err = item_new(loop, -1, repeat ? EV_PERSIST : 0, fn, arg, &item);

	if (err)
		return err;
	err = timer_add(item, interval_us);
	if (err) {
		rf_loop_remove(item);
		return err;
	}
	*out = item;
	return 0;
}

void rf_loop_timer_set(struct rf_loop_item *item, int64_t delay_us)
{
	/* Only the first event_add() of an event allocates. */
	(void)timer_add(item, delay_us > 0 ? delay_us : 0);
}

void rf_loop_remove(struct rf_loop_item *item)
{
	if (!item)
		return;
	event_free(item->event);
	free(item);
}
