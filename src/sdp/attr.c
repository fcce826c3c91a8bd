/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes: which of them the relay owns, and what they say about a section.
 */
#include "sdp/section.h"

/* An attribute that is ours, by the name it has in the text. */
struct known {
	struct rf_str name; /* case matters */
	uint8_t kind;       /* enum rf_sdp_line_kind */
};

#define KNOWN(text, what)                                    \
	{                                                    \
		{text, sizeof(text) - 1}, RF_SDP_LINE_##what \
	}

/* By length of name, so that a look-up compares with few. */
static const struct known known[] = {
	KNOWN("mid", MID),
	KNOWN("rtcp", RTCP),
	KNOWN("fmtp", FMTP),
	KNOWN("label", LABEL),
	KNOWN("ptime", PTIME),
	KNOWN("setup", SETUP),
	KNOWN("group", OTHER), /* looked at again: BUNDLE is ours */
	KNOWN("rtpmap", RTPMAP),
	KNOWN("extmap", EXTMAP),
	KNOWN("crypto", CRYPTO),
	KNOWN("tls-id", TLS_ID),
	KNOWN("rtcp-fb", RTCP_FB),
	KNOWN("ice-pwd", ICE_PWD),
	KNOWN("sendrecv", DIRECTION),
	KNOWN("sendonly", DIRECTION),
	KNOWN("recvonly", DIRECTION),
	KNOWN("inactive", DIRECTION),
	KNOWN("rtcp-mux", RTCP_MUX),
	KNOWN("maxptime", MAXPTIME),
	KNOWN("ice-lite", ICE_LITE),
	KNOWN("candidate", ICE_CANDIDATE),
	KNOWN("ice-ufrag", ICE_UFRAG),
	KNOWN("ice-pacing", ICE_MISC),
	KNOWN("fingerprint", FINGERPRINT),
	KNOWN("bundle-only", BUNDLE_ONLY),
	KNOWN("ice-options", ICE_OPTIONS),
	KNOWN("ice-mismatch", ICE_MISC),
	KNOWN("rtcp-mux-only", RTCP_MUX_ONLY),
	KNOWN(RF_SDP_LOOP_ATTRIBUTE, LOOP),
	KNOWN("end-of-candidates", ICE_END),
	KNOWN("remote-candidates", ICE_REMOTE),
	KNOWN("extmap-allow-mixed", EXTMAP_MIXED),
};

static uint8_t kind_of(struct rf_str name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && known[i].name.len <= name.len; i++) {
		if (rf_str_equal(known[i].name, name))
			return known[i].kind;
	}
	return RF_SDP_LINE_OTHER;
}

void rf_sdp_attr_classify(struct rf_sdp_line *line)
{
	struct rf_str rest = rf_sdp_line_value(line);
	const char *colon = rest.len > 0 ? memchr(rest.p, ':', rest.len) : NULL;
	struct rf_str name = {rest.p, colon ? (size_t)(colon - rest.p) : rest.len};
	struct rf_str value;

	if (name.len > UINT16_MAX)
		return;
	line->name_len = (uint16_t)name.len;
	line->kind = kind_of(name);
	if (line->kind == RF_SDP_LINE_OTHER && !rf_str_equal(name, RF_STR("group")))
		return;
	value = rf_sdp_attr_value(line);
	if (line->kind == RF_SDP_LINE_OTHER && rf_str_has_prefix(value, RF_STR("BUNDLE")) &&
	    (value.len == 6 || value.p[6] == ' '))
		line->kind = RF_SDP_LINE_BUNDLE_GROUP;
	else if (line->kind == RF_SDP_LINE_RTCP_FB && value.len > 0 && value.p[0] == '*')
		line->kind = RF_SDP_LINE_RTCP_FB_ALL;
}

static enum rf_sdp_direction direction_of(const struct rf_sdp_section *section, enum rf_sdp_direction otherwise)
{
	const struct rf_sdp_line *line = section->chains[RF_SDP_LINE_DIRECTION].last;

	if (!line)
		return otherwise;
	switch (line->p[6]) { /* "a=send|recv", "a=send|only", "a=recv|only", "a=inac|tive" */
	case 'r':
		return RF_SDP_SENDRECV;
	case 'o':
		return line->p[2] == 's' ? RF_SDP_SENDONLY : RF_SDP_RECVONLY;
	default:
		return RF_SDP_INACTIVE;
	}
}

/* a=rtcp:PORT [IN IP4 ADDRESS] (RFC 3605). A value that makes no sense is taken as not given. */
static void read_rtcp(struct rf_sdp_media *media)
{
	const struct rf_sdp_line *line = media->section->chains[RF_SDP_LINE_RTCP].last;
	struct rf_str rest, port_text, net, family, address;
	struct rf_addr addr;
	uint64_t port;

	if (!line)
		return;
	rest = rf_sdp_attr_value(line);
	if (!rf_sdp_word(&rest, &port_text) || rf_str_to_u64(port_text, &port) < 0 || port == 0 || port > UINT16_MAX)
		return;
	media->rtcp_given = true;
	media->rtcp_unmuxed.port = (uint16_t)port;
	if (rf_sdp_word(&rest, &net) && rf_sdp_word(&rest, &family) && rf_sdp_word(&rest, &address) &&
	    rf_addr_parse(address, &addr) == 0)
		media->rtcp_unmuxed.addr = addr;
}

static bool in_either(const struct rf_sdp_media *media, const struct rf_sdp_section *session,
                      enum rf_sdp_line_kind kind)
{
	return rf_sdp_has(media->section, kind) || rf_sdp_has(session, kind);
}

void rf_sdp_attr_read(struct rf_sdp_media *media, const struct rf_sdp_section *session)
{
	const struct rf_sdp_section *section = media->section;

	media->direction = direction_of(section, direction_of(session, RF_SDP_SENDRECV));
	media->rtcp_mux = rf_sdp_has(section, RF_SDP_LINE_RTCP_MUX) || rf_sdp_has(section, RF_SDP_LINE_RTCP_MUX_ONLY);
	media->rtcp_unmuxed.addr = media->rtp.addr;
	media->rtcp_unmuxed.port = media->rtp.port > 0 && media->rtp.port < UINT16_MAX ? media->rtp.port + 1 : 0;
	read_rtcp(media);
	media->rtcp = media->rtcp_mux ? media->rtp : media->rtcp_unmuxed;
	media->ice = in_either(media, session, RF_SDP_LINE_ICE_UFRAG) || rf_sdp_has(section, RF_SDP_LINE_ICE_CANDIDATE);
	media->fingerprint = in_either(media, session, RF_SDP_LINE_FINGERPRINT);
	media->crypto = in_either(media, session, RF_SDP_LINE_CRYPTO);
	if (rf_sdp_has(section, RF_SDP_LINE_PTIME))
		media->ptime = rf_str_trim(rf_sdp_attr_value(section->chains[RF_SDP_LINE_PTIME].last));
	if (rf_sdp_has(section, RF_SDP_LINE_MID))
		media->mid = rf_sdp_attr_value(section->chains[RF_SDP_LINE_MID].last);
}
