/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as an SDP: what is accepted is written by a plan that the last byte chooses, and what is written must be
 * accepted again, hold what was planned, and not change when written once more.
 */
#include <stdlib.h>

#include "sdp/sdp.h"

#define ARENA_BYTES (8 << 20)

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void plan_media(const struct rf_sdp_media *media, unsigned i, uint8_t choice, struct rf_sdp_media_plan *how)
{
	static const struct rf_addr addresses[] = {{RF_FAMILY_IP4, {203, 0, 113, 1}},
	                                           {RF_FAMILY_IP6, {0x20, 1, 0x0d, 0xb8}}};

	*how = (struct rf_sdp_media_plan){
		.action = media->kind == RF_SDP_FOREIGN ? RF_SDP_VERBATIM : RF_SDP_RELAY,
		.address = addresses[choice & 1],
		.port = (uint16_t)(30000 + 4 * i),
		.rtcp_port = (uint16_t)(30001 + 4 * i),
		.rtcp = choice & 2 ? RF_SDP_RTCP_FULL : RF_SDP_RTCP_PORT,
		.rtcp_mux = choice & 4,
		.direction = media->direction,
		.ptime = RF_STR("20"),
		.profile = choice & 8 ? RF_SDP_RTP_AVP : RF_SDP_PROFILE_NONE,
	};
	if (how->rtcp_mux)
		how->rtcp_port = how->port;
}

static struct rf_sdp_plan plan_all(const struct rf_sdp *sdp, uint8_t choice, struct rf_sdp_media_plan *media)
{
	static const struct rf_str all[] = {{"all", 3}};
	static const struct rf_str offer[] = {{"PCMA", 4}, {"opus/48000/2", 12}, {"0", 1}, {"telephone-event", 15}};
	struct rf_sdp_plan plan = {.media = media, .n_media = sdp->n_media};

	for (unsigned i = 0; i < sdp->n_media; i++)
		plan_media(&sdp->media[i], i, choice, &media[i]);
	plan.keep_ice = choice & 16;
	plan.generate_mid = choice & 32;
	plan.strip_extmap = choice & 32;
	plan.loop_mark = choice & 64;
	if (choice & 64)
		plan.origin = (struct rf_addr){RF_FAMILY_IP4, {203, 0, 113, 1}};
	if (choice & 128)
		plan.codec = (struct rf_sdp_codec_filter){.strip = all, .n_strip = 1, .offer = offer, .n_offer = 4};
	return plan;
}

static void check_planned(const struct rf_sdp *sdp, const struct rf_sdp_plan *plan)
{
	demand(sdp->n_media == plan->n_media);
	for (unsigned i = 0; i < sdp->n_media; i++) {
		const struct rf_sdp_media *media = &sdp->media[i];
		const struct rf_sdp_media_plan *how = &plan->media[i];

		if (media->rejected || how->action != RF_SDP_RELAY)
			continue;
		demand(media->rtp.port == how->port && rf_addr_equal(&media->rtp.addr, &how->address));
		demand(media->direction == how->direction);
		if (media->kind == RF_SDP_RTP)
			demand(media->rtcp.port == how->rtcp_port && media->rtcp_mux == how->rtcp_mux);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_arena *arena = rf_arena_new(ARENA_BYTES);
	struct rf_str text = {(const char *)data, size};
	struct rf_sdp_media_plan media[RF_SDP_MAX_MEDIA];
	uint8_t choice = size > 0 ? data[size - 1] : 0; /* the last byte: the corpus stays readable */
	struct rf_buf first, second;
	struct rf_str why = RF_STR_NONE;
	struct rf_sdp_plan plan;
	struct rf_sdp *sdp;
	int rc;

	demand(arena);
	rf_buf_init(&first, 0);
	rf_buf_init(&second, 0);
	if (rf_sdp_parse(arena, text, &sdp, &why) < 0) {
		demand(why.len > 0);
		goto out;
	}
	plan = plan_all(sdp, choice, media);
	demand(rf_sdp_write(sdp, &plan, &first) == 0);
	rc = rf_sdp_parse(arena, rf_buf_view(&first), &sdp, &why);
	if (rc < 0) {
		demand(first.len > RF_SDP_MAX_BYTES); /* grown beyond the bound */
		goto out;
	}
	check_planned(sdp, &plan);
	demand(rf_sdp_write(sdp, &plan, &second) == 0);
	demand(rf_str_equal(rf_buf_view(&first), rf_buf_view(&second)));
out:
	rf_buf_free(&first);
	rf_buf_free(&second);
	rf_arena_free(arena);
	return 0;
}
