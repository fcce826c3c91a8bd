/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can the kernel forward what arrives on a stream, and with which flow? Values only.
 */
#ifndef RF_DATAPLANE_OFFLOAD_H
#define RF_DATAPLANE_OFFLOAD_H

#include <stdbool.h>

#include "dataplane/dataplane.h"
#include "dataplane/kmod/flow.h"

/* Why a stream is relayed in user space; sentences in rf_offload_why. */
enum rf_offload_reason {
	RF_OFFLOAD_NOTHING,        /* it can be a flow */
	RF_OFFLOAD_NO_TABLE,       /* there is no table */
	RF_OFFLOAD_FINISHED,       /* the call is over */
	RF_OFFLOAD_REFUSED,        /* the module did not take the flow */
	RF_OFFLOAD_OPAQUE,         /* neither RTP nor RTCP */
	RF_OFFLOAD_BLOCKED,        /* media is blocked: DTMF still passes */
	RF_OFFLOAD_SILENCED,       /* payload is replaced */
	RF_OFFLOAD_DTMF,           /* events are blocked */
	RF_OFFLOAD_NO_STREAM,      /* nobody to send to */
	RF_OFFLOAD_HOLD,           /* the other party is on hold (null address) */
	RF_OFFLOAD_NO_DESTINATION, /* the other party's endpoint is not known */
	RF_OFFLOAD_FAMILY,         /* the other party's endpoint is not of its stream's family */
	RF_OFFLOAD_LEARNING,       /* the source may still change */
	RF_OFFLOAD_NO_SOURCE,      /* no packet came yet, and the SDP's endpoint is no source to trust */
	RF_OFFLOAD_REASONS
};

/* A stream as it is now: its configuration, and what its worker shows. */
struct rf_offload_end {
	const struct rf_stream_config *config; /* in force */
	struct rf_endpoint local;              /* its side */
	struct rf_endpoint remote;             /* where packets to its party go; port 0: nowhere */
	struct rf_endpoint source;             /* latched; port 0: none */
	bool settled;                          /* the latch stays */
	uint32_t mark;                         /* of the routing of what leaves from here */
	bool stack;                            /* what leaves from here passes OUTPUT and POSTROUTING */
};

/* The stream that a flow of this one would send from: of RTP, and of RTCP where it carries RTCP alone. NULL: none. */
struct rf_stream *rf_offload_out(const struct rf_stream_config *config);

/*
 * The flow of what arrives at in, with its cookie left 0. out: of rf_offload_out; NULL: none. RF_OFFLOAD_NOTHING and
 * *flow is filled, or the reason.
 */
enum rf_offload_reason rf_offload_plan(const struct rf_offload_end *in, const struct rf_offload_end *out,
                                       struct rf_flow *flow);

/* A sentence for people; "" for RF_OFFLOAD_NOTHING. */
const char *rf_offload_why(enum rf_offload_reason reason);

#endif
