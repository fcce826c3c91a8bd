/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call as query and delete tell of it, in the shape that proxies and scripts read. Times are seconds since 1970;
 * of a MOS block: MOS times 10, jitter in milliseconds, loss in percent, round trips in microseconds.
 */
#include "base/clock.h"
#include "call/report.h"
#include "ng/dispatch.h"

#define SAMPLE_SECONDS 10  /* interval of the samples in a report */
#define PROGRESSION_MAX 16 /* entries of a MOS progression: a reply should stay a few packets */

/* A report being told. */
struct teller {
	struct rf_arena *arena;              /* where the tree lives */
	const struct rf_call_report *report; /* what is told */
	int64_t wall_offset_us;              /* what makes a wall time of a monotonic one */
};

static int64_t seconds(int64_t wall_us)
{
	return wall_us / 1000000;
}

static int64_t rounded(double value)
{
	return (int64_t)(value + 0.5);
}

static struct rf_str family_name(const struct rf_addr *addr)
{
	return addr->family == RF_FAMILY_IP6 ? RF_STR("IPv6") : RF_STR("IPv4");
}

static struct rf_str address_text(struct rf_arena *arena, const struct rf_addr *addr)
{
	char text[RF_ADDR_TEXT];

	return rf_arena_copy(arena, rf_str_of(rf_addr_print(addr, text)));
}

static void add_counters(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, uint64_t packets,
                         uint64_t bytes, uint64_t errors)
{
	struct rf_value *counters = rf_value_add_dict(arena, parent, key);

	rf_value_add_int(arena, counters, RF_STR("packets"), (int64_t)packets);
	rf_value_add_int(arena, counters, RF_STR("bytes"), (int64_t)bytes);
	rf_value_add_int(arena, counters, RF_STR("errors"), (int64_t)errors);
}

static void add_endpoint(struct rf_arena *arena, struct rf_value *parent, struct rf_str key,
                         const struct rf_endpoint *endpoint)
{
	struct rf_value *dict;

	if (endpoint->addr.family == RF_FAMILY_NONE)
		return;
	dict = rf_value_add_dict(arena, parent, key);
	rf_value_add_str(arena, dict, RF_STR("family"), family_name(&endpoint->addr));
	rf_value_add_str(arena, dict, RF_STR("address"), address_text(arena, &endpoint->addr));
	rf_value_add_int(arena, dict, RF_STR("port"), endpoint->port);
}

static uint64_t sum_drops(const struct rf_stream_report *now)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < RF_DROPS; i++)
		sum += now->drops[i];
	return sum;
}

static void add_word(struct rf_arena *arena, struct rf_value *list, bool present, struct rf_str word)
{
	if (present)
		rf_value_add_str(arena, list, RF_STR_NONE, word);
}

static void add_stream_flags(struct rf_arena *arena, struct rf_value *stream, const struct rf_report_stream *from)
{
	struct rf_value *flags = rf_value_add_list(arena, stream, RF_STR("flags"));

	add_word(arena, flags, from->flags & RF_STREAM_RTP, RF_STR("RTP"));
	add_word(arena, flags, from->flags & RF_STREAM_RTCP, RF_STR("RTCP"));
	add_word(arena, flags, from->sdp.port != 0, RF_STR("filled"));
	add_word(arena, flags, from->now.source.port != 0, RF_STR("confirmed"));
	add_word(arena, flags, from->now.kernel, RF_STR("kernelized"));
	add_word(arena, flags, from->flags & RF_STREAM_STRICT, RF_STR("strict source"));
	add_word(arena, flags, from->flags & RF_STREAM_HANDOVER, RF_STR("media handover"));
	add_word(arena, flags, from->flags & RF_STREAM_PIERCE_NAT, RF_STR("pierce NAT"));
	add_word(arena, flags, from->flags & RF_STREAM_NAT_WAIT, RF_STR("NAT wait"));
}

/* Before the first packet, the time at which the call was made. */
static int64_t last_packet(const struct teller *teller, const struct rf_stream_report *now)
{
	if (!now->last_packet_us)
		return seconds(teller->report->created_wall_us);
	return seconds(now->last_packet_us + teller->wall_offset_us);
}

