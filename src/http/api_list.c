/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /api/v1/sessions: filter, sort, page. Query parameters are in docs/http-api.md.
 */
#include <stdlib.h>

#include "http/json.h"
#include "http/survey.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 500 /* rows of a page: encoding them is one slice of work */

enum sort { SORT_WORST, SORT_LOSS, SORT_JITTER, SORT_MOS, SORT_AGE, SORT_PACKETS, SORT_CALL_ID, SORTS };
enum state { STATE_ACTIVE, STATE_OFFERED, STATE_ANSWERED, STATE_DELETED, STATE_ANY, STATES };
enum path { PATH_ANY, PATH_USER, PATH_KERNEL, PATHS };

static const char *const sort_names[SORTS] = {"worst", "loss", "jitter", "mos", "age", "packets", "call_id"};
static const char *const state_names[STATES] = {"active", "offered", "answered", "deleted", "any"};
static const char *const path_names[PATHS] = {"any", "user", "kernel"};

/* What the query asked for. */
struct query {
	enum sort sort;
	bool reverse; /* order=desc or asc, where that is not the sort's own */
	enum state state;
	enum path path;
	struct rf_str search; /* in call-id and tags */
	struct rf_str iface;
	uint64_t offset, limit;
};

/* A word of a list: its index, or -1. An empty word is the first. */
static int word(struct rf_str text, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (rf_str_equal(text, rf_str_of(words[i])))
			return i;
	return text.len == 0 ? 0 : -1;
}

static bool refuse(struct rf_http_reply *reply, const char *name, struct rf_str value, const char *expected)
{
	rf_http_reply_error(reply, 400, "bad_query", "%s=%.*s: expected %s", name, RF_STR_ARG(value), expected);
	return false;
}

static bool parse_number(const struct rf_http_request *request, struct rf_http_reply *reply, const char *name,
                         uint64_t least, uint64_t most, uint64_t *out)
{
	struct rf_str text = rf_http_arg(request, name);
	uint64_t n = 0;

	if (text.len == 0)
		return true;
	if (rf_str_to_u64(text, &n) != 0 || n < least || n > most) {
		rf_http_reply_error(reply, 400, "bad_query", "%s=%.*s: expected a number from %llu to %llu", name,
		                    RF_STR_ARG(text), (unsigned long long)least, (unsigned long long)most);
		return false;
	}
	*out = n;
	return true;
}

/* Does a sort begin with the largest? */
static bool descends(enum sort sort)
{
	return sort == SORT_LOSS || sort == SORT_JITTER || sort == SORT_AGE || sort == SORT_PACKETS;
}

static bool parse(struct rf_arena *arena, const struct rf_http_request *request, struct rf_http_reply *reply,
                  struct query *q)
{
	int sort = word(rf_http_arg(request, "sort"), sort_names, SORTS);
	int state = word(rf_http_arg(request, "state"), state_names, STATES);
	int path = word(rf_http_arg(request, "path"), path_names, PATHS);
	struct rf_str order = rf_http_arg(request, "order");

	if (sort < 0)
		return refuse(reply, "sort", rf_http_arg(request, "sort"),
		              "worst, loss, jitter, mos, age, packets or call_id");
	if (state < 0)
		return refuse(reply, "state", rf_http_arg(request, "state"),
		              "active, offered, answered, deleted or any");
	if (path < 0)
		return refuse(reply, "path", rf_http_arg(request, "path"), "any, user or kernel");
	if (order.len > 0 && !rf_str_equal(order, RF_STR("asc")) && !rf_str_equal(order, RF_STR("desc")))
		return refuse(reply, "order", order, "asc or desc");
	*q = (struct query){
		.sort = (enum sort)sort,
		.state = (enum state)state,
		.path = (enum path)path,
		.reverse = order.len > 0 && rf_str_equal(order, RF_STR("desc")) != descends((enum sort)sort),
		.search = rf_arena_copy(arena, rf_http_arg(request, "search")),
		.iface = rf_arena_copy(arena, rf_http_arg(request, "interface")),
		.limit = LIMIT_DEFAULT,
	};
	return parse_number(request, reply, "offset", 0, UINT32_MAX, &q->offset) &&
	       parse_number(request, reply, "limit", 1, LIMIT_MAX, &q->limit);
}

