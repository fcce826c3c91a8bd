/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/survey.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"

#define ROWS_LIMIT (256u << 20)  /* bytes of one survey's rows: some 400,000 sessions */
#define REPORT_LIMIT (16u << 20) /* bytes of one report, or of a page of rows */
#define CLOCK_EVERY 8            /* reports between looks at the clock */

static void survey_free(struct rf_http_task *task)
{
	struct rf_survey *survey = (struct rf_survey *)task;

	rf_arena_free(survey->arena);
	rf_arena_free(survey->scratch);
	free(survey);
}

static bool add_id(struct rf_str call_id, void *arg)
{
	struct rf_survey *survey = arg;

	if (survey->n_ids == survey->size_ids)
		return false;
	survey->ids[survey->n_ids] = rf_arena_copy(survey->arena, call_id);
	if (!survey->ids[survey->n_ids].p)
		return false;
	survey->n_ids++;
	return true;
}

static bool count_id(struct rf_str call_id, void *arg)
{
	unsigned *n = arg;

	(void)call_id;
	(*n)++;
	return true;
}

static void fill_leg(struct rf_survey *survey, const struct rf_report_media *media, unsigned party,
                     struct rf_survey_leg *leg)
{
	const struct rf_stream_report *now = &media->streams[0].now;

	*leg = (struct rf_survey_leg){
		.party = party,
		.media = media->index,
		.codec = rf_arena_copy(survey->arena, media->codec),
		.iface = rf_arena_copy(survey->arena, media->iface),
		.totals = media->quality.totals,
		.bytes = now->bytes_in,
		.loss_ratio = media->quality.loss_ratio,
		.loss_ratio_interval = media->quality.loss_ratio_interval,
		.round_trip = media->quality.round_trip,
		.mos = media->quality.mos,
		.last_packet = now->last_packet_us ? (double)(rf_clock_us() - now->last_packet_us) / 1e6 : -1,
		.kernel = now->kernel,
	};
}

static bool fill_legs(struct rf_survey *survey, const struct rf_call_report *report, struct rf_survey_row *row)
{
	unsigned n = 0;

	for (unsigned i = 0; i < report->n_parties; i++)
		n += report->parties[i].n_media;
	row->legs = rf_arena_alloc(survey->arena, (n + 1) * sizeof(*row->legs));
	if (!row->legs)
		return false;
	for (unsigned i = 0; i < report->n_parties; i++) {
		const struct rf_report_party *party = &report->parties[i];

		for (unsigned k = 0; k < party->n_media; k++) {
			struct rf_survey_leg *leg = &row->legs[row->n_legs];

			if (party->media[k].n_streams == 0)
				continue;
			fill_leg(survey, &party->media[k], i + 1, leg);
			if (!row->worst || rf_survey_leg_compare(leg, row->worst) < 0)
				row->worst = leg;
			row->n_legs++;
		}
	}
	return true;
}

static bool fill_row(struct rf_survey *survey, const struct rf_call_report *report, struct rf_survey_row *row)
{
	static const struct rf_report_party nobody = {.peer = -1};
	const struct rf_report_party *from = report->n_parties > 0 ? &report->parties[0] : &nobody;
	const struct rf_report_party *to = report->n_parties > 1 ? &report->parties[1] : &nobody;

	if (from->peer >= 0 && (unsigned)from->peer < report->n_parties)
		to = &report->parties[from->peer];
	*row = (struct rf_survey_row){
		.call_id = rf_arena_copy(survey->arena, report->call_id),
		.from_tag = rf_arena_copy(survey->arena, from->tag),
		.to_tag = rf_arena_copy(survey->arena, to->tag),
		.label = rf_arena_copy(survey->arena, from->label),
		.created_wall_us = report->created_wall_us,
		.age = report->age,
		.answered = report->answered_wall_us != 0,
		.deleted = report->deleted,
		.packets = report->rtp.packets + report->rtcp.packets,
		.bytes = report->rtp.bytes + report->rtcp.bytes,
		.errors = report->rtp.errors + report->rtcp.errors,
	};
	snprintf(row->session, sizeof(row->session), "%016llx", (unsigned long long)rf_hash_bytes(0, report->call_id));
	return row->call_id.p && fill_legs(survey, report, row);
}

