/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log/line.h"

#include <stdio.h>
#include <time.h>

#define TAIL 16         /* bytes kept free for what ends a line: "..." and quote, brace, newline */
#define ESCAPE_MAX 8    /* bytes that one character takes at most */
#define CALL_ID_MAX 512 /* bytes of a call-id that are printed */

/* Where a line is written. */
struct line {
	char *data; /* RF_LOG_LINE_MAX bytes */
	size_t len; /* bytes used */
	bool cut;   /* something did not fit */
};

static void put(struct line *line, const char *data, size_t len)
{
	if (line->cut || len > RF_LOG_LINE_MAX - TAIL - line->len) {
		line->cut = true;
		return;
	}
	memcpy(line->data + line->len, data, len);
	line->len += len;
}

static void put_text(struct line *line, const char *z)
{
	put(line, z, strlen(z));
}

/* What ends a line always fits. */
static size_t finish(struct line *line, const char *end)
{
	size_t len = strlen(end);

	if (line->cut) {
		memcpy(line->data + line->len, "...", 3);
		line->len += 3;
	}
	memcpy(line->data + line->len, end, len);
	return line->len + len;
}

/* Bytes of the well-formed UTF-8 character at p (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *p, size_t len)
{
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Too long a form of a small number, surrogates, beyond U+10FFFF. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* A control character, of ASCII or of Latin-1 (U+0080 to U+009F). */
static bool is_control(const unsigned char *p, size_t n)
{
	return (n == 1 && (p[0] < 0x20 || p[0] == 0x7f)) || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

/* s with control characters and stray bytes written as escape, a format for one byte. quoted: for a JSON string. */
static void put_escaped(struct line *line, struct rf_str s, bool quoted)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t left = s.len;

	while (left > 0 && !line->cut) {
		size_t n = utf8_length(p, left);
		char escape[ESCAPE_MAX + 1];

		if (n > 0 && !is_control(p, n)) {
			if (quoted && (*p == '"' || *p == '\\'))
				put(line, *p == '"' ? "\\\"" : "\\\\", 2);
			else
				put(line, (const char *)p, n);
		} else if (n > 0 && quoted) {
			snprintf(escape, sizeof(escape), "\\u%04x", n == 1 ? p[0] : p[1]);
			put_text(line, escape);
		} else {
			/* In JSON a backslash and the digits: no JSON escape names a byte. */
			n = 1;
			snprintf(escape, sizeof(escape), quoted ? "\\\\x%02x" : "\\x%02x", *p);
			put_text(line, escape);
		}
		p += n;
		left -= n;
	}
}

static struct rf_str shown_call_id(struct rf_str call_id)
{
	return call_id.len <= CALL_ID_MAX ? call_id : (struct rf_str){call_id.p, CALL_ID_MAX};
}

size_t rf_log_line_text(const struct rf_log_entry *entry, char dst[RF_LOG_LINE_MAX])
{
	struct line line = {.data = dst};

	put_text(&line, entry->level);
	put_text(&line, " ");
	put_text(&line, entry->area);
	put_text(&line, " ");
	put_escaped(&line, entry->call_id.len > 0 ? shown_call_id(entry->call_id) : RF_STR("-"), false);
	put_text(&line, " ");
	put_escaped(&line, entry->message, false);
	return finish(&line, "\n");
}

static void put_time(struct line *line, int64_t wall_us)
{
	time_t seconds = wall_us / 1000000;
	char text[40] = "";
	struct tm tm;
	size_t len;

	if (gmtime_r(&seconds, &tm)) {
		len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(text + len, sizeof(text) - len, ".%06dZ", (int)(wall_us % 1000000));
	}
	put_text(line, text);
}

size_t rf_log_line_json(const struct rf_log_entry *entry, char dst[RF_LOG_LINE_MAX])
{
	struct line line = {.data = dst};

	put_text(&line, "{\"time\":\"");
	put_time(&line, entry->wall_us);
	put_text(&line, "\",\"level\":\"");
	put_text(&line, entry->level);
	put_text(&line, "\",\"area\":\"");
	put_text(&line, entry->area);
	if (entry->call_id.len > 0) {
		put_text(&line, "\",\"call_id\":\"");
		put_escaped(&line, shown_call_id(entry->call_id), true);
	}
	put_text(&line, "\",\"message\":\"");
	put_escaped(&line, entry->message, true);
	return finish(&line, "\"}\n");
}
