/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call as its users see it, and the sampling of its quality, which reads the same things.
 */
#include "call/report.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "call/model.h"

/* One media as the data plane sees it now. */
struct reading {
	unsigned n_streams;
	struct rf_stream_report streams[2]; /* RTP, RTCP */
	struct rf_leg_totals totals;
};

static void read_media(const struct rf_media *media, struct reading *out)
{
	*out = (struct reading){0};
	for (unsigned i = 0; i < 2 && media->streams[i]; i++)
		rf_stream_report(media->streams[i], &out->streams[out->n_streams++]);
	if (out->n_streams)
		rf_leg_totals(&out->streams[0].leg, &out->totals);
}

/* Round trip between the relay and the party, seconds; 0: not known. */
static double leg_round_trip(const struct reading *reading)
{
	for (unsigned i = 0; i < reading->n_streams; i++) {
		if (reading->streams[i].far.valid && reading->streams[i].far.round_trip_us)
			return (double)reading->streams[i].far.round_trip_us / 1e6;
	}
	return 0;
}

static double peer_round_trip(const struct rf_media *media)
{
	const struct rf_media *peer = rf_media_peer(media);
	struct reading reading;

	if (!peer)
		return 0;
	read_media(peer, &reading);
	return leg_round_trip(&reading);
}

static const struct rf_media_codec *codec_of_type(const struct rf_media *media, uint8_t type)
{
	for (unsigned i = 0; media && i < media->n_codecs; i++) {
		if (media->codecs[i].type == type)
			return &media->codecs[i];
	}
	return NULL;
}

/* The codec in use, else the first negotiated, else NULL. */
static const struct rf_media_codec *codec_of(const struct rf_media *media, const struct reading *reading)
{
	const struct rf_media *peer = rf_media_peer(media);
	const struct rf_media_codec *codec = NULL;

	if (reading->n_streams && reading->streams[0].leg.n_sources) {
		const struct rf_leg *leg = &reading->streams[0].leg;
		uint8_t type = rf_leg_payload_type(&leg->sources[leg->current]);

		codec = codec_of_type(peer, type);
		if (!codec)
			codec = codec_of_type(media, type);
	}
	if (!codec && media->n_codecs)
		codec = &media->codecs[0];
	return codec;
}

static struct rf_str name_of(const struct rf_media_codec *codec)
{
	return codec ? rf_str_of(codec->name) : RF_STR_NONE;
}

void rf_call_sample(struct rf_call *call)
{
	int64_t wall_us = rf_clock_wall_us();

	RF_LIST_EACH (it, &call->parties) {
		struct rf_party *party = RF_PARTY(it);

		for (unsigned i = 0; i < party->n_media; i++) {
			struct rf_media *media = party->media[i];
			struct reading reading;

			if (media->kind != RF_SDP_RTP || !media->streams[0])
				continue;
			read_media(media, &reading);
			rf_quality_sample(&media->quality, &reading.totals, name_of(codec_of(media, &reading)),
			                  leg_round_trip(&reading) + peer_round_trip(media), wall_us);
		}
	}
}

static struct rf_report_stream report_stream(const struct rf_media *media, unsigned i,
                                             const struct rf_stream_report *now)
{
	const struct rf_stream *stream = media->streams[i];
	struct rf_report_stream out = {
		.local = {rf_stream_local(stream)->address, rf_stream_port(stream)},
		.shown = {rf_media_advertised(media), rf_stream_port(stream)},
		.sdp = i == 0 ? media->rtp : media->rtcp,
		.now = *now,
	};

	if (i == 1)
		out.flags = RF_STREAM_RTCP;
	else if (media->kind == RF_SDP_RTP)
		out.flags = RF_STREAM_RTP | (media->mux ? (uint32_t)RF_STREAM_RTCP : 0);
	else
		out.flags = RF_STREAM_OPAQUE;
	return out;
}

static int report_media(const struct rf_media *media, struct rf_arena *arena, struct rf_report_media *out)
{
	const struct rf_media_codec *codec;
	struct reading reading;
	double near, far;
	int error;

	read_media(media, &reading);
	near = leg_round_trip(&reading);
	far = peer_round_trip(media);
	codec = codec_of(media, &reading);
	*out = (struct rf_report_media){
		.index = media->index + 1,
		.type = rf_arena_copy(arena, media->type),
		.protocol = rf_arena_copy(arena, media->transport),
		.direction = rf_sdp_direction_name(media->direction),
		.rejected = media->rejected,
		.rtcp_mux = media->mux,
		.blocked = media->change & RF_STREAM_BLOCK,
		.silenced = media->change & RF_STREAM_SILENCE,
		.dtmf_blocked = media->change & RF_STREAM_BLOCK_DTMF,
		.iface = rf_arena_copy(arena, rf_str_of(media->iface)),
		.n_streams = reading.n_streams,
	};
	if (codec && codec->name[0])
		out->codec = rf_arena_printf(arena, "%s/%u", codec->name, codec->clock_rate);
	for (unsigned i = 0; i < reading.n_streams; i++)
		out->streams[i] = report_stream(media, i, &reading.streams[i]);
	error = rf_quality_report(&media->quality, &reading.totals, name_of(codec), near + far, arena, &out->quality);
	out->quality.round_trip_leg = near;
	return error;
}

