/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The codec list as the ng key "codec" edits it, without transcoding: strip and mask take out by name, "all" and
 * "full" take out what neither except nor offer names; offer puts what it names first, in its order.
 */
#include "sdp/section.h"

struct names {
	const struct rf_str *list;
	unsigned n;
};

/* Does "PCMU", "PCMU/8000", "opus/48000/2" or a payload type's number name this format? Without channels: one. */
static bool matches(struct rf_str name, struct rf_str format, const struct rf_sdp_codec *codec)
{
	struct rf_str encoding, rate, channels;
	uint64_t hz, n = 1;

	if (rf_str_equal(name, format))
		return true;
	if (!codec || codec->name.len == 0 || !rf_str_cut(&name, '/', &encoding) ||
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

static bool has_keyword(struct names names)
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

static bool kept(const struct rf_sdp_media *media, unsigned i, const struct rf_sdp_codec_filter *filter, bool all)
{
	bool wanted = named((struct names){filter->offer, filter->n_offer}, media, i) ||
	              named((struct names){filter->except, filter->n_except}, media, i);

	if (named((struct names){filter->strip, filter->n_strip}, media, i) ||
	    named((struct names){filter->mask, filter->n_mask}, media, i))
		return false;
	return wanted || !all;
}

unsigned rf_sdp_filter(const struct rf_sdp_media *media, const struct rf_sdp_codec_filter *filter, uint8_t *order)
{
	bool all = has_keyword((struct names){filter->strip, filter->n_strip}) ||
	           has_keyword((struct names){filter->mask, filter->n_mask});
	bool done[RF_SDP_MAX_FORMATS];
	unsigned n = 0;

	for (unsigned i = 0; i < media->n_formats; i++)
		done[i] = !kept(media, i, filter, all);
	for (unsigned k = 0; k < filter->n_offer; k++) {
		for (unsigned i = 0; i < media->n_formats; i++) {
			if (done[i] || !named((struct names){&filter->offer[k], 1}, media, i))
				continue;
			done[i] = true;
			order[n++] = (uint8_t)i;
		}
	}
	for (unsigned i = 0; i < media->n_formats; i++) {
		if (!done[i])
			order[n++] = (uint8_t)i;
	}
	return n;
}
