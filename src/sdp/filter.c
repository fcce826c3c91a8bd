/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The codec list as the ng key "codec" edits it, without transcoding.
 *
 * strip and mask take out what they name; "all" and "full" in them take out everything that except does not name.
 * offer puts back what was taken out and it names, in its own order, behind what was kept but before the
 * telephone-events at the end. An edit that would leave nothing is no edit.
 */
#include "sdp/section.h"

struct names {
	const struct rf_str *list;
	unsigned n;
};

/* The list being made: formats as indexes. */
struct list {
	uint8_t *order;
	unsigned n;
};

/* Does "PCMU", "PCMU/8000", "opus/48000/2" or a payload type's number name this format? A rate without channels: one.
 */
static bool matches(struct rf_str name, struct rf_str format, const struct rf_sdp_codec *codec)
{
	struct rf_str encoding, rate, channels;
	uint64_t hz, n = 1;

	if (rf_str_equal(name, format))
		return true;
	if (!codec || codec->name.len == 0 || name.len < codec->name.len || !rf_str_cut(&name, '/', &encoding) ||
	    !rf_str_equal_case(encoding, codec->name))
		return false;
	if (!rf_str_cut(&name, '/', &rate) || rate.len == 0)
		return true;
	if (rf_str_to_u64(rate, &hz) < 0 || hz != codec->clock_rate)
		return false;
	if (rf_str_cut(&name, '/', &channels) && rf_str_to_u64(channels, &n) < 0)
		return false;
	return n == codec->channels;
}

static bool takes_all(struct names names)
{
	for (unsigned i = 0; i < names.n; i++) {
		if (rf_str_equal(names.list[i], RF_STR("all")) || rf_str_equal(names.list[i], RF_STR("full")))
			return true;
	}
	return false;
}

static bool named(struct names names, const struct rf_sdp_media *media, unsigned i)
{
	for (unsigned k = 0; k < names.n; k++) {
		if (matches(names.list[k], media->formats[i], media->section->formats[i].codec))
			return true;
	}
	return false;
}

static bool is_event(const struct rf_sdp_media *media, unsigned i)
{
	const struct rf_sdp_codec *codec = media->section->formats[i].codec;

	return codec && rf_str_equal_case(codec->name, RF_STR("telephone-event"));
}

static struct list keep(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, uint8_t *order,
                        bool *kept)
{
	struct names strip = {filter->strip, filter->n_strip};
	struct names mask = {filter->mask, filter->n_mask};
	struct names except = {filter->except, filter->n_except};
	bool all = takes_all(strip) || takes_all(mask);
	struct list list = {order, 0};

	for (unsigned i = 0; i < media->n_formats; i++) {
		kept[i] = !named(strip, media, i) && !named(mask, media, i) && (!all || named(except, media, i));
		if (kept[i])
			list.order[list.n++] = (uint8_t)i;
	}
	return list;
}

/* Append what offer puts back: telephone-events only, or all but them. */
static void put_back(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, bool events,
                     bool *kept, struct list *list)
{
	for (unsigned k = 0; k < filter->n_offer; k++) {
		struct names name = {&filter->offer[k], 1};

		for (unsigned i = 0; i < media->n_formats; i++) {
			if (kept[i] || is_event(media, i) != events || !named(name, media, i))
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

	while (n_events < list->n && is_event(media, list->order[list->n - n_events - 1]))
		n_events++;
	list->n -= n_events;
	memcpy(events, list->order + list->n, n_events);
	put_back(media, filter, false, kept, list);
	memcpy(list->order + list->n, events, n_events);
	list->n += n_events;
	put_back(media, filter, true, kept, list);
}

unsigned rf_sdp_filter(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, uint8_t *order)
{
	bool kept[RF_SDP_MAX_FORMATS];
	struct list list = keep(media, filter, order, kept);

	if (list.n < media->n_formats && filter->n_offer > 0)
		offer(media, filter, kept, &list);
	if (list.n == 0) {
		for (; list.n < media->n_formats; list.n++)
			list.order[list.n] = (uint8_t)list.n;
	}
	return list.n;
}
