/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as JSON; docs/http-api.md names the fields.
 */
#include "http/session_json.h"

#include "base/clock.h"
#include "http/json.h"

static void add_sample(struct rf_arena *arena, struct rf_value *dict, const struct rf_report_sample *sample)
{
	rf_http_json_time(arena, dict, RF_STR("end"), sample->wall_us);
	rf_value_add_int(arena, dict, RF_STR("packets"), sample->packets);
	rf_value_add_int(arena, dict, RF_STR("lost"), sample->lost);
	rf_value_add_real(arena, dict, RF_STR("jitter_s"), (double)sample->jitter);
	rf_http_json_known(arena, dict, RF_STR("round_trip_s"), (double)sample->round_trip);
	rf_http_json_known(arena, dict, RF_STR("mos"), (double)sample->mos);
}

static void add_quality(struct rf_arena *arena, struct rf_value *media, const struct rf_report_quality *quality,
                        bool samples)
{
	struct rf_value *dict = rf_value_add_dict(arena, media, RF_STR("quality"));
	struct rf_value *list;

	rf_value_add_int(arena, dict, RF_STR("packets"), (int64_t)quality->totals.packets);
	rf_value_add_int(arena, dict, RF_STR("expected"), (int64_t)quality->totals.expected);
	rf_value_add_int(arena, dict, RF_STR("lost"), (int64_t)quality->totals.lost);
	rf_value_add_int(arena, dict, RF_STR("duplicates"), (int64_t)quality->totals.duplicates);
	rf_value_add_int(arena, dict, RF_STR("reordered"), (int64_t)quality->totals.reordered);
	if (quality->totals.packets > 0) {
		rf_value_add_real(arena, dict, RF_STR("loss_ratio"), quality->loss_ratio);
		rf_value_add_real(arena, dict, RF_STR("loss_ratio_interval"), quality->loss_ratio_interval);
		rf_value_add_real(arena, dict, RF_STR("jitter_s"), quality->totals.jitter);
	}
	rf_http_json_known(arena, dict, RF_STR("round_trip_s"), quality->round_trip);
	rf_http_json_known(arena, dict, RF_STR("round_trip_leg_s"), quality->round_trip_leg);
	rf_http_json_known(arena, dict, RF_STR("mos"), quality->mos);
	rf_http_json_known(arena, dict, RF_STR("mos_min"), quality->mos_min);
	rf_http_json_known(arena, dict, RF_STR("mos_average"), quality->mos_average);
	rf_http_json_known(arena, dict, RF_STR("mos_max"), quality->mos_max);
	if (!samples)
		return;
	list = rf_value_add_list(arena, dict, RF_STR("samples"));
	for (unsigned i = 0; i < quality->n_samples; i++)
		add_sample(arena, rf_value_add_dict(arena, list, RF_STR_NONE), &quality->samples[i]);
}

/* What the party's RTCP says of its own reception: not measured here, and so kept apart. */
static void add_far_end(struct rf_arena *arena, struct rf_value *stream, const struct rf_far_end *far)
{
	struct rf_value *dict;

	if (!far->valid)
		return;
	dict = rf_value_add_dict(arena, stream, RF_STR("far_end_reports"));
	rf_value_add_int(arena, dict, RF_STR("ssrc"), far->ssrc);
	rf_value_add_int(arena, dict, RF_STR("reports"), far->reports);
	rf_value_add_int(arena, dict, RF_STR("fraction_lost_256"), far->fraction_lost);
	rf_value_add_int(arena, dict, RF_STR("lost"), far->lost);
	rf_value_add_int(arena, dict, RF_STR("jitter_rtp_units"), far->jitter);
	rf_value_add_int(arena, dict, RF_STR("highest_seq"), far->highest_seq);
	if (far->round_trip_us > 0)
		rf_value_add_int(arena, dict, RF_STR("round_trip_us"), far->round_trip_us);
}

