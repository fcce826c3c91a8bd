/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker: a thread with an epoll of its own that forwards the packets of its groups. Nothing that it uses for a
 * packet is shared with another thread, but for figures that others read (figures.h).
 */
#ifndef RF_DATAPLANE_USER_WORKER_H
#define RF_DATAPLANE_USER_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/list.h"
#include "dataplane/dataplane.h"
#include "dataplane/user/mailbox.h"
#include "log/log.h"

#define RF_PACKET_MAX 65536  /* more than any UDP payload: nothing is ever cut */
#define RF_DELAY_BUCKETS 16  /* of the delay histogram, +Inf included */
#define RF_SAMPLE_STREAMS 16 /* one of so many streams is timed, */
#define RF_SAMPLE_PACKETS 16 /* and of those one of so many packets */

/* What to do with one stream. */
struct rf_change {
	struct rf_stream *stream;       /* that changes */
	uint8_t what;                   /* enum rf_staged */
	struct rf_stream_config config; /* for RF_STAGED_SET */
};

enum rf_message_kind {
	RF_MESSAGE_CHANGES,  /* of streams of the group; none at all: the worker looks at the group */
	RF_MESSAGE_END,      /* all streams of the group go; the message is part of the group */
	RF_MESSAGE_STOP,     /* the worker ends; it does not come back */
	RF_MESSAGE_AIMED,    /* from the worker: a place of the group's has changed; part of the group */
	RF_MESSAGE_FLOW_ON,  /* the kernel forwards for flow->stream now; this one and those below are part of the flow
	                      */
	RF_MESSAGE_FLOW_OFF, /* it does not any more: measure on from what it measured */
	RF_MESSAGE_HEARD,    /* it has packets from the source that flow->flow expects: latch that */
};

/* Control thread to worker, and back when it is done. */
struct rf_message {
	struct rf_mail mail;         /* first: how it travels */
	enum rf_message_kind kind;   /* what it says */
	bool wake;                   /* the control thread waits for it to come back */
	struct rf_group *group;      /* whose streams, for the group's own messages */
	struct rf_change *changes;   /* behind the message, in the same allocation */
	unsigned n;                  /* of them */
	struct rf_kernel_flow *flow; /* for a flow's own messages */
};

/* Totals of what a worker did: written by it alone, read by any thread. */
struct rf_worker_totals {
	struct {
		_Atomic uint64_t packets_in, bytes_in;    /* accepted */
		_Atomic uint64_t packets_out, bytes_out;  /* sent */
	} ifaces[RF_DATAPLANE_MAX_IFACES];                /* by rf_stream.iface */
	_Atomic uint64_t drops[RF_DROPS];                 /* packets not forwarded, by reason */
	_Atomic uint64_t relearned;                       /* changed sources */
	_Atomic uint64_t delay_buckets[RF_DELAY_BUCKETS]; /* sampled packets, by upper bound */
	_Atomic uint64_t delay_ns;                        /* their sum */
};

struct rf_worker {
	/* Fixed before the thread starts. */
	pthread_t thread;        /* that runs the loop */
	unsigned number;         /* 0 is the first */
	int epoll_fd;            /* its streams' sockets and its mailbox */
	unsigned nap_us;         /* pause before it waits again */
	struct rf_log *log;      /* borrowed */
	struct rf_mailbox *done; /* where messages go back to; borrowed */

	/* The control thread's. */
	unsigned load; /* streams */

	/* Shared. */
	struct rf_mailbox inbox;        /* from the control thread */
	atomic_bool kernel;             /* there is a kernel table: tell what flows are made of, read packets' marks */
	struct rf_worker_totals totals; /* written by the thread, read by all */

	/* The thread's own. */
	struct rf_list piercing;       /* streams whose party is to be reached through its NAT */
	int64_t pierce_us;             /* monotonic: next round of empty datagrams */
	unsigned added;                /* streams so far, to sample one of some */
	unsigned sample;               /* packets on sampled streams so far */
	struct epoll_event *round;     /* sockets that are readable and not served yet; a dropped stream's is blank */
	int round_left;                /* of them */
	bool ending;                   /* leave the loop */
	uint8_t packet[RF_PACKET_MAX]; /* the one in hand */
};

/* Start a thread. 0, -ENOMEM, -EMFILE, -EAGAIN. */
int rf_worker_new(unsigned number, unsigned nap_us, struct rf_log *log, struct rf_mailbox *done,
                  struct rf_worker **out);
/* End the thread and wait for it; messages that were posted before are done first. */
void rf_worker_stop(struct rf_worker *worker);
/* Free a worker that was stopped. */
void rf_worker_free(struct rf_worker *worker);
/* Control thread: hand a message over. */
void rf_worker_post(struct rf_worker *worker, struct rf_message *message);

/* Upper bounds of the delay histogram, seconds: RF_DELAY_BUCKETS - 1 of them. */
extern const double rf_delay_bounds[RF_DELAY_BUCKETS - 1];

/* -- inside the thread -- */

/* Do what a message says (apply.c). */
void rf_worker_apply(struct rf_worker *worker, struct rf_message *message);
/* Work out a stream's destination again, after its latch or configuration changed (apply.c). */
void rf_stream_aim(struct rf_stream *stream);
/* Tell the control thread that a place of the group's has changed, if there is a kernel table (offloaded.c). */
void rf_group_tell_aimed(struct rf_worker *worker, struct rf_group *group);
/* The party's packets may be read with their marks from now on, if that is of use (offloaded.c). */
void rf_stream_read_marks(struct rf_worker *worker, struct rf_stream *stream);
/* Do what a flow's message says (offloaded.c). */
void rf_worker_apply_flow(struct rf_worker *worker, const struct rf_message *message);
/* Guess where the party of an RTP stream has its RTCP, while that was not heard (apply.c). */
void rf_stream_aim_rtcp(const struct rf_stream *rtp);
/* Count what the kernel dropped before the worker could take it, since the last time (overrun.c). */
void rf_stream_count_overruns(struct rf_worker *worker, struct rf_stream *stream);
/* What the kernel has dropped until now is not the stream's (overrun.c). */
void rf_stream_skip_overruns(struct rf_stream *stream);
/* Count a packet, or more of them, that arrived and is not forwarded (packet.c). */
void rf_stream_count_drops(struct rf_worker *worker, struct rf_stream *stream, enum rf_drop reason, uint64_t n);
/* Take one packet off a stream's socket and forward it; false: there was none (packet.c). */
bool rf_packet_relay(struct rf_worker *worker, struct rf_stream *stream);
/* Send an empty datagram to the party (packet.c). */
void rf_packet_pierce(struct rf_stream *stream);

#endif