static bool contains(struct rf_str text, struct rf_str part)
{
	return part.len == 0 || (text.len > 0 && memmem(text.p, text.len, part.p, part.len));
}

static bool state_matches(const struct rf_survey_row *row, enum state state)
{
	switch (state) {
	case STATE_OFFERED:
		return !row->deleted && !row->answered;
	case STATE_ANSWERED:
		return !row->deleted && row->answered;
	case STATE_DELETED:
		return row->deleted;
	case STATE_ANY:
		return true;
	default:
		return !row->deleted;
	}
}

static bool leg_matches(const struct rf_survey_leg *leg, const struct query *q)
{
	if (q->iface.len > 0 && !rf_str_equal(leg->iface, q->iface))
		return false;
	return q->path == PATH_ANY || leg->kernel == (q->path == PATH_KERNEL);
}

static bool matches(const struct rf_survey_row *row, const struct query *q)
{
	if (!state_matches(row, q->state))
		return false;
	if (!contains(row->call_id, q->search) && !contains(row->from_tag, q->search) &&
	    !contains(row->to_tag, q->search))
		return false;
	if (q->iface.len == 0 && q->path == PATH_ANY)
		return true;
	for (unsigned i = 0; i < row->n_legs; i++)
		if (leg_matches(&row->legs[i], q))
			return true;
	return false;
}

/* The number that a sort goes by; for MOS, none comes last. */
static double sort_key(const struct rf_survey_row *row, enum sort sort)
{
	const struct rf_survey_leg *worst = row->worst;

	switch (sort) {
	case SORT_LOSS:
		return worst ? worst->loss_ratio : -1;
	case SORT_JITTER:
		return worst ? worst->totals.jitter : -1;
	case SORT_MOS:
		return worst && worst->mos > 0 ? worst->mos : 6;
	case SORT_AGE:
		return row->age;
	case SORT_PACKETS:
		return (double)row->packets;
	default:
		return 0;
	}
}

static int compare_ids(struct rf_str a, struct rf_str b)
{
	int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct rf_survey_row *x = *(const struct rf_survey_row *const *)a;
	const struct rf_survey_row *y = *(const struct rf_survey_row *const *)b;
	const struct query *q = arg;
	int order;

	if (q->sort == SORT_WORST) {
		order = rf_survey_row_compare(x, y);
	} else if (q->sort == SORT_CALL_ID) {
		order = compare_ids(x->call_id, y->call_id);
	} else {
		double m = sort_key(x, q->sort), n = sort_key(y, q->sort);

		order = descends(q->sort) ? (m < n) - (m > n) : (m > n) - (m < n);
		if (order == 0)
			return compare_ids(x->call_id, y->call_id);
	}
	return q->reverse ? -order : order;
}

static void add_leg(struct rf_arena *arena, struct rf_value *list, const struct rf_survey_leg *leg)
{
	struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE);

	rf_value_add_int(arena, dict, RF_STR("party"), leg->party);
	rf_value_add_int(arena, dict, RF_STR("media"), leg->media);
	rf_http_json_text(arena, dict, RF_STR("codec"), leg->codec);
	rf_http_json_text(arena, dict, RF_STR("interface"), leg->iface);
	rf_value_add_str(arena, dict, RF_STR("path"), leg->kernel ? RF_STR("kernel") : RF_STR("user"));
	rf_value_add_int(arena, dict, RF_STR("packets"), (int64_t)leg->totals.packets);
	rf_value_add_int(arena, dict, RF_STR("lost"), (int64_t)leg->totals.lost);
	if (leg->totals.packets > 0) {
		rf_value_add_real(arena, dict, RF_STR("loss_ratio"), leg->loss_ratio);
		rf_value_add_real(arena, dict, RF_STR("loss_ratio_interval"), leg->loss_ratio_interval);
		rf_value_add_real(arena, dict, RF_STR("jitter_s"), leg->totals.jitter);
	}
	rf_http_json_known(arena, dict, RF_STR("round_trip_s"), leg->round_trip);
	rf_http_json_known(arena, dict, RF_STR("mos"), leg->mos);
	if (leg->last_packet >= 0)
		rf_value_add_real(arena, dict, RF_STR("last_packet_s"), leg->last_packet);
}