static void add_sources(struct rf_arena *arena, struct rf_value *stream, const struct rf_leg *leg)
{
	struct rf_value *list = rf_value_add_list(arena, stream, RF_STR("ssrcs"));

	for (unsigned i = 0; i < leg->n_sources && i < RF_LEG_SOURCES; i++) {
		const struct rf_rtp_source *source = &leg->sources[i];
		struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE);

		rf_value_add_int(arena, dict, RF_STR("ssrc"), source->ssrc);
		rf_value_add_int(arena, dict, RF_STR("payload_type"), rf_leg_payload_type(source));
		rf_value_add_int(arena, dict, RF_STR("clock_rate"), source->clock_rate);
		rf_value_add_int(arena, dict, RF_STR("packets"), (int64_t)source->packets);
		rf_value_add_int(arena, dict, RF_STR("bytes"), (int64_t)source->bytes);
		rf_value_add_int(arena, dict, RF_STR("highest_seq"), source->max_seq);
		rf_value_add_bool(arena, dict, RF_STR("current"), i == leg->current);
	}
}

static const char *component(uint32_t flags)
{
	if (flags & RF_STREAM_OPAQUE)
		return "opaque";
	if (!(flags & RF_STREAM_RTP))
		return "rtcp";
	return flags & RF_STREAM_RTCP ? "rtp+rtcp" : "rtp";
}

static void add_stream(struct rf_arena *arena, struct rf_value *list, const struct rf_report_stream *stream)
{
	struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE), *drops;
	const struct rf_stream_report *now = &stream->now;

	rf_value_add_str(arena, dict, RF_STR("component"), rf_str_of(component(stream->flags)));
	rf_http_json_endpoint(arena, dict, RF_STR("local"), &stream->local);
	rf_http_json_endpoint(arena, dict, RF_STR("advertised"), &stream->shown);
	rf_http_json_endpoint(arena, dict, RF_STR("sdp"), &stream->sdp);
	rf_http_json_endpoint(arena, dict, RF_STR("remote"), &now->remote);
	rf_http_json_endpoint(arena, dict, RF_STR("source"), &now->source);
	rf_value_add_str(arena, dict, RF_STR("path"), now->kernel ? RF_STR("kernel") : RF_STR("user"));
	if (!now->kernel)
		rf_http_json_text(arena, dict, RF_STR("path_why"), rf_str_of(now->kernel_why));
	rf_value_add_bool(arena, dict, RF_STR("strict_source"), stream->flags & RF_STREAM_STRICT);
	rf_value_add_int(arena, dict, RF_STR("packets_in"), (int64_t)now->packets_in);
	rf_value_add_int(arena, dict, RF_STR("bytes_in"), (int64_t)now->bytes_in);
	rf_value_add_int(arena, dict, RF_STR("packets_out"), (int64_t)now->packets_out);
	rf_value_add_int(arena, dict, RF_STR("bytes_out"), (int64_t)now->bytes_out);
	rf_value_add_int(arena, dict, RF_STR("rtcp_in"), (int64_t)now->rtcp_in);
	rf_value_add_int(arena, dict, RF_STR("relearned"), now->relearned);
	if (now->last_packet_us)
		rf_value_add_real(arena, dict, RF_STR("last_packet_s"),
		                  (double)(rf_clock_us() - now->last_packet_us) / 1e6);
	drops = rf_value_add_dict(arena, dict, RF_STR("drops"));
	for (unsigned i = 0; i < RF_DROPS; i++)
		if (now->drops[i] > 0)
			rf_value_add_int(arena, drops, rf_str_of(rf_drop_name((enum rf_drop)i)),
			                 (int64_t)now->drops[i]);
	add_sources(arena, dict, &now->leg);
	add_far_end(arena, dict, &now->far);
}

