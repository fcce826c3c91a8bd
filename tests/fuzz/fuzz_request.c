/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole datagrams: what has a cookie and is no reply is answered, and the answer can be read.
 */
#include <stdlib.h>

#include "fake_calls.h"
#include "ng/ng.h"
#include "tree/bencode.h"
#include "tree/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The reply is the cookie and a dictionary with a result. */
static bool is_sound(struct rf_str datagram, struct rf_str reply)
{
	struct rf_arena *arena = rf_arena_new(16 * 1024 * 1024);
	struct rf_value *dict = NULL;
	struct rf_str cookie;
	bool sound;

	rf_str_cut(&datagram, ' ', &cookie);
	if (reply.len <= cookie.len + 1 || memcmp(reply.p, cookie.p, cookie.len) != 0)
		return false;
	reply.p += cookie.len + 1;
	reply.len -= cookie.len + 1;
	if (reply.p[0] == '{')
		sound = rf_json_decode(arena, reply, &dict) == 0;
	else
		sound = rf_bencode_decode(arena, reply, &dict) == 0;
	sound = sound && rf_value_get(dict, RF_STR("result"));
	rf_arena_free(arena);
	return sound;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_ng_config config = {0};
	struct rf_str datagram = {(const char *)data, size};
	static struct rf_ng *ng;
	static struct rf_buf reply;
	struct rf_str why;

	if (!ng) {
		fake_reset();
		fake.reply.report = fake_report();
		fake.reply.sdp = RF_STR("v=0\r\n\x80");
		fake.n_calls = 3;
		rf_buf_init(&reply, 65507 + size);
		if (rf_ng_new(&config, &ng, &why))
			abort();
	}
	rf_buf_reset(&reply);
	reply.limit = 65507 + size;
	if (rf_ng_handle(ng, datagram, &reply) && (reply.error || !is_sound(datagram, rf_buf_view(&reply))))
		abort();
	return 0;
}
