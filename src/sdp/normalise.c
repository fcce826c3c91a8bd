/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text as libosip2 accepts it. libosip2 5.3 refuses b= and c= after a=, unknown line types, t= before c=, a
 * missing t=, an empty s=, attributes with an empty value and a missing last line end; and it appends to a list
 * by walking it, so that thousands of attributes cost seconds. It is therefore given what it is the judge of,
 * in order and well-spaced, and everything else stays aside in the sections' lines.
 */
#include "sdp/section.h"

static int refuse(struct rf_arena *arena, struct rf_str *why, int error, const struct rf_sdp_section *section,
                  const struct rf_sdp_line *line, const char *what)
{
	unsigned number = section->first_number + (unsigned)(line - section->lines);
	char shown[RF_SDP_SHOWN];

	rf_sdp_show(rf_sdp_line_text(line), shown);
	return rf_sdp_refuse(why, error, rf_arena_printf(arena, "SDP line %u (%s) %s", number, shown, what));
}

/* Cut the last word off *text. */
static struct rf_str last_word(struct rf_str *text)
{
	struct rf_str word;

	*text = rf_str_trim(*text);
	word = (struct rf_str){text->p + text->len, 0};
	while (word.p > text->p && word.p[-1] != ' ' && word.p[-1] != '\t')
		word.p--, word.len++;
	text->len -= word.len;
	return word;
}

/* o= is read from its end: some endpoints put spaces into the user name, or leave it out. */
static bool read_origin(struct rf_str value, struct rf_sdp_origin *origin)
{
	origin->address = last_word(&value);
	origin->addr_type = last_word(&value);
	origin->net_type = last_word(&value);
	origin->version = last_word(&value);
	origin->session_id = last_word(&value);
	origin->username = rf_str_trim(value);
	return origin->session_id.len > 0;
}

static void put_words(struct rf_buf *out, struct rf_str value)
{
	struct rf_str word;

	for (bool first = true; rf_sdp_word(&value, &word); first = false) {
		if (!first)
			rf_buf_char(out, ' ');
		rf_buf_str(out, word);
	}
	rf_buf_text(out, "\r\n");
}

static void put_origin(struct rf_buf *out, const struct rf_sdp_origin *origin)
{
	const struct rf_str fields[] = {origin->session_id, origin->version, origin->net_type, origin->addr_type,
	                                origin->address};

	rf_buf_text(out, "o=-");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		rf_buf_char(out, ' ');
		rf_buf_str(out, fields[i]);
	}
	rf_buf_text(out, "\r\n");
}

/* The first c= only: more of them are multicast layers, which are not relayed. */
static int put_connection(struct rf_arena *arena, const struct rf_sdp_section *section, struct rf_buf *out,
                          struct rf_str *why)
{
	const struct rf_sdp_line *line = section->chains[RF_SDP_LINE_C].first;
	struct rf_str rest, word;
	unsigned words = 0;

	if (!line)
		return 0;
	for (rest = rf_sdp_line_value(line); rf_sdp_word(&rest, &word);)
		words++;
	if (words < 3)
		return refuse(arena, why, -EINVAL, section, line, "is incomplete, expected c=IN IP4 ADDRESS");
	rf_buf_text(out, "c=");
	put_words(out, rf_sdp_line_value(line));
	return 0;
}

static int put_session(struct rf_arena *arena, struct rf_sdp_section *session, struct rf_buf *out, struct rf_str *why)
{
	const struct rf_sdp_line *origin = session->chains[RF_SDP_LINE_O].first;
	int rc;

	if (!origin)
		return rf_sdp_refuse(why, -EINVAL,
		                     RF_STR("SDP has no o= line, expected o=USER ID VERSION IN IP4 ADDRESS"));
	if (!read_origin(rf_sdp_line_value(origin), &session->origin))
		return refuse(arena, why, -EINVAL, session, origin,
		              "is incomplete, expected o=USER ID VERSION IN IP4 ADDRESS");
	rf_buf_text(out, "v=0\r\n");
	put_origin(out, &session->origin);
	rf_buf_text(out, "s=-\r\n");
	rc = put_connection(arena, session, out, why);
	rf_buf_text(out, "t=0 0\r\n");
	return rc;
}

static int put_media(struct rf_arena *arena, const struct rf_sdp_section *section, struct rf_buf *out,
                     struct rf_str *why)
{
	const struct rf_sdp_line *line = section->lines;
	struct rf_str rest = rf_sdp_line_value(line);
	struct rf_str type, port, transport, word;
	unsigned formats = 0;

	if (!rf_sdp_word(&rest, &type) || !rf_sdp_word(&rest, &port) || !rf_sdp_word(&rest, &transport))
		return refuse(arena, why, -EINVAL, section, line,
		              "is incomplete, expected m=TYPE PORT TRANSPORT FORMAT");
	for (struct rf_str left = rest; rf_sdp_word(&left, &word);)
		formats++;
	if (formats > RF_SDP_MAX_FORMATS)
		return refuse(arena, why, -E2BIG, section, line, "has too many formats, expected at most 128");
	if (formats == 0 && !rf_str_equal(port, RF_STR("0")))
		return refuse(arena, why, -EINVAL, section, line, "has no format, expected at least one");
	rf_buf_text(out, "m=");
	rf_buf_str(out, type);
	rf_buf_char(out, ' ');
	rf_buf_str(out, port);
	rf_buf_char(out, ' ');
	rf_buf_str(out, transport);
	rf_buf_char(out, ' ');
	put_words(out, formats > 0 ? rest : RF_STR("0")); /* a rejected section without a format */
	return put_connection(arena, section, out, why);
}

int rf_sdp_normalise(struct rf_arena *arena, struct rf_sdp_text *text, struct rf_buf *out, struct rf_str *why)
{
	int rc = put_session(arena, &text->session, out, why);

	for (unsigned i = 0; rc == 0 && i < text->n_media; i++)
		rc = put_media(arena, &text->media[i], out, why);
	rf_buf_char(out, '\0');
	return rc < 0 ? rc : out->error;
}
