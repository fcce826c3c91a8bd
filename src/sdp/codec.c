/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codecs: what the payload types of a section mean (RFC 3551, a=rtpmap), and the lines that speak of each.
 */
#include "sdp/section.h"

#define TYPES 128

/* RFC 3551, tables 4 and 5. Types without a name here are reserved, unassigned or dynamic. */
static const struct rf_sdp_codec static_types[] = {
	{0, 1, 8000, {"PCMU", 4}},   {3, 1, 8000, {"GSM", 3}},    {4, 1, 8000, {"G723", 4}},
	{5, 1, 8000, {"DVI4", 4}},   {6, 1, 16000, {"DVI4", 4}},  {7, 1, 8000, {"LPC", 3}},
	{8, 1, 8000, {"PCMA", 4}},   {9, 1, 8000, {"G722", 4}},   {10, 2, 44100, {"L16", 3}},
	{11, 1, 44100, {"L16", 3}},  {12, 1, 8000, {"QCELP", 5}}, {13, 1, 8000, {"CN", 2}},
	{14, 1, 90000, {"MPA", 3}},  {15, 1, 8000, {"G728", 4}},  {16, 1, 11025, {"DVI4", 4}},
	{17, 1, 22050, {"DVI4", 4}}, {18, 1, 8000, {"G729", 4}},  {25, 1, 90000, {"CelB", 4}},
	{26, 1, 90000, {"JPEG", 4}}, {28, 1, 90000, {"nv", 2}},   {31, 1, 90000, {"H261", 4}},
	{32, 1, 90000, {"MPV", 3}},  {33, 1, 90000, {"MP2T", 4}}, {34, 1, 90000, {"H263", 4}},
};

/* The payload type that text begins with, up to a space or its end, spelt one way only; -1 for none. */
static int leading_type(struct rf_str text)
{
	int type = 0;
	size_t i = 0;

	for (; i < text.len && text.p[i] >= '0' && text.p[i] <= '9' && type < TYPES; i++)
		type = type * 10 + (text.p[i] - '0');
	if (i == 0 || type >= TYPES || (i > 1 && text.p[0] == '0') ||
	    (i < text.len && text.p[i] != ' ' && text.p[i] != '\t'))
		return -1;
	return type;
}

static struct rf_sdp_codec static_codec(uint8_t type)
{
	for (size_t i = 0; i < sizeof(static_types) / sizeof(static_types[0]) && static_types[i].type <= type; i++) {
		if (static_types[i].type == type)
			return static_types[i];
	}
	return (struct rf_sdp_codec){.type = type, .channels = 1};
}

/* "111 opus/48000/2". False, and the codec left as it is, for a value without a name or a rate. */
static bool read_rtpmap(struct rf_str value, struct rf_sdp_codec *codec)
{
	struct rf_str type, spec, name, rate, channels;
	uint64_t hz, n;

	if (!rf_sdp_word(&value, &type) || !rf_sdp_word(&value, &spec) || !rf_str_cut(&spec, '/', &name) ||
	    !rf_str_cut(&spec, '/', &rate) || name.len == 0 || rf_str_to_u64(rate, &hz) < 0 || hz == 0 ||
	    hz > UINT32_MAX)
		return false;
	codec->name = name;
	codec->clock_rate = (uint32_t)hz;
	codec->channels = 1;
	if (rf_str_cut(&spec, '/', &channels) && rf_str_to_u64(channels, &n) == 0 && n > 0 && n <= UINT8_MAX)
		codec->channels = (uint8_t)n;
	return true;
}

/* Make a codec of each format that is a payload type. first: by type, the format that has it first. */
static void read_formats(struct rf_sdp_media *media, struct rf_sdp_format **first)
{
	for (unsigned i = 0; i < media->n_formats; i++) {
		struct rf_sdp_format *format = &media->section->formats[i];
		int type = leading_type(media->formats[i]);

		if (type < 0)
			continue;
		format->codec = &media->codecs[media->n_codecs++];
		*format->codec = static_codec((uint8_t)type);
		if (first[type])
			format->repeats = first[type];
		else
			first[type] = format;
	}
}

/* Hang the codec lines on the formats that they speak of; lines for other types are left out. */
static void read_lines(struct rf_sdp_section *section, struct rf_sdp_format **first)
{
	static const uint8_t kinds[] = {RF_SDP_LINE_RTPMAP, RF_SDP_LINE_FMTP, RF_SDP_LINE_RTCP_FB};

	for (size_t k = 0; k < sizeof(kinds); k++) {
		struct rf_sdp_line *next;

		for (struct rf_sdp_line *line = section->chains[kinds[k]].first; line; line = next) {
			struct rf_str value = rf_sdp_attr_value(line);
			int type = leading_type(value);

			next = line->next;
			if (type < 0 || !first[type])
				continue;
			if (kinds[k] == RF_SDP_LINE_FMTP)
				rf_sdp_chain_append(&first[type]->fmtp, line);
			else if (kinds[k] == RF_SDP_LINE_RTCP_FB)
				rf_sdp_chain_append(&first[type]->feedback, line);
			else if (read_rtpmap(value, first[type]->codec) || first[type]->codec->clock_rate == 0)
				first[type]->rtpmap = line;
		}
	}
}

int rf_sdp_codecs_read(struct rf_arena *arena, struct rf_sdp_media *media)
{
	struct rf_sdp_section *section = media->section;
	struct rf_sdp_format *first[TYPES] = {NULL};

	section->formats = rf_arena_alloc(arena, media->n_formats * sizeof(*section->formats));
	media->codecs = rf_arena_alloc(arena, media->n_formats * sizeof(*media->codecs));
	if (!section->formats || !media->codecs)
		return -ENOMEM;
	read_formats(media, first);
	read_lines(section, first);
	for (unsigned i = 0; i < media->n_formats; i++) {
		if (section->formats[i].repeats)
			*section->formats[i].codec = *section->formats[i].repeats->codec;
	}
	return 0;
}
