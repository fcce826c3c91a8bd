/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of the ng protocol as a proxy writes them, in bencode or JSON, and the few things that a load program
 * wants to know of a reply.
 */
#ifndef BENCH_LOAD_MESSAGE_H
#define BENCH_LOAD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_MESSAGE_MAX 4096

enum bench_encoding { BENCH_BENCODE, BENCH_JSON };
enum bench_step { BENCH_OFFER, BENCH_ANSWER, BENCH_DELETE, BENCH_STEPS };

/* One request to be written. */
struct bench_request {
	enum bench_encoding encoding; /* of the payload */
	enum bench_step step;         /* which command */
	const char *cookie;           /* before the first space */
	const char *prefix;           /* start of the call-id, so that runs do not meet */
	uint32_t call;                /* number of the call: call-id and tags are made of it */
	const char *address;          /* IPv4 address for the SDP */
	uint16_t port;                /* media port for the SDP */
};

/* Writes a request; the number of bytes. Never more than BENCH_MESSAGE_MAX. */
size_t bench_request_write(const struct bench_request *r, char out[BENCH_MESSAGE_MAX]);

/* Whether a reply says "result: ok"; reply need not be terminated. */
bool bench_reply_ok(const char *reply, size_t len);

/* The port of the first audio section in a reply's SDP, 0 if there is none. */
uint16_t bench_reply_audio_port(const char *reply, size_t len);

#endif
