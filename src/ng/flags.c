/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/reader.h"

/* Flags that carry a word of a list behind a prefix: "replace-origin", "codec-strip-PCMU". */
struct prefix {
	const char *prefix;                                        /* folded */
	enum { PREFIX_WORD, PREFIX_CODEC, PREFIX_NO_EFFECT } kind; /* what the rest of the flag is */
	int arg;                                                   /* a vocabulary, or enum rf_codec_operation */
};

static const struct prefix prefixes[] = {
	{"codec-strip-", PREFIX_CODEC, RF_CODEC_STRIP},
	{"codec-offer-", PREFIX_CODEC, RF_CODEC_OFFER},
	{"codec-except-", PREFIX_CODEC, RF_CODEC_EXCEPT},
	{"codec-mask-", PREFIX_CODEC, RF_CODEC_MASK},
	{"codec-accept-", PREFIX_CODEC, RF_CODEC_TRANSCODE},
	{"codec-consume-", PREFIX_CODEC, RF_CODEC_TRANSCODE},
	{"codec-transcode-", PREFIX_CODEC, RF_CODEC_TRANSCODE},
	{"codec-ignore-", PREFIX_CODEC, RF_CODEC_IGNORE},
	{"codec-set-", PREFIX_CODEC, RF_CODEC_IGNORE},
	{"transcode-", PREFIX_CODEC, RF_CODEC_TRANSCODE},
	{"replace-", PREFIX_WORD, RF_VOCABULARY_REPLACE},
	{"rtcp-mux-", PREFIX_WORD, RF_VOCABULARY_MUX},
	{"sdes-", PREFIX_WORD, RF_VOCABULARY_SDES},
	{"dtls-", PREFIX_WORD, RF_VOCABULARY_DTLS},
	{"ice-", PREFIX_WORD, RF_VOCABULARY_ICE},
	{"t38-", PREFIX_WORD, RF_VOCABULARY_T38},
	{"t.38-", PREFIX_WORD, RF_VOCABULARY_T38},
	{"osrtp-", PREFIX_WORD, RF_VOCABULARY_OSRTP},
	{"bundle-", PREFIX_WORD, RF_VOCABULARY_BUNDLE},
	{"endpoint-learning-", PREFIX_WORD, RF_VOCABULARY_LEARN},
	{"from-tags-", PREFIX_NO_EFFECT, RF_TOLD_FROM_TAGS},
	{"sdp-attr-", PREFIX_NO_EFFECT, RF_TOLD_SDP_ATTR},
};

/* "--" stands for "=" and ".." for a space, since a token can hold neither. The token itself when there is none. */
static struct rf_str unescape(struct rf_reader *reader, struct rf_str token)
{
	struct rf_str copy;
	char *out, *to;
	size_t i = 0;

	if (!memmem(token.p, token.len, "--", 2) && !memmem(token.p, token.len, "..", 2))
		return token;
	copy = rf_arena_copy(reader->arena, token);
	if (!copy.p)
		return token;
	out = to = (char *)(uintptr_t)copy.p;
	while (i < token.len) {
		bool pair = i + 1 < token.len && token.p[i] == token.p[i + 1];

		if (pair && (token.p[i] == '-' || token.p[i] == '.')) {
			*to++ = token.p[i] == '-' ? '=' : ' ';
			i += 2;
		} else {
			*to++ = token.p[i++];
		}
	}
	return (struct rf_str){out, (size_t)(to - out)};
}

static bool by_prefix(struct rf_reader *reader, struct rf_str token)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const struct prefix *prefix = &prefixes[i];
		struct rf_str head = rf_str_of(prefix->prefix);
		struct rf_str rest;

		/* A second hyphen makes it "key--word": a key. */
		if (token.len <= head.len || token.p[head.len] == '-' || !rf_str_has_prefix_name(token, head))
			continue;
		rest = unescape(reader, (struct rf_str){token.p + head.len, token.len - head.len});
		if (prefix->kind == PREFIX_WORD)
			rf_reader_word(reader, (enum rf_vocabulary_id)prefix->arg, rest);
		else if (prefix->kind == PREFIX_CODEC)
			rf_reader_codec(reader, (enum rf_codec_operation)prefix->arg, rest);
		else
			rf_reader_no_effect(reader, RF_VOCABULARY_FLAGS, (unsigned)prefix->arg, token);
		return true;
	}
	return false;
}

/* "key=value", as a key of the dictionary. */
static bool by_key(struct rf_reader *reader, struct rf_str token)
{
	struct rf_value value = {.type = RF_VALUE_STR};
	struct rf_str key;

	token = unescape(reader, token);
	if (!memchr(token.p, '=', token.len) || !rf_str_cut(&token, '=', &key) || !key.len)
		return false;
	value.str = token;
	rf_reader_key(reader, key, &value);
	return true;
}

void rf_reader_flag(struct rf_reader *reader, struct rf_str token)
{
	const struct rf_vocabulary *flags = &rf_vocabularies[RF_VOCABULARY_FLAGS];
	char dst[RF_NAME_FOLDED];
	struct rf_str folded;

	if (rf_name_fold(token, dst, &folded) &&
	    rf_name_find(folded, flags->words, flags->n_words, sizeof(struct rf_word)) >= 0)
		rf_reader_word(reader, RF_VOCABULARY_FLAGS, token);
	else if (!by_prefix(reader, token) && !by_key(reader, token))
		rf_reader_warn(reader, "flag", token);
}
