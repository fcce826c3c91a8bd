/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: calls, parties, media; offer and answer (RFC 3264). Knows no socket and no text format but SDP,
 * which it asks sdp/ for. Control thread only.
 */
#ifndef RF_CALL_CALL_H
#define RF_CALL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/histogram.h"
#include "call/request.h"
#include "dataplane/dataplane.h"
#include "log/log.h"
#include "loop/loop.h"
#include "ports/ports.h"

struct rf_calls; /* opaque: all calls */

/* Seconds, as configured and named for operators; each may change on reload. */
struct rf_calls_limits {
	int64_t timeout;        /* no packet from any party of an answered call */
	int64_t silent_timeout; /* the same, when all media is on hold or muted */
	int64_t offer_timeout;  /* offered and never answered */
	int64_t final_timeout;  /* age of any call; 0: none */
	int64_t delete_delay;   /* a deleted call lingers */
	uint64_t max_sessions;  /* 0: no limit */
	double max_cpu;         /* percent of what the cgroup grants; 0: no limit */
	uint64_t max_bandwidth; /* bytes per second relayed; 0: no limit */
	uint64_t max_memory;    /* bytes resident; 0: no limit */
};

struct rf_calls_config {
	struct rf_calls_limits limits;
	enum rf_learn learn;  /* default endpoint-learning */
	bool strict_source;   /* default of a latched stream */
	bool sip_source;      /* trust the SIP source address rather than the SDP's, by default */
	int tos;              /* default, 0 to 255 or RF_TOS_KEEP */
	struct rf_loop *loop; /* all below are borrowed */
	struct rf_log *log;
	struct rf_ports *ports;
	struct rf_dataplane *dataplane;
};

enum rf_result { RF_RESULT_OK, RF_RESULT_ERROR, RF_RESULT_LOAD_LIMIT };

/* What a command comes to. Strings live in the arena given with the request, or are static. */
struct rf_reply {
	enum rf_result result;
	struct rf_str error;           /* error-reason, or the limit's message with RF_RESULT_LOAD_LIMIT */
	struct rf_str warning;         /* next to ok; empty: none */
	struct rf_str sdp;             /* offer, answer; empty: none */
	struct rf_call_report *report; /* delete, query: the call as it is (was); NULL: none */
};

/* 0 or -ENOMEM. */
int rf_calls_new(const struct rf_calls_config *config, struct rf_calls **out);
void rf_calls_free(struct rf_calls *calls); /* ends all calls; NULL is fine */
void rf_calls_set_limits(struct rf_calls *calls, const struct rf_calls_limits *limits);

/*
 * The commands; reply is always filled. The front door has seen to it that the request has what its command needs, and
 * that nothing in it is refused.
 */
void rf_calls_offer(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                    struct rf_reply *reply);
void rf_calls_answer(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                     struct rf_reply *reply);
void rf_calls_delete(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                     struct rf_reply *reply);
void rf_calls_query(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                    struct rf_reply *reply);

enum rf_media_change {
	RF_BLOCK_MEDIA,
	RF_UNBLOCK_MEDIA,
	RF_SILENCE_MEDIA,
	RF_UNSILENCE_MEDIA,
	RF_BLOCK_DTMF,
	RF_UNBLOCK_DTMF
};
void rf_calls_change_media(struct rf_calls *calls, enum rf_media_change change, const struct rf_request *request,
                           struct rf_arena *arena, struct rf_reply *reply);

/* End a call at once, as an operator asks. 0 or -ENOENT. */
int rf_calls_terminate(struct rf_calls *calls, struct rf_str call_id);

/* Refuse offers that would make a call (true), or no longer (false). */
void rf_calls_drain(struct rf_calls *calls, bool drain);
bool rf_calls_draining(const struct rf_calls *calls);

unsigned rf_calls_count(const struct rf_calls *calls); /* calls that are not deleted */
unsigned rf_calls_held(const struct rf_calls *calls);  /* calls that hold ports, those that linger included */
unsigned rf_calls_peak(struct rf_calls *calls);        /* held at most at a time since it was asked before */

/* Call fn for each call, until it returns false. It must not change the set. */
void rf_calls_each(const struct rf_calls *calls, bool (*fn)(struct rf_str call_id, void *arg), void *arg);

enum rf_end {
	RF_END_DELETE,
	RF_END_TIMEOUT,
	RF_END_SILENT_TIMEOUT,
	RF_END_OFFER_TIMEOUT,
	RF_END_FINAL_TIMEOUT,
	RF_END_TERMINATE,
	RF_END_NO_PORTS,
	RF_END_FAILED, /* its first offer could not be served for another reason */
	RF_END_SHUTDOWN,
	RF_ENDS
};
const char *rf_end_name(enum rf_end end); /* "delete", "timeout", …: label of session_end_total */

/* Counters since start. */
struct rf_calls_totals {
	uint64_t sessions; /* made */
	uint64_t ended[RF_ENDS];
	uint64_t one_way;                                  /* ended with packets from one party only */
	struct rf_histogram duration;                      /* seconds */
	struct rf_histogram setup;                         /* seconds, offer to answer */
	struct rf_histogram jitter, loss, mos, round_trip; /* per leg at the end: seconds, ratio, 1 to 5, seconds */
};
const struct rf_calls_totals *rf_calls_totals(const struct rf_calls *calls);

#endif
