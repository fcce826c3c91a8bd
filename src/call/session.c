/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a message's SDP and taking it into the model.
 */
#include "call/session.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"

void rf_reply_error(struct rf_reply *reply, struct rf_str reason)
{
	reply->result = RF_RESULT_ERROR;
	reply->error = reason;
}

static int refuse(struct rf_exchange *x, struct rf_str reason)
{
	rf_reply_error(x->reply, reason);
	return -EINVAL;
}

static bool is_encrypted(enum rf_sdp_profile profile)
{
	return profile >= RF_SDP_RTP_SAVP;
}

static bool is_dtls(enum rf_sdp_profile profile)
{
	return profile >= RF_SDP_UDP_TLS_RTP_SAVP;
}

/* A profile may be changed where packets stay what they are: feedback or not; never in or out of encryption. */
static int check_profile(struct rf_exchange *x)
{
	enum rf_sdp_profile wanted = x->request->profile;

	if (wanted == RF_SDP_PROFILE_NONE)
		return 0;
	for (unsigned i = 0; i < x->sdp->n_media; i++) {
		const struct rf_sdp_media *media = &x->sdp->media[i];

		if (media->kind != RF_SDP_RTP || media->rejected)
			continue;
		if (is_encrypted(media->profile) != is_encrypted(wanted) || is_dtls(media->profile) != is_dtls(wanted))
			return refuse(
				x, rf_arena_printf(x->arena,
			                           "transport-protocol %s asked for, but media %u is %.*s: this relay "
			                           "does not encrypt or decrypt",
			                           rf_sdp_profile_name(wanted), i + 1, RF_STR_ARG(media->transport)));
	}
	return 0;
}

/* What is relayed needs an address; names are not looked up, which could take seconds. */
static int check_addresses(struct rf_exchange *x)
{
	for (unsigned i = 0; i < x->sdp->n_media; i++) {
		const struct rf_sdp_media *media = &x->sdp->media[i];

		if (media->kind == RF_SDP_FOREIGN || media->rejected || media->rtp.addr.family != RF_FAMILY_NONE)
			continue;
		rf_log(x->calls->config.log, RF_LOG_SDP, RF_LOG_WARNING, x->request->call_id,
		       "media %u has no IP address in c=", i + 1);
		return refuse(x, RF_STR("Incomplete SDP specification"));
	}
	return 0;
}

int rf_exchange_read(struct rf_exchange *x)
{
	const struct rf_request *request = x->request;
	struct rf_str why = RF_STR_NONE;
	int error;

	error = rf_sdp_parse(x->arena, request->sdp, &x->sdp, &why);
	if (error) {
		rf_log(x->calls->config.log, RF_LOG_SDP, RF_LOG_WARNING, request->call_id, "SDP refused: %.*s",
		       RF_STR_ARG(why));
		if (error == -E2BIG && why.len)
			return refuse(x, rf_arena_printf(x->arena, "Failed to parse SDP: %.*s", RF_STR_ARG(why)));
		return refuse(x, RF_STR("Failed to parse SDP"));
	}
	error = check_addresses(x);
	return error ? error : check_profile(x);
}

/* An interface that does not exist is the first one, with a warning: a typo must not cost the call. */
static void set_iface(struct rf_exchange *x, struct rf_party *party, struct rf_str iface)
{
	if (!iface.len)
		return;
	if (!rf_ports_has_iface(x->calls->config.ports, iface)) {
		x->reply->warning =
			rf_arena_printf(x->arena, "Interface '%.*s' not found, using default", RF_STR_ARG(iface));
		rf_call_log(x->call, RF_LOG_WARNING, "interface '%.*s' is not configured: the first one is used",
		            RF_STR_ARG(iface));
		party->iface[0] = '\0';
		return;
	}
	snprintf(party->iface, sizeof(party->iface), "%.*s", RF_STR_ARG(iface));
}

