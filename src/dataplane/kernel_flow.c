/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kernel_flow.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/kernel.h"
#include "dataplane/stream.h"
#include "rtp/merge.h"

#define FLOW(it) RF_CONTAINER(it, struct rf_kernel_flow, in_ending)

int rf_kernel_flow_new(struct rf_kernel *kernel, struct rf_stream *stream, struct rf_stream *out,
                       const struct rf_flow *flow, struct rf_kernel_flow **out_flow)
{
	struct rf_kernel_flow *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->stream = stream;
	new->out = out;
	new->flow = *flow;
	new->on = (struct rf_message){.kind = RF_MESSAGE_FLOW_ON, .flow = new};
	new->off = (struct rf_message){.kind = RF_MESSAGE_FLOW_OFF, .flow = new, .wake = true};
	new->heard = (struct rf_message){.kind = RF_MESSAGE_HEARD, .flow = new};
	rf_list_init(&new->in_ending);
	err = rf_flow_index_add(&kernel->index, new, &new->flow.cookie);
	if (err) {
		free(new);
		return err;
	}
	*out_flow = new;
	return 0;
}

void rf_kernel_flow_free(struct rf_kernel *kernel, struct rf_kernel_flow *flow)
{
	if (!flow)
		return;
	rf_flow_index_remove(&kernel->index, flow->flow.cookie);
	rf_list_remove(&flow->in_ending);
	free(flow);
}

void rf_kernel_flow_begin(struct rf_kernel_flow *flow)
{
	struct rf_stream *stream = flow->stream;

	stream->flow = flow;
	rf_worker_post(stream->group->worker, &flow->on);
}

void rf_kernel_flow_end(struct rf_kernel *kernel, struct rf_kernel_flow *flow)
{
	struct rf_stream *stream = flow->stream;

	rf_flow_index_remove(&kernel->index, flow->flow.cookie);
	kernel->n_flows--;
	stream->flow = NULL;
	flow->fold = ++stream->folds;
	rf_list_append(&stream->ending, &flow->in_ending);
	rf_worker_post(stream->group->worker, &flow->off);
}

/* Messages of one sender come back in order: nothing is under way behind off. */
void rf_kernel_flow_done(struct rf_kernel *kernel, const struct rf_message *message)
{
	if (message->kind == RF_MESSAGE_HEARD)
		message->flow->heard_under_way = false;
	else if (message->kind == RF_MESSAGE_FLOW_OFF)
		rf_kernel_flow_free(kernel, message->flow);
}

/* -- figures -- */

/* The counter of a user-space reason that a kernel's reason is. */
static enum rf_drop drop_of(unsigned reason)
{
	switch (reason) {
	case RTPFERRY_REASON_SOURCE:
		return RF_DROP_UNKNOWN_SOURCE;
	case RTPFERRY_REASON_BLOCKED:
		return RF_DROP_BLOCKED;
	case RTPFERRY_REASON_LENGTH:
		return RF_DROP_TOO_SHORT;
	case RTPFERRY_REASON_NOT_RTP:
		return RF_DROP_NOT_RTP;
	case RTPFERRY_REASON_MTU:
		return RF_DROP_TOO_BIG;
	case RTPFERRY_REASON_NO_ROUTE:
	case RTPFERRY_REASON_NO_NEIGHBOUR:
		return RF_DROP_UNREACHABLE;
	case RTPFERRY_REASON_NO_MEMORY:
		return RF_DROP_CONGESTED;
	default:
		return RF_DROP_SEND_ERROR;
	}
}

/*
 * What is more than at the reading before. Counters of the kernel are read while packets change them, and may seem to
 * be less for once: then nothing is more, until they are beyond what they seemed.
 */
static uint64_t more(uint64_t *last, uint64_t now)
{
	uint64_t difference = now > *last ? now - *last : 0;

	*last += difference;
	return difference;
}

/* What a reading has more of than the one before, which becomes it. */
static struct rf_flow_stats take_news(struct rf_flow_stats *last, const struct rf_flow_stats *stats)
{
	struct rf_flow_stats news = {
		.packets = more(&last->packets, stats->packets),
		.bytes = more(&last->bytes, stats->bytes),
		.rtcp = more(&last->rtcp, stats->rtcp),
	};

	for (unsigned i = 0; i < RTPFERRY_REASON_COUNT; i++) {
		news.dropped[i] = more(&last->dropped[i], stats->dropped[i]);
		news.passed_up[i] = more(&last->passed_up[i], stats->passed_up[i]);
	}
	return news;
}

