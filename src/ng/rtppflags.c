/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A raw flag string: words between white space; "key=value"; "key=[a b]" is a list, "key=[k=v k2=[a b]]" a
 * dictionary. Users paste such strings from old configurations, so nothing in them is an error.
 */
#include "ng/reader.h"

#define SPACE " \t\r\n"

/* A container that is open while its items are read. */
struct scanner {
	struct rf_arena *arena;                    /* where the values live */
	struct rf_str rest;                        /* not read yet */
	struct rf_value *open[RF_VALUE_MAX_DEPTH]; /* outermost first */
	unsigned depth;                            /* containers open */
	unsigned nodes;                            /* values made */
};

/* Bits of the transport shorthands. */
enum { SHORT_SECURE = 1, SHORT_FEEDBACK = 2, SHORT_DTLS = 4 };

static const enum rf_sdp_profile short_profiles[] = {
	RF_SDP_RTP_AVP,          RF_SDP_RTP_SAVP,         RF_SDP_RTP_AVPF,          RF_SDP_RTP_SAVPF,
	RF_SDP_UDP_TLS_RTP_SAVP, RF_SDP_UDP_TLS_RTP_SAVP, RF_SDP_UDP_TLS_RTP_SAVPF, RF_SDP_UDP_TLS_RTP_SAVPF,
};

static unsigned profile_bits(enum rf_sdp_profile profile)
{
	for (unsigned bits = 0; bits < sizeof(short_profiles) / sizeof(short_profiles[0]); bits++) {
		if (short_profiles[bits] == profile)
			return bits;
	}
	return 0;
}

/* "RTP", "AVP", "SRTP", "AVPF", "DTLS" change one property of the profile each; a full name sets it. */
static bool read_profile(struct rf_reader *reader, struct rf_str word)
{
	static const struct {
		const char *word;
		unsigned set, clear; /* bits */
	} shorthands[] = {
		{"RTP", 0, SHORT_SECURE | SHORT_DTLS},
		{"SRTP", SHORT_SECURE, SHORT_DTLS},
		{"AVP", 0, SHORT_FEEDBACK},
		{"AVPF", SHORT_FEEDBACK, 0},
		{"DTLS", SHORT_SECURE | SHORT_DTLS, 0},
	};
	struct rf_request *request = reader->request;
	enum rf_sdp_profile profile = rf_sdp_profile_of(word);

	if (profile != RF_SDP_PROFILE_NONE) {
		request->profile = profile;
		return true;
	}
	for (size_t i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
		if (rf_str_equal(word, rf_str_of(shorthands[i].word))) {
			unsigned bits = profile_bits(request->profile) & ~shorthands[i].clear;

			request->profile = short_profiles[bits | shorthands[i].set];
			return true;
		}
	}
	return false;
}

static void read_word(struct rf_reader *reader, struct rf_str word)
{
	struct rf_value value = {.type = RF_VALUE_STR, .str = word};

	if (rf_str_equal_case(word, RF_STR("internal")) || rf_str_equal_case(word, RF_STR("external")))
		rf_reader_key(reader, RF_STR("direction"), &value);
	else if (!read_profile(reader, word))
		rf_reader_flag(reader, word);
}

/* Length of what precedes white space, or a bracket that closes the list that is open. */
static size_t span(const struct scanner *scanner)
{
	size_t i = 0;

	while (i < scanner->rest.len && !strchr(SPACE, scanner->rest.p[i]) &&
	       !(scanner->depth && scanner->rest.p[i] == ']'))
		i++;
	return i;
}

static void skip(struct scanner *scanner, size_t n)
{
	scanner->rest.p += n;
	scanner->rest.len -= n;
}

static void skip_space(struct scanner *scanner)
{
	while (scanner->rest.len && strchr(SPACE, *scanner->rest.p))
		skip(scanner, 1);
}

/* Cut "key=" off an item; false when the item is a bare word. */
static bool cut_key(struct scanner *scanner, struct rf_str *key)
{
	size_t n = span(scanner);
	const char *equals = memchr(scanner->rest.p, '=', n);

	if (!equals || equals == scanner->rest.p)
		return false;
	*key = (struct rf_str){scanner->rest.p, (size_t)(equals - scanner->rest.p)};
	skip(scanner, key->len + 1);
	return true;
}

/* Read the next item into the innermost container, or open a container for it. */
static void read_item(struct scanner *scanner)
{
	struct rf_value *parent = scanner->open[scanner->depth - 1];
	struct rf_str key = RF_STR_NONE;
	struct rf_value *node;
	size_t n;

	/* A list whose first item has a key is a dictionary; of two forms in one, the first one's is kept. */
	if (cut_key(scanner, &key) && !parent->items.count)
		parent->type = RF_VALUE_DICT;
	if (scanner->rest.len && *scanner->rest.p == '[' && scanner->depth < RF_VALUE_MAX_DEPTH) {
		skip(scanner, 1);
		node = rf_value_add_list(scanner->arena, parent, key);
		if (node)
			scanner->open[scanner->depth++] = node;
		return;
	}
	n = span(scanner);
	rf_value_add_str(scanner->arena, parent, key, (struct rf_str){scanner->rest.p, n});
	skip(scanner, n);
}

/* What follows "key=[": a list or a dictionary, to its closing bracket or the end. */
static struct rf_value *read_container(struct scanner *scanner)
{
	struct rf_value *root = rf_value_list(scanner->arena);

	if (!root)
		return NULL;
	scanner->open[0] = root;
	scanner->depth = 1;
	while (scanner->depth) {
		skip_space(scanner);
		if (!scanner->rest.len)
			break;
		if (*scanner->rest.p == ']') {
			skip(scanner, 1);
			scanner->depth--;
		} else if (++scanner->nodes > RF_VALUE_MAX_NODES) {
			break;
		} else {
			read_item(scanner);
		}
	}
	scanner->depth = 0;
	return root;
}

/* "to-tag=" asks for it to be honoured; "from-tag=" names the party that is meant. */
static void imply_flags(struct rf_reader *reader, struct rf_str key)
{
	if (rf_str_equal_name(key, RF_STR("to-tag")))
		reader->request->flags |= RF_FLAG_TO_TAG;
	else if (rf_str_equal_name(key, RF_STR("from-tag")))
		reader->request->flags |= RF_FLAG_DIRECTIONAL;
}

void rf_reader_raw_flags(struct rf_reader *reader, struct rf_str text)
{
	struct scanner scanner = {.arena = reader->arena, .rest = text};
	struct rf_value scalar = {.type = RF_VALUE_STR};
	const struct rf_value *value;
	struct rf_str key;

	for (skip_space(&scanner); scanner.rest.len; skip_space(&scanner)) {
		if (!cut_key(&scanner, &key)) {
			scalar.str = (struct rf_str){scanner.rest.p, span(&scanner)};
			skip(&scanner, scalar.str.len);
			read_word(reader, scalar.str);
			continue;
		}
		value = &scalar;
		if (scanner.rest.len && *scanner.rest.p == '[') {
			skip(&scanner, 1);
			value = read_container(&scanner);
		} else {
			scalar.str = (struct rf_str){scanner.rest.p, span(&scanner)};
			skip(&scanner, scalar.str.len);
		}
		if (!value || rf_str_equal_name(key, RF_STR("rtpp-flags")))
			continue;
		imply_flags(reader, key);
		rf_reader_key(reader, key, value);
	}
}
