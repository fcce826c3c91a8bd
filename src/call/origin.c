/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * o= and s= of a rewritten SDP. Unless the proxy asks otherwise they pass unchanged; when it does, what a party was
 * sent first is what it keeps getting, so that a changed far side does not look like another session to it.
 */
#include <errno.h>

#include "call/session.h"

/* The first value sent, remembered; then always that one. */
static int pin(struct rf_str *kept, struct rf_str given, struct rf_str *planned)
{
	if (!kept->len && rf_text_set(kept, given))
		return -ENOMEM;
	*planned = *kept;
	return 0;
}

/* What the party gets has changed when the other side's SDP or our own part in it did. */
static uint64_t fingerprint_of(const struct rf_exchange *x, const struct rf_sdp_plan *plan)
{
	uint64_t print = x->sdp->fingerprint;

	for (unsigned i = 0; i < plan->n_media; i++) {
		const struct rf_sdp_media_plan *media = &plan->media[i];
		uint64_t part = ((uint64_t)media->port << 32) | ((uint64_t)media->rtcp_port << 16) |
		                ((uint64_t)media->direction << 8) | (uint64_t)media->rtcp_mux;

		for (unsigned j = 0; j < sizeof(media->address.ip); j++)
			part = part * 31 + media->address.ip[j];
		print = (print ^ part) * 0x9e3779b97f4a7c15u;
	}
	return print ? print : 1;
}

static int plan_version(const struct rf_exchange *x, struct rf_sdp_plan *plan)
{
	struct rf_party *to = x->to;
	uint64_t print = fingerprint_of(x, plan);
	uint64_t version;

	if (!to->sent_fingerprint) {
		if (!rf_str_to_u64(x->sdp->version, &version))
			to->sent_version = version;
	} else if (print != to->sent_fingerprint || (x->request->replace & RF_REPLACE_FORCE_INCREMENT)) {
		to->sent_version++;
	}
	to->sent_fingerprint = print;
	plan->version = rf_arena_printf(x->arena, "%llu", (unsigned long long)to->sent_version);
	return plan->version.len ? 0 : -ENOMEM;
}

int rf_origin_plan(const struct rf_exchange *x, struct rf_sdp_plan *plan)
{
	uint32_t replace = x->request->replace;
	bool full = replace & RF_REPLACE_ORIGIN_FULL;
	struct rf_party *to = x->to;

	if ((replace & (RF_REPLACE_ORIGIN | RF_REPLACE_ORIGIN_FULL)) && plan->n_media) {
		for (unsigned i = 0; i < plan->n_media && plan->origin.family == RF_FAMILY_NONE; i++)
			plan->origin = plan->media[i].address;
		if (full && to->sent_origin.family == RF_FAMILY_NONE)
			to->sent_origin = plan->origin;
		if (full)
			plan->origin = to->sent_origin;
	}
	if ((full || (replace & RF_REPLACE_USERNAME)) && pin(&to->sent_username, x->sdp->username, &plan->username))
		return -ENOMEM;
	if (full && pin(&to->sent_session_id, x->sdp->session_id, &plan->session_id))
		return -ENOMEM;
	if ((full || (replace & RF_REPLACE_SESSION_NAME)) &&
	    pin(&to->sent_session_name, x->sdp->session_name, &plan->session_name))
		return -ENOMEM;
	if (full || (replace & (RF_REPLACE_SDP_VERSION | RF_REPLACE_FORCE_INCREMENT)))
		return plan_version(x, plan);
	return 0;
}
