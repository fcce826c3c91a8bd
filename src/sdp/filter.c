/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The codec list as the ng key "codec" edits it, without transcoding.
 *
 * strip and mask take out what they name; "all" and "full" in them take out everything that except does not name.
 * offer puts back what was taken out and it names, in its own order, behind what was kept but before the
 * telephone-events at the end. An edit that would leave nothing is no edit.
 */
#include "sdp/section.h"

#define MAX_NAMES 64 /* per list; further ones are not looked at */

/* "PCMU", "PCMU/8000", "opus/48000/2", or the number of a payload type. */
struct name {
	struct rf_str text;     /* whole */
	struct rf_str encoding; /* up to the first slash */
	uint64_t clock_rate;    /* Hz; 0: any */
	uint64_t channels;      /* with a clock rate only: 1 where none are said */
};

struct names {
	struct name list[MAX_NAMES]; /* those that can match */
	unsigned n;                  /* of them */
	bool all;                    /* "all" or "full" is among them */
};

/* The list being made: formats as indexes. */
struct list {
	uint8_t *order; /* RF_SDP_MAX_FORMATS of room */
	unsigned n;     /* used */
};

/* False for a name that cannot match. */
static bool read_name(struct rf_str text, struct name *name)
{
	struct rf_str rate, channels;

	*name = (struct name){.text = text, .channels = 1};
	if (!rf_str_cut(&text, '/', &name->encoding) || name->encoding.len == 0)
		return false;
	if (!rf_str_cut(&text, '/', &rate) || rate.len == 0)
		return true;
	if (rf_str_to_u64(rate, &name->clock_rate) < 0 || name->clock_rate == 0)
		return false;
	return !rf_str_cut(&text, '/', &channels) || rf_str_to_u64(channels, &name->channels) == 0;
}

static void read_names(const struct rf_str *list, unsigned n, struct names *names)
{
	names->n = 0;
	names->all = false;
	for (unsigned i = 0; i < n && i < MAX_NAMES; i++) {
		if (rf_str_equal(list[i], RF_STR("all")) || rf_str_equal(list[i], RF_STR("full")))
			names->all = true;
		else if (read_name(list[i], &names->list[names->n]))
			names->n++;
	}
}

static bool matches(const struct name *name, struct rf_str format, const struct rf_sdp_codec *codec)
{
	if (codec && name->encoding.len == codec->name.len &&
	    (name->clock_rate == 0 || (name->clock_rate == codec->clock_rate && name->channels == codec->channels)) &&
	    rf_str_equal_case(name->encoding, codec->name))
		return true;
	return rf_str_equal(name->text, format);
}

static bool named(const struct names *names, const struct rf_sdp_media *media, unsigned i)
{
	for (unsigned k = 0; k < names->n; k++) {
		if (matches(&names->list[k], media->formats[i], media->section->formats[i].codec))
			return true;
	}
	return false;
}

static bool is_event(const struct rf_sdp_media *media, unsigned i)
{
	const struct rf_sdp_codec *codec = media->section->formats[i].codec;

	return codec && rf_str_equal_case(codec->name, RF_STR("telephone-event"));
}

static void keep(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, bool *kept,
                 struct list *list)
{
	struct names strip, mask, except;

	read_names(filter->strip, filter->n_strip, &strip);
	read_names(filter->mask, filter->n_mask, &mask);
	read_names(filter->except, filter->n_except, &except);
	for (unsigned i = 0; i < media->n_formats; i++) {
		kept[i] = !named(&strip, media, i) && !named(&mask, media, i) &&
		          ((!strip.all && !mask.all) || named(&except, media, i));
		if (kept[i])
			list->order[list->n++] = (uint8_t)i;
	}
}

/* Append what is named and was taken out: telephone-events only, or all but them. */
static void put_back(const struct rf_sdp_media *media, const struct names *names, bool events, bool *kept,
                     struct list *list)
{
	for (unsigned k = 0; k < names->n; k++) {
		for (unsigned i = 0; i < media->n_formats; i++) {
			if (kept[i] || !matches(&names->list[k], media->formats[i], media->section->formats[i].codec) ||
			    is_event(media, i) != events)
				continue;
			kept[i] = true;
			list->order[list->n++] = (uint8_t)i;
		}
	}
}

static void offer(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, bool *kept,
                  struct list *list)
{
	uint8_t events[RF_SDP_MAX_FORMATS]; /* at the end of what was kept */
	unsigned n_events = 0;
	struct names names;

	read_names(filter->offer, filter->n_offer, &names);
	while (n_events < list->n && is_event(media, list->order[list->n - n_events - 1]))
		n_events++;
	list->n -= n_events;
	memcpy(events, list->order + list->n, n_events);
	put_back(media, &names, false, kept, list);
	memcpy(list->order + list->n, events, n_events);
	list->n += n_events;
	put_back(media, &names, true, kept, list);
}

unsigned rf_sdp_filter(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, uint8_t *order)
{
	bool kept[RF_SDP_MAX_FORMATS];
	struct list list = {order, 0};

	if (filter->n_strip > 0 || filter->n_mask > 0) {
		keep(media, filter, kept, &list);
		if (list.n < media->n_formats && filter->n_offer > 0)
			offer(media, filter, kept, &list);
	}
	if (list.n == 0) {
		for (; list.n < media->n_formats; list.n++)
			list.order[list.n] = (uint8_t)list.n;
	}
	return list.n;
}
