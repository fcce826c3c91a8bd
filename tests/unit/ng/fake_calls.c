/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_calls.h"

#include <stdio.h>

#include "rtp/source.h"

struct fake fake;

void fake_reset(void)
{
	static const double bounds[] = {1, 10};

	memset(&fake, 0, sizeof(fake));
	rf_histogram_init(&fake.totals.duration, bounds, 2);
	rf_histogram_init(&fake.totals.mos, bounds, 2);
}

static void take(const struct rf_request *request, struct rf_reply *reply)
{
	snprintf(fake.call_id, sizeof(fake.call_id), "%.*s", RF_STR_ARG(request->call_id));
	fake.flags = request->flags;
	*reply = fake.reply;
}

void rf_calls_offer(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                    struct rf_reply *reply)
{
	(void)calls;
	(void)arena;
	fake.offers++;
	take(request, reply);
}

void rf_calls_answer(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                     struct rf_reply *reply)
{
	(void)calls;
	(void)arena;
	fake.answers++;
	take(request, reply);
}

void rf_calls_delete(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                     struct rf_reply *reply)
{
	(void)calls;
	(void)arena;
	fake.deletes++;
	take(request, reply);
}

void rf_calls_query(struct rf_calls *calls, const struct rf_request *request, struct rf_arena *arena,
                    struct rf_reply *reply)
{
	(void)calls;
	(void)arena;
	fake.queries++;
	take(request, reply);
}

void rf_calls_change_media(struct rf_calls *calls, enum rf_media_change change, const struct rf_request *request,
                           struct rf_arena *arena, struct rf_reply *reply)
{
	(void)calls;
	(void)arena;
	fake.changes++;
	fake.change = change;
	take(request, reply);
}

unsigned rf_calls_count(const struct rf_calls *calls)
{
	(void)calls;
	return fake.n_calls;
}

void rf_calls_each(const struct rf_calls *calls, bool (*fn)(struct rf_str call_id, void *arg), void *arg)
{
	(void)calls;
	for (unsigned i = 0; i < fake.n_calls; i++) {
		if (!fn(RF_STR("a-call-of-the-fake-model"), arg))
			return;
	}
}

const struct rf_calls_totals *rf_calls_totals(const struct rf_calls *calls)
{
	(void)calls;
	return &fake.totals;
}

static void fill_stream(struct rf_report_stream *stream, uint32_t flags, uint16_t port)
{
	stream->flags = flags;
	stream->local = (struct rf_endpoint){{RF_FAMILY_IP4, {192, 0, 2, 1}}, port};
	stream->shown = stream->local;
	stream->sdp = (struct rf_endpoint){{RF_FAMILY_IP4, {198, 51, 100, 1}}, 4000};
	stream->now.remote = stream->sdp;
	stream->now.source = stream->sdp;
	stream->now.packets_in = 500;
	stream->now.bytes_in = 86000;
	stream->now.packets_out = 400;
	stream->now.bytes_out = 68800;
	stream->now.drops[RF_DROP_NOT_RTP] = 3;
}

static void fill_media(struct rf_report_media *media, uint32_t ssrc)
{
	struct rf_rtp_source *source = &media->streams[0].now.leg.sources[0];

	media->index = 1;
	media->type = RF_STR("audio");
	media->protocol = RF_STR("RTP/AVP");
	media->codec = RF_STR("PCMA/8000");
	media->direction = "sendrecv";
	media->n_streams = 2;
	fill_stream(&media->streams[0], RF_STREAM_RTP | RF_STREAM_STRICT, 30000);
	fill_stream(&media->streams[1], RF_STREAM_RTCP, 30001);
	media->streams[0].now.leg.n_sources = 1;
	rf_rtp_source_init(source, ssrc);
	source->packets = 500;
	source->bytes = 86000;
	source->timestamp = 80000;
	source->max_seq = 0x10005;
	media->quality.totals.packets = 500;
	media->quality.totals.lost = 5;
	media->quality.totals.jitter = 0.004;
	media->quality.loss_ratio = 0.0099;
	media->quality.mos = 4.32;
	media->quality.round_trip = 0.05;
	media->quality.round_trip_leg = 0.02;
}

struct rf_call_report *fake_report(void)
{
	static struct rf_report_media media[2];
	static struct rf_str aliases[1];
	static struct rf_report_party parties[2];
	static struct rf_call_report report;

	memset(media, 0, sizeof(media));
	fill_media(&media[0], 0x11111111);
	fill_media(&media[1], 0x22222222);
	aliases[0] = RF_STR("alias");
	parties[0] = (struct rf_report_party){.tag = RF_STR("ft"),
	                                      .label = RF_STR("A"),
	                                      .tagged = true,
	                                      .peer = 1,
	                                      .created_wall_us = 1700000000000000,
	                                      .n_media = 1,
	                                      .media = &media[0],
	                                      .aliases = aliases,
	                                      .n_aliases = 1};
	parties[1] = (struct rf_report_party){.peer = 0,
	                                      .via_branch = RF_STR("z9"),
	                                      .created_wall_us = 1700000001000000,
	                                      .n_media = 1,
	                                      .media = &media[1]};
	report = (struct rf_call_report){.call_id = RF_STR("c"),
	                                 .metadata = RF_STR("tenant"),
	                                 .created_wall_us = 1700000000123456,
	                                 .last_signal_wall_us = 1700000001000000,
	                                 .age = 30,
	                                 .n_parties = 2,
	                                 .parties = parties};
	report.rtp.packets = 1000;
	report.rtp.bytes = 172000;
	report.rtp.errors = 6;
	report.rtcp.packets = 10;
	return &report;
}
