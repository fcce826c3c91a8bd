/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints an SDP as planned: each media section in the order of lines that users of the leading relay expect.
 */
#include "sdp/section.h"

/* One media section being printed. */
struct printer {
	const struct rf_sdp_plan *plan;       /* of the whole */
	const struct rf_sdp_media_plan *how;  /* of this section */
	const struct rf_sdp_media *media;     /* as it came */
	const struct rf_sdp_section *section; /* of media */
	struct rf_buf *out;                   /* takes the text */
	uint8_t order[RF_SDP_MAX_FORMATS];    /* formats that come out, as indexes */
	unsigned n_order;                     /* of them */
};

static void put_kinds(struct printer *p, enum rf_sdp_line_kind from, enum rf_sdp_line_kind to)
{
	for (unsigned kind = from; kind <= (unsigned)to; kind++)
		rf_sdp_put_chain(p->out, &p->section->chains[kind]);
}

static bool has_feedback(enum rf_sdp_profile profile)
{
	return profile == RF_SDP_RTP_AVPF || profile == RF_SDP_RTP_SAVPF || profile == RF_SDP_UDP_TLS_RTP_SAVPF;
}

/* rtcp-fb lines go where the profile is changed to one without feedback (RFC 4585, section 4.1). */
static bool drops_feedback(const struct printer *p)
{
	return p->how->profile != RF_SDP_PROFILE_NONE && has_feedback(p->media->profile) &&
	       !has_feedback(p->how->profile);
}

static void put_m(struct printer *p, uint16_t port)
{
	const char *profile = p->media->kind == RF_SDP_RTP ? rf_sdp_profile_name(p->how->profile) : NULL;

	rf_buf_text(p->out, "m=");
	rf_buf_str(p->out, p->media->type);
	rf_buf_char(p->out, ' ');
	rf_buf_u64(p->out, port);
	rf_buf_char(p->out, ' ');
	rf_buf_str(p->out, profile ? rf_str_of(profile) : p->media->transport);
	for (unsigned i = 0; i < p->n_order; i++) {
		rf_buf_char(p->out, ' ');
		rf_buf_str(p->out, p->media->formats[p->order[i]]);
	}
	rf_buf_text(p->out, "\r\n");
}

static void keep_all_formats(struct printer *p)
{
	for (p->n_order = 0; p->n_order < p->media->n_formats; p->n_order++)
		p->order[p->n_order] = (uint8_t)p->n_order;
}

/* The address of c=; null in the plan's family where the old spelling of hold is wanted. */
static struct rf_addr connection_of(const struct rf_sdp_media_plan *how)
{
	struct rf_addr null = {.family = how->address.family};

	return how->null_address ? null : how->address;
}

static void put_connection(struct printer *p)
{
	struct rf_addr addr = connection_of(p->how);

	rf_buf_text(p->out, "c=");
	rf_sdp_put_address(p->out, &addr);
	rf_buf_text(p->out, "\r\n");
}

static void put_rtpmap(struct printer *p, const struct rf_sdp_format *format)
{
	const struct rf_sdp_codec *codec = format->codec;

	if (format->rtpmap) {
		rf_sdp_put_line(p->out, format->rtpmap);
		return;
	}
	if (codec->clock_rate == 0)
		return;
	rf_buf_text(p->out, "a=rtpmap:");
	rf_buf_u64(p->out, codec->type);
	rf_buf_char(p->out, ' ');
	rf_buf_str(p->out, codec->name);
	rf_buf_char(p->out, '/');
	rf_buf_u64(p->out, codec->clock_rate);
	if (codec->channels > 1) {
		rf_buf_char(p->out, '/');
		rf_buf_u64(p->out, codec->channels);
	}
	rf_buf_text(p->out, "\r\n");
}

static void put_extmap(struct printer *p)
{
	if (p->plan->strip_extmap)
		return;
	if (rf_sdp_has(p->section, RF_SDP_LINE_EXTMAP) || rf_sdp_has(p->section, RF_SDP_LINE_EXTMAP_MIXED))
		rf_buf_text(p->out, "a=extmap-allow-mixed\r\n");
	put_kinds(p, RF_SDP_LINE_EXTMAP, RF_SDP_LINE_EXTMAP);
}