/* The totals, by the rows of the interfaces. */
static void count_totals(struct rf_kernel *kernel, const struct rf_flow_stats *news, unsigned in, unsigned out)
{
	kernel->ifaces[in].packets_in += news->packets;
	kernel->ifaces[in].bytes_in += news->bytes;
	kernel->ifaces[out].packets_out += news->packets;
	kernel->ifaces[out].bytes_out += news->bytes;
	for (unsigned i = 0; i < RTPFERRY_REASON_COUNT; i++) {
		kernel->passed_up[i] += news->passed_up[i];
		kernel->drops[drop_of(i)] += news->dropped[i];
	}
}

static void count_streams(const struct rf_kernel_flow *flow, const struct rf_flow_stats *news, int64_t last_us)
{
	struct rf_kernel_counts *in = &flow->stream->kernel, *out = &flow->out->kernel;

	in->packets_in += news->packets;
	in->bytes_in += news->bytes;
	in->rtcp_in += news->rtcp;
	out->packets_out += news->packets;
	out->bytes_out += news->bytes;
	for (unsigned i = 0; i < RTPFERRY_REASON_COUNT; i++)
		in->drops[drop_of(i)] += news->dropped[i];
	if (last_us > in->last_us)
		in->last_us = last_us;
	if (in->first_us == 0)
		in->first_us = last_us;
}

void rf_kernel_flow_count(struct rf_kernel *kernel, struct rf_kernel_flow *flow, const struct rf_flow_stats *stats)
{
	bool older = stats->packets < flow->last.packets;
	struct rf_flow_stats news = take_news(&flow->last, stats);

	count_totals(kernel, &news, flow->stream->iface, flow->out->iface);
	count_streams(flow, &news, stats->last_us);
	if (stats->last_us > flow->last.last_us)
		flow->last.last_us = stats->last_us;
	/* A row of a dump may have waited to be read while the flow was asked by itself. */
	if (older)
		return;
	flow->last.past = stats->past;
	flow->last.n_sources = stats->n_sources;
	for (unsigned i = 0; i < stats->n_sources; i++)
		flow->last.sources[i] = stats->sources[i];
}

void rf_kernel_flow_count_rest(struct rf_kernel *kernel, struct rf_flow_stats *last, const struct rf_flow_stats *stats,
                               unsigned in, unsigned out)
{
	struct rf_flow_stats news = take_news(last, stats);

	count_totals(kernel, &news, in, out);
}

static struct rf_leg_part part_of(const struct rf_flow_source *source)
{
	return (struct rf_leg_part){
		.ssrc = source->ssrc,
		.clock_rate = source->clock_rate,
		.packets = source->packets,
		.bytes = source->bytes,
		.expected = source->expected,
		.duplicates = source->duplicates,
		.reordered = source->reordered,
		.strays = source->strays,
		.jitter = source->jitter,
		.highest_seq = source->highest_seq,
		.window = source->window,
		.payload_type = source->payload_type,
		.last_us = source->last_us,
	};
}

static void merge_past(const struct rf_flow_past *past, struct rf_leg *leg)
{
	leg->past_packets += past->packets;
	leg->past_expected += past->expected;
	leg->past_lost += past->lost;
	leg->past_duplicates += past->duplicates;
	leg->past_reordered += past->reordered;
}

void rf_kernel_flow_merge(const struct rf_kernel_flow *flow, struct rf_leg *leg)
{
	merge_past(&flow->last.past, leg);
	for (unsigned i = 0; i < flow->last.n_sources; i++) {
		struct rf_leg_part part = part_of(&flow->last.sources[i]);

		rf_leg_merge(leg, &part);
	}
}

void rf_kernel_report(const struct rf_stream *stream, uint64_t folds, struct rf_stream_report *report)
{
	const struct rf_kernel_counts *kernel = &stream->kernel;

	report->packets_in += kernel->packets_in;
	report->bytes_in += kernel->bytes_in;
	report->packets_out += kernel->packets_out;
	report->bytes_out += kernel->bytes_out;
	report->rtcp_in += kernel->rtcp_in;
	for (unsigned i = 0; i < RF_DROPS; i++)
		report->drops[i] += kernel->drops[i];
	if (report->first_packet_us == 0 || (kernel->first_us && kernel->first_us < report->first_packet_us))
		report->first_packet_us = kernel->first_us;
	if (kernel->last_us > report->last_packet_us)
		report->last_packet_us = kernel->last_us;
	report->kernel = stream->flow != NULL;
	report->kernel_why = stream->flow ? "" : rf_offload_why(stream->why);
	if (!stream->measured)
		return;
	RF_LIST_EACH (it, &stream->ending)
		if (FLOW(it)->fold > folds)
			rf_kernel_flow_merge(FLOW(it), &report->leg);
	if (stream->flow)
		rf_kernel_flow_merge(stream->flow, &report->leg);
}
