/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cuts a text into lines and sections, and tells what each line is. Tolerates what libosip2 does not: bare LF,
 * a missing last line end, any order within a section, unknown lines.
 */
#include "sdp/section.h"

const char *rf_sdp_show(struct rf_str text, char dst[RF_SDP_SHOWN])
{
	size_t i = 0;

	for (; i < text.len && i + 1 < RF_SDP_SHOWN; i++)
		dst[i] = text.p[i] >= ' ' && text.p[i] <= '~' ? text.p[i] : '?';
	dst[i] = '\0';
	return dst;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

bool rf_sdp_word(struct rf_str *rest, struct rf_str *word)
{
	size_t start = 0, end;

	*word = RF_STR_NONE;
	if (rest->len == 0)
		return false;
	while (start < rest->len && is_space(rest->p[start]))
		start++;
	for (end = start; end < rest->len && !is_space(rest->p[end]);)
		end++;
	*word = (struct rf_str){rest->p + start, end - start};
	rest->p += end;
	rest->len -= end;
	return end > start;
}

/* Lines end with LF, or CR LF; in a text without any LF, with CR. */
static char line_end_of(struct rf_str text)
{
	return memchr(text.p, '\n', text.len) ? '\n' : '\r';
}

/* Cut the next line off *rest, without its end. False when there is none left. */
static bool next_line(struct rf_str *rest, char end, struct rf_str *line)
{
	const char *at;

	if (rest->len == 0)
		return false;
	at = memchr(rest->p, end, rest->len);
	line->p = rest->p;
	line->len = at ? (size_t)(at - rest->p) : rest->len;
	rest->len -= line->len + (at ? 1 : 0);
	rest->p += line->len + (at ? 1 : 0);
	while (line->len > 0 && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* Drop what follows an empty line, and count what is left. Empty lines at the start are not counted as such. */
static unsigned cut_at_empty_line(struct rf_str *text, char end)
{
	struct rf_str rest, line;
	unsigned n = 0;

	while (text->len > 0 && (text->p[0] == '\n' || text->p[0] == '\r')) {
		text->p++;
		text->len--;
	}
	for (rest = *text; next_line(&rest, end, &line); n++) {
		if (line.len == 0) {
			text->len = (size_t)(line.p - text->p);
			break;
		}
	}
	return n;
}

static uint8_t bandwidth_kind(struct rf_str value)
{
	if (rf_str_has_prefix(value, RF_STR("AS:")))
		return RF_SDP_LINE_B_AS;
	return rf_str_has_prefix(value, RF_STR("TIAS:")) ? RF_SDP_LINE_B_TIAS : RF_SDP_LINE_B;
}

static void classify(struct rf_sdp_line *line)
{
	line->kind = RF_SDP_LINE_OTHER;
	if (line->len < 2 || line->p[1] != '=')
		return;
	switch (line->p[0]) {
	case 'a':
		rf_sdp_attr_classify(line);
		break;
	case 'b':
		line->kind = bandwidth_kind(rf_sdp_line_value(line));
		break;
	case 'c':
		line->kind = RF_SDP_LINE_C;
		break;
	case 'i':
		line->kind = RF_SDP_LINE_I;
		break;
	case 'k':
		line->kind = RF_SDP_LINE_K;
		break;
	case 'm':
		line->kind = RF_SDP_LINE_M;
		break;
	default:
		break;
	}
}

/* The line types that only the session part knows; elsewhere they are passed as unknown. */
static void classify_session(struct rf_sdp_line *line)
{
	static const char letters[] = "vosueptrz";
	static const uint8_t kinds[] = {RF_SDP_LINE_V, RF_SDP_LINE_O, RF_SDP_LINE_S, RF_SDP_LINE_U, RF_SDP_LINE_E,
	                                RF_SDP_LINE_P, RF_SDP_LINE_T, RF_SDP_LINE_T, RF_SDP_LINE_Z};
	const char *at;

	if (line->kind != RF_SDP_LINE_OTHER || line->name_len > 0 || line->len < 2 || line->p[1] != '=')
		return;
	at = memchr(letters, line->p[0], sizeof(letters) - 1);
	if (at)
		line->kind = kinds[at - letters];
}

static int refuse(struct rf_arena *arena, struct rf_str *why, unsigned number, const char *what)
{
	return rf_sdp_refuse(why, -EINVAL, rf_arena_printf(arena, "SDP line %u %s", number, what));
}

/* Lines that cannot be passed on safely: NUL ends a string in C, CR ends a line elsewhere. */
static const char *forbidden(struct rf_str line)
{
	if (memchr(line.p, '\0', line.len))
		return "holds a NUL byte, expected text";
	return memchr(line.p, '\r', line.len) ? "holds a carriage return, expected it at the end of a line only" : NULL;
}

static int check_first(struct rf_arena *arena, struct rf_str text, struct rf_str *why)
{
	if (text.len >= 2 && text.p[0] == 'v' && text.p[1] == '=')
		return 0;
	return refuse(arena, why, 1, "is not v=, expected v=0 first");
}

static unsigned count_media(struct rf_str text, char end)
{
	struct rf_str line;
	unsigned n = 0;

	while (next_line(&text, end, &line))
		n += line.len >= 2 && line.p[0] == 'm' && line.p[1] == '=';
	return n;
}

static int fill(struct rf_arena *arena, struct rf_sdp_text *out, struct rf_sdp_line *lines, char end,
                struct rf_str *why)
{
	struct rf_sdp_section *section = &out->session;
	struct rf_sdp_section *next = out->media;
	struct rf_str rest = out->used;
	struct rf_str text;
	unsigned number = 0;

	section->lines = lines;
	section->first_number = 1;
	for (; next_line(&rest, end, &text); lines++) {
		const char *fault = forbidden(text);

		number++;
		if (fault)
			return refuse(arena, why, number, fault);
		lines->p = text.p;
		lines->len = (uint32_t)text.len;
		classify(lines);
		if (lines->kind == RF_SDP_LINE_M) {
			section = next++;
			section->lines = lines;
			section->first_number = number;
		} else if (section == &out->session) {
			classify_session(lines);
		}
		section->n_lines++;
		rf_sdp_chain_append(&section->chains[lines->kind], lines);
	}
	return 0;
}

int rf_sdp_split(struct rf_arena *arena, struct rf_str text, struct rf_sdp_text *out, struct rf_str *why)
{
	char end = line_end_of(text);
	unsigned n_lines = cut_at_empty_line(&text, end);
	struct rf_sdp_line *lines;
	int rc;

	rc = check_first(arena, text, why);
	if (rc < 0)
		return rc;
	*out = (struct rf_sdp_text){.used = text, .n_media = count_media(text, end)};
	if (out->n_media > RF_SDP_MAX_MEDIA)
		return rf_sdp_refuse(why, -E2BIG,
		                     rf_arena_printf(arena, "SDP has %u media sections, expected at most %d",
		                                     out->n_media, RF_SDP_MAX_MEDIA));
	lines = rf_arena_alloc(arena, n_lines * sizeof(*lines));
	out->media = rf_arena_alloc(arena, out->n_media * sizeof(*out->media));
	if (!lines || !out->media)
		return -ENOMEM;
	return fill(arena, out, lines, end, why);
}
