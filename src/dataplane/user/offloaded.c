/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker's side of the kernel path: it tells what flows are made of, and keeps the figures of a leg one while the
 * kernel measures it.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "dataplane/stream.h"

#define WAITING_MAX 512 /* packets; a receive buffer of the usual size holds some 280 small ones */

/*
 * The flag is set here after the place was shown, and cleared by the control thread before it reads the places: a
 * change is either read there or told again.
 */
void rf_group_tell_aimed(struct rf_worker *worker, struct rf_group *group)
{
	if (!atomic_load_explicit(&worker->kernel, memory_order_acquire) ||
	    atomic_exchange_explicit(&group->aimed_posted, true, memory_order_acq_rel))
		return;
	rf_mailbox_post(worker->done, &group->aimed.mail, true);
}

void rf_stream_read_marks(struct rf_worker *worker, struct rf_stream *stream)
{
	int one = 1;

	if (stream->marked || !(stream->config.flags & RF_STREAM_RTCP) ||
	    !atomic_load_explicit(&worker->kernel, memory_order_acquire))
		return;
	stream->marked = setsockopt(stream->fd, SOL_SOCKET, RF_SO_RCVMARK, &one, sizeof(one)) == 0;
	if (!stream->marked)
		rf_log(worker->log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE,
		       "port %u: RTCP that the kernel forwards is sent twice, for its copies are not told apart: %s",
		       stream->port, strerror(errno));
}

/*
 * What waits on the socket came before the kernel had the flow: it is measured as all before it. A crowd that the
 * kernel declines may come behind it; so there is an end.
 */
static void relay_what_waits(struct rf_worker *worker, struct rf_stream *stream)
{
	for (unsigned i = 0; i < WAITING_MAX && rf_packet_relay(worker, stream); i++)
		;
}

/* The kernel has ended its part: go on from there. */
static void fold(struct rf_stream *stream, const struct rf_kernel_flow *flow)
{
	rf_shown_begin(&stream->shown);
	if (stream->measured) {
		rf_kernel_flow_merge(flow, &stream->measured->leg);
		rf_measured_show_all(stream->measured);
	}
	stream->figures.folds++;
	RF_SHOW(stream, folds);
	rf_shown_end(&stream->shown);
}

/* As if one of the packets had come here. */
static void heard(struct rf_worker *worker, struct rf_stream *stream, const struct rf_endpoint *source)
{
	if (rf_latch_is_set(&stream->latch) || !rf_endpoint_equal(&stream->config.remote, source) ||
	    rf_latch_judge(&stream->latch, &stream->config, source, true, rf_clock_us()) != RF_LATCH_MOVED)
		return;
	rf_stream_aim(stream);
	if (stream->measured)
		rf_stream_aim_rtcp(stream);
	rf_group_tell_aimed(worker, stream->group);
}

void rf_worker_apply_flow(struct rf_worker *worker, const struct rf_message *message)
{
	struct rf_kernel_flow *flow = message->flow;
	struct rf_stream *stream = flow->stream;

	switch (message->kind) {
	case RF_MESSAGE_FLOW_ON:
		relay_what_waits(worker, stream);
		stream->offloaded = true;
		break;
	case RF_MESSAGE_FLOW_OFF:
		stream->offloaded = false;
		fold(stream, flow);
		break;
	default:
		heard(worker, stream, &flow->heard_from);
		break;
	}
}
