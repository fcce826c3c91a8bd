/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups and streams as the control thread sees them: staged, committed, and freed once the worker let go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/internal.h"

static struct rf_worker *least_loaded(const struct rf_dataplane *dataplane)
{
	struct rf_worker *least = dataplane->workers[0];

	for (unsigned i = 1; i < dataplane->n_workers; i++)
		if (dataplane->workers[i]->load < least->load)
			least = dataplane->workers[i];
	return least;
}

int rf_group_new(struct rf_dataplane *dataplane, struct rf_group **out)
{
	struct rf_group *group = calloc(1, sizeof(*group));

	if (!group)
		return -ENOMEM;
	group->dataplane = dataplane;
	group->worker = least_loaded(dataplane);
	/* A group without streams yet counts, too: calls come in bursts. */
	group->worker->load++;
	rf_list_init(&group->streams);
	rf_list_init(&group->worker_streams);
	rf_list_init(&group->waiting);
	group->aimed = (struct rf_message){.kind = RF_MESSAGE_AIMED, .group = group};
	atomic_init(&group->aimed_posted, false);
	rf_list_append(&dataplane->groups, &group->in_dataplane);
	*out = group;
	return 0;
}

/* -- streams -- */

/* User space routes as the kernel's flows do. */
static void set_mark(const struct rf_stream *stream)
{
	const struct rf_local *local = stream->local;

	if (local->mark && setsockopt(stream->fd, SOL_SOCKET, SO_MARK, &local->mark, sizeof(local->mark)))
		rf_log(stream->group->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE,
		       "interface %s: the mark 0x%x is not set: %s; CAP_NET_ADMIN is needed", local->iface, local->mark,
		       strerror(errno));
}

static void stream_init(struct rf_stream *stream, struct rf_group *group, struct rf_pair *pair, bool rtcp)
{
	stream->group = group;
	stream->pair = pair;
	stream->staged = RF_STAGED_ADD;
	stream->local = pair->ports.local;
	stream->port = (uint16_t)(pair->ports.rtp_port + rtcp);
	stream->fd = rtcp ? pair->ports.rtcp_fd : pair->ports.rtp_fd;
	stream->iface = (uint8_t)rf_dataplane_iface(group->dataplane, stream->local);
	set_mark(stream);
	stream->wanted.tos = -1;
	stream->config.tos = -1;
	stream->tos = -1;
	rf_list_init(&stream->in_worker_group);
	rf_list_init(&stream->piercing);
	rf_list_init(&stream->ending);
	stream->why = RF_OFFLOAD_NO_TABLE;
	rf_list_append(&group->streams, &stream->in_group);
	pair->streams++;
	group->worker->load++;
	group->dataplane->n_streams++;
}

int rf_stream_pair_new(struct rf_group *group, struct rf_port_pair *pair, struct rf_stream **rtp,
                       struct rf_stream **rtcp)
{
	struct rf_pair *shared = calloc(1, sizeof(*shared));
	struct rf_stream *first = calloc(1, sizeof(*first)), *second = NULL;
	struct rf_measured *measured = calloc(1, sizeof(*measured));

	if (pair->rtcp_fd >= 0)
		second = calloc(1, sizeof(*second));
	if (!shared || !first || !measured || (pair->rtcp_fd >= 0 && !second)) {
		free(shared);
		free(first);
		free(measured);
		free(second);
		return -ENOMEM;
	}
	shared->ports = *pair;
	pair->rtp_fd = pair->rtcp_fd = -1;
	stream_init(first, group, shared, false);
	first->measured = measured;
	first->sibling = second;
	if (second) {
		stream_init(second, group, shared, true);
		second->sibling = first;
	}
	*rtp = first;
	*rtcp = second;
	return 0;
}

void rf_stream_set(struct rf_stream *stream, const struct rf_stream_config *config)
{
	/* A wish to forget that was staged before and not committed yet still holds. */
	bool forget = stream->staged & RF_STAGED_SET && stream->wanted.forget;

	stream->wanted = *config;
	stream->wanted.forget |= forget;
	stream->staged |= RF_STAGED_SET;
}

