/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker's side of a message: streams come, change and go, all of one message between two packets. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "dataplane/stream.h"

/* Every 16th stream asks the kernel for the time of arrival of its packets. */
static void sample(struct rf_worker *worker, struct rf_stream *stream)
{
	int one = 1;

	if (worker->added++ % RF_SAMPLE_STREAMS == 0)
		stream->sampled = setsockopt(stream->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) == 0;
}

static void add(struct rf_worker *worker, struct rf_group *group, struct rf_stream *stream)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};

	rf_list_append(&group->worker_streams, &stream->in_worker_group);
	rf_stream_skip_overruns(stream);
	if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, stream->fd, &event))
		rf_log(worker->log, RF_LOG_DATAPLANE, RF_LOG_ERROR, RF_STR_NONE,
		       "port %u is deaf: epoll does not take its socket: %s", stream->port, strerror(errno));
	sample(worker, stream);
}

static void set_tos(struct rf_worker *worker, struct rf_stream *stream, int tos)
{
	bool ip6 = stream->local->address.family == RF_FAMILY_IP6;

	/* To leave it is to send what a socket sends that nobody asked: 0. */
	if (tos < 0 && stream->tos > 0)
		tos = 0;
	if (tos < 0 || tos == stream->tos)
		return;
	stream->tos = tos;
	if (setsockopt(stream->fd, ip6 ? IPPROTO_IPV6 : IPPROTO_IP, ip6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof(tos)))
		rf_log(worker->log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "port %u: TOS %d is not set: %s",
		       stream->port, tos, strerror(errno));
}

void rf_stream_aim(struct rf_stream *stream)
{
	struct rf_endpoint to = rf_latch_destination(&stream->latch, &stream->config);
	struct sockaddr_storage sa;

	stream->to_len = 0;
	if (to.port != 0) {
		stream->to_len = rf_endpoint_to_sockaddr(&to, &sa);
		memcpy(&stream->to, &sa, sizeof(stream->to));
	}
	stream->figures.place.remote = to;
	stream->figures.place.source = stream->latch.source;
	stream->figures.place.relearned = stream->latch.relearned;
	stream->figures.place.settled = rf_latch_settled(&stream->latch, &stream->config, rf_clock_us());
	rf_shown_begin(&stream->shown);
	RF_SHOW(stream, place);
	rf_shown_end(&stream->shown);
}

void rf_stream_aim_rtcp(const struct rf_stream *rtp)
{
	struct rf_stream *rtcp = rtp->sibling;

	if (!rtcp || rf_latch_is_set(&rtcp->latch))
		return;
	rtcp->latch.guess = rf_latch_guess_rtcp(&rtp->latch, &rtp->config, &rtcp->config);
	rf_stream_aim(rtcp);
}

static void pierce(struct rf_worker *worker, struct rf_stream *stream)
{
	rf_list_remove(&stream->piercing);
	if (!(stream->config.flags & RF_STREAM_PIERCE_NAT) || rf_latch_is_set(&stream->latch))
		return;
	stream->pierced = 0;
	rf_list_append(&worker->piercing, &stream->piercing);
}

/* What was learnt holds for one SDP endpoint. On hold (the null address) a party moves nowhere. */
static void unlearn(struct rf_stream *stream, const struct rf_stream_config *config)
{
	const struct rf_endpoint *before = &stream->config.remote, *now = &config->remote;
	bool moved = !rf_endpoint_equal(now, before);

	if (moved && !config->forget && !rf_addr_is_null(&before->addr) && !rf_addr_is_null(&now->addr))
		rf_latch_retire(&stream->latch, rf_clock_us());
	else if (moved || config->forget)
		rf_latch_forget(&stream->latch);
}

static void set(struct rf_worker *worker, struct rf_stream *stream, const struct rf_stream_config *config)
{
	unlearn(stream, config);
	stream->config = *config;
	set_tos(worker, stream, config->tos);
	rf_stream_aim(stream);
	pierce(worker, stream);
}

/* Nothing may point to the stream any more; sockets and memory are the control thread's to free. */
static void drop(struct rf_worker *worker, struct rf_group *group, struct rf_stream *stream)
{
	epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, stream->fd, NULL);
	for (int i = 0; i < worker->round_left; i++)
		if (worker->round[i].data.ptr == stream)
			worker->round[i].data.ptr = NULL;
	rf_stream_count_overruns(worker, stream);
	rf_list_remove(&stream->in_worker_group);
	rf_list_remove(&stream->piercing);
	if (stream->sibling)
		stream->sibling->sibling = NULL;
	RF_LIST_EACH (l, &group->worker_streams) {
		struct rf_stream *other = RF_CONTAINER(l, struct rf_stream, in_worker_group);

		if (other->config.out_rtp == stream)
			other->config.out_rtp = NULL;
		if (other->config.out_rtcp == stream)
			other->config.out_rtcp = NULL;
	}
}

static void apply_changes(struct rf_worker *worker, const struct rf_message *message)
{
	for (unsigned i = 0; i < message->n; i++)
		if (message->changes[i].what & RF_STAGED_ADD)
			add(worker, message->group, message->changes[i].stream);
	for (unsigned i = 0; i < message->n; i++)
		if (message->changes[i].what & RF_STAGED_SET)
			set(worker, message->changes[i].stream, &message->changes[i].config);
	for (unsigned i = 0; i < message->n; i++)
		if (message->changes[i].what & RF_STAGED_REMOVE)
			drop(worker, message->group, message->changes[i].stream);
	RF_LIST_EACH (l, &message->group->worker_streams) {
		struct rf_stream *stream = RF_CONTAINER(l, struct rf_stream, in_worker_group);

		if (stream->measured)
			rf_stream_aim_rtcp(stream);
		rf_stream_read_marks(worker, stream);
	}
}

static void end(struct rf_worker *worker, struct rf_group *group)
{
	RF_LIST_EACH_SAFE (l, &group->worker_streams)
		drop(worker, group, RF_CONTAINER(l, struct rf_stream, in_worker_group));
}

void rf_worker_apply(struct rf_worker *worker, struct rf_message *message)
{
	switch (message->kind) {
	case RF_MESSAGE_STOP:
		worker->ending = true;
		return;
	case RF_MESSAGE_CHANGES:
		apply_changes(worker, message);
		break;
	case RF_MESSAGE_END:
		end(worker, message->group);
		break;
	case RF_MESSAGE_FLOW_ON:
	case RF_MESSAGE_FLOW_OFF:
	case RF_MESSAGE_HEARD:
		rf_worker_apply_flow(worker, message);
		break;
	case RF_MESSAGE_AIMED: /* goes the other way */
		break;
	}
	rf_mailbox_post(worker->done, &message->mail, message->wake);
}