static void set_stream_flags(struct rf_exchange *x)
{
	static const struct {
		uint32_t request, stream;
	} of_party[] =
		{
			{RF_FLAG_ASYMMETRIC, RF_STREAM_ASYMMETRIC},
			{RF_FLAG_NAT_WAIT, RF_STREAM_NAT_WAIT},
			{RF_FLAG_PIERCE_NAT, RF_STREAM_PIERCE_NAT},
		},
	  of_call[] = {
		  {RF_FLAG_STRICT_SOURCE, RF_STREAM_STRICT},
		  {RF_FLAG_MEDIA_HANDOVER, RF_STREAM_HANDOVER},
	  };

	x->from->stream_flags = 0;
	for (unsigned i = 0; i < sizeof(of_party) / sizeof(of_party[0]); i++) {
		if (x->request->flags & of_party[i].request)
			x->from->stream_flags |= of_party[i].stream;
	}
	for (unsigned i = 0; i < sizeof(of_call) / sizeof(of_call[0]); i++) {
		if (x->request->flags & of_call[i].request)
			x->call->stream_flags |= of_call[i].stream;
	}
	if (x->request->learn_given)
		x->call->learn = x->request->learn;
	if (x->request->tos != RF_TOS_DEFAULT)
		x->call->tos = x->request->tos;
}

/* A null address is often written in IPv4 by those who speak IPv6, and a rejected section's says nothing. */
static bool tells_family(const struct rf_sdp_media *media, enum rf_family known)
{
	if (media->kind == RF_SDP_FOREIGN || media->rtp.addr.family == RF_FAMILY_NONE)
		return false;
	return known == RF_FAMILY_NONE || (!media->rejected && !media->null_address);
}

/* The family of the SDP for to: as asked for, else as it speaks itself, else as the other side does. */
static void set_family(struct rf_exchange *x)
{
	struct rf_party *to = x->to;

	if (x->request->address_family != RF_FAMILY_NONE)
		to->family = x->request->address_family;
	for (unsigned i = 0; i < x->sdp->n_media; i++) {
		enum rf_family family = x->sdp->media[i].rtp.addr.family;

		if (!tells_family(&x->sdp->media[i], x->from->family))
			continue;
		x->from->family = family;
		if (to->family == RF_FAMILY_NONE)
			to->family = family;
		return;
	}
}

int rf_exchange_settings(struct rf_exchange *x)
{
	const struct rf_request *request = x->request;
	struct rf_call *call = x->call;

	if ((request->metadata.len && rf_text_set(&call->metadata, request->metadata)) ||
	    (request->set_label.len && rf_text_set(&x->from->label, request->set_label)) ||
	    (request->label.len && !x->from->label.len && rf_text_set(&x->from->label, request->label)) ||
	    (request->to_label.len && !x->to->label.len && rf_text_set(&x->to->label, request->to_label)))
		return -ENOMEM;
	if (request->flags & RF_FLAG_DEBUG)
		call->debug = true;
	/* An answerer keeps the interface whose address the offer told it, though scripts name others again. */
	if (x->offer || !x->from->iface[0])
		set_iface(x, x->from, request->from_iface);
	set_iface(x, x->to, request->to_iface);
	set_stream_flags(x);
	set_family(x);
	x->to->media_address = request->media_address;
	x->from->delete_at_us = x->to->delete_at_us = 0;
	call->signal_us = rf_clock_us();
	call->signal_wall_us = rf_clock_wall_us();
	rf_call_revive(call);
	return 0;
}

/* The address to trust rather than the SDP's; family none: the SDP's. */
static struct rf_addr sip_source(const struct rf_exchange *x)
{
	uint32_t flags = x->request->flags;
	bool trust_sip =
		x->calls->config.sip_source ? !(flags & RF_FLAG_TRUST_ADDRESS) : flags & RF_FLAG_SIP_SOURCE_ADDRESS;

	return trust_sip ? x->request->received_from : (struct rf_addr){0};
}

/* An interface that has no address of the family asked for gives its first one. */
static int open_media(struct rf_media *media, enum rf_family family, bool fresh)
{
	struct rf_str iface = rf_str_of(media->party->iface);
	int error = rf_media_open(media, iface, family, fresh);

	if (error == -EAFNOSUPPORT)
		error = rf_media_open(media, iface, RF_FAMILY_NONE, fresh);
	return error;
}

static int open_both(struct rf_exchange *x, struct rf_media *from, struct rf_media *to)
{
	/* no-port-latching: another remote port gets another local one on the far side. */
	bool moved = to->remote_port && to->remote_port != from->rtp.port;
	bool fresh = x->offer && moved && (x->request->flags & RF_FLAG_NO_PORT_LATCHING);
	int error = open_media(to, x->to->family, fresh);

	if (error)
		return error;
	to->remote_port = from->rtp.port;
	/* What the sender was told stays until it is told anew: an offerer in the answer, an answerer in an offer. */
	return from->streams[0] ? 0 : open_media(from, x->from->family, false);
}

