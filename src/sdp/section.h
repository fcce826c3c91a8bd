/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines behind the map. Private to sdp/.
 *
 * A text is cut into lines once. Each line gets a kind, and within its section the lines of a kind form a
 * chain in input order, so that the printer visits every line once, whatever the order it prints in. Codec
 * lines (rtpmap, fmtp, rtcp-fb) hang on the format of m= that they speak of.
 */
#ifndef RF_SDP_SECTION_H
#define RF_SDP_SECTION_H

#include <errno.h>

#include "sdp/sdp.h"

/* What a line is to the relay. The order of the attributes' kinds is the order they are printed in. */
enum rf_sdp_line_kind {
	RF_SDP_LINE_V,
	RF_SDP_LINE_O,
	RF_SDP_LINE_S,
	RF_SDP_LINE_I,
	RF_SDP_LINE_U,
	RF_SDP_LINE_E,
	RF_SDP_LINE_P,
	RF_SDP_LINE_M,
	RF_SDP_LINE_C,
	RF_SDP_LINE_B_AS,
	RF_SDP_LINE_B_TIAS,
	RF_SDP_LINE_B, /* any other b= */
	RF_SDP_LINE_T, /* t= and the r= lines that belong to it */
	RF_SDP_LINE_Z,
	RF_SDP_LINE_K,
	RF_SDP_LINE_MID,
	RF_SDP_LINE_LABEL,
	RF_SDP_LINE_BUNDLE_ONLY,
	RF_SDP_LINE_RTPMAP,
	RF_SDP_LINE_FMTP,
	RF_SDP_LINE_RTCP_FB,
	RF_SDP_LINE_EXTMAP_MIXED,
	RF_SDP_LINE_EXTMAP,
	RF_SDP_LINE_RTCP_FB_ALL, /* rtcp-fb:* */
	RF_SDP_LINE_OTHER,       /* what the relay does not own, unknown line types included */
	RF_SDP_LINE_DIRECTION,
	RF_SDP_LINE_RTCP,
	RF_SDP_LINE_RTCP_MUX,
	RF_SDP_LINE_RTCP_MUX_ONLY,
	RF_SDP_LINE_CRYPTO,
	RF_SDP_LINE_SETUP,
	RF_SDP_LINE_FINGERPRINT,
	RF_SDP_LINE_TLS_ID,
	RF_SDP_LINE_PTIME,
	RF_SDP_LINE_MAXPTIME,
	RF_SDP_LINE_ICE_LITE,
	RF_SDP_LINE_ICE_UFRAG,
	RF_SDP_LINE_ICE_PWD,
	RF_SDP_LINE_ICE_OPTIONS,
	RF_SDP_LINE_ICE_REMOTE,
	RF_SDP_LINE_ICE_CANDIDATE,
	RF_SDP_LINE_ICE_END,
	RF_SDP_LINE_ICE_MISC, /* ice-mismatch, ice-pacing */
	RF_SDP_LINE_BUNDLE_GROUP,
	RF_SDP_LINE_LOOP, /* this relay's mark */
	RF_SDP_LINE_KINDS,
};

#define RF_SDP_LOOP_ATTRIBUTE "rtpferry-loop"

/* One line of the input, without its end. */
struct rf_sdp_line {
	struct rf_sdp_line *next; /* of the same chain; NULL: the last */
	const char *p;            /* the whole line, "a=mid:0" */
	uint32_t len;             /* bytes of it */
	uint16_t name_len;        /* bytes of an attribute's name; 0: not an attribute */
	uint8_t kind;             /* enum rf_sdp_line_kind */
};

struct rf_sdp_chain {
	struct rf_sdp_line *first; /* NULL: empty */
	struct rf_sdp_line *last;  /* NULL: empty */
};

/* What belongs to one format of m=, in an RTP section. */
struct rf_sdp_format {
	struct rf_sdp_codec *codec;          /* NULL: not a payload type */
	const struct rf_sdp_format *repeats; /* the format of m= that has this type first, and the lines; NULL: this */
	struct rf_sdp_line *rtpmap;          /* the last that makes sense, or any for an unknown type; NULL: none */
	struct rf_sdp_chain fmtp;            /* as they came */
	struct rf_sdp_chain feedback;        /* rtcp-fb */
};

/* The fields of o=, views of the text. The user name may hold spaces, or be empty. */
struct rf_sdp_origin {
	struct rf_str username, session_id, version, net_type, addr_type, address; /* in the order of o= */
};

