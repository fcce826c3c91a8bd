/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every allocation may fail: -ENOMEM, nothing leaked. libosip2 allocates for itself, by its own means.
 */
#include <errno.h>

#include "oom.h"
#include "rewrite.h"

static int parse_and_write(void *arg)
{
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_sdp_media_plan media[RF_SDP_MAX_MEDIA];
	struct rf_sdp_plan plan;
	struct rf_sdp *sdp = NULL;
	struct rf_str why;
	struct rf_buf out;
	int rc;

	if (!arena)
		return -ENOMEM;
	rf_buf_init(&out, 0);
	rc = rf_sdp_parse(arena, rf_str_of(arg), &sdp, &why);
	if (rc == 0) {
		plan = rewrite_plan(sdp, media);
		rc = rf_sdp_write(sdp, &plan, &out);
	} else {
		assert_true(why.len > 0);
	}
	rf_buf_free(&out);
	rf_arena_free(arena);
	return rc;
}

static void running_out_of_memory_is_an_error(void **state)
{
	static char text[] = HEAD "m=audio 4000 RTP/AVP 0 8 96\na=rtpmap:96 opus/48000/2\nm=image 0 udptl t38\n";

	(void)state;
	rf_oom_run(parse_and_write, text);
}

static void an_arena_that_is_full_is_an_error(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 8192; limit += 16) {
		struct rf_arena *arena = rf_arena_new(limit);
		struct rf_sdp *sdp = NULL;
		struct rf_str why = RF_STR_NONE;
		int rc = rf_sdp_parse(arena, RF_STR(HEAD "m=audio 4000 RTP/AVP 0\nm=audio x RTP/AVP 0\n"), &sdp, &why);

		assert_true(rc == -ENOMEM || rc == -EINVAL);
		assert_null(sdp);
		assert_true(why.len > 0);
		rf_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_out_of_memory_is_an_error),
		cmocka_unit_test(an_arena_that_is_full_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