static int party_index(const struct rf_call *call, const struct rf_party *party)
{
	int index = 0;

	RF_LIST_EACH (it, &call->parties) {
		if (RF_PARTY(it) == party)
			return index;
		index++;
	}
	return -1;
}

static int report_party(const struct rf_party *party, struct rf_arena *arena, struct rf_report_party *out)
{
	*out = (struct rf_report_party){
		.tag = rf_arena_copy(arena, party->tag),
		.via_branch = rf_arena_copy(arena, party->via_branch),
		.label = rf_arena_copy(arena, party->label),
		.tagged = party->tag.len > 0,
		.created_wall_us = party->created_wall_us,
		.aliases = rf_arena_alloc(arena, (party->n_aliases + 1) * sizeof(struct rf_str)),
		.n_aliases = party->n_aliases,
		.peer = party_index(party->call, party->peer),
		.media = rf_arena_alloc(arena, (party->n_media + 1) * sizeof(struct rf_report_media)),
		.n_media = party->n_media,
	};
	if (!out->aliases || !out->media)
		return -ENOMEM;
	for (unsigned i = 0; i < party->n_aliases; i++)
		out->aliases[i] = rf_arena_copy(arena, party->aliases[i]);
	for (unsigned i = 0; i < party->n_media; i++) {
		int error = report_media(party->media[i], arena, &out->media[i]);
		if (error)
			return error;
	}
	return 0;
}

static void add_totals(struct rf_call_report *out, const struct rf_report_media *media)
{
	for (unsigned i = 0; i < media->n_streams; i++) {
		const struct rf_stream_report *now = &media->streams[i].now;
		uint64_t errors = 0;

		for (unsigned j = 0; j < RF_DROPS; j++)
			errors += now->drops[j];
		if (i == 0) {
			out->rtp.packets += now->packets_in - now->rtcp_in;
			out->rtp.bytes += now->bytes_in;
			out->rtp.errors += errors;
			out->rtcp.packets += now->rtcp_in;
		} else {
			out->rtcp.packets += now->packets_in;
			out->rtcp.bytes += now->bytes_in;
			out->rtcp.errors += errors;
		}
	}
}

static void sum_totals(struct rf_call_report *report)
{
	memset(&report->rtp, 0, sizeof(report->rtp));
	memset(&report->rtcp, 0, sizeof(report->rtcp));
	for (unsigned i = 0; i < report->n_parties; i++) {
		for (unsigned j = 0; j < report->parties[i].n_media; j++)
			add_totals(report, &report->parties[i].media[j]);
	}
}

int rf_call_report(const struct rf_calls *calls, struct rf_str call_id, struct rf_arena *arena,
                   struct rf_call_report **out)
{
	const struct rf_call *call = rf_call_find(calls, call_id);
	struct rf_call_report *report;
	unsigned n = 0;

	if (!call)
		return -ENOENT;
	report = rf_arena_alloc(arena, sizeof(*report));
	if (!report)
		return -ENOMEM;
	*report = (struct rf_call_report){
		.call_id = rf_arena_copy(arena, call->call_id),
		.metadata = rf_arena_copy(arena, call->metadata),
		.created_wall_us = call->created_wall_us,
		.last_signal_wall_us = call->signal_wall_us,
		.answered_wall_us = call->answered_wall_us,
		.age = (double)(rf_clock_us() - call->created_us) / 1e6,
		.deleted = call->delete_at_us != 0,
	};
	RF_LIST_EACH (it, &call->parties)
		n++;
	report->n_parties = n;
	report->parties = rf_arena_alloc(arena, (n + 1) * sizeof(*report->parties));
	if (!report->parties || !report->call_id.p)
		return -ENOMEM;
	n = 0;
	RF_LIST_EACH (it, &call->parties) {
		struct rf_report_party *party = &report->parties[n++];
		int error = report_party(RF_PARTY(it), arena, party);

		if (error)
			return error;
	}
	sum_totals(report);
	*out = report;
	return 0;
}

int rf_call_report_now(const struct rf_calls *calls, struct rf_str call_id, struct rf_arena *arena,
                       struct rf_call_report **out)
{
	const struct rf_call *call = rf_call_find(calls, call_id);

	if (call)
		rf_group_read(call->group);
	return rf_call_report(calls, call_id, arena, out);
}

static bool is_named(const struct rf_report_party *party, struct rf_str tag)
{
	for (unsigned i = 0; i < party->n_aliases; i++) {
		if (rf_str_equal(party->aliases[i], tag))
			return true;
	}
	return party->tagged && rf_str_equal(party->tag, tag);
}

bool rf_call_report_select(struct rf_call_report *report, struct rf_str tag)
{
	struct rf_report_party *parties = report->parties;
	int chosen = -1, peer;

	for (unsigned i = 0; i < report->n_parties; i++) {
		if (is_named(&parties[i], tag))
			chosen = (int)i;
	}
	if (chosen < 0)
		return false;
	peer = parties[chosen].peer;

	struct rf_report_party one = parties[chosen], other = peer >= 0 ? parties[peer] : one;
	bool first = peer < 0 || chosen < peer;

	report->n_parties = peer >= 0 ? 2 : 1;
	one.peer = peer < 0 ? -1 : first;
	other.peer = other.peer == chosen ? !first : -1;
	parties[0] = first ? one : other;
	if (peer >= 0)
		parties[1] = first ? other : one;
	sum_totals(report);
	return true;
}
