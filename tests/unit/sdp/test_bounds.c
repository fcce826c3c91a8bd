/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bounds are refused by name, and nothing within 64 KiB takes long.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rewrite.h"

#ifdef __SANITIZE_ADDRESS__
#define STALL_US 250000.0 /* CPU time */
#else
#define STALL_US 50000.0 /* CPU time */
#endif

/* A text being made. */
static struct rf_buf text;

static int begin(void **state)
{
	(void)state;
	rf_buf_init(&text, 0);
	rf_buf_text(&text, HEAD);
	return 0;
}

static int end(void **state)
{
	(void)state;
	rf_buf_free(&text);
	return 0;
}

static double cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Append line again and again, up to the limit of an SDP. */
static void repeat(const char *line)
{
	while (text.len + strlen(line) <= RF_SDP_MAX_BYTES)
		rf_buf_text(&text, line);
}

static void assert_refused(int error, const char *sentence)
{
	struct rf_arena *arena = rf_arena_new(4 << 20);
	struct rf_str why = RF_STR_NONE;
	struct rf_sdp *sdp = NULL;
	double start = cpu_us();

	assert_int_equal(rf_sdp_parse(arena, rf_buf_view(&text), &sdp, &why), error);
	assert_true(cpu_us() - start < STALL_US);
	if (!rf_str_equal(why, rf_str_of(sentence)))
		fail_msg("expected: %s\ngot: %.*s", sentence, RF_STR_ARG(why));
	rf_arena_free(arena);
}

/* Parse and write the text, with every codec name of the filter a miss, within the time of a stall. */
static void assert_quick(void)
{
	struct rf_arena *arena = rf_arena_new(4 << 20);
	struct rf_str names[64];
	struct rf_str why = RF_STR_NONE;
	struct rf_sdp_media_plan media[RF_SDP_MAX_MEDIA];
	struct rf_sdp_plan plan;
	struct rf_sdp *sdp = NULL;
	struct rf_buf out;
	double start = cpu_us();

	for (unsigned i = 0; i < 64; i++)
		names[i] = RF_STR("PCMU/8000/2");
	assert_int_equal(rf_sdp_parse(arena, rf_buf_view(&text), &sdp, &why), 0);
	plan = rewrite_plan(sdp, media);
	plan.generate_mid = true;
	plan.codec = (struct rf_sdp_codec_filter){names, names, names, names, 64, 64, 64, 64};
	rf_buf_init(&out, 0);
	assert_int_equal(rf_sdp_write(sdp, &plan, &out), 0);
	if (cpu_us() - start >= STALL_US)
		fail_msg("%.0f us for %zu bytes", cpu_us() - start, text.len);
	rf_buf_free(&out);
	rf_arena_free(arena);
}

static void more_than_64_kib_is_refused(void **state)
{
	(void)state;
	repeat("a=x\n");
	while (text.len <= RF_SDP_MAX_BYTES)
		rf_buf_char(&text, 'a');
	assert_refused(-E2BIG, "SDP has 65537 bytes, expected at most 65536");
}

static void more_than_64_sections_are_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1800; i++)
		rf_buf_text(&text, "m=audio 4000 RTP/AVP 0\n");
	assert_refused(-E2BIG, "SDP has 1800 media sections, expected at most 64");
}

static void more_than_128_formats_are_refused(void **state)
{
	(void)state;
	rf_buf_text(&text, "m=audio 4000 RTP/AVP");
	for (unsigned i = 0; i < 8000; i++)
		rf_buf_printf(&text, " %u", i % 128);
	assert_refused(
		-E2BIG,
		"SDP line 6 (m=audio 4000 RTP/AVP 0 1 2 3 4 5 6 7 8 9) has too many formats, expected at most 128");
}

static void many_lines_are_quick(void **state)
{
	static const char *const lines[] = {
		"a=x\n", "a\n",           "a=sendrecv\n",      "a=fmtp:0 x\n", "a=rtpmap:0 x/1\n",
		"b=x\n", "a=rtcp:4001\n", "c=IN IP4 1.2.3.4\n"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		rf_buf_reset(&text);
		rf_buf_text(&text, HEAD);
		repeat(lines[i]);
		assert_quick();
		rf_buf_reset(&text);
		rf_buf_text(&text, HEAD "m=audio 4000 RTP/AVP 0 8\n");
		repeat(lines[i]);
		assert_quick();
	}
	(void)state;
}

static void all_bounds_at_once_are_quick(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RF_SDP_MAX_MEDIA; i++) {
		rf_buf_text(&text, "m=audio 4000 RTP/AVP");
		for (unsigned type = 0; type < RF_SDP_MAX_FORMATS; type++)
			rf_buf_printf(&text, " %u", type);
		rf_buf_text(&text, "\n");
	}
	repeat("a=rtpmap:127 PCMU/8000\n");
	assert_quick();
}

static void one_long_line_is_quick(void **state)
{
	(void)state;
	rf_buf_text(&text, "m=audio 4000 RTP/AVP 0\na=");
	while (text.len < RF_SDP_MAX_BYTES)
		rf_buf_char(&text, 'x');
	assert_quick();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(more_than_64_kib_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(more_than_64_sections_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(more_than_128_formats_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(many_lines_are_quick, begin, end),
		cmocka_unit_test_setup_teardown(all_bounds_at_once_are_quick, begin, end),
		cmocka_unit_test_setup_teardown(one_long_line_is_quick, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
