/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocking and silencing: of the whole call, of what one party sends, or (egress) of what it would get.
 */
#include "call/session.h"

static uint32_t bit_of(enum rf_media_change change)
{
	switch (change) {
	case RF_BLOCK_MEDIA:
	case RF_UNBLOCK_MEDIA:
		return RF_STREAM_BLOCK;
	case RF_SILENCE_MEDIA:
	case RF_UNSILENCE_MEDIA:
		return RF_STREAM_SILENCE;
	default:
		return RF_STREAM_BLOCK_DTMF;
	}
}

static bool sets(enum rf_media_change change)
{
	return change == RF_BLOCK_MEDIA || change == RF_SILENCE_MEDIA || change == RF_BLOCK_DTMF;
}

static void change_party(struct rf_party *party, enum rf_media_change change)
{
	for (unsigned i = 0; i < party->n_media; i++) {
		if (sets(change))
			party->media[i]->change |= bit_of(change);
		else
			party->media[i]->change &= ~bit_of(change);
	}
}

static bool sends_from(const struct rf_party *party, const struct rf_addr *addr)
{
	for (unsigned i = 0; i < party->n_media; i++) {
		if (rf_addr_equal(&party->media[i]->rtp.addr, addr))
			return true;
	}
	return false;
}

/* The party that the request selects; NULL with no error: all of them. */
static struct rf_party *select_party(const struct rf_call *call, const struct rf_request *request,
                                     struct rf_reply *reply)
{
	struct rf_party *party = NULL;
	struct rf_addr addr;

	bool by_tag = request->from_tag.len && (!request->raw_flags || (request->flags & RF_FLAG_DIRECTIONAL));

	if (request->flags & RF_FLAG_ALL)
		return NULL;
	if (request->label.len) {
		party = rf_party_by_label(call, request->label);
		if (!party)
			rf_reply_error(reply, RF_STR("No monologue matching the given label"));
	} else if (request->address.len) {
		if (!rf_addr_parse(request->address, &addr)) {
			RF_LIST_EACH (it, &call->parties) {
				if (!party && sends_from(RF_PARTY(it), &addr))
					party = RF_PARTY(it);
			}
		}
		if (!party)
			rf_reply_error(reply, RF_STR("Failed to match address to any tag"));
	} else if (by_tag) {
		party = rf_party_by_tag(call, request->from_tag);
		if (!party)
			rf_reply_error(reply, RF_STR("From-tag given, but no such tag exists"));
	}
	return party;
}

void rf_calls_change_media(struct rf_calls *calls, enum rf_media_change change, const struct rf_request *request,
                           struct rf_arena *arena, struct rf_reply *reply)
{
	struct rf_call *call = rf_call_find(calls, request->call_id);
	struct rf_party *selected;

	(void)arena;
	*reply = (struct rf_reply){.result = RF_RESULT_OK};
	if (!call) {
		rf_reply_error(reply, RF_STR("Unknown call-ID"));
		return;
	}
	selected = select_party(call, request, reply);
	if (reply->result == RF_RESULT_ERROR)
		return;
	RF_LIST_EACH (it, &call->parties) {
		struct rf_party *party = RF_PARTY(it);
		bool egress = request->flags & RF_FLAG_EGRESS;

		if (!selected || (egress ? party->peer == selected : party == selected))
			change_party(party, change);
	}
	if (rf_call_apply(call, NULL))
		rf_reply_error(reply, RF_STR("Out of memory"));
}
