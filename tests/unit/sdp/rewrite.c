/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rewrite.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES (4 << 20)

/* text with CRLF for every LF; the caller frees it. */
static char *with_crlf(const char *text)
{
	char *out = malloc(2 * strlen(text) + 1);
	char *p = out;

	assert_non_null(out);
	for (; *text; text++) {
		if (*text == '\n')
			*p++ = '\r';
		*p++ = *text;
	}
	*p = '\0';
	return out;
}

static enum rf_sdp_action action_for(const struct rf_sdp_media *media)
{
	if (media->rejected)
		return RF_SDP_REJECT;
	return media->kind == RF_SDP_FOREIGN ? RF_SDP_VERBATIM : RF_SDP_RELAY;
}

struct rf_sdp_plan rewrite_plan(const struct rf_sdp *sdp, struct rf_sdp_media_plan *media)
{
	memset(media, 0, RF_SDP_MAX_MEDIA * sizeof(*media));
	for (unsigned i = 0; i < sdp->n_media; i++) {
		media[i].action = action_for(&sdp->media[i]);
		assert_int_equal(rf_addr_parse(RF_STR("203.0.113.1"), &media[i].address), 0);
		media[i].port = (uint16_t)(30000 + 4 * i);
		media[i].rtcp_mux = sdp->media[i].rtcp_mux;
		media[i].rtcp_port = media[i].rtcp_mux ? media[i].port : (uint16_t)(media[i].port + 1);
		media[i].rtcp = RF_SDP_RTCP_PORT;
		media[i].direction = sdp->media[i].direction;
	}
	return (struct rf_sdp_plan){.media = media, .n_media = sdp->n_media};
}

static struct rf_sdp *parse(struct rf_arena *arena, struct rf_str text)
{
	struct rf_sdp *sdp = NULL;
	struct rf_str why = RF_STR_NONE;
	int rc = rf_sdp_parse(arena, text, &sdp, &why);

	if (rc < 0)
		fail_msg("not parsed (%d): %.*s\n%.*s", rc, RF_STR_ARG(why), RF_STR_ARG(text));
	return sdp;
}

struct rf_sdp *rewrite_parse(const char *text, struct rf_arena **arena)
{
	*arena = rf_arena_new(ARENA_BYTES);
	assert_non_null(*arena);
	return parse(*arena, rf_str_of(text));
}

static void assert_text(struct rf_str text, const char *expected)
{
	if (text.len == strlen(expected) && memcmp(text.p, expected, text.len) == 0)
		return;
	fail_msg("expected:\n%s\ngot:\n%.*s", expected, RF_STR_ARG(text));
}

/* What the plan said must be what a reader of the output finds. */
static void check_planned(const struct rf_sdp *sdp, const struct rf_sdp_plan *plan)
{
	assert_int_equal(sdp->n_media, plan->n_media);
	for (unsigned i = 0; i < plan->n_media; i++) {
		const struct rf_sdp_media *media = &sdp->media[i];
		const struct rf_sdp_media_plan *how = &plan->media[i];

		if (how->action == RF_SDP_REJECT)
			assert_true(media->rejected && media->null_address);
		if (how->action != RF_SDP_RELAY || media->rejected)
			continue;
		assert_int_equal(media->rtp.port, how->port);
		assert_int_equal(media->null_address, how->null_address);
		if (!how->null_address)
			assert_true(rf_addr_equal(&media->rtp.addr, &how->address));
		if (!plan->original_direction)
			assert_int_equal(media->direction, how->direction);
		if (media->kind != RF_SDP_RTP)
			continue;
		assert_int_equal(media->rtcp.port, how->rtcp_port);
		assert_int_equal(media->rtcp_mux, how->rtcp_mux);
		if (how->profile != RF_SDP_PROFILE_NONE)
			assert_int_equal(media->profile, how->profile);
	}
}

static void check_once(const char *input, plan_fn change, const char *expected)
{
	struct rf_arena *arena;
	struct rf_sdp *sdp = rewrite_parse(input, &arena);
	struct rf_sdp_media_plan media[RF_SDP_MAX_MEDIA];
	struct rf_sdp_plan plan = rewrite_plan(sdp, media);
	struct rf_buf out, again;

	if (change)
		change(&plan);
	rf_buf_init(&out, 0);
	rf_buf_init(&again, 0);
	assert_int_equal(rf_sdp_write(sdp, &plan, &out), 0);
	assert_text(rf_buf_view(&out), expected);
	sdp = parse(arena, rf_buf_view(&out));
	check_planned(sdp, &plan);
	assert_int_equal(rf_sdp_write(sdp, &plan, &again), 0);
	assert_text(rf_buf_view(&again), expected);
	rf_buf_free(&out);
	rf_buf_free(&again);
	rf_arena_free(arena);
}

void rewrite_check(const char *input, plan_fn plan, const char *expected)
{
	char *input_crlf = with_crlf(input);
	char *expected_crlf = with_crlf(expected);

	check_once(input, plan, expected_crlf);
	check_once(input_crlf, plan, expected_crlf);
	free(input_crlf);
	free(expected_crlf);
}
