/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A payload that is being written. */
struct writer {
	char *out;                    /* BENCH_MESSAGE_MAX bytes, not owned */
	size_t len;                   /* bytes written */
	enum bench_encoding encoding; /* of the payload */
	bool first;                   /* JSON: no comma before the next element */
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(w->out + w->len, BENCH_MESSAGE_MAX - w->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= BENCH_MESSAGE_MAX - w->len) {
		fprintf(stderr, "request longer than %d bytes\n", BENCH_MESSAGE_MAX);
		exit(1);
	}
	w->len += (size_t)n;
}

static void put_comma(struct writer *w)
{
	if (w->encoding == BENCH_JSON && !w->first)
		put(w, ",");
	w->first = false;
}

static void put_string(struct writer *w, const char *s)
{
	if (w->encoding == BENCH_BENCODE) {
		put(w, "%zu:%s", strlen(s), s);
		return;
	}
	put_comma(w);
	put(w, "\"");
	for (; *s; s++) {
		if (*s == '\r')
			put(w, "\\r");
		else if (*s == '\n')
			put(w, "\\n");
		else
			put(w, "%c", *s);
	}
	put(w, "\"");
}

static void put_key(struct writer *w, const char *key)
{
	put_string(w, key);
	if (w->encoding == BENCH_JSON)
		put(w, ":");
	w->first = true;
}

static void put_pair(struct writer *w, const char *key, const char *value)
{
	put_key(w, key);
	put_string(w, value);
}

/* A list of up to two strings, b may be NULL. */
static void put_list(struct writer *w, const char *key, const char *a, const char *b)
{
	put_key(w, key);
	put(w, w->encoding == BENCH_JSON ? "[" : "l");
	put_string(w, a);
	if (b)
		put_string(w, b);
	put(w, w->encoding == BENCH_JSON ? "]" : "e");
	w->first = false;
}

static void put_integer(struct writer *w, const char *key, int value)
{
	put_key(w, key);
	put(w, w->encoding == BENCH_JSON ? "%d" : "i%de", value);
	w->first = false;
}

/* What a desk telephone with two codecs and DTMF events sends. */
static void put_sdp(struct writer *w, const struct bench_request *r)
{
	char sdp[1024];

	snprintf(sdp, sizeof(sdp),
	         "v=0\r\no=- %u 1 IN IP4 %s\r\ns=call\r\nc=IN IP4 %s\r\nt=0 0\r\n"
	         "m=audio %u RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
	         "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
	         1000 + r->call, r->address, r->address, r->port);
	put_pair(w, "sdp", sdp);
}

/* Keys in the order in which Kamailio's rtpengine module puts them. */
size_t bench_request_write(const struct bench_request *r, char out[BENCH_MESSAGE_MAX])
{
	static const char *const command[BENCH_STEPS] = {"offer", "answer", "delete"};
	struct writer w = {.out = out, .encoding = r->encoding, .first = true};
	char text[128];

	put(&w, "%s %s", r->cookie, r->encoding == BENCH_JSON ? "{" : "d");
	put_list(&w, "supports", "load limit", NULL);
	if (r->step != BENCH_DELETE) {
		put_sdp(&w, r);
		put_pair(&w, "ICE", "remove");
		put_list(&w, "flags", "trust-address", NULL);
		put_list(&w, "replace", "origin", "session-connection");
	} else {
		put_integer(&w, "delete-delay", 0);
	}
	snprintf(text, sizeof(text), "%s-%08u@bench.invalid", r->prefix, r->call);
	put_pair(&w, "call-id", text);
	put_list(&w, "received-from", "IP4", r->address);
	snprintf(text, sizeof(text), "from%08u", r->call);
	put_pair(&w, "from-tag", text);
	if (r->step != BENCH_OFFER) {
		snprintf(text, sizeof(text), "to%08u", r->call);
		put_pair(&w, "to-tag", text);
	}
	put_pair(&w, "command", command[r->step]);
	put(&w, r->encoding == BENCH_JSON ? "}" : "e");
	return w.len;
}

bool bench_reply_ok(const char *reply, size_t len)
{
	static const char bencode[] = "6:result2:ok", json[] = "\"result\":\"ok\"", spaced[] = "\"result\": \"ok\"";

	return memmem(reply, len, bencode, sizeof(bencode) - 1) || memmem(reply, len, json, sizeof(json) - 1) ||
	       memmem(reply, len, spaced, sizeof(spaced) - 1);
}

uint16_t bench_reply_audio_port(const char *reply, size_t len)
{
	static const char section[] = "m=audio ";
	const char *p = memmem(reply, len, section, sizeof(section) - 1);
	unsigned port = 0;

	if (!p)
		return 0;
	for (p += sizeof(section) - 1; p < reply + len && *p >= '0' && *p <= '9' && port < 65536; p++)
		port = port * 10 + (unsigned)(*p - '0');
	return port < 65536 ? (uint16_t)port : 0;
}