static bool too_many(struct rf_survey *survey, struct rf_http_reply *reply)
{
	rf_http_reply_error(reply, 503, "too_many_sessions", "%u sessions are more than one answer can be made of",
	                    survey->n_ids);
	return true;
}

static bool survey_step(struct rf_http_task *task, struct rf_http_reply *reply, int64_t until_us)
{
	struct rf_survey *survey = (struct rf_survey *)task;

	while (survey->next < survey->n_ids) {
		struct rf_survey_row *row = &survey->rows[survey->n_rows];
		struct rf_call_report *report;

		rf_arena_reset(survey->scratch);
		/* A session that has gone since the survey began has no report any more. */
		if (rf_call_report(survey->site->config.calls, survey->ids[survey->next], survey->scratch, &report) ==
		            0 &&
		    (survey->deleted || !report->deleted)) {
			if (!fill_row(survey, report, row))
				return too_many(survey, reply);
			survey->n_rows++;
		}
		survey->next++;
		if (survey->next % CLOCK_EVERY == 0 && rf_clock_us() >= until_us)
			return false;
	}
	return survey->finish(survey, reply, until_us);
}

struct rf_survey *rf_survey_begin(struct rf_http_site *site, rf_survey_finish *finish, struct rf_http_reply *reply)
{
	struct rf_survey *survey = calloc(1, sizeof(*survey));

	if (!survey)
		goto fail;
	survey->task = (struct rf_http_task){.step = survey_step, .free = survey_free};
	survey->site = site;
	survey->finish = finish;
	survey->arena = rf_arena_new(ROWS_LIMIT);
	survey->scratch = rf_arena_new(REPORT_LIMIT);
	if (!survey->arena || !survey->scratch)
		goto fail_arenas;
	rf_calls_each(site->config.calls, count_id, &survey->size_ids);
	survey->ids = rf_arena_alloc(survey->arena, (survey->size_ids + 1) * sizeof(*survey->ids));
	survey->rows = rf_arena_alloc(survey->arena, (survey->size_ids + 1) * sizeof(*survey->rows));
	if (!survey->ids || !survey->rows)
		goto fail_arenas;
	rf_calls_each(site->config.calls, add_id, survey);
	if (survey->n_ids < survey->size_ids)
		goto fail_arenas;
	reply->task = &survey->task;
	return survey;

fail_arenas:
	survey_free(&survey->task);
fail:
	rf_http_reply_error(reply, 503, "out_of_memory", "memory is too short to list the sessions");
	return NULL;
}

static int compare_real(double a, double b)
{
	return (a > b) - (a < b);
}

int rf_survey_leg_compare(const struct rf_survey_leg *a, const struct rf_survey_leg *b)
{
	int order = compare_real(b->loss_ratio_interval, a->loss_ratio_interval);

	if (order == 0)
		order = compare_real(b->loss_ratio, a->loss_ratio);
	if (order == 0) /* a MOS of 0 is none */
		order = compare_real(a->mos > 0 ? a->mos : 6, b->mos > 0 ? b->mos : 6);
	if (order == 0)
		order = compare_real(b->totals.jitter, a->totals.jitter);
	return order;
}

int rf_survey_row_compare(const struct rf_survey_row *a, const struct rf_survey_row *b)
{
	int order = (a->worst == NULL) - (b->worst == NULL);
	size_t shorter = a->call_id.len < b->call_id.len ? a->call_id.len : b->call_id.len;

	if (order == 0 && a->worst)
		order = rf_survey_leg_compare(a->worst, b->worst);
	if (order == 0)
		order = memcmp(a->call_id.p, b->call_id.p, shorter);
	if (order == 0)
		order = (a->call_id.len > b->call_id.len) - (a->call_id.len < b->call_id.len);
	return order;
}
