/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /metrics/sessions: a set of series per leg of each active session, the worst first, at most
 * max-session-series legs. Made in slices: the survey's, then so many legs of one family at a time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "http/prometheus.h"
#include "http/rank.h"
#include "http/survey.h"

#define CLOCK_EVERY 64 /* samples between looks at the clock */

/* Where the work stands. */
struct sheet {
	struct rf_prometheus prometheus;
	struct rf_rank rank;      /* legs, while they are ranked */
	unsigned ranked_rows;     /* sessions whose legs are in the rank */
	struct rf_rank_leg *legs; /* those that are shown, the worst first; NULL: not begun */
	size_t n_legs;            /* of them, found so far */
	size_t n_shown;           /* how many there will be */
	size_t left_out;          /* legs that are not shown */
	size_t family;            /* being written */
	size_t next;              /* its next leg, or session */
};

typedef void write_sample(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                          const struct rf_survey_leg *leg);

#define LABELS 3 /* session, party, media */

static void write_packets(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                          const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->totals.packets);
}

static void write_bytes(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                        const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->bytes);
}

static void write_lost(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                       const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->totals.lost);
}

static void write_expected(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                           const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->totals.expected);
}

static void write_duplicate(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                            const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->totals.duplicates);
}

static void write_reordered(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                            const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->totals.reordered);
}

static void write_jitter(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                         const struct rf_survey_leg *leg)
{
	if (leg->totals.packets > 0)
		rf_prometheus_real(p, labels, LABELS, leg->totals.jitter);
}

static void write_loss(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                       const struct rf_survey_leg *leg)
{
	if (leg->totals.packets > 0)
		rf_prometheus_real(p, labels, LABELS, leg->loss_ratio_interval);
}

static void write_mos(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                      const struct rf_survey_leg *leg)
{
	if (leg->mos > 0)
		rf_prometheus_real(p, labels, LABELS, leg->mos);
}

static void write_round_trip(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                             const struct rf_survey_leg *leg)
{
	if (leg->round_trip > 0)
		rf_prometheus_real(p, labels, LABELS, leg->round_trip);
}

static void write_last_packet(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                              const struct rf_survey_leg *leg)
{
	if (leg->last_packet >= 0)
		rf_prometheus_real(p, labels, LABELS, leg->last_packet);
}

static void write_kernel(struct rf_prometheus *p, const struct rf_prometheus_label *labels,
                         const struct rf_survey_leg *leg)
{
	rf_prometheus_u64(p, labels, LABELS, leg->kernel);
}

