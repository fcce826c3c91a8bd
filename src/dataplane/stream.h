/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stream and a group are inside. Each part says which thread owns it.
 */
#ifndef RF_DATAPLANE_STREAM_H
#define RF_DATAPLANE_STREAM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "dataplane/dataplane.h"
#include "dataplane/kernel_flow.h"
#include "dataplane/offload.h"
#include "dataplane/user/figures.h"
#include "dataplane/user/latch.h"
#include "dataplane/user/worker.h"
#include "rtp/far_end.h"

/* The port pair of one or two streams. Control thread. */
struct rf_pair {
	struct rf_port_pair ports; /* goes back when the last stream was freed */
	unsigned streams;          /* that use it: 1 or 2 */
	unsigned going;            /* of them, freed next */
};

enum rf_staged {
	RF_STAGED_ADD = 1 << 0,    /* the worker does not know the stream yet */
	RF_STAGED_SET = 1 << 1,    /* wanted is news */
	RF_STAGED_REMOVE = 1 << 2, /* freed by its owner */
};

union rf_sockaddr {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

struct rf_stream {
	/* The control thread's. */
	struct rf_list in_group;        /* of group->streams */
	struct rf_group *group;         /* that it belongs to for life */
	struct rf_pair *pair;           /* the ports */
	struct rf_stream_config wanted; /* staged or in force */
	uint8_t staged;                 /* enum rf_staged */
	bool live;                      /* the worker was told of it */
	enum rf_offload_reason why;     /* why it has no flow in the kernel, as found last */
	struct rf_kernel_flow *flow;    /* in the kernel now; owned; NULL: none */
	struct rf_list ending;          /* struct rf_kernel_flow: not in the kernel any more, and not yet in the leg */
	uint64_t folds;                 /* flows that have ended */
	struct rf_kernel_counts kernel; /* what its flows have counted */

	/* Fixed before the worker knows the stream. */
	const struct rf_local *local; /* the local side */
	uint16_t port;                /* local, host order */
	int fd;                       /* closed by the control thread, after the worker let go */
	uint8_t iface;                /* row of the interface in the workers' totals */

	/* The worker's. */
	struct rf_list in_worker_group; /* of group->worker_streams */
	struct rf_list piercing;        /* of worker->piercing; a list of its own when it is not */
	struct rf_stream *sibling;      /* the other stream of the pair; NULL: gone, or none */
	struct rf_stream_config config; /* in force */
	struct rf_latch latch;          /* the party's real endpoint */
	union rf_sockaddr to;           /* where packets to the party go */
	socklen_t to_len;               /* 0: nowhere yet */
	int tos;                        /* set on the socket; -1: never set */
	bool sampled;                   /* the kernel stamps its packets */
	uint8_t pierced;                /* empty datagrams sent */
	uint8_t taken;                  /* packets, modulo 256: now and then overruns are looked for */
	uint32_t overruns;              /* the kernel's count of what did not fit the receive buffer, as seen last */
	bool marked;                    /* packets are read with their marks */
	bool offloaded;                 /* the kernel forwards and measures; what arrives here is the rest */
	struct rf_sr_memory reports;    /* sender reports that went to the party */
	struct rf_figures figures;      /* what is counted */
	struct rf_measured *measured;   /* the party's RTP; NULL on an RTCP stream */

	/* Written by the worker, read by any thread. */
	struct rf_shown shown; /* a copy of figures */
};

struct rf_group {
	/* The control thread's. */
	struct rf_list in_dataplane;    /* of dataplane->groups */
	struct rf_dataplane *dataplane; /* that the group is of */
	struct rf_worker *worker;       /* owner of the streams for life */
	struct rf_list streams;         /* until they are freed and the worker let go */
	struct rf_message end;          /* so that the end cannot fail */
	unsigned under_way;             /* messages of changes that have not come back */
	bool finished;                  /* no flows until the next commit */
	bool refused;                   /* the module did not take its flows */
	struct rf_list waiting;         /* of kernel->waiting; a list of its own when it is not */

	/* Either's, in turns. */
	struct rf_message aimed;  /* the worker's to post, once at a time */
	atomic_bool aimed_posted; /* set by the worker, cleared by the control thread before it reads the places */

	/* The worker's. */
	struct rf_list worker_streams; /* that it forwards for */
};

#endif