/* The session part, or a media section. */
struct rf_sdp_section {
	struct rf_sdp_line *lines;                     /* as they came; the first of a media section is its m= */
	unsigned n_lines;                              /* of them */
	unsigned first_number;                         /* of the first line in the text, from 1 */
	struct rf_sdp_chain chains[RF_SDP_LINE_KINDS]; /* all lines by kind */
	struct rf_sdp_format *formats;                 /* one per format of m=; NULL unless RTP */
	struct rf_sdp_origin origin;                   /* session part only */
};

/* The text cut into sections. */
struct rf_sdp_text {
	struct rf_str used;            /* up to an empty line, or all */
	struct rf_sdp_section session; /* before the first m= */
	struct rf_sdp_section *media;  /* in order */
	unsigned n_media;              /* of them */
};

static inline struct rf_str rf_sdp_line_text(const struct rf_sdp_line *line)
{
	return (struct rf_str){line->p, line->len};
}

/* What follows "x=". */
static inline struct rf_str rf_sdp_line_value(const struct rf_sdp_line *line)
{
	return (struct rf_str){line->p + 2, line->len - 2};
}

/* The value of an attribute, after its name and the colon; p is NULL for a property attribute. */
static inline struct rf_str rf_sdp_attr_value(const struct rf_sdp_line *line)
{
	size_t at = 2 + (size_t)line->name_len;

	if (line->len <= at)
		return RF_STR_NONE;
	return (struct rf_str){line->p + at + 1, line->len - at - 1};
}

static inline bool rf_sdp_has(const struct rf_sdp_section *section, enum rf_sdp_line_kind kind)
{
	return section->chains[kind].first != NULL;
}

static inline void rf_sdp_chain_append(struct rf_sdp_chain *chain, struct rf_sdp_line *line)
{
	line->next = NULL;
	if (chain->last)
		chain->last->next = line;
	else
		chain->first = line;
	chain->last = line;
}

/* Give the sentence as the reason, and error back; -ENOMEM when there was no memory for the sentence. */
static inline int rf_sdp_refuse(struct rf_str *why, int error, struct rf_str sentence)
{
	if (!sentence.p)
		return -ENOMEM;
	*why = sentence;
	return error;
}

#define RF_SDP_SHOWN 41 /* bytes for a piece of input in a sentence, with the final NUL */

/* line.c: the beginning of text as it may be shown to people: bytes that are not printable ASCII as '?'. */
const char *rf_sdp_show(struct rf_str text, char dst[RF_SDP_SHOWN]);
/* line.c: cut the next word, up to a space or tab, off *rest. False when there is none left. */
bool rf_sdp_word(struct rf_str *rest, struct rf_str *word);

/* line.c: cut text (which outlives the result) into lines and sections. Errors as rf_sdp_parse. */
int rf_sdp_split(struct rf_arena *arena, struct rf_str text, struct rf_sdp_text *out, struct rf_str *why);

/* attr.c: tell the kind of an attribute line, and set its name_len. */
void rf_sdp_attr_classify(struct rf_sdp_line *line);
/* attr.c: fill what the attributes of a section, and of the session part, say. media's codecs are left alone. */
void rf_sdp_attr_read(struct rf_sdp_media *media, const struct rf_sdp_section *session);

/*
 * normalise.c: the text as libosip2 accepts it: v=, o=, s=, c=, t=, and m= with c= of each section, all of them
 * there, in order and well-spaced; nothing else. NUL-terminated in out. Fills the origin of text->session.
 */
int rf_sdp_normalise(struct rf_arena *arena, struct rf_sdp_text *text, struct rf_buf *out, struct rf_str *why);

/*
 * osip.c: parse normalised text and fill type, transport, formats, rejected, null_address and rtp of each media.
 * sdp->media has room for sdp->n_media.
 */
int rf_sdp_map(struct rf_arena *arena, const char *normalised, struct rf_sdp *sdp, struct rf_str *why);

/* codec.c: make media->codecs and the section's formats from m= and the codec lines. 0 or -ENOMEM. */
int rf_sdp_codecs_read(struct rf_arena *arena, struct rf_sdp_media *media);

/*
 * filter.c: which formats of an RTP section come out, in which order: indexes into media->formats, into order
 * (RF_SDP_MAX_FORMATS of them). Returns how many: at least one where media has one.
 */
unsigned rf_sdp_filter(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, uint8_t *order);

/* session.c: print the session part. */
void rf_sdp_write_session(const struct rf_sdp *sdp, const struct rf_sdp_plan *plan, struct rf_buf *out);
/* Print a line and its end; a chain of them. */
void rf_sdp_put_line(struct rf_buf *out, const struct rf_sdp_line *line);
void rf_sdp_put_chain(struct rf_buf *out, const struct rf_sdp_chain *chain);
/* "IN IP4 192.0.2.1" */
void rf_sdp_put_address(struct rf_buf *out, const struct rf_addr *addr);

#endif