/* In an offer the answerer's media is what the offer makes it, until it answers. */
static int shape_peer(struct rf_exchange *x, const struct rf_media *from, struct rf_media *to)
{
	if (!x->offer)
		return 0;
	to->kind = from->kind;
	to->rejected = from->rejected;
	if (to->known)
		return 0;
	if (rf_text_set(&to->type, from->type) || rf_text_set(&to->transport, from->transport) ||
	    rf_text_set(&to->format, from->format))
		return -ENOMEM;
	return 0;
}

/*
 * The profile that to's SDP gets when the proxy asks for none: an answer is in the offerer's (RFC 3264 section 6), and
 * an offer of an unchanged side changes nothing for the other. Never in or out of encryption.
 */
static void set_profile(const struct rf_exchange *x, const struct rf_media *from, const struct rf_sdp_media *sdp,
                        struct rf_media *to)
{
	bool unchanged = from->known && rf_str_equal(from->transport, sdp->transport);
	enum rf_sdp_profile own = to->known ? rf_sdp_profile_of(to->transport) : RF_SDP_PROFILE_NONE;

	to->profile = RF_SDP_PROFILE_NONE;
	if ((!x->offer || unchanged) && is_encrypted(own) == is_encrypted(sdp->profile) &&
	    is_dtls(own) == is_dtls(sdp->profile))
		to->profile = own;
}

/* What an offer rejects, or describes as not ours to relay, goes on until the answer: that may never come. */
static void reject(const struct rf_exchange *x, struct rf_media *from, struct rf_media *to)
{
	if (x->offer)
		return;
	from->rejected |= to->rejected;
	rf_media_close(from);
	if (to->rejected || to->kind == RF_SDP_FOREIGN)
		rf_media_close(to);
}

static int describe_one(struct rf_exchange *x, unsigned index, const struct rf_addr *source)
{
	const struct rf_sdp_media *sdp = &x->sdp->media[index];
	struct rf_media *from, *to;
	int error;

	error = rf_party_media(x->from, index, &from);
	if (!error)
		error = rf_party_media(x->to, index, &to);
	if (!error) {
		set_profile(x, from, sdp, to);
		error = rf_media_describe(from, sdp, source);
	}
	if (!error)
		error = shape_peer(x, from, to);
	if (error)
		return error;

	if (sdp->kind == RF_SDP_FOREIGN || sdp->rejected || (!x->offer && to->rejected)) {
		reject(x, from, to);
		return 0;
	}
	error = open_both(x, from, to);
	if (error)
		return error;
	if (x->offer)
		rf_mux_offer(x->request->rtcp_mux, from, to);
	else
		rf_mux_answer(from, to);
	return 0;
}

/* Sections that the sender left out are rejected; those that both left out are over. */
static void reject_left_out(struct rf_exchange *x)
{
	for (unsigned i = x->sdp->n_media; i < x->from->n_media; i++) {
		x->from->media[i]->rejected = true;
		if (x->offer)
			continue;
		rf_media_close(x->from->media[i]);
		if (i < x->to->n_media && (x->to->media[i]->rejected || i >= x->to->n_described))
			rf_media_close(x->to->media[i]);
	}
}

int rf_exchange_describe(struct rf_exchange *x)
{
	struct rf_addr source = sip_source(x);

	for (unsigned i = 0; i < x->sdp->n_media; i++) {
		int error = describe_one(x, i, &source);
		if (error)
			return error;
	}
	x->from->n_described = x->sdp->n_media;
	reject_left_out(x);
	return 0;
}

void rf_exchange_fail(struct rf_exchange *x, int error)
{
	struct rf_str reason;

	if (x->reply->result == RF_RESULT_ERROR)
		return; /* said already */
	switch (error) {
	case -ENOSPC:
	case -EMFILE:
		reason = RF_STR("Ran out of ports");
		break;
	case -ENOENT:
	case -EAFNOSUPPORT:
		reason = RF_STR("No interface with a usable address");
		break;
	default:
		reason = RF_STR("Out of memory");
		break;
	}
	rf_reply_error(x->reply, reason);
	rf_log(x->calls->config.log, RF_LOG_CALL, RF_LOG_ERROR, x->request->call_id, "%.*s (%s)", RF_STR_ARG(reason),
	       strerror(-error));
}
