/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One media of one party: what its SDP says, the sockets that face it, and what the data plane is asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "call/model.h"

enum { RTP, RTCP }; /* index into streams */

static int describe_codecs(struct rf_media *media, const struct rf_sdp_media *sdp)
{
	struct rf_media_codec *codecs = NULL;

	if (sdp->n_codecs) {
		codecs = calloc(sdp->n_codecs, sizeof(*codecs));
		if (!codecs)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < sdp->n_codecs; i++) {
		codecs[i].type = sdp->codecs[i].type;
		codecs[i].clock_rate = sdp->codecs[i].clock_rate;
		snprintf(codecs[i].name, sizeof(codecs[i].name), "%.*s", RF_STR_ARG(sdp->codecs[i].name));
	}
	free(media->codecs);
	media->codecs = codecs;
	media->n_codecs = sdp->n_codecs;
	return 0;
}

int rf_media_describe(struct rf_media *media, const struct rf_sdp_media *sdp, const struct rf_addr *source)
{
	struct rf_str format = sdp->n_formats ? sdp->formats[0] : RF_STR("0");

	if (rf_text_set(&media->type, sdp->type) || rf_text_set(&media->transport, sdp->transport) ||
	    rf_text_set(&media->format, format) || rf_text_set(&media->ptime, sdp->ptime) ||
	    describe_codecs(media, sdp))
		return -ENOMEM;
	media->kind = sdp->kind;
	media->known = true;
	media->rejected = sdp->rejected;
	media->null_address = sdp->null_address;
	media->direction = sdp->direction;
	media->mux_wanted = sdp->rtcp_mux;
	/* Where it expected packets stands until the other side has agreed to reject. */
	if (!sdp->rejected || !media->rtp.port) {
		media->rtp = sdp->rtp;
		media->rtcp = sdp->rtcp_unmuxed;
	}
	if (source->family != RF_FAMILY_NONE && !sdp->null_address && !sdp->rejected)
		media->rtp.addr = media->rtcp.addr = *source;
	return 0;
}

static bool streams_fit(const struct rf_media *media, struct rf_str iface, enum rf_family family)
{
	if (!media->streams[RTP] || (media->kind == RF_SDP_RTP && !media->streams[RTCP]))
		return false;
	if (iface.len && !rf_str_equal(iface, rf_str_of(media->iface)))
		return false;
	return family == RF_FAMILY_NONE || family == media->family;
}

int rf_media_open(struct rf_media *media, struct rf_str iface, enum rf_family family, bool fresh)
{
	const struct rf_calls_config *config = &media->party->call->calls->config;
	struct rf_port_pair pair;
	struct rf_stream *rtp, *rtcp;
	int error;

	if (!fresh && streams_fit(media, iface, family))
		return 0;
	error = rf_ports_get(config->ports, iface, family, media->kind == RF_SDP_RTP, &pair);
	if (error)
		return error;
	error = rf_stream_pair_new(media->party->call->group, &pair, &rtp, &rtcp);
	if (error) {
		rf_ports_put(config->ports, &pair);
		return error;
	}
	rf_media_close(media);
	media->streams[RTP] = rtp;
	media->streams[RTCP] = rtcp;
	snprintf(media->iface, sizeof(media->iface), "%s", rf_stream_local(rtp)->iface);
	media->family = rf_stream_local(rtp)->address.family;
	return 0;
}

void rf_media_close(struct rf_media *media)
{
	rf_stream_free(media->streams[RTP]);
	rf_stream_free(media->streams[RTCP]);
	media->streams[RTP] = media->streams[RTCP] = NULL;
}

void rf_media_free(struct rf_media *media)
{
	rf_media_close(media);
	rf_text_free(&media->type);
	rf_text_free(&media->transport);
	rf_text_free(&media->format);
	rf_text_free(&media->ptime);
	rf_quality_free(&media->quality);
	free(media->codecs);
	free(media);
}

struct rf_media *rf_media_peer(const struct rf_media *media)
{
	const struct rf_party *peer = media->party->peer;

	return peer && media->index < peer->n_media ? peer->media[media->index] : NULL;
}

struct rf_addr rf_media_advertised(const struct rf_media *media)
{
	if (media->party->media_address.family != RF_FAMILY_NONE)
		return media->party->media_address;
	return rf_stream_local(media->streams[RTP])->advertised;
}

static enum rf_codec_hint codec_hint(const struct rf_media_codec *codec)
{
	struct rf_str name = rf_str_of(codec->name);

	if (rf_str_equal_case(name, RF_STR("PCMU")))
		return RF_CODEC_PCMU;
	if (rf_str_equal_case(name, RF_STR("PCMA")))
		return RF_CODEC_PCMA;
	if (rf_str_equal_case(name, RF_STR("telephone-event")))
		return RF_CODEC_TELEPHONE_EVENT;
	return RF_CODEC_OTHER;
}

/*
 * The types that the party may send are those that its peer wants to receive (RFC 3264 section 5.1); before the peer
 * has described itself, the party's own.
 */
static void set_types(const struct rf_media *media, const struct rf_media *peer, struct rf_stream_config *config)
{
	const struct rf_media *from = peer && peer->known && peer->n_codecs ? peer : media;

	for (unsigned i = 0; i < from->n_codecs && config->n_types < RF_STREAM_MAX_TYPES; i++) {
		const struct rf_media_codec *codec = &from->codecs[i];

		config->types[config->n_types++] = (struct rf_payload_type){
			.type = codec->type,
			.codec = (uint8_t)codec_hint(codec),
			.clock_rate = codec->clock_rate,
		};
	}
}

static bool takes_part(const struct rf_media *media)
{
	return media && media->streams[RTP];
}

void rf_media_apply(struct rf_media *media, bool forget)
{
	const struct rf_call *call = media->party->call;
	const struct rf_media *peer = rf_media_peer(media);
	struct rf_stream_config config = {
		.learn = call->learn,
		.tos = call->tos,
		.forget = forget,
	};
	uint32_t common = call->stream_flags | media->party->stream_flags | media->change;

	if (!media->streams[RTP])
		return;
	if (takes_part(media) && takes_part(peer)) {
		config.out_rtp = peer->streams[RTP];
		config.out_rtcp = peer->mux ? peer->streams[RTP] : peer->streams[RTCP];
	}
	if (media->streams[RTCP]) {
		config.flags = common | RF_STREAM_RTCP;
		config.remote = media->rtcp;
		rf_stream_set(media->streams[RTCP], &config);
	}
	config.flags = common | (media->kind == RF_SDP_RTP ? RF_STREAM_RTP : RF_STREAM_OPAQUE);
	if (media->kind == RF_SDP_RTP && (media->mux || media->mux_wanted || media->mux_offered))
		config.flags |= RF_STREAM_RTCP;
	config.remote = media->rtp;
	set_types(media, peer, &config);
	rf_stream_set(media->streams[RTP], &config);
}

int rf_call_apply(struct rf_call *call, const struct rf_party *forget)
{
	RF_LIST_EACH (it, &call->parties) {
		for (unsigned i = 0; i < RF_PARTY(it)->n_media; i++)
			rf_media_apply(RF_PARTY(it)->media[i], RF_PARTY(it) == forget);
	}
	return rf_group_commit(call->group);
}
