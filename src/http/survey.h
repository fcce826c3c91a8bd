/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A survey of all sessions: one row each, with its legs, made in slices, so that thousands of sessions do not
 * hold up the control thread. What becomes of the rows is the caller's finish function.
 */
#ifndef RF_HTTP_SURVEY_H
#define RF_HTTP_SURVEY_H

#include "call/report.h"
#include "http/site.h"

/* One leg that was measured, or could be. Figures are the report's. */
struct rf_survey_leg {
	unsigned party; /* 1 for the first party */
	unsigned media; /* 1 for the first m= */
	struct rf_str codec;
	struct rf_str iface;
	struct rf_leg_totals totals;
	uint64_t bytes;             /* accepted on the RTP stream */
	double loss_ratio;          /* whole leg */
	double loss_ratio_interval; /* last sampling interval */
	double round_trip;          /* seconds; 0: not known */
	double mos;                 /* 0: not known */
	double last_packet;         /* seconds ago; below 0: none yet */
	bool kernel;                /* forwarded in the kernel */
};

struct rf_survey_row {
	struct rf_str call_id, from_tag, to_tag, label;
	char session[17]; /* short id in hexadecimal, the same for the same call-id at any time */
	int64_t created_wall_us;
	double age; /* seconds */
	bool answered, deleted;
	uint64_t packets, bytes, errors; /* received from all parties, RTP and RTCP */
	unsigned n_legs;
	struct rf_survey_leg *legs;
	const struct rf_survey_leg *worst; /* by rf_survey_leg_compare; NULL: no legs */
	bool shown;                        /* for finish: a leg of it is shown */
};

struct rf_survey;

/* Work on the rows until until_us; true when the reply is complete. */
typedef bool rf_survey_finish(struct rf_survey *survey, struct rf_http_reply *reply, int64_t until_us);

struct rf_survey {
	struct rf_http_task task;   /* first member */
	struct rf_http_site *site;  /* borrowed */
	struct rf_arena *arena;     /* owned: ids, rows */
	struct rf_arena *scratch;   /* owned: one report at a time, what finish builds */
	struct rf_str *ids;         /* all call-ids when the survey began */
	unsigned n_ids, size_ids;   /* found, room */
	unsigned next;              /* id whose turn it is */
	struct rf_survey_row *rows; /* room for n_ids */
	unsigned n_rows;
	bool deleted; /* rows of deleted sessions, too */
	rf_survey_finish *finish;
	void *state; /* finish's own, in arena */
};

/* Leave a survey in reply->task; NULL, and an error in the reply, when memory is short. */
struct rf_survey *rf_survey_begin(struct rf_http_site *site, rf_survey_finish *finish, struct rf_http_reply *reply);

/*
 * Below 0 when a is worse: by loss of the last interval, loss of the whole leg, MOS, jitter; legs that were
 * never measured come last.
 */
int rf_survey_leg_compare(const struct rf_survey_leg *a, const struct rf_survey_leg *b);
/* The same of two sessions' worst legs; call-ids decide between equals. */
int rf_survey_row_compare(const struct rf_survey_row *a, const struct rf_survey_row *b);

#endif