void rf_stream_free(struct rf_stream *stream)
{
	if (stream)
		stream->staged |= RF_STAGED_REMOVE;
}

/*
 * The ports go back with the second stream of the pair. When the first one goes alone its socket is closed; when the
 * other follows at once they go back together, for they may be kept.
 */
static void pair_release(struct rf_ports *ports, struct rf_pair *pair, const struct rf_stream *stream)
{
	int *own = stream->fd == pair->ports.rtp_fd ? &pair->ports.rtp_fd : &pair->ports.rtcp_fd;

	pair->streams--;
	pair->going--;
	if (pair->streams == 0) {
		rf_ports_put(ports, &pair->ports);
		free(pair);
	} else if (pair->going == 0) {
		close(stream->fd);
		*own = -1;
	}
}

/* Only when the plane ends are there any left. */
static void free_flows(struct rf_stream *stream)
{
	struct rf_kernel *kernel = &stream->group->dataplane->kernel;

	rf_kernel_flow_free(kernel, stream->flow);
	RF_LIST_EACH_SAFE (it, &stream->ending)
		rf_kernel_flow_free(kernel, RF_CONTAINER(it, struct rf_kernel_flow, in_ending));
}

/* No worker knows the stream any more, and its pair knows that it goes. */
static void stream_destroy(struct rf_stream *stream)
{
	struct rf_group *group = stream->group;

	rf_list_remove(&stream->in_group);
	group->worker->load--;
	group->dataplane->n_streams--;
	free_flows(stream);
	pair_release(group->dataplane->config.ports, stream->pair, stream);
	free(stream->measured);
	free(stream);
}

const struct rf_local *rf_stream_local(const struct rf_stream *stream)
{
	return stream->local;
}

uint16_t rf_stream_port(const struct rf_stream *stream)
{
	return stream->port;
}

int64_t rf_stream_last_packet_us(const struct rf_stream *stream)
{
	const size_t word = offsetof(struct rf_figures, in.last_us) / 8;

	int64_t user_us = (int64_t)atomic_load_explicit(&stream->shown.words[word], memory_order_relaxed);

	return user_us > stream->kernel.last_us ? user_us : stream->kernel.last_us;
}

void rf_stream_report(const struct rf_stream *stream, struct rf_stream_report *out)
{
	struct rf_figures figures;

	rf_figures_read(&stream->shown, stream->measured, &figures, &out->leg);
	out->remote = figures.place.remote;
	out->source = figures.place.source;
	out->packets_in = figures.in.packets;
	out->bytes_in = figures.in.bytes;
	out->packets_out = figures.out.packets;
	out->bytes_out = figures.out.bytes;
	out->rtcp_in = figures.in.rtcp;
	for (unsigned i = 0; i < RF_DROPS; i++)
		out->drops[i] = figures.drops[i];
	out->relearned = (uint32_t)figures.place.relearned;
	out->first_packet_us = figures.place.first_us;
	out->last_packet_us = figures.in.last_us;
	out->far = figures.far;
	rf_kernel_report(stream, figures.folds, out);
}

/* -- commits -- */

static unsigned count_staged(const struct rf_group *group)
{
	unsigned n = 0;

	RF_LIST_EACH (l, &group->streams)
		n += RF_CONTAINER(l, struct rf_stream, in_group)->staged != 0;
	return n;
}

/* A stream that the worker never knew needs no worker to go. */
static void forget_unborn(struct rf_stream *stream)
{
	if (stream->sibling)
		stream->sibling->sibling = NULL;
	stream->pair->going++;
	stream_destroy(stream);
}

/* No stream sends from it any more, as the worker sees to on its side. */
static void forget_out(const struct rf_stream *stream)
{
	RF_LIST_EACH (l, &stream->group->streams) {
		struct rf_stream *other = RF_CONTAINER(l, struct rf_stream, in_group);

		if (other->wanted.out_rtp == stream)
			other->wanted.out_rtp = NULL;
		if (other->wanted.out_rtcp == stream)
			other->wanted.out_rtcp = NULL;
	}
}

