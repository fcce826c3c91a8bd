/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SDP for the other side: which address, ports, direction and attributes each section gets.
 */
#include <errno.h>

#include "call/session.h"

static enum rf_sdp_direction plan_direction(const struct rf_exchange *x, const struct rf_sdp_media *sdp)
{
	bool as_given = x->request->flags & RF_FLAG_ORIGINAL_SENDRECV;

	/* The null address is the old spelling of "sendonly" (RFC 3264 section 8.4). */
	if (sdp->null_address && !as_given && sdp->direction == RF_SDP_SENDRECV)
		return RF_SDP_SENDONLY;
	return sdp->direction;
}

static void plan_rtcp(const struct rf_exchange *x, const struct rf_media *to, struct rf_sdp_media_plan *plan)
{
	plan->rtcp_mux = x->offer ? to->mux_offered : to->mux;
	/* An offer names the port to fall back to, unless multiplexing is required. */
	plan->rtcp_port = to->mux ? plan->port : (uint16_t)(plan->port + 1);
	if (x->request->flags & RF_FLAG_NO_RTCP_ATTRIBUTE)
		plan->rtcp = RF_SDP_RTCP_NONE;
	else if (x->request->flags & RF_FLAG_FULL_RTCP_ATTRIBUTE)
		plan->rtcp = RF_SDP_RTCP_FULL;
	else
		plan->rtcp = RF_SDP_RTCP_PORT;
}

static void plan_media(const struct rf_exchange *x, const struct rf_sdp_media *sdp, const struct rf_media *to,
                       struct rf_sdp_media_plan *plan)
{
	if (sdp->kind == RF_SDP_FOREIGN) {
		plan->action = RF_SDP_VERBATIM;
		return;
	}
	if (sdp->rejected || to->rejected || !to->streams[0]) {
		plan->action = RF_SDP_REJECT;
		return;
	}
	plan->action = RF_SDP_RELAY;
	plan->address = rf_media_advertised(to);
	plan->port = rf_stream_port(to->streams[0]);
	plan->profile = x->request->profile != RF_SDP_PROFILE_NONE ? x->request->profile : to->profile;
	plan->direction = plan_direction(x, sdp);
	plan->null_address = sdp->null_address && !(x->request->replace & RF_REPLACE_ZERO_ADDRESS);
	if (sdp->kind == RF_SDP_RTP)
		plan_rtcp(x, to, plan);
	if (!x->offer)
		plan->ptime = to->ptime;
}

static void plan_missing(const struct rf_media *to, struct rf_sdp_media_plan *plan)
{
	plan->action = RF_SDP_REJECT;
	plan->type = to->type;
	plan->transport = to->transport;
	plan->format = to->format;
}

int rf_exchange_write(struct rf_exchange *x)
{
	const struct rf_request *request = x->request;
	unsigned n = x->sdp->n_media;
	struct rf_buf text;
	int error = -ENOMEM;

	/* An answer has as many sections as the offer had (RFC 3264 section 6). */
	if (!x->offer && x->to->n_described > n)
		n = x->to->n_described;

	struct rf_sdp_plan plan = {
		.media = rf_arena_alloc(x->arena, (n ? n : 1) * sizeof(*plan.media)),
		.n_media = n,
		.original_direction = request->flags & RF_FLAG_ORIGINAL_SENDRECV,
		.generate_mid = request->flags & RF_FLAG_GENERATE_MID,
		.strip_extmap = request->flags & RF_FLAG_STRIP_EXTMAP,
		.loop_mark = request->flags & RF_FLAG_LOOP_PROTECT,
		.loop_id = rf_str_of(x->calls->loop_id),
		.codec = {request->strip, request->offer, request->except, request->mask, request->n_strip,
	                  request->n_offer, request->n_except, request->n_mask},
	};

	rf_buf_init(&text, 2 * RF_SDP_MAX_BYTES);
	if (!plan.media)
		goto out;
	for (unsigned i = 0; i < n; i++) {
		if (i < x->sdp->n_media)
			plan_media(x, &x->sdp->media[i], x->to->media[i], &plan.media[i]);
		else
			plan_missing(x->to->media[i], &plan.media[i]);
	}
	error = rf_origin_plan(x, &plan);
	if (error)
		goto out;
	error = rf_sdp_write(x->sdp, &plan, &text);
	if (error) {
		rf_reply_error(x->reply, RF_STR("Error rewriting SDP"));
		goto out;
	}
	x->reply->sdp = rf_arena_copy(x->arena, rf_buf_view(&text));
	if (!x->reply->sdp.p)
		error = -ENOMEM;
out:
	rf_buf_free(&text);
	return error;
}
