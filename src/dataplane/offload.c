/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/offload.h"

#include <string.h>

const char *rf_offload_why(enum rf_offload_reason reason)
{
	static const char *const sentences[RF_OFFLOAD_REASONS] = {
		[RF_OFFLOAD_NOTHING] = "",
		[RF_OFFLOAD_NO_TABLE] = "there is no kernel table",
		[RF_OFFLOAD_FINISHED] = "the call is over",
		[RF_OFFLOAD_REFUSED] = "the module did not take the flow",
		[RF_OFFLOAD_OPAQUE] = "it carries neither RTP nor RTCP",
		[RF_OFFLOAD_BLOCKED] = "its media is blocked",
		[RF_OFFLOAD_SILENCED] = "its media is silenced",
		[RF_OFFLOAD_DTMF] = "its DTMF events are blocked",
		[RF_OFFLOAD_NO_STREAM] = "there is nobody to send to",
		[RF_OFFLOAD_HOLD] = "the other party is on hold",
		[RF_OFFLOAD_NO_DESTINATION] = "the other party's endpoint is not known yet",
		[RF_OFFLOAD_FAMILY] = "the other party's endpoint is not of the address family that faces it",
		[RF_OFFLOAD_LEARNING] = "the party's endpoint is still being learnt",
		[RF_OFFLOAD_NO_SOURCE] = "no packet of the party's has shown its endpoint yet",
	};
	return sentences[reason];
}

struct rf_stream *rf_offload_out(const struct rf_stream_config *config)
{
	return config->flags & RF_STREAM_RTP ? config->out_rtp : config->out_rtcp;
}

static bool endpoint_known(const struct rf_endpoint *ep)
{
	return ep->port != 0 && !rf_addr_is_null(&ep->addr);
}

/* -- what it carries -- */

static bool has_events(const struct rf_stream_config *config)
{
	for (unsigned i = 0; i < config->n_types; i++)
		if (config->types[i].codec == RF_CODEC_TELEPHONE_EVENT)
			return true;
	return false;
}

/* Nothing may have to look into the payload. RTCP passes whatever is done to the media. */
static enum rf_offload_reason check_payload(const struct rf_stream_config *config)
{
	if (!(config->flags & (RF_STREAM_RTP | RF_STREAM_RTCP)))
		return RF_OFFLOAD_OPAQUE;
	if (!(config->flags & RF_STREAM_RTP))
		return RF_OFFLOAD_NOTHING;
	if (config->flags & RF_STREAM_BLOCK)
		return RF_OFFLOAD_BLOCKED;
	if (config->flags & RF_STREAM_SILENCE)
		return RF_OFFLOAD_SILENCED;
	if (config->flags & RF_STREAM_BLOCK_DTMF && has_events(config))
		return RF_OFFLOAD_DTMF;
	return RF_OFFLOAD_NOTHING;
}

/* RTCP on a port of RTP's goes along only when it goes the same way. */
static uint32_t carried(const struct rf_stream_config *config)
{
	uint32_t flags = 0;

	if (config->flags & RF_STREAM_RTP)
		flags |= RTPFERRY_FLOW_FLAG_RTP;
	if (config->flags & RF_STREAM_RTCP && (!flags || config->out_rtcp == config->out_rtp))
		flags |= RTPFERRY_FLOW_FLAG_RTCP;
	return flags;
}

static void set_types(const struct rf_stream_config *config, struct rf_flow *flow)
{
	for (unsigned i = 0; i < config->n_types && config->flags & RF_STREAM_RTP; i++) {
		if (!config->types[i].clock_rate)
			continue;
		flow->types[flow->n_types].number = config->types[i].type;
		flow->types[flow->n_types++].clock_rate = config->types[i].clock_rate;
	}
}

/* -- where to -- */

static enum rf_offload_reason set_destination(const struct rf_offload_end *out, struct rf_flow *flow)
{
	const struct rf_addr *sdp;

	if (!out)
		return RF_OFFLOAD_NO_STREAM;
	sdp = &out->config->remote.addr;
	if (sdp->family != RF_FAMILY_NONE && rf_addr_is_null(sdp))
		return RF_OFFLOAD_HOLD;
	if (!endpoint_known(&out->remote))
		return RF_OFFLOAD_NO_DESTINATION;
	if (out->remote.addr.family != out->local.addr.family)
		return RF_OFFLOAD_FAMILY;
	flow->out = out->local;
	flow->to = out->remote;
	flow->mark = out->mark;
	if (out->stack)
		flow->flags |= RTPFERRY_FLOW_FLAG_STACK;
	/* The socket of a stream that leaves TOS alone sends 0. */
	flow->dscp = out->config->tos < 0 ? 0 : (int16_t)(out->config->tos >> 2);
	return RF_OFFLOAD_NOTHING;
}

