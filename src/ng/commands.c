/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call/report.h"
#include "ng/dispatch.h"

#define LIST_DEFAULT 32 /* calls */

static void run_ping(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)reply;
	rf_value_add_str(dispatch->arena, tree, RF_STR("result"), RF_STR("pong"));
}

static void run_offer(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	rf_calls_offer(dispatch->calls, &dispatch->request, dispatch->arena, reply);
}

static void run_answer(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	rf_calls_answer(dispatch->calls, &dispatch->request, dispatch->arena, reply);
}

static void run_delete(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	rf_calls_delete(dispatch->calls, &dispatch->request, dispatch->arena, reply);
	if (reply->report && !(dispatch->request.flags & RF_FLAG_FAST))
		rf_report_tree(dispatch->arena, tree, reply->report);
}

static void run_query(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	rf_calls_query(dispatch->calls, &dispatch->request, dispatch->arena, reply);
	if (reply->report)
		rf_report_tree(dispatch->arena, tree, reply->report);
}

/* The list that is being filled. */
struct listing {
	struct rf_arena *arena; /* where the items live; borrowed */
	struct rf_value *list;  /* the reply's "calls" */
	int64_t left;           /* calls that still go in */
};

static bool list_call(struct rf_str call_id, void *arg)
{
	struct listing *listing = arg;

	if (listing->left-- <= 0)
		return false;
	return rf_value_add_str(listing->arena, listing->list, RF_STR_NONE, call_id) != NULL;
}

static void run_list(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	struct listing listing = {.arena = dispatch->arena, .left = dispatch->request.limit};

	if (listing.left == -1)
		listing.left = LIST_DEFAULT;
	if (listing.left < 0) {
		reply->result = RF_RESULT_ERROR;
		reply->error = RF_STR("invalid limit, must be >= 0");
		return;
	}
	listing.list = rf_value_add_list(dispatch->arena, tree, RF_STR("calls"));
	rf_calls_each(dispatch->calls, list_call, &listing);
}

static void run_statistics(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)reply;
	rf_statistics_tree(dispatch, rf_value_add_dict(dispatch->arena, tree, RF_STR("statistics")));
}

static void change(struct rf_dispatch *dispatch, struct rf_reply *reply, enum rf_media_change what)
{
	rf_calls_change_media(dispatch->calls, what, &dispatch->request, dispatch->arena, reply);
}

static void run_block_media(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	change(dispatch, reply, RF_BLOCK_MEDIA);
}

static void run_unblock_media(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	change(dispatch, reply, RF_UNBLOCK_MEDIA);
}

static void run_silence_media(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	change(dispatch, reply, RF_SILENCE_MEDIA);
}

static void run_unsilence_media(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	change(dispatch, reply, RF_UNSILENCE_MEDIA);
}

static void run_block_dtmf(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	change(dispatch, reply, RF_BLOCK_DTMF);
}

static void run_unblock_dtmf(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree)
{
	(void)tree;
	change(dispatch, reply, RF_UNBLOCK_DTMF);
}

#define ANY_CALL RF_NEEDS_CALL_ID

const struct rf_command rf_commands[RF_COMMANDS] = {
	{"offer", RF_NEEDS_SDP | RF_NEEDS_CALL_ID | RF_NEEDS_FROM_TAG, true, run_offer},
	{"answer", RF_NEEDS_SDP | RF_NEEDS_CALL_ID | RF_NEEDS_FROM_TAG | RF_NEEDS_TO_TAG, true, run_answer},
	{"delete", ANY_CALL, false, run_delete},
	{"query", ANY_CALL, false, run_query},
	{"ping", 0, false, run_ping},
	{"list", 0, false, run_list},
	{"statistics", 0, false, run_statistics},
	{"block media", ANY_CALL, false, run_block_media},
	{"unblock media", ANY_CALL, false, run_unblock_media},
	{"silence media", ANY_CALL, false, run_silence_media},
	{"unsilence media", ANY_CALL, false, run_unsilence_media},
	{"block DTMF", ANY_CALL, false, run_block_dtmf},
	{"unblock DTMF", ANY_CALL, false, run_unblock_dtmf},
};
