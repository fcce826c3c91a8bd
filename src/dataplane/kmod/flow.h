/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flow of the kernel table as user space knows it, and what the kernel tells of it. Values only; the contract is
 * include/uapi/rtpferry.yaml.
 */
#ifndef RF_DATAPLANE_KMOD_FLOW_H
#define RF_DATAPLANE_KMOD_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "rtp/leg.h"
#include "uapi/rtpferry.h"

#define RF_FLOW_MAX_TYPES 16 /* as the module's limit */

/* A flow as it is installed. Zero it before it is filled: two flows are compared byte by byte. */
struct rf_flow {
	struct rf_endpoint local;  /* the key: where packets arrive */
	struct rf_endpoint source; /* where they are expected from; port 0: anywhere */
	struct rf_endpoint out;    /* source of what is sent */
	struct rf_endpoint to;     /* destination of what is sent; of the same family as out */
	uint64_t cookie;           /* the daemon's own */
	uint32_t flags;            /* enum rtpferry_flow_flag */
	uint32_t mark;             /* of the route look-up */
	bool drop_mismatch;        /* packets from elsewhere: dropped; otherwise passed up */
	int16_t dscp;              /* 0 to 63; -1: as it came */
	uint8_t n_types;           /* payload types below */
	struct {
		uint32_t clock_rate; /* Hz */
		uint8_t number;      /* 0 to 127 */
	} types[RF_FLOW_MAX_TYPES];
};

/* One SSRC of a flow. */
struct rf_flow_source {
	uint32_t ssrc;        /* as in the RTP header */
	uint32_t clock_rate;  /* Hz, of the last packet */
	uint64_t packets;     /* received, duplicates included */
	uint64_t bytes;       /* of UDP payload */
	uint64_t expected;    /* RFC 3550 A.3 */
	uint64_t lost;        /* of those, not received */
	uint32_t duplicates;  /* received again */
	uint32_t reordered;   /* late */
	uint32_t strays;      /* out of any sequence */
	uint32_t jitter;      /* RTP units times 16 */
	uint32_t highest_seq; /* extended by wraps since the flow saw the SSRC first */
	uint64_t window;      /* bit n: highest_seq - n was received; 0: not told */
	uint8_t payload_type; /* of the last packet */
	int64_t last_us;      /* monotonic, arrival of the last packet */
};

/* Sums over the SSRCs of a flow that gave way to others. */
struct rf_flow_past {
	uint64_t packets;    /* received, duplicates included */
	uint64_t expected;   /* RFC 3550 A.3 */
	uint64_t lost;       /* of those, not received */
	uint64_t duplicates; /* received again */
	uint64_t reordered;  /* late */
};

/* What the kernel tells of a flow: since it was made; replacing it keeps these. */
struct rf_flow_stats {
	struct rf_endpoint local;                  /* the key */
	uint64_t cookie;                           /* as installed */
	uint64_t packets;                          /* forwarded, RTCP included */
	uint64_t bytes;                            /* of UDP payload in them */
	uint64_t rtcp;                             /* of packets, RTCP */
	int64_t last_us;                           /* monotonic, the last of them; 0: none yet */
	uint64_t passed_up[RTPFERRY_REASON_COUNT]; /* the stack got them, by enum rtpferry_reason */
	uint64_t dropped[RTPFERRY_REASON_COUNT];   /* nobody got them, by enum rtpferry_reason */
	struct rf_flow_past past;                  /* of SSRCs that are not below any more */
	uint8_t n_sources;                         /* SSRCs below */
	struct rf_flow_source sources[RF_LEG_SOURCES];
};

#endif