static void add_row(struct rf_arena *arena, struct rf_value *list, const struct rf_survey_row *row)
{
	struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE), *legs;

	rf_value_add_str(arena, dict, RF_STR("call_id"), row->call_id);
	rf_value_add_str(arena, dict, RF_STR("session"), rf_str_of(row->session));
	rf_value_add_str(arena, dict, RF_STR("state"),
	                 row->deleted    ? RF_STR("deleted")
	                 : row->answered ? RF_STR("answered")
	                                 : RF_STR("offered"));
	rf_http_json_text(arena, dict, RF_STR("from_tag"), row->from_tag);
	rf_http_json_text(arena, dict, RF_STR("to_tag"), row->to_tag);
	rf_http_json_text(arena, dict, RF_STR("label"), row->label);
	rf_http_json_time(arena, dict, RF_STR("created"), row->created_wall_us);
	rf_value_add_real(arena, dict, RF_STR("age_s"), row->age);
	rf_value_add_int(arena, dict, RF_STR("packets"), (int64_t)row->packets);
	rf_value_add_int(arena, dict, RF_STR("bytes"), (int64_t)row->bytes);
	rf_value_add_int(arena, dict, RF_STR("errors"), (int64_t)row->errors);
	if (row->worst)
		rf_value_add_int(arena, dict, RF_STR("worst_leg"), row->worst - row->legs);
	legs = rf_value_add_list(arena, dict, RF_STR("legs"));
	for (unsigned i = 0; i < row->n_legs; i++)
		add_leg(arena, legs, &row->legs[i]);
}

static bool finish(struct rf_survey *survey, struct rf_http_reply *reply, int64_t until_us)
{
	const struct query *q = survey->state;
	const struct rf_survey_row **found;
	struct rf_value *tree, *list;
	size_t n = 0;

	(void)until_us;
	found = rf_arena_alloc(survey->arena, (survey->n_rows + 1) * sizeof(const struct rf_survey_row *));
	rf_arena_reset(survey->scratch);
	tree = rf_value_dict(survey->scratch);
	if (!found || !tree) {
		rf_http_reply_json(reply, NULL);
		return true;
	}
	for (unsigned i = 0; i < survey->n_rows; i++)
		if (matches(&survey->rows[i], q))
			found[n++] = &survey->rows[i];
	qsort_r(found, n, sizeof(const struct rf_survey_row *), compare, (void *)q);
	rf_value_add_int(survey->scratch, tree, RF_STR("total"), (int64_t)n);
	rf_value_add_int(survey->scratch, tree, RF_STR("offset"), (int64_t)q->offset);
	rf_value_add_int(survey->scratch, tree, RF_STR("limit"), (int64_t)q->limit);
	list = rf_value_add_list(survey->scratch, tree, RF_STR("sessions"));
	for (size_t i = q->offset; i < n && i - q->offset < q->limit; i++)
		add_row(survey->scratch, list, found[i]);
	rf_http_reply_json(reply, tree);
	return true;
}

void rf_http_sessions(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	struct rf_survey *survey = rf_survey_begin(site, finish, reply);
	struct query *q;

	if (!survey)
		return;
	q = rf_arena_alloc(survey->arena, sizeof(*q));
	if (q && parse(survey->arena, request, reply, q)) {
		survey->state = q;
		survey->deleted = q->state == STATE_DELETED || q->state == STATE_ANY;
		return;
	}
	survey->task.free(&survey->task);
	reply->task = NULL;
	if (!q)
		rf_http_reply_json(reply, NULL);
}