/* -- where from -- */

/* Networks that no party sends from through the internet (RFC 6890), beside what base/addr.h knows. */
static bool is_special(const struct rf_addr *addr)
{
	static const struct rf_net nets[] = {
		{{RF_FAMILY_IP4, {0}}, 8},
		{{RF_FAMILY_IP4, {192, 0, 0}}, 24},
		{{RF_FAMILY_IP4, {192, 0, 2}}, 24},
		{{RF_FAMILY_IP4, {192, 88, 99}}, 24},
		{{RF_FAMILY_IP4, {198, 18}}, 15},
		{{RF_FAMILY_IP4, {198, 51, 100}}, 24},
		{{RF_FAMILY_IP4, {203, 0, 113}}, 24},
		{{RF_FAMILY_IP4, {240}}, 4},
		{{RF_FAMILY_IP6, {0}}, 8},
		{{RF_FAMILY_IP6, {0x00, 0x64, 0xff, 0x9b}}, 96},
		{{RF_FAMILY_IP6, {0x01, 0x00}}, 64},
		{{RF_FAMILY_IP6, {0x20, 0x01}}, 23},
		{{RF_FAMILY_IP6, {0x20, 0x01, 0x0d, 0xb8}}, 32},
		{{RF_FAMILY_IP6, {0x20, 0x02}}, 16},
		{{RF_FAMILY_IP6, {0x3f, 0xff}}, 20},
		{{RF_FAMILY_IP6, {0xfe, 0xc0}}, 10},
	};

	for (unsigned i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (rf_net_contains(&nets[i], addr))
			return true;
	return false;
}

static bool is_public(const struct rf_addr *addr)
{
	return !rf_addr_is_null(addr) && !rf_addr_is_loopback(addr) && !rf_addr_is_private(addr) &&
	       !rf_addr_is_multicast(addr) && !is_special(addr);
}

/* Does the worker take the SDP's endpoint for the source, without learning? */
static bool is_given(const struct rf_stream_config *config)
{
	return config->learn == RF_LEARN_OFF && !(config->flags & RF_STREAM_ASYMMETRIC) &&
	       endpoint_known(&config->remote);
}

/* Is the SDP's endpoint the source to expect before a packet has shown it? */
static enum rf_offload_reason trust_sdp(const struct rf_stream_config *config)
{
	if (is_given(config))
		return RF_OFFLOAD_NOTHING;
	if (config->learn == RF_LEARN_DELAYED || config->learn == RF_LEARN_HEURISTIC)
		return RF_OFFLOAD_LEARNING;
	if (config->flags & (RF_STREAM_ASYMMETRIC | RF_STREAM_NAT_WAIT) || !endpoint_known(&config->remote) ||
	    !is_public(&config->remote.addr))
		return RF_OFFLOAD_NO_SOURCE;
	return RF_OFFLOAD_NOTHING;
}

/* Would the worker refuse whatever comes from elsewhere? (user/latch.c) */
static bool refuses_others(const struct rf_offload_end *in)
{
	const struct rf_stream_config *config = in->config;
	bool latched = in->source.port != 0;

	if (!(config->flags & RF_STREAM_STRICT))
		return false;
	if (!latched)
		return is_given(config);
	if (config->flags & RF_STREAM_HANDOVER && !is_given(config))
		return false;
	return config->flags & RF_STREAM_ASYMMETRIC || !endpoint_known(&config->remote) ||
	       rf_endpoint_equal(&in->source, &config->remote);
}

static enum rf_offload_reason set_source(const struct rf_offload_end *in, struct rf_flow *flow)
{
	enum rf_offload_reason reason = RF_OFFLOAD_NOTHING;

	flow->source = in->source;
	if (in->source.port == 0) {
		reason = trust_sdp(in->config);
		flow->source = in->config->remote;
	} else if (!in->settled) {
		reason = RF_OFFLOAD_LEARNING;
	}
	if (reason == RF_OFFLOAD_NOTHING && flow->source.addr.family != in->local.addr.family)
		reason = RF_OFFLOAD_NO_SOURCE;
	flow->drop_mismatch = refuses_others(in);
	return reason;
}

/* -- all of it -- */

enum rf_offload_reason rf_offload_plan(const struct rf_offload_end *in, const struct rf_offload_end *out,
                                       struct rf_flow *flow)
{
	enum rf_offload_reason reason;

	memset(flow, 0, sizeof(*flow));
	flow->local = in->local;
	flow->flags = carried(in->config);
	set_types(in->config, flow);
	reason = check_payload(in->config);
	if (reason == RF_OFFLOAD_NOTHING)
		reason = set_destination(out, flow);
	if (reason == RF_OFFLOAD_NOTHING)
		reason = set_source(in, flow);
	return reason;
}