static void move_change(struct rf_stream *stream, struct rf_message *message)
{
	message->changes[message->n++] =
		(struct rf_change){.stream = stream, .what = stream->staged, .config = stream->wanted};
	if (stream->staged & RF_STAGED_REMOVE) {
		message->wake = true;
		forget_out(stream);
		/* Out of the list, so that nothing is staged for it again. */
		rf_list_remove(&stream->in_group);
	}
	stream->live = true;
	stream->staged = 0;
}

static void move_changes(struct rf_group *group, struct rf_message *message)
{
	struct rf_list *next;

	for (struct rf_list *l = group->streams.next; l != &group->streams; l = next) {
		struct rf_stream *stream = RF_CONTAINER(l, struct rf_stream, in_group);

		next = l->next;
		if (!stream->live && stream->staged & RF_STAGED_REMOVE)
			forget_unborn(stream);
		else if (stream->staged)
			move_change(stream, message);
	}
}

int rf_group_commit(struct rf_group *group)
{
	struct rf_message *message;
	unsigned n;

	rf_dataplane_reap(group->dataplane);
	n = count_staged(group);
	if (n == 0)
		return 0;
	message = calloc(1, sizeof(*message) + n * sizeof(*message->changes));
	if (!message)
		return -ENOMEM;
	rf_kernel_before_commit(&group->dataplane->kernel, group);
	group->finished = false;
	group->under_way++;
	message->kind = RF_MESSAGE_CHANGES;
	message->group = group;
	message->wake = group->dataplane->kernel.table != NULL;
	message->changes = (struct rf_change *)(message + 1);
	move_changes(group, message);
	rf_worker_post(group->worker, message);
	return 0;
}

void rf_group_destroy(struct rf_group *group)
{
	RF_LIST_EACH (l, &group->streams)
		RF_CONTAINER(l, struct rf_stream, in_group)->pair->going++;
	RF_LIST_EACH_SAFE (l, &group->streams)
		stream_destroy(RF_CONTAINER(l, struct rf_stream, in_group));
	rf_list_remove(&group->in_dataplane);
	rf_list_remove(&group->waiting);
	group->worker->load--;
	free(group);
}

void rf_group_free(struct rf_group *group)
{
	if (!group)
		return;
	rf_group_finish(group);
	group->end = (struct rf_message){.kind = RF_MESSAGE_END, .group = group, .wake = true};
	rf_worker_post(group->worker, &group->end);
}

void rf_group_finish(struct rf_group *group)
{
	group->finished = true;
	rf_list_remove(&group->waiting);
	rf_kernel_withdraw(&group->dataplane->kernel, group);
	RF_LIST_EACH (l, &group->streams)
		RF_CONTAINER(l, struct rf_stream, in_group)->why = RF_OFFLOAD_FINISHED;
}

void rf_group_read(struct rf_group *group)
{
	rf_kernel_read(&group->dataplane->kernel, group);
}

/* What the worker did is done: its streams that went are freed, and the flows follow the others. */
static void changed(struct rf_message *message)
{
	struct rf_group *group = message->group;

	for (unsigned i = 0; i < message->n; i++)
		if (message->changes[i].what & RF_STAGED_REMOVE)
			message->changes[i].stream->pair->going++;
	for (unsigned i = 0; i < message->n; i++)
		if (message->changes[i].what & RF_STAGED_REMOVE)
			stream_destroy(message->changes[i].stream);
	free(message);
	group->under_way--;
	rf_kernel_sync(&group->dataplane->kernel, group);
}

void rf_group_done(struct rf_message *message)
{
	struct rf_group *group = message->group;

	switch (message->kind) {
	case RF_MESSAGE_CHANGES:
		changed(message);
		break;
	case RF_MESSAGE_END:
		rf_group_destroy(group);
		break;
	case RF_MESSAGE_AIMED:
		atomic_exchange_explicit(&group->aimed_posted, false, memory_order_acq_rel);
		rf_kernel_sync(&group->dataplane->kernel, group);
		break;
	default: /* comes back to nobody, or to its flow */
		break;
	}
}