static void add_stream(const struct teller *teller, struct rf_value *list, const struct rf_report_stream *from)
{
	struct rf_arena *arena = teller->arena;
	const struct rf_stream_report *now = &from->now;
	struct rf_value *stream = rf_value_add_dict(arena, list, RF_STR_NONE);

	rf_value_add_int(arena, stream, RF_STR("local port"), from->local.port);
	rf_value_add_str(arena, stream, RF_STR("local address"), address_text(arena, &from->local.addr));
	rf_value_add_str(arena, stream, RF_STR("family"), family_name(&from->local.addr));
	add_endpoint(arena, stream, RF_STR("endpoint"), &now->remote);
	add_endpoint(arena, stream, RF_STR("advertised endpoint"), &from->sdp);
	rf_value_add_int(arena, stream, RF_STR("last packet"), last_packet(teller, now));
	if (now->leg.n_sources)
		rf_value_add_int(arena, stream, RF_STR("SSRC"), now->leg.sources[now->leg.current].ssrc);
	add_counters(arena, stream, RF_STR("stats"), now->packets_in, now->bytes_in, sum_drops(now));
	add_counters(arena, stream, RF_STR("stats_out"), now->packets_out, now->bytes_out, 0);
	add_stream_flags(arena, stream, from);
}

static void add_media_flags(struct rf_arena *arena, struct rf_value *media, const struct rf_report_media *from)
{
	struct rf_value *flags = rf_value_add_list(arena, media, RF_STR("flags"));
	struct rf_str direction = rf_str_of(from->direction);
	bool both = rf_str_equal(direction, RF_STR("sendrecv"));

	add_word(arena, flags, from->n_streams != 0, RF_STR("initialized"));
	add_word(arena, flags, both || rf_str_equal(direction, RF_STR("sendonly")), RF_STR("send"));
	add_word(arena, flags, both || rf_str_equal(direction, RF_STR("recvonly")), RF_STR("recv"));
	add_word(arena, flags, from->rtcp_mux, RF_STR("rtcp-mux"));
	add_word(arena, flags, from->rejected, RF_STR("rejected"));
	add_word(arena, flags, from->blocked, RF_STR("blocked"));
	add_word(arena, flags, from->silenced, RF_STR("silenced"));
	add_word(arena, flags, from->dtmf_blocked, RF_STR("DTMF blocked"));
}

/* The SSRCs that a party sends in a media. */
static void add_ingress(struct rf_arena *arena, struct rf_value *media, const struct rf_report_media *from)
{
	struct rf_value *list = rf_value_add_list(arena, media, RF_STR("ingress SSRCs"));
	const struct rf_leg *leg = &from->streams[0].now.leg;

	if (!from->n_streams)
		return;
	for (unsigned i = 0; i < leg->n_sources; i++) {
		struct rf_value *dict = rf_value_add_dict(arena, list, RF_STR_NONE);

		rf_value_add_int(arena, dict, RF_STR("SSRC"), leg->sources[i].ssrc);
		rf_value_add_int(arena, dict, RF_STR("bytes"), (int64_t)leg->sources[i].bytes);
		rf_value_add_int(arena, dict, RF_STR("packets"), (int64_t)leg->sources[i].packets);
		rf_value_add_int(arena, dict, RF_STR("last RTP timestamp"), leg->sources[i].timestamp);
		rf_value_add_int(arena, dict, RF_STR("last RTP seq"), leg->sources[i].max_seq & 0xffff);
	}
}

static void add_media(const struct teller *teller, struct rf_value *list, const struct rf_report_media *from)
{
	struct rf_arena *arena = teller->arena;
	struct rf_value *media = rf_value_add_dict(arena, list, RF_STR_NONE);
	struct rf_value *streams;

	rf_value_add_int(arena, media, RF_STR("index"), from->index);
	rf_value_add_str(arena, media, RF_STR("type"), from->type);
	rf_value_add_str(arena, media, RF_STR("protocol"), from->protocol);
	if (from->codec.len)
		rf_value_add_str(arena, media, RF_STR("codec"), from->codec);
	streams = rf_value_add_list(arena, media, RF_STR("streams"));
	for (unsigned i = 0; i < from->n_streams; i++)
		add_stream(teller, streams, &from->streams[i]);
	add_ingress(arena, media, from);
	rf_value_add_list(arena, media, RF_STR("egress SSRCs"));
	add_media_flags(arena, media, from);
}

static struct rf_str party_name(struct rf_arena *arena, const struct rf_report_party *party, unsigned index)
{
	return party->tagged ? party->tag : rf_arena_printf(arena, "<untagged %u>", index);
}