static const struct {
	const char *name, *help;
	enum rf_prometheus_type type;
	write_sample *write;
} families[] = {
	{"session_packets_total", "RTP packets from this party.", RF_PROMETHEUS_COUNTER, write_packets},
	{"session_bytes_total", "Bytes of UDP payload accepted from this party on its RTP port.", RF_PROMETHEUS_COUNTER,
         write_bytes},
	{"session_packets_lost_total", "RTP packets lost before they came here (RFC 3550 A.3).", RF_PROMETHEUS_COUNTER,
         write_lost},
	{"session_packets_expected_total", "RTP packets expected (RFC 3550 A.3).", RF_PROMETHEUS_COUNTER,
         write_expected},
	{"session_packets_duplicate_total", "RTP packets that came twice.", RF_PROMETHEUS_COUNTER, write_duplicate},
	{"session_packets_reordered_total", "RTP packets that came after a later one.", RF_PROMETHEUS_COUNTER,
         write_reordered},
	{"session_jitter_seconds", "Interarrival jitter (RFC 3550 A.8).", RF_PROMETHEUS_GAUGE, write_jitter},
	{"session_loss_ratio", "Loss in the last complete sampling interval, 0 to 1.", RF_PROMETHEUS_GAUGE, write_loss},
	{"session_mos", "MOS (ITU-T G.107, simplified) of the whole leg.", RF_PROMETHEUS_GAUGE, write_mos},
	{"session_round_trip_seconds", "Round trip by RTCP, where known.", RF_PROMETHEUS_GAUGE, write_round_trip},
	{"session_last_packet_seconds", "Time since the last packet of this party.", RF_PROMETHEUS_GAUGE,
         write_last_packet},
	{"session_kernel", "1 when forwarded in the kernel.", RF_PROMETHEUS_GAUGE, write_kernel},
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

/* Room for the ranking. False when memory is short. */
static bool begin_rank(struct rf_survey *survey, struct sheet *sheet)
{
	size_t n = 0, most = survey->site->config.max_session_series;

	for (unsigned i = 0; i < survey->n_rows; i++)
		n += survey->rows[i].n_legs;
	sheet->left_out = n > most ? n - most : 0;
	sheet->n_shown = n - sheet->left_out;
	sheet->rank.legs = rf_arena_alloc(survey->arena, (n + 1) * sizeof(*sheet->rank.legs));
	sheet->legs = rf_arena_alloc(survey->arena, (sheet->n_shown + 1) * sizeof(*sheet->legs));
	return sheet->rank.legs && sheet->legs;
}

/* Rank all legs, take the worst. False: time is up. */
static bool rank(struct rf_survey *survey, struct sheet *sheet, int64_t until_us)
{
	while (sheet->ranked_rows < survey->n_rows) {
		struct rf_survey_row *row = &survey->rows[sheet->ranked_rows++];

		for (unsigned i = 0; i < row->n_legs; i++)
			rf_rank_push(&sheet->rank, (struct rf_rank_leg){row, &row->legs[i]});
		if (sheet->ranked_rows % CLOCK_EVERY == 0 && rf_clock_us() >= until_us)
			return false;
	}
	while (sheet->n_legs < sheet->n_shown) {
		struct rf_rank_leg leg = rf_rank_pop(&sheet->rank);

		leg.row->shown = true;
		sheet->legs[sheet->n_legs++] = leg;
		if (sheet->n_legs % CLOCK_EVERY == 0 && rf_clock_us() >= until_us)
			return false;
	}
	return true;
}

/* The first family: what the short id stands for. False: time is up. */
static bool write_info(struct rf_survey *survey, struct sheet *sheet, int64_t until_us)
{
	if (sheet->next == 0)
		rf_prometheus_family(&sheet->prometheus, RF_PROMETHEUS_GAUGE, "session_info",
		                     "Always 1; the labels tell what the short id in label session stands for.");
	while (sheet->next < survey->n_rows) {
		const struct rf_survey_row *row = &survey->rows[sheet->next++];
		const struct rf_prometheus_label labels[] = {
			{"session", rf_str_of(row->session)},
			{"call_id", row->call_id},
			{"from_tag", row->from_tag},
			{"to_tag", row->to_tag},
			{"label", row->label},
		};

		if (row->shown)
			rf_prometheus_u64(&sheet->prometheus, labels, 5, 1);
		if (sheet->next % CLOCK_EVERY == 0 && rf_clock_us() >= until_us)
			return false;
	}
	return true;
}

static bool write_family(struct sheet *sheet, size_t family, int64_t until_us)
{
	char party[12] = "", media[12] = "";
	struct rf_prometheus_label labels[LABELS] = {
		{"session", RF_STR_NONE}, {"party", RF_STR_NONE}, {"media", RF_STR_NONE}};

	if (sheet->next == 0)
		rf_prometheus_family(&sheet->prometheus, families[family].type, families[family].name,
		                     families[family].help);
	while (sheet->next < sheet->n_legs) {
		const struct rf_rank_leg *ref = &sheet->legs[sheet->next++];

		labels[0].value = rf_str_of(ref->row->session);
		snprintf(party, sizeof(party), "%u", ref->leg->party);
		snprintf(media, sizeof(media), "%u", ref->leg->media);
		labels[1].value = rf_str_of(party);
		labels[2].value = rf_str_of(media);
		families[family].write(&sheet->prometheus, labels, ref->leg);
		if (sheet->next % CLOCK_EVERY == 0 && rf_clock_us() >= until_us)
			return false;
	}
	return true;
}

static bool finish(struct rf_survey *survey, struct rf_http_reply *reply, int64_t until_us)
{
	struct sheet *sheet = survey->state;

	sheet->prometheus.out = &reply->body;
	if (!sheet->legs && !begin_rank(survey, sheet)) {
		rf_http_reply_error(reply, 503, "out_of_memory", "memory is too short to rank the sessions");
		return true;
	}
	if (!rank(survey, sheet, until_us))
		return false;
	while (sheet->family <= FAMILIES) {
		bool done = sheet->family == 0 ? write_info(survey, sheet, until_us)
		                               : write_family(sheet, sheet->family - 1, until_us);

		if (!done)
			return false;
		sheet->family++;
		sheet->next = 0;
	}
	rf_prometheus_family(&sheet->prometheus, RF_PROMETHEUS_GAUGE, "sessions_left_out",
	                     "Legs that are not shown here, as there are more than max-session-series.");
	rf_prometheus_u64(&sheet->prometheus, NULL, 0, sheet->left_out);
	rf_prometheus_end(&sheet->prometheus);
	rf_http_reply_check(reply);
	return true;
}

void rf_http_metrics_sessions(struct rf_http_site *site, const struct rf_http_request *request,
                              struct rf_http_reply *reply)
{
	struct rf_survey *survey = rf_survey_begin(site, finish, reply);
	struct sheet *sheet = survey ? rf_arena_alloc(survey->arena, sizeof(*sheet)) : NULL;

	if (!survey)
		return;
	if (!sheet) {
		survey->task.free(&survey->task);
		reply->task = NULL;
		rf_http_reply_error(reply, 503, "out_of_memory", "memory is too short to list the sessions");
		return;
	}
	sheet->prometheus.prefix = "rtpferry_";
	reply->content_type = rf_prometheus_negotiate(request->accept, &sheet->prometheus.openmetrics);
	survey->state = sheet;
}
