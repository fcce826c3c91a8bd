/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call as its users see it: a snapshot, in an arena, that the front doors print.
 */
#ifndef RF_CALL_REPORT_H
#define RF_CALL_REPORT_H

#include "call/call.h"
#include "dataplane/dataplane.h"

/* One local socket of a media. */
struct rf_report_stream {
	uint32_t flags;           /* enum rf_stream_flag */
	struct rf_endpoint local; /* bound */
	struct rf_endpoint shown; /* as advertised */
	struct rf_endpoint sdp;   /* the party's endpoint by its SDP */
	struct rf_stream_report now;
};

/* A 10-second sample of a leg. */
struct rf_report_sample {
	int64_t wall_us;  /* end of the interval, since 1970 */
	uint32_t packets; /* in the interval */
	uint32_t lost;    /* in the interval */
	float jitter;     /* seconds */
	float round_trip; /* seconds; 0: not known */
	float mos;        /* 1 to 5; 0: no packets */
};

/* The quality of what one party sends, measured here. */
struct rf_report_quality {
	struct rf_leg_totals totals;
	double loss_ratio;          /* whole leg, 0 to 1 */
	double loss_ratio_interval; /* last complete sampling interval */
	double round_trip;     /* seconds, between the two ends through the relay where both are known, else to the one
	                          known; 0: not known */
	double round_trip_leg; /* seconds, relay to this party; 0: not known */
	double mos;            /* 1 to 5 by rtp/mos.h on the whole leg; 0: no packets */
	double mos_min, mos_max, mos_average;   /* over samples; 0: no sample */
	struct rf_report_sample worst, best;    /* samples of mos_min and mos_max */
	const struct rf_report_sample *samples; /* oldest first */
	unsigned n_samples;
};

struct rf_report_media {
	unsigned index;         /* 1 for the first m= */
	struct rf_str type;     /* "audio" */
	struct rf_str protocol; /* "RTP/AVP" */
	struct rf_str codec;    /* "PCMA/8000", the one in use or the first negotiated; empty: none */
	const char *direction;  /* as the party said: "sendrecv", … */
	bool rejected, rtcp_mux, blocked, silenced, dtmf_blocked;
	struct rf_str iface; /* interface that faces the party */
	unsigned n_streams;  /* 0 to 2: RTP first */
	struct rf_report_stream streams[2];
	struct rf_report_quality quality;
};

struct rf_report_party {
	struct rf_str tag, via_branch, label;
	bool tagged; /* false: an answerer that has not answered yet */
	int64_t created_wall_us;
	struct rf_str *aliases; /* further tags of this party */
	unsigned n_aliases;
	int peer; /* index of the party it talks to; -1: none */
	unsigned n_media;
	struct rf_report_media *media;
};

struct rf_call_report {
	struct rf_str call_id, metadata;
	int64_t created_wall_us;
	int64_t last_signal_wall_us;
	int64_t answered_wall_us; /* 0: not yet */
	double age;               /* seconds */
	bool deleted;             /* lingers */
	unsigned n_parties;
	struct rf_report_party *parties;
	struct {
		uint64_t packets, bytes, errors;
	} rtp, rtcp; /* received from all parties */
};

/* 0; -ENOENT; -ENOMEM (the arena is full). What the kernel forwards is counted in it with up to a second's delay. */
int rf_call_report(const struct rf_calls *calls, struct rf_str call_id, struct rf_arena *arena,
                   struct rf_call_report **out);
/* The same to the last packet: the kernel is asked, flow by flow. */
int rf_call_report_now(const struct rf_calls *calls, struct rf_str call_id, struct rf_arena *arena,
                       struct rf_call_report **out);

/* Keep the party of that tag and the one it talks to, and their totals. False: nobody has that tag, and all stay. */
bool rf_call_report_select(struct rf_call_report *report, struct rf_str tag);

#endif
