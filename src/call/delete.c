/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a call, or of one branch of it, as the proxy says.
 */
#include "base/clock.h"
#include "call/report.h"
#include "call/session.h"

/*
 * The branch that alone is to end; NULL: the whole call. A losing branch is one that its offerer does not talk to, or
 * one that the via-branch names while others are left that are not deleted already.
 */
static struct rf_party *branch_of(const struct rf_call *call, const struct rf_request *request)
{
	struct rf_party *party = rf_party_by_branch(call, request->via_branch);
	unsigned others = 0;

	if (!party && (request->flags & RF_FLAG_TO_TAG))
		party = rf_party_by_tag(call, request->to_tag);
	if (!party)
		party = rf_party_by_tag(call, request->from_tag);
	if (!party || !party->peer)
		return NULL;
	RF_LIST_EACH (it, &call->parties)
		others += RF_PARTY(it) != party && RF_PARTY(it)->peer == party->peer && !RF_PARTY(it)->delete_at_us;
	/* The offerer of branches is nobody's branch: its peers all name it. */
	if (!others)
		return NULL;
	if (party->peer->peer == party && !request->via_branch.len && !(request->flags & RF_FLAG_TO_TAG))
		return NULL;
	return party;
}

static bool tags_match(const struct rf_call *call, const struct rf_request *request)
{
	if (!request->from_tag.len)
		return true;
	if ((request->flags & RF_FLAG_TO_TAG) && request->to_tag.len && !rf_party_by_tag(call, request->to_tag))
		return false;
	return rf_party_by_tag(call, request->from_tag) || rf_party_by_branch(call, request->via_branch);
}

/* The call as it is, narrowed to the tags that the request names. 0 or -ENOMEM. */
static int report_for(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                      struct rf_reply *reply)
{
	int error = rf_call_report_now(calls, request->call_id, arena, &reply->report);

	if (error)
		return error;
	if (!request->to_tag.len || !rf_call_report_select(reply->report, request->to_tag))
		rf_call_report_select(reply->report, request->from_tag);
	return 0;
}

void rf_calls_delete(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                     struct rf_reply *reply)
{
	struct rf_call *call = rf_call_find(calls, request->call_id);
	int64_t delay = request->delete_delay >= 0 ? request->delete_delay : calls->config.limits.delete_delay;
	struct rf_party *branch;

	*reply = (struct rf_reply){.result = RF_RESULT_OK};
	if (!call || !tags_match(call, request)) {
		struct rf_str missing = RF_STR("Call-ID not found or tags didn't match");

		if (request->flags & RF_FLAG_FATAL)
			rf_reply_error(reply, missing);
		else
			reply->warning = missing;
		return;
	}
	branch = request->from_tag.len ? branch_of(call, request) : NULL;
	if (!branch)
		rf_group_finish(call->group);
	if (!(request->flags & RF_FLAG_FAST) && report_for(calls, request, arena, reply))
		reply->warning = RF_STR("Statistics left out: they exceed the size of a reply");

	if (!branch) {
		rf_call_schedule_end(call, delay);
	} else if (delay > 0) {
		branch->delete_at_us = rf_clock_us() + delay * 1000000;
	} else {
		rf_party_free(branch);
		rf_call_apply(call, NULL);
	}
}

void rf_calls_query(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                    struct rf_reply *reply)
{
	*reply = (struct rf_reply){.result = RF_RESULT_OK};
	if (!rf_call_find(calls, request->call_id))
		rf_reply_error(reply, RF_STR("Unknown call-id"));
	else if (report_for(calls, request, arena, reply))
		rf_reply_error(reply, RF_STR("Statistics exceed the size of a reply"));
}