static void put_codecs(struct printer *p)
{
	bool feedback = !drops_feedback(p);

	for (unsigned i = 0; i < p->n_order; i++) {
		const struct rf_sdp_format *format = &p->section->formats[p->order[i]];

		if (!format->codec || format->repeats)
			continue;
		put_rtpmap(p, format);
		rf_sdp_put_chain(p->out, &format->fmtp);
		if (feedback)
			rf_sdp_put_chain(p->out, &format->feedback);
	}
	put_extmap(p);
	if (feedback)
		put_kinds(p, RF_SDP_LINE_RTCP_FB_ALL, RF_SDP_LINE_RTCP_FB_ALL);
}

static void put_direction(struct printer *p)
{
	const struct rf_sdp_line *given = p->section->chains[RF_SDP_LINE_DIRECTION].last;

	if (p->plan->original_direction) {
		if (given)
			rf_sdp_put_line(p->out, given);
		return;
	}
	rf_buf_text(p->out, "a=");
	rf_buf_text(p->out, rf_sdp_direction_name(p->how->direction));
	rf_buf_text(p->out, "\r\n");
}

static void put_rtcp(struct printer *p)
{
	if (p->how->rtcp != RF_SDP_RTCP_NONE) {
		rf_buf_text(p->out, "a=rtcp:");
		rf_buf_u64(p->out, p->how->rtcp_port);
		if (p->how->rtcp == RF_SDP_RTCP_FULL) {
			struct rf_addr addr = connection_of(p->how);

			rf_buf_char(p->out, ' ');
			rf_sdp_put_address(p->out, &addr);
		}
		rf_buf_text(p->out, "\r\n");
	}
	if (p->how->rtcp_mux) {
		rf_buf_text(p->out, "a=rtcp-mux\r\n");
		put_kinds(p, RF_SDP_LINE_RTCP_MUX_ONLY, RF_SDP_LINE_RTCP_MUX_ONLY);
	}
}

static void put_ptime(struct printer *p)
{
	if (!rf_sdp_has(p->section, RF_SDP_LINE_PTIME) && p->how->ptime.len > 0) {
		rf_buf_text(p->out, "a=ptime:");
		rf_buf_str(p->out, p->how->ptime);
		rf_buf_text(p->out, "\r\n");
	}
	put_kinds(p, RF_SDP_LINE_PTIME, RF_SDP_LINE_MAXPTIME);
}

static bool mid_taken(const struct rf_sdp *sdp, uint64_t mid)
{
	for (unsigned i = 0; i < sdp->n_media; i++) {
		uint64_t given;

		if (rf_str_to_u64(sdp->media[i].mid, &given) == 0 && given == mid)
			return true;
	}
	return false;
}

/* The number of the section, or where a section has that as its mid already, one that nobody has. */
static void put_mid(struct printer *p, const struct rf_sdp *sdp)
{
	uint64_t mid = (uint64_t)(p->media - sdp->media) + 1;

	if (rf_sdp_has(p->section, RF_SDP_LINE_MID)) {
		rf_sdp_put_line(p->out, p->section->chains[RF_SDP_LINE_MID].last);
		return;
	}
	if (!p->plan->generate_mid)
		return;
	while (mid_taken(sdp, mid))
		mid += RF_SDP_MAX_MEDIA;
	rf_buf_text(p->out, "a=mid:");
	rf_buf_u64(p->out, mid);
	rf_buf_text(p->out, "\r\n");
}

