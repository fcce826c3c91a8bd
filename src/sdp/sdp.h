/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session description (RFC 8866) as the relay sees it: a map of what it must know, with everything else
 * kept to be passed on. Strings are views into the arena given to rf_sdp_parse.
 */
#ifndef RF_SDP_SDP_H
#define RF_SDP_SDP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#define RF_SDP_MAX_BYTES 65536
#define RF_SDP_MAX_MEDIA 64
#define RF_SDP_MAX_FORMATS 128 /* per media section */

/* Bit 0: the sender of the SDP sends; bit 1: it receives. */
enum rf_sdp_direction { RF_SDP_INACTIVE = 0, RF_SDP_SENDONLY = 1, RF_SDP_RECVONLY = 2, RF_SDP_SENDRECV = 3 };

enum rf_sdp_kind {
	RF_SDP_RTP,     /* an RTP profile over UDP: relayed, measured */
	RF_SDP_OPAQUE,  /* any other UDP transport (udptl, UDP/BFCP): relayed as it comes, one port */
	RF_SDP_FOREIGN, /* not over UDP (MSRP, TCP, unknown): passed verbatim, never relayed */
};

enum rf_sdp_profile {
	RF_SDP_PROFILE_NONE, /* not an RTP profile */
	RF_SDP_RTP_AVP,
	RF_SDP_RTP_AVPF,
	RF_SDP_RTP_SAVP,
	RF_SDP_RTP_SAVPF,
	RF_SDP_UDP_TLS_RTP_SAVP,
	RF_SDP_UDP_TLS_RTP_SAVPF,
};

/* What a payload type means. */
struct rf_sdp_codec {
	uint8_t type;        /* RTP payload type, 0 to 127 */
	uint8_t channels;    /* 1 when not said */
	uint32_t clock_rate; /* Hz; 0: unknown dynamic type */
	struct rf_str name;  /* encoding name as written, or the static type's (RFC 3551); empty: unknown */
};

/* One media section. */
struct rf_sdp_media {
	struct rf_str type;          /* "audio", "video", "image", … */
	struct rf_str transport;     /* as written: "RTP/AVP", "udptl" */
	enum rf_sdp_kind kind;       /* by transport */
	enum rf_sdp_profile profile; /* by transport; none unless RF_SDP_RTP */
	struct rf_str *formats;      /* as written, in order */
	unsigned n_formats;          /* at least 1, at most RF_SDP_MAX_FORMATS */
	struct rf_sdp_codec *codecs; /* of those formats that are payload types, in order; only for RF_SDP_RTP */
	unsigned n_codecs;           /* at most n_formats */
	bool rejected;               /* port 0 */
	bool null_address; /* c= is 0.0.0.0 or ::, the old spelling of hold; the endpoints' addresses are then null */
	struct rf_endpoint rtp;  /* where RTP is expected: c= of the section or the session, port of m= */
	struct rf_endpoint rtcp; /* where RTCP is expected: a=rtcp, else port + 1; equal to rtp when multiplexed */
	struct rf_endpoint rtcp_unmuxed; /* where RTCP is expected when multiplexing is offered and declined */
	bool rtcp_given;                 /* a=rtcp was there */
	bool rtcp_mux;                   /* a=rtcp-mux or a=rtcp-mux-only */
	bool ice;                        /* ICE attributes were there */
	bool fingerprint;                /* a=fingerprint at section or session level */
	bool crypto;                     /* a=crypto */
	enum rf_sdp_direction direction; /* of the section, else of the session, else sendrecv */
	struct rf_str ptime;             /* a=ptime's value; empty: none */
	struct rf_str mid;               /* a=mid's value; empty: none */
	struct rf_sdp_section *section;  /* the lines behind the map; private to sdp/ */
};

/* A session description. */
struct rf_sdp {
	struct rf_str username;     /* of o=; may hold spaces, may be empty */
	struct rf_str session_id;   /* of o= */
	struct rf_str version;      /* of o= */
	struct rf_str session_name; /* s=; may be empty */
	bool loop_marked;     /* a relay's mark (loop-protect) was there, this one's or that of another of its kind */
	uint64_t fingerprint; /* hash of the whole text but the o= version: has something changed? */
	struct rf_sdp_media *media;     /* in order */
	unsigned n_media;               /* at most RF_SDP_MAX_MEDIA */
	struct rf_sdp_section *session; /* the lines behind the map; private to sdp/ */
};