static void add_media(struct rf_arena *arena, struct rf_value *list, const struct rf_report_media *media, bool samples)
{
	struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE), *streams;

	rf_value_add_int(arena, dict, RF_STR("media"), media->index);
	rf_http_json_text(arena, dict, RF_STR("type"), media->type);
	rf_http_json_text(arena, dict, RF_STR("protocol"), media->protocol);
	rf_http_json_text(arena, dict, RF_STR("codec"), media->codec);
	rf_http_json_text(arena, dict, RF_STR("direction"), rf_str_of(media->direction));
	rf_http_json_text(arena, dict, RF_STR("interface"), media->iface);
	rf_value_add_bool(arena, dict, RF_STR("rejected"), media->rejected);
	rf_value_add_bool(arena, dict, RF_STR("rtcp_mux"), media->rtcp_mux);
	rf_value_add_bool(arena, dict, RF_STR("blocked"), media->blocked);
	rf_value_add_bool(arena, dict, RF_STR("silenced"), media->silenced);
	rf_value_add_bool(arena, dict, RF_STR("dtmf_blocked"), media->dtmf_blocked);
	streams = rf_value_add_list(arena, dict, RF_STR("streams"));
	for (unsigned i = 0; i < media->n_streams; i++)
		add_stream(arena, streams, &media->streams[i]);
	add_quality(arena, dict, &media->quality, samples);
}

static void add_party(struct rf_arena *arena, struct rf_value *list, const struct rf_report_party *party,
                      unsigned number, bool samples)
{
	struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE), *items;

	rf_value_add_int(arena, dict, RF_STR("party"), number);
	rf_http_json_text(arena, dict, RF_STR("tag"), party->tag);
	rf_http_json_text(arena, dict, RF_STR("via_branch"), party->via_branch);
	rf_http_json_text(arena, dict, RF_STR("label"), party->label);
	rf_value_add_bool(arena, dict, RF_STR("tagged"), party->tagged);
	rf_http_json_time(arena, dict, RF_STR("created"), party->created_wall_us);
	if (party->peer >= 0)
		rf_value_add_int(arena, dict, RF_STR("peer"), party->peer + 1);
	if (party->n_aliases > 0) {
		items = rf_value_add_list(arena, dict, RF_STR("aliases"));
		for (unsigned i = 0; i < party->n_aliases; i++)
			rf_value_add_str(arena, items, RF_STR_NONE, party->aliases[i]);
	}
	items = rf_value_add_list(arena, dict, RF_STR("media"));
	for (unsigned i = 0; i < party->n_media; i++)
		add_media(arena, items, &party->media[i], samples);
}

static void add_received(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, uint64_t packets,
                         uint64_t bytes, uint64_t errors)
{
	struct rf_value *received = rf_value_add_dict(arena, dict, key);

	rf_value_add_int(arena, received, RF_STR("packets"), (int64_t)packets);
	rf_value_add_int(arena, received, RF_STR("bytes"), (int64_t)bytes);
	rf_value_add_int(arena, received, RF_STR("errors"), (int64_t)errors);
}

struct rf_value *rf_http_session_json(struct rf_arena *arena, const struct rf_call_report *report, bool samples)
{
	struct rf_value *tree = rf_value_dict(arena), *parties;

	rf_value_add_str(arena, tree, RF_STR("call_id"), report->call_id);
	rf_http_json_text(arena, tree, RF_STR("metadata"), report->metadata);
	rf_value_add_str(arena, tree, RF_STR("state"),
	                 report->deleted            ? RF_STR("deleted")
	                 : report->answered_wall_us ? RF_STR("answered")
	                                            : RF_STR("offered"));
	rf_http_json_time(arena, tree, RF_STR("created"), report->created_wall_us);
	rf_http_json_time(arena, tree, RF_STR("answered"), report->answered_wall_us);
	rf_http_json_time(arena, tree, RF_STR("last_signal"), report->last_signal_wall_us);
	rf_value_add_real(arena, tree, RF_STR("age_s"), report->age);
	add_received(arena, tree, RF_STR("rtp"), report->rtp.packets, report->rtp.bytes, report->rtp.errors);
	add_received(arena, tree, RF_STR("rtcp"), report->rtcp.packets, report->rtcp.bytes, report->rtcp.errors);
	parties = rf_value_add_list(arena, tree, RF_STR("parties"));
	for (unsigned i = 0; i < report->n_parties; i++)
		add_party(arena, parties, &report->parties[i], i + 1, samples);
	/* The builder goes on when the arena is full; then the last node is missing. */
	if (!rf_value_add_bool(arena, tree, RF_STR("complete"), true))
		return NULL;
	return tree;
}
