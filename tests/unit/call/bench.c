/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bench_open(struct bench *b)
{
	fake_reset();
	*b = (struct bench){
		.config =
			{
				.limits = {.timeout = 60,
	                                   .silent_timeout = 3600,
	                                   .offer_timeout = 300,
	                                   .delete_delay = 0},
				.strict_source = true,
				.tos = RF_TOS_KEEP,
			},
		.request = {.delete_delay = -1, .tos = RF_TOS_DEFAULT},
	};
	b->arena = rf_arena_new(1 << 22);
	if (!b->arena)
		return -ENOMEM;
	if (rf_calls_new(&b->config, &b->calls)) {
		rf_arena_free(b->arena);
		return -ENOMEM;
	}
	return 0;
}

void bench_close(struct bench *b)
{
	rf_calls_free(b->calls);
	rf_arena_free(b->arena);
}

const char *sdp_audio(const char *address, unsigned port, const char *more_lines)
{
	static char text[4][1024];
	static unsigned n;
	char *out = text[n++ % 4];

	snprintf(out, sizeof(text[0]),
	         "v=0\r\no=alice 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n"
	         "m=audio %u RTP/AVP 0 8\r\n%s",
	         strchr(address, ':') ? "IP6" : "IP4", address, strchr(address, ':') ? "IP6" : "IP4", address, port,
	         more_lines ? more_lines : "");
	return out;
}

static void prepare(struct bench *b, const char *from, const char *to, const char *sdp)
{
	rf_arena_reset(b->arena);
	if (!b->request.call_id.len)
		b->request.call_id = RF_STR("call-1");
	b->request.from_tag = rf_str_of(from);
	b->request.to_tag = rf_str_of(to);
	b->request.sdp = rf_str_of(sdp);
}

static bool finish(struct bench *b)
{
	b->request = (struct rf_request){.delete_delay = -1, .tos = RF_TOS_DEFAULT};
	return b->reply.result == RF_RESULT_OK;
}

bool bench_offer(struct bench *b, const char *from, const char *to, const char *sdp)
{
	prepare(b, from, to, sdp);
	rf_calls_offer(b->calls, &b->request, b->arena, &b->reply);
	return finish(b);
}

bool bench_answer(struct bench *b, const char *from, const char *to, const char *sdp)
{
	prepare(b, from, to, sdp);
	rf_calls_answer(b->calls, &b->request, b->arena, &b->reply);
	return finish(b);
}

bool bench_delete(struct bench *b, const char *from, const char *to)
{
	prepare(b, from, to, NULL);
	rf_calls_delete(b->calls, &b->request, b->arena, &b->reply);
	return finish(b);
}

unsigned reply_port(const struct bench *b, unsigned n)
{
	const char *at = b->reply.sdp.p;

	while (at && (at = strstr(at, "m="))) {
		if (n-- == 0)
			return (unsigned)strtoul(strchr(at, ' '), NULL, 10);
		at += 2;
	}
	return 0;
}

bool reply_has(const struct bench *b, const char *line)
{
	char want[256];

	snprintf(want, sizeof(want), "\n%s\r\n", line);
	return b->reply.sdp.p && strstr(b->reply.sdp.p, want);
}

bool reply_error_is(const struct bench *b, const char *reason)
{
	return b->reply.result == RF_RESULT_ERROR && rf_str_equal(b->reply.error, rf_str_of(reason));
}