/*
 * Parse an SDP, tolerating what real endpoints get wrong (bare LF, no last line end, b=/c= after a=, unknown
 * lines, a missing t=, …). 0; -EINVAL (not an SDP), -E2BIG (a bound above) or -ENOMEM. *out is written on
 * success only; on an error *why is a sentence (static or in the arena) that names the line and what was expected.
 */
int rf_sdp_parse(struct rf_arena *arena, struct rf_str text, struct rf_sdp **out, struct rf_str *why);

/* Was the mark with this id (loop_id of a plan) there? Tells this relay's mark from another's. */
bool rf_sdp_has_loop_mark(const struct rf_sdp *sdp, struct rf_str id);

enum rf_sdp_action {
	RF_SDP_RELAY,    /* rewrite to the relay's address and ports */
	RF_SDP_REJECT,   /* print as rejected: port 0, c=IN IP4 0.0.0.0, only a=mid */
	RF_SDP_VERBATIM, /* pass as it came (foreign sections) with its own port and c= */
};

enum rf_sdp_rtcp_print { RF_SDP_RTCP_NONE, RF_SDP_RTCP_PORT, RF_SDP_RTCP_FULL }; /* a=rtcp */

/* How one media section is to come out. Sections beyond those of the input are printed as rejected, from type,
 * transport and format. */
struct rf_sdp_media_plan {
	enum rf_sdp_action action;       /* a rejected section of the input stays rejected */
	struct rf_addr address;          /* advertised, for c= */
	uint16_t port;                   /* for m= */
	uint16_t rtcp_port;              /* for a=rtcp */
	bool rtcp_mux;                   /* write a=rtcp-mux */
	bool null_address;               /* write the null address of the plan's family in c= (hold, old spelling) */
	enum rf_sdp_rtcp_print rtcp;     /* RTP sections only */
	enum rf_sdp_profile profile;     /* RF_SDP_PROFILE_NONE: as it came; without feedback, rtcp-fb lines go */
	enum rf_sdp_direction direction; /* to write */
	struct rf_str ptime;             /* a=ptime to write when the section has none; empty: none */
	struct rf_str type, transport, format; /* of a section that the input leaves out */
};

/*
 * Codec list editing (ng key "codec"). Names are "PCMU", "PCMU/8000", "opus/48000/2" (one channel where none is said)
 * or a payload type's number; case does not matter; at most 64 of a list count.
 */
struct rf_sdp_codec_filter {
	const struct rf_str *strip;                  /* goes; "all" and "full": everything but what except names */
	const struct rf_str *offer;                  /* comes back, in this order, behind what was kept */
	const struct rf_str *except;                 /* stays when all goes */
	const struct rf_str *mask;                   /* as strip, since nothing is transcoded */
	unsigned n_strip, n_offer, n_except, n_mask; /* names in each */
};

/* How the whole SDP is to come out. */
struct rf_sdp_plan {
	struct rf_sdp_media_plan *media; /* by position; a section of the input beyond them is rejected */
	unsigned n_media;                /* of them */
	struct rf_addr origin;           /* address for o=; family none: as it came */
	struct rf_str username;          /* for o=; empty: as it came */
	struct rf_str version;           /* for o=; empty: as it came */
	struct rf_str session_id;        /* for o=; empty: as it came */
	struct rf_str session_name;      /* for s=; empty: as it came */
	bool keep_ice; /* pass ICE attributes; otherwise they go, since candidates name the sender's own addresses */
	bool strip_extmap;                /* drop a=extmap and a=extmap-allow-mixed */
	bool original_direction;          /* direction attributes as they came, present or not */
	bool generate_mid;                /* number the sections that have no a=mid */
	bool loop_mark;                   /* add this relay's mark */
	struct rf_str loop_id;            /* tells this relay's mark from another relay's; empty: a bare mark */
	struct rf_sdp_codec_filter codec; /* for all RTP sections */
};

/*
 * Print sdp as planned, in the order of lines that users of the leading relay expect, CRLF at line ends.
 * A codec filter that would leave a section without any format leaves it as it is. 0, or the error of out.
 */
int rf_sdp_write(const struct rf_sdp *sdp, const struct rf_sdp_plan *plan, struct rf_buf *out);

/* "RTP/AVP", … or NULL for none; and back (RF_SDP_PROFILE_NONE: unknown). */
const char *rf_sdp_profile_name(enum rf_sdp_profile profile);
enum rf_sdp_profile rf_sdp_profile_of(struct rf_str name);
const char *rf_sdp_direction_name(enum rf_sdp_direction direction);

#endif