static void put_relayed(struct printer *p, const struct rf_sdp *sdp)
{
	bool rtp = p->media->kind == RF_SDP_RTP;

	if (rtp)
		p->n_order = rf_sdp_filter(p->media, &p->plan->codec, p->order);
	else
		keep_all_formats(p);
	put_m(p, p->how->port);
	put_kinds(p, RF_SDP_LINE_I, RF_SDP_LINE_I);
	put_connection(p);
	put_kinds(p, RF_SDP_LINE_B_AS, RF_SDP_LINE_B);
	put_kinds(p, RF_SDP_LINE_K, RF_SDP_LINE_K);
	put_mid(p, sdp);
	put_kinds(p, RF_SDP_LINE_LABEL, RF_SDP_LINE_BUNDLE_ONLY);
	if (rtp)
		put_codecs(p);
	else
		put_kinds(p, RF_SDP_LINE_RTPMAP, RF_SDP_LINE_RTCP_FB_ALL);
	put_kinds(p, RF_SDP_LINE_OTHER, RF_SDP_LINE_OTHER);
	put_direction(p);
	if (rtp)
		put_rtcp(p);
	put_kinds(p, RF_SDP_LINE_CRYPTO, RF_SDP_LINE_TLS_ID);
	put_ptime(p);
	if (p->plan->keep_ice)
		put_kinds(p, RF_SDP_LINE_ICE_UFRAG, RF_SDP_LINE_ICE_MISC);
}

static void put_rejected(struct printer *p, const struct rf_sdp *sdp)
{
	keep_all_formats(p);
	put_m(p, 0);
	rf_buf_text(p->out, "c=IN IP4 0.0.0.0\r\n");
	put_mid(p, sdp);
}

/* As it came; what the session part said for it, and is no longer said there, is said here. */
static void put_verbatim(struct printer *p, const struct rf_sdp *sdp)
{
	const struct rf_sdp_line *connection = sdp->session->chains[RF_SDP_LINE_C].first;
	const struct rf_sdp_line *direction = sdp->session->chains[RF_SDP_LINE_DIRECTION].last;
	unsigned i = 1;

	rf_sdp_put_line(p->out, &p->section->lines[0]);
	for (; i < p->section->n_lines && p->section->lines[i].kind == RF_SDP_LINE_I; i++)
		rf_sdp_put_line(p->out, &p->section->lines[i]);
	if (connection && !rf_sdp_has(p->section, RF_SDP_LINE_C))
		rf_sdp_put_line(p->out, connection);
	for (; i < p->section->n_lines; i++)
		rf_sdp_put_line(p->out, &p->section->lines[i]);
	if (direction && !p->plan->original_direction && !rf_sdp_has(p->section, RF_SDP_LINE_DIRECTION))
		rf_sdp_put_line(p->out, direction);
	if (!rf_sdp_has(p->section, RF_SDP_LINE_MID))
		put_mid(p, sdp);
}

/* A section that the input leaves out, and the other side has. */
static void put_missing(const struct rf_sdp_media_plan *how, struct rf_buf *out)
{
	rf_buf_text(out, "m=");
	rf_buf_str(out, how->type);
	rf_buf_text(out, " 0 ");
	rf_buf_str(out, how->transport);
	rf_buf_char(out, ' ');
	rf_buf_str(out, how->format);
	rf_buf_text(out, "\r\nc=IN IP4 0.0.0.0\r\n");
}

static void put_media(const struct rf_sdp *sdp, unsigned i, const struct rf_sdp_plan *plan, struct rf_buf *out)
{
	static const struct rf_sdp_media_plan reject = {.action = RF_SDP_REJECT};
	struct printer p = {
		.plan = plan,
		.how = i < plan->n_media ? &plan->media[i] : &reject,
		.media = &sdp->media[i],
		.section = sdp->media[i].section,
		.out = out,
	};

	if (p.how->action == RF_SDP_VERBATIM || (p.media->kind == RF_SDP_FOREIGN && p.how->action == RF_SDP_RELAY)) {
		put_verbatim(&p, sdp);
	} else if (p.how->action == RF_SDP_RELAY && !p.media->rejected) {
		put_relayed(&p, sdp);
	} else {
		put_rejected(&p, sdp);
	}
}

int rf_sdp_write(const struct rf_sdp *sdp, const struct rf_sdp_plan *plan, struct rf_buf *out)
{
	rf_sdp_write_session(sdp, plan, out);
	for (unsigned i = 0; i < sdp->n_media; i++)
		put_media(sdp, i, plan, out);
	for (unsigned i = sdp->n_media; i < plan->n_media; i++)
		put_missing(&plan->media[i], out);
	return out->error;
}