static void add_peer(struct rf_arena *arena, struct rf_value *party, struct rf_str key, struct rf_str peer)
{
	struct rf_value *list = rf_value_add_list(arena, party, key);
	struct rf_value *dict;

	if (!peer.len)
		return;
	dict = rf_value_add_dict(arena, list, RF_STR_NONE);
	rf_value_add_str(arena, dict, RF_STR("tag"), peer);
	rf_value_add_str(arena, dict, RF_STR("type"), RF_STR("offer/answer"));
}

static void add_party(const struct teller *teller, struct rf_value *tags, unsigned index)
{
	const struct rf_call_report *report = teller->report;
	struct rf_arena *arena = teller->arena;
	const struct rf_report_party *from = &report->parties[index];
	struct rf_value *party = rf_value_add_dict(arena, tags, party_name(arena, from, index));
	struct rf_str peer = RF_STR_NONE;
	struct rf_value *list;

	if (from->peer >= 0 && (unsigned)from->peer < report->n_parties)
		peer = party_name(arena, &report->parties[from->peer], (unsigned)from->peer);
	if (from->tagged)
		rf_value_add_str(arena, party, RF_STR("tag"), from->tag);
	if (from->via_branch.len)
		rf_value_add_str(arena, party, RF_STR("via-branch"), from->via_branch);
	if (from->label.len)
		rf_value_add_str(arena, party, RF_STR("label"), from->label);
	rf_value_add_int(arena, party, RF_STR("created"), seconds(from->created_wall_us));
	if (from->n_aliases) {
		list = rf_value_add_list(arena, party, RF_STR("tag-aliases"));
		for (unsigned i = 0; i < from->n_aliases; i++)
			rf_value_add_str(arena, list, RF_STR_NONE, from->aliases[i]);
	}
	add_peer(arena, party, RF_STR("subscriptions"), peer);
	add_peer(arena, party, RF_STR("subscribers"), peer);
	list = rf_value_add_list(arena, party, RF_STR("medias"));
	for (unsigned i = 0; i < from->n_media; i++)
		add_media(teller, list, &from->media[i]);
}

/* Loss in percent, jitter and round trips in seconds, MOS 1 to 5. */
static struct rf_value *add_mos(struct rf_arena *arena, struct rf_value *parent, struct rf_str key, double mos,
                                double loss, double jitter, double round_trip)
{
	struct rf_value *dict = rf_value_add_dict(arena, parent, key);

	rf_value_add_int(arena, dict, RF_STR("MOS"), rounded(mos * 10));
	rf_value_add_int(arena, dict, RF_STR("round-trip time"), rounded(round_trip * 1e6));
	rf_value_add_int(arena, dict, RF_STR("jitter"), rounded(jitter * 1e3));
	rf_value_add_int(arena, dict, RF_STR("packet loss"), rounded(loss));
	return dict;
}

static void add_sample(struct rf_arena *arena, struct rf_value *parent, struct rf_str key,
                       const struct rf_report_sample *sample, double round_trip_leg)
{
	double offered = (double)sample->packets + sample->lost;
	struct rf_value *dict =
		add_mos(arena, parent, key, (double)sample->mos, offered > 0 ? 100.0 * sample->lost / offered : 0,
	                (double)sample->jitter, (double)sample->round_trip);

	rf_value_add_int(arena, dict, RF_STR("round-trip time leg"), rounded(round_trip_leg * 1e6));
	rf_value_add_int(arena, dict, RF_STR("reported at"), seconds(sample->wall_us));
}

/* A call shorter than one sampling interval is one sample, the whole. */
static void whole_as_sample(const struct rf_call_report *report, const struct rf_report_quality *quality,
                            struct rf_report_sample *out)
{
	*out = (struct rf_report_sample){
		.wall_us = report->created_wall_us + (int64_t)(report->age * 1e6),
		.packets = (uint32_t)quality->totals.packets,
		.lost = (uint32_t)quality->totals.lost,
		.jitter = (float)quality->totals.jitter,
		.round_trip = (float)quality->round_trip,
		.mos = (float)quality->mos,
	};
}

/* The samples over time, the last of each few when there are many. */
static void add_progression(struct rf_arena *arena, struct rf_value *ssrc, const struct rf_report_quality *quality)
{
	struct rf_value *dict = rf_value_add_dict(arena, ssrc, RF_STR("MOS progression"));
	unsigned step = (quality->n_samples + PROGRESSION_MAX - 1) / PROGRESSION_MAX;
	struct rf_value *list;

	rf_value_add_int(arena, dict, RF_STR("interval"), (int64_t)SAMPLE_SECONDS * (step ? step : 1));
	list = rf_value_add_list(arena, dict, RF_STR("entries"));
	for (unsigned i = step; i && i <= quality->n_samples; i += step) {
		if (quality->samples[i - 1].mos > 0)
			add_sample(arena, list, RF_STR_NONE, &quality->samples[i - 1], quality->round_trip_leg);
	}
}

