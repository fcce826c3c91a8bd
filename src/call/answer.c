/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An answer (RFC 3264 section 6). from-tag stays the offerer's, to-tag is the answerer's, whichever way the SIP
 * message went.
 */
#include <errno.h>

#include "base/clock.h"
#include "call/session.h"

/*
 * A tag that was not seen before belongs to the answerer that was offered to and has not answered; when all have, it
 * is one more name of the party that answered (a fork behind the proxy), whose latest SDP counts. With new-branch it
 * becomes that party's first name.
 */
static int adopt_tag(struct rf_exchange *x)
{
	const struct rf_request *request = x->request;
	struct rf_party *party = rf_party_untagged(x->call, x->to, request->via_branch);

	if (!party)
		party = rf_party_by_branch(x->call, request->via_branch);
	if (!party || party == x->to)
		party = rf_party_untagged(x->call, x->to, RF_STR_NONE);
	if (!party)
		party = x->to->peer;
	if (!party)
		return -ESRCH;
	x->from = party;
	if (!party->tag.len)
		return rf_text_set(&party->tag, request->to_tag);
	if (!(request->flags & RF_FLAG_NEW_BRANCH))
		return rf_party_add_alias(party, request->to_tag);

	int error = rf_party_add_alias(party, party->tag);
	return error ? error : rf_text_set(&party->tag, request->to_tag);
}

static int find_parties(struct rf_exchange *x)
{
	int error = 0;

	x->to = rf_party_by_tag(x->call, x->request->from_tag);
	if (!x->to)
		return -ESRCH;
	x->from = rf_party_by_tag(x->call, x->request->to_tag);
	if (x->from == x->to)
		return -ESRCH;
	if (!x->from)
		error = adopt_tag(x);
	if (error)
		return error;
	x->from->peer = x->to;
	x->to->peer = x->from;
	return 0;
}

static void note_answered(struct rf_call *call)
{
	if (call->answered_us)
		return;
	call->answered_us = rf_clock_us();
	call->answered_wall_us = rf_clock_wall_us();
	rf_histogram_observe(&call->calls->totals.setup, (double)(call->answered_us - call->created_us) / 1e6);
}

void rf_calls_answer(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                     struct rf_reply *reply)
{
	struct rf_exchange x = {.calls = calls, .request = request, .arena = arena, .reply = reply};
	int error;

	*reply = (struct rf_reply){.result = RF_RESULT_OK};
	if (rf_exchange_read(&x))
		return;
	x.call = rf_call_find(calls, request->call_id);
	if (!x.call) {
		rf_reply_error(reply, RF_STR("Unknown call-id"));
		return;
	}
	error = find_parties(&x);
	if (error == -ESRCH) {
		rf_reply_error(reply, RF_STR("Invalid dialogue association"));
		return;
	}
	if (!error)
		error = rf_exchange_settings(&x);
	if (!error)
		error = rf_exchange_describe(&x);
	if (!error)
		error = rf_exchange_write(&x);
	if (!error)
		error = rf_call_apply(x.call, NULL);
	if (error) {
		rf_exchange_fail(&x, error);
		rf_call_apply(x.call, NULL);
		return;
	}
	note_answered(x.call);
}
