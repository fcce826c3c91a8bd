/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/reader.h"

static void append(struct rf_reader *reader, struct rf_str *list, unsigned *n, struct rf_str codec)
{
	if (*n == RF_REQUEST_MAX_CODECS)
		rf_reader_refuse(reader, rf_arena_printf(reader->arena, "more than %d codecs in one list",
		                                         RF_REQUEST_MAX_CODECS));
	else
		list[(*n)++] = codec;
}

void rf_reader_codec(struct rf_reader *reader, enum rf_codec_operation operation, struct rf_str codec)
{
	struct rf_request *request = reader->request;

	switch (operation) {
	case RF_CODEC_STRIP:
		append(reader, request->strip, &request->n_strip, codec);
		return;
	case RF_CODEC_OFFER:
		append(reader, request->offer, &request->n_offer, codec);
		return;
	case RF_CODEC_EXCEPT:
		append(reader, request->except, &request->n_except, codec);
		return;
	case RF_CODEC_MASK:
		append(reader, request->mask, &request->n_mask, codec);
		return;
	case RF_CODEC_TRANSCODE:
		codec = rf_reader_shown(codec);
		rf_reader_refuse(reader,
		                 rf_arena_printf(reader->arena, "codec %.*s: transcoding is not offered by this relay",
		                                 RF_STR_ARG(codec)));
		return;
	case RF_CODEC_IGNORE:
		rf_reader_no_effect(reader, RF_TOLD_KEYS, RF_TOLD_CODEC, RF_STR("codec ignore, codec set"));
		return;
	}
}

static void codec_item(struct rf_reader *reader, struct rf_str item, int arg)
{
	rf_reader_codec(reader, (enum rf_codec_operation)arg, item);
}

void rf_reader_codecs(struct rf_reader *reader, const struct rf_value *value)
{
	static const struct {
		const char *name;                  /* of the key */
		enum rf_codec_operation operation; /* what it means */
	} operations[] = {
		{"strip", RF_CODEC_STRIP},       {"offer", RF_CODEC_OFFER},         {"except", RF_CODEC_EXCEPT},
		{"mask", RF_CODEC_MASK},         {"transcode", RF_CODEC_TRANSCODE}, {"accept", RF_CODEC_TRANSCODE},
		{"consume", RF_CODEC_TRANSCODE}, {"ignore", RF_CODEC_IGNORE},       {"set", RF_CODEC_IGNORE},
	};
	const size_t n = sizeof(operations) / sizeof(operations[0]);

	if (value->type != RF_VALUE_DICT) {
		rf_reader_bad(reader, RF_STR("codec"), rf_reader_text(reader, value), "a dictionary of lists");
		return;
	}
	for (const struct rf_value *child = value->items.first; child; child = child->next) {
		size_t i = 0;

		while (i < n && !rf_str_equal_name(child->key, rf_str_of(operations[i].name)))
			i++;
		if (i < n)
			rf_reader_each(reader, child, codec_item, (int)operations[i].operation);
		else
			rf_reader_warn(reader, "codec operation", child->key);
	}
}