static void add_quality(const struct teller *teller, struct rf_value *ssrc, const struct rf_report_quality *quality)
{
	struct rf_arena *arena = teller->arena;
	struct rf_report_sample whole;
	bool sampled = quality->n_samples != 0 && quality->mos_average > 0;
	struct rf_value *dict;

	if (quality->mos <= 0)
		return;
	whole_as_sample(teller->report, quality, &whole);
	dict = add_mos(arena, ssrc, RF_STR("average MOS"), sampled ? quality->mos_average : quality->mos,
	               quality->loss_ratio * 100, quality->totals.jitter, quality->round_trip);
	rf_value_add_int(arena, dict, RF_STR("round-trip time leg"), rounded(quality->round_trip_leg * 1e6));
	rf_value_add_int(arena, dict, RF_STR("samples"), sampled ? quality->n_samples : 1);
	add_sample(arena, ssrc, RF_STR("lowest MOS"), sampled ? &quality->worst : &whole, quality->round_trip_leg);
	add_sample(arena, ssrc, RF_STR("highest MOS"), sampled ? &quality->best : &whole, quality->round_trip_leg);
	add_progression(arena, ssrc, quality);
}

static void add_ssrcs(const struct teller *teller, struct rf_value *tree, const struct rf_report_media *media)
{
	struct rf_arena *arena = teller->arena;
	const struct rf_leg *leg = &media->streams[0].now.leg;

	if (!media->n_streams)
		return;
	for (unsigned i = 0; i < leg->n_sources; i++) {
		const struct rf_rtp_source *source = &leg->sources[i];
		struct rf_value *ssrc = rf_value_add_dict(arena, tree, rf_arena_printf(arena, "%u", source->ssrc));

		rf_value_add_int(arena, ssrc, RF_STR("bytes"), (int64_t)source->bytes);
		rf_value_add_int(arena, ssrc, RF_STR("packets"), (int64_t)source->packets);
		rf_value_add_int(arena, ssrc, RF_STR("last RTP timestamp"), source->timestamp);
		rf_value_add_int(arena, ssrc, RF_STR("last RTP seq"), source->max_seq & 0xffff);
		rf_value_add_int(arena, ssrc, RF_STR("cumulative loss"), (int64_t)rf_rtp_source_lost(source));
		if (i == leg->current)
			add_quality(teller, ssrc, &media->quality);
	}
}

void rf_report_tree(struct rf_arena *arena, struct rf_value *tree, const struct rf_call_report *report)
{
	struct teller teller = {.arena = arena, .report = report};
	struct rf_value *ssrcs, *tags, *totals;

	teller.wall_offset_us = rf_clock_wall_us() - rf_clock_us();
	rf_value_add_int(arena, tree, RF_STR("created"), seconds(report->created_wall_us));
	rf_value_add_int(arena, tree, RF_STR("created_us"), report->created_wall_us % 1000000);
	rf_value_add_int(arena, tree, RF_STR("created_ts"), report->created_wall_us);
	rf_value_add_int(arena, tree, RF_STR("last signal"), seconds(report->last_signal_wall_us));
	rf_value_add_int(arena, tree, RF_STR("last redis update"), 0);
	if (report->metadata.len)
		rf_value_add_str(arena, tree, RF_STR("metadata"), report->metadata);
	ssrcs = rf_value_add_dict(arena, tree, RF_STR("SSRC"));
	tags = rf_value_add_dict(arena, tree, RF_STR("tags"));
	for (unsigned i = 0; i < report->n_parties; i++) {
		add_party(&teller, tags, i);
		for (unsigned j = 0; j < report->parties[i].n_media; j++)
			add_ssrcs(&teller, ssrcs, &report->parties[i].media[j]);
	}
	totals = rf_value_add_dict(arena, tree, RF_STR("totals"));
	add_counters(arena, totals, RF_STR("RTP"), report->rtp.packets, report->rtp.bytes, report->rtp.errors);
	add_counters(arena, totals, RF_STR("RTCP"), report->rtcp.packets, report->rtcp.bytes, report->rtcp.errors);
}
