/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/user/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "dataplane/stream.h"

#define MAX_EVENTS 128 /* packets of one round */
#define PIERCE_INTERVAL_US 100000
#define PIERCE_MAX 100 /* empty datagrams to a party that stays silent: ten seconds */

const double rf_delay_bounds[RF_DELAY_BUCKETS - 1] = {0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002,
                                                      0.005,   0.01,    0.02,    0.05,   0.1,    0.2,    0.5};

/* Send an empty datagram to each party that was not heard yet. */
static void pierce_round(struct rf_worker *worker)
{
	RF_LIST_EACH_SAFE (l, &worker->piercing) {
		struct rf_stream *stream = RF_CONTAINER(l, struct rf_stream, piercing);

		if (rf_latch_is_set(&stream->latch) || stream->pierced >= PIERCE_MAX) {
			rf_list_remove(&stream->piercing);
			continue;
		}
		stream->pierced++;
		rf_packet_pierce(stream);
	}
}

/* Milliseconds to wait for the next event; rounds of piercing are done on the way. */
static int pierce_wait(struct rf_worker *worker)
{
	int64_t now_us;

	if (rf_list_empty(&worker->piercing))
		return -1;
	now_us = rf_clock_us();
	if (now_us >= worker->pierce_us) {
		pierce_round(worker);
		worker->pierce_us = now_us + PIERCE_INTERVAL_US;
	}
	return (int)((worker->pierce_us - now_us + 999) / 1000);
}

static void read_mail(struct rf_worker *worker)
{
	struct rf_mail *mail;

	rf_mailbox_clear(&worker->inbox);
	mail = rf_mailbox_take(&worker->inbox);
	while (mail) {
		/* Posting a message back gives it away. */
		struct rf_mail *next = mail->next;

		rf_worker_apply(worker, (struct rf_message *)mail);
		mail = next;
	}
}

/*
 * Mail comes before packets: what was committed before a packet arrived holds for that packet. Mail may drop streams
 * that the round still names, and blanks them then; so it is read before the next stream is looked at.
 */
static void run_round(struct rf_worker *worker, struct epoll_event *events, int n)
{
	worker->round = events;
	worker->round_left = n;
	while (worker->round_left > 0) {
		struct rf_stream *stream;

		if (rf_mailbox_pending(&worker->inbox))
			read_mail(worker);
		stream = worker->round->data.ptr;
		worker->round++;
		worker->round_left--;
		if (stream)
			(void)rf_packet_relay(worker, stream);
		else /* the mailbox, or a stream that was dropped */
			read_mail(worker);
	}
}

static void nap(const struct rf_worker *worker)
{
	struct timespec pause = {.tv_sec = worker->nap_us / 1000000, .tv_nsec = worker->nap_us % 1000000 * 1000L};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

/* With a nap: only when nothing waits any more, so that a burst on one socket does not wait for one nap a packet. */
static void *worker_run(void *arg)
{
	struct rf_worker *worker = arg;
	struct epoll_event events[MAX_EVENTS];
	int n = 0;

	while (!worker->ending) {
		int wait_ms = pierce_wait(worker);

		if (worker->nap_us && n > 0)
			wait_ms = 0;
		n = epoll_wait(worker->epoll_fd, events, MAX_EVENTS, wait_ms);
		run_round(worker, events, n);
		if (worker->nap_us && n == 0 && wait_ms == 0)
			nap(worker);
	}
	return NULL;
}

/* A thread that no signal is delivered to. */
static int start_thread(struct rf_worker *worker)
{
	sigset_t all, before;
	char name[16];
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&worker->thread, NULL, worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return -EAGAIN;
	snprintf(name, sizeof(name), "rf-media-%u", worker->number % 1000);
	pthread_setname_np(worker->thread, name);
	return 0;
}

int rf_worker_new(unsigned number, unsigned nap_us, struct rf_log *log, struct rf_mailbox *done, struct rf_worker **out)
{
	struct epoll_event mail = {.events = EPOLLIN, .data.ptr = NULL};
	struct rf_worker *worker = calloc(1, sizeof(*worker));
	int err;

	if (!worker)
		return -ENOMEM;
	worker->number = number;
	worker->nap_us = nap_us;
	worker->log = log;
	worker->done = done;
	atomic_init(&worker->kernel, false);
	rf_list_init(&worker->piercing);
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	err = -errno;
	if (worker->epoll_fd < 0)
		goto free_worker;
	err = rf_mailbox_init(&worker->inbox);
	if (err)
		goto close_epoll;
	if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, worker->inbox.event_fd, &mail)) {
		err = -errno;
		goto close_inbox;
	}
	err = start_thread(worker);
	if (err)
		goto close_inbox;
	*out = worker;
	return 0;

close_inbox:
	rf_mailbox_close(&worker->inbox);
close_epoll:
	close(worker->epoll_fd);
free_worker:
	free(worker);
	return err;
}

void rf_worker_post(struct rf_worker *worker, struct rf_message *message)
{
	rf_mailbox_post(&worker->inbox, &message->mail, true);
}

void rf_worker_stop(struct rf_worker *worker)
{
	struct rf_message end = {.kind = RF_MESSAGE_STOP};

	rf_worker_post(worker, &end);
	pthread_join(worker->thread, NULL);
}

void rf_worker_free(struct rf_worker *worker)
{
	rf_mailbox_close(&worker->inbox);
	close(worker->epoll_fd);
	free(worker);
}
