/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An offer (RFC 3264 section 5): a new call, another branch, or a new offer within a call from either side.
 */
#include <errno.h>

#include "call/session.h"

/* Who sends the offer: a known party; an answerer that speaks before its answer was seen; or a new one. */
static int find_sender(struct rf_exchange *x)
{
	const struct rf_request *request = x->request;
	struct rf_party *other = rf_party_by_tag(x->call, request->to_tag);

	x->from = rf_party_by_tag(x->call, request->from_tag);
	if (x->from)
		return 0;
	if (other)
		x->from = rf_party_untagged(x->call, other, RF_STR_NONE);
	if (x->from)
		return rf_text_set(&x->from->tag, request->from_tag);
	return rf_party_new(x->call, request->from_tag, RF_STR_NONE, &x->from);
}

/* Who will get it: the party named, or the answerer-to-be of that branch. */
static int find_receiver(struct rf_exchange *x)
{
	const struct rf_request *request = x->request;
	struct rf_party *branch = rf_party_by_branch(x->call, request->via_branch);

	x->to = rf_party_by_tag(x->call, request->to_tag);
	if (!x->to)
		x->to = rf_party_by_label(x->call, request->to_label);
	if (!x->to && branch && branch->peer == x->from)
		x->to = branch;
	if (!x->to)
		x->to = rf_party_untagged(x->call, x->from, request->via_branch);
	/* Neither tag nor branch: whom it talks to already. */
	if (!x->to && !request->to_tag.len && !request->via_branch.len)
		x->to = x->from->peer;
	if (x->to == x->from)
		x->to = NULL;
	if (x->to)
		return x->to->tag.len ? 0 : rf_text_set(&x->to->tag, request->to_tag);
	return rf_party_new(x->call, request->to_tag, request->via_branch, &x->to);
}

static int find_parties(struct rf_exchange *x)
{
	int error = find_sender(x);

	if (!error)
		error = find_receiver(x);
	if (error)
		return error;
	x->to->peer = x->from;
	/* A further branch takes over when it answers, not before. */
	if (!x->from->peer || x->request->to_tag.len)
		x->from->peer = x->to;
	return 0;
}

/* The call of the request, made if need be: 0, or the reply tells why not. */
static int find_call(struct rf_exchange *x, bool *made)
{
	const char *limit;
	int error;

	*made = false;
	x->call = rf_call_find(x->calls, x->request->call_id);
	if (x->call)
		return 0;
	limit = rf_limits_exceeded(x->calls);
	if (limit) {
		x->reply->result = RF_RESULT_LOAD_LIMIT;
		x->reply->error = rf_str_of(limit);
		return -EBUSY;
	}
	error = rf_call_new(x->calls, x->request->call_id, &x->call);
	if (error)
		rf_exchange_fail(x, error);
	*made = !error;
	return error;
}

static int exchange(struct rf_exchange *x)
{
	int error = find_parties(x);

	if (!error)
		error = rf_exchange_settings(x);
	if (!error)
		error = rf_exchange_describe(x);
	if (!error)
		error = rf_exchange_write(x);
	if (!error)
		error = rf_call_apply(x->call, x->request->flags & RF_FLAG_RESET ? x->from : NULL);
	return error;
}

void rf_calls_offer(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                    struct rf_reply *reply)
{
	struct rf_exchange x = {.calls = calls, .request = request, .arena = arena, .reply = reply, .offer = true};
	bool made;
	int error;

	*reply = (struct rf_reply){.result = RF_RESULT_OK};
	/* A trickled fragment of candidates for a call that is relayed without ICE. */
	if ((request->flags & RF_FLAG_FRAGMENT) && rf_call_find(calls, request->call_id))
		return;
	if (rf_exchange_read(&x))
		return;
	if ((request->flags & RF_FLAG_LOOP_PROTECT) && rf_sdp_has_loop_mark(x.sdp, rf_str_of(calls->loop_id))) {
		reply->sdp = request->sdp;
		return;
	}
	if (find_call(&x, &made))
		return;
	error = exchange(&x);
	if (!error)
		return;
	rf_exchange_fail(&x, error);
	if (made)
		rf_call_end(x.call, error == -ENOSPC ? RF_END_NO_PORTS : RF_END_FAILED);
	else
		rf_call_apply(x.call, NULL);
}
