/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A work bench for tests of the model: a set of calls, and messages in one line.
 */
#ifndef RF_TESTS_CALL_BENCH_H
#define RF_TESTS_CALL_BENCH_H

#include "call/call.h"
#include "call/report.h"
#include "fake.h"

struct bench {
	struct rf_calls *calls;
	struct rf_calls_config config;
	struct rf_arena *arena;
	struct rf_request request; /* flags and options of the next message; cleared after it */
	struct rf_reply reply;     /* to the last message */
};

/* 0 or -ENOMEM. */
int bench_open(struct bench *b);
void bench_close(struct bench *b);

/* A plain audio SDP (PCMU, PCMA) of that address and port, in static memory. */
const char *sdp_audio(const char *address, unsigned port, const char *more_lines);

/* Send a message; tags may be NULL. True when the reply is ok. */
bool bench_offer(struct bench *b, const char *from, const char *to, const char *sdp);
bool bench_answer(struct bench *b, const char *from, const char *to, const char *sdp);
bool bench_delete(struct bench *b, const char *from, const char *to);

/* Port of the n-th m= line of the reply's SDP (0 for the first). */
unsigned reply_port(const struct bench *b, unsigned n);
bool reply_has(const struct bench *b, const char *line);
/* The reply is an error of that reason. */
bool reply_error_is(const struct bench *b, const char *reason);

#endif
