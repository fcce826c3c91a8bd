/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stddef.h>

#include "ng/reader.h"

#define DELETE_DELAY_MAX 86400 /* seconds */

/* What becomes of a key. */
enum key_kind {
	KEY_STRING,    /* arg: offset of a struct rf_str in the request */
	KEY_WORDS,     /* arg: a vocabulary */
	KEY_CODEC,     /* arg: enum rf_codec_operation; a list of codecs */
	KEY_FUNCTION,  /* fn */
	KEY_ACCEPTED,  /* nothing */
	KEY_NO_EFFECT, /* nothing: told once in the log */
};

struct key {
	const char *name;   /* folded; the table is sorted by it */
	enum key_kind kind; /* what becomes of it */
	int arg;            /* by kind */
	void (*fn)(struct rf_reader *reader, struct rf_str key,
	           const struct rf_value *value); /* of KEY_FUNCTION; else NULL */
};

static void read_supports_item(struct rf_reader *reader, struct rf_str item, int arg)
{
	(void)arg;
	if (rf_str_equal_name(item, RF_STR("load limit")))
		reader->request->supports_load_limit = true;
}

static void read_supports(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	(void)key;
	rf_reader_each(reader, value, read_supports_item, 0);
}

/* A list of family and address, or a string of one or both: the last word is the address. */
static void read_received_from(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	struct rf_str rest, word, last = RF_STR_NONE;

	if (value->type == RF_VALUE_LIST && value->items.last)
		value = value->items.last;
	rest = rf_reader_text(reader, value);
	while (rf_str_token(&rest, " ,", &word))
		last = word;
	if (rf_addr_parse(last, &reader->request->received_from))
		rf_reader_bad(reader, key, last, "an IP address");
}

static void read_direction_item(struct rf_reader *reader, struct rf_str item, int arg)
{
	(void)arg;
	if (reader->directions == 0)
		reader->request->from_iface = item;
	else if (reader->directions == 1)
		reader->request->to_iface = item;
	else
		rf_reader_bad(reader, RF_STR("direction"), item, "two interfaces, not more");
	reader->directions++;
}

/* A list of two; a lone string, as the raw flags have it, fills one side after the other. */
static void read_direction(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	(void)key;
	if (value->type == RF_VALUE_LIST && reader->directions > 1)
		reader->directions = 0;
	rf_reader_each(reader, value, read_direction_item, 0);
}

static void read_interface(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	struct rf_request *request = reader->request;
	struct rf_str name = rf_reader_text(reader, value);

	(void)key;
	if (!request->from_iface.len)
		request->from_iface = name;
	if (!request->to_iface.len)
		request->to_iface = name;
}

static void read_family(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	struct rf_str text = rf_reader_text(reader, value);

	if (rf_str_equal_case(text, RF_STR("IP4")))
		reader->request->address_family = RF_FAMILY_IP4;
	else if (rf_str_equal_case(text, RF_STR("IP6")))
		reader->request->address_family = RF_FAMILY_IP6;
	else
		rf_reader_bad(reader, key, text, "IP4 or IP6");
}

static void read_media_address(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	struct rf_str text = rf_reader_text(reader, value);

	(void)key;
	if (!rf_addr_parse(text, &reader->request->media_address))
		return;
	text = rf_reader_shown(text);
	rf_reader_refuse(reader, rf_arena_printf(reader->arena, "media-address \"%.*s\": expected an IP address",
	                                         RF_STR_ARG(text)));
}

static void read_transport(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	struct rf_str text = rf_reader_text(reader, value);
	enum rf_sdp_profile profile = rf_sdp_profile_of(text);

	(void)key;
	if (profile != RF_SDP_PROFILE_NONE || rf_str_equal_case(text, RF_STR("accept"))) {
		reader->request->profile = profile;
		return;
	}
	text = rf_reader_shown(text);
	rf_reader_refuse(reader, rf_arena_printf(reader->arena,
	                                         "transport-protocol \"%.*s\": expected an RTP profile such as RTP/AVP",
	                                         RF_STR_ARG(text)));
}

static void read_tos(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	int64_t num;

	if (rf_reader_number(value, &num)) {
		rf_reader_bad(reader, key, rf_reader_text(reader, value), "a number");
		return;
	}
	if (num < 0)
		reader->request->tos = RF_TOS_KEEP;
	else
		reader->request->tos = num > 255 ? RF_TOS_DEFAULT : (int)num;
}

static void read_delete_delay(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	int64_t num;

	if (rf_reader_number(value, &num) || num < 0)
		rf_reader_bad(reader, key, rf_reader_text(reader, value), "seconds");
	else
		reader->request->delete_delay = num > DELETE_DELAY_MAX ? DELETE_DELAY_MAX : num;
}

/* INT64_MIN stands for a limit that makes no sense, which the command refuses. */
static void read_limit(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	int64_t num;

	(void)key;
	reader->request->limit = rf_reader_number(value, &num) || num < 0 ? INT64_MIN : num;
}

static void read_flags_item(struct rf_reader *reader, struct rf_str item, int arg)
{
	(void)arg;
	rf_reader_flag(reader, item);
}

static void read_flags(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	(void)key;
	rf_reader_each(reader, value, read_flags_item, 0);
}

static void read_raw_flags(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	(void)key;
	reader->raw = rf_reader_text(reader, value);
}

static void read_codecs(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	(void)key;
	rf_reader_codecs(reader, value);
}

static void read_echo(struct rf_reader *reader, struct rf_str key, const struct rf_value *value)
{
	struct rf_str text = rf_reader_shown(rf_reader_text(reader, value));

	(void)key;
	rf_reader_refuse(reader, rf_arena_printf(reader->arena, "media-echo=%.*s: an echo is not offered by this relay",
	                                         RF_STR_ARG(text)));
}

#define STRING(member) KEY_STRING, offsetof(struct rf_request, member), NULL
#define WORDS(id) KEY_WORDS, RF_VOCABULARY_##id, NULL
#define CODEC(operation) KEY_CODEC, RF_CODEC_##operation, NULL
#define CALL(fn) KEY_FUNCTION, 0, fn
#define ACCEPTED KEY_ACCEPTED, 0, NULL
#define NO_EFFECT KEY_NO_EFFECT, 0, NULL

static const struct key keys[] = {
	{"address", STRING(address)},
	{"address-family", CALL(read_family)},
	{"alias-key", NO_EFFECT},
	{"all", WORDS(ALL)},
	{"audio-player", NO_EFFECT},
	{"blob", NO_EFFECT},
	{"blob64", NO_EFFECT},
	{"bundle", WORDS(BUNDLE)},
	{"call-id", STRING(call_id)},
	{"calls", NO_EFFECT},
	{"code", NO_EFFECT},
	{"codec", CALL(read_codecs)},
	{"codec-accept", CODEC(TRANSCODE)},
	{"codec-consume", CODEC(TRANSCODE)},
	{"codec-except", CODEC(EXCEPT)},
	{"codec-ignore", CODEC(IGNORE)},
	{"codec-mask", CODEC(MASK)},
	{"codec-offer", CODEC(OFFER)},
	{"codec-set", CODEC(IGNORE)},
	{"codec-strip", CODEC(STRIP)},
	{"codec-transcode", CODEC(TRANSCODE)},
	{"codecs", CALL(read_codecs)},
	{"command", ACCEPTED},
	{"db-id", NO_EFFECT},
	{"delay-buffer", NO_EFFECT},
	{"delete-delay", CALL(read_delete_delay)},
	{"digit", NO_EFFECT},
	{"direction", CALL(read_direction)},
	{"drop-traffic", WORDS(TRAFFIC)},
	{"dtls", WORDS(DTLS)},
	{"dtls-fingerprint", NO_EFFECT},
	{"dtls-reverse", WORDS(DTLS)},
	{"dtmf-delay", NO_EFFECT},
	{"dtmf-log-dest", NO_EFFECT},
	{"dtmf-security", WORDS(DTMF_SECURITY)},
	{"dtmf-security-trigger", NO_EFFECT},
	{"dtmf-security-trigger-end", NO_EFFECT},
	{"duration", NO_EFFECT},
	{"endpoint-learning", WORDS(LEARN)},
	{"extmap", NO_EFFECT},
	{"file", NO_EFFECT},
	{"flags", CALL(read_flags)},
	{"frequency", NO_EFFECT},
	{"from-interface", STRING(from_iface)},
	{"from-label", STRING(label)},
	{"from-tag", STRING(from_tag)},
	{"from-tags", NO_EFFECT},
	{"generate-rtcp", NO_EFFECT},
	{"ice", WORDS(ICE)},
	{"ice-lite", NO_EFFECT},
	{"inbound-peer", NO_EFFECT},
	{"instance", NO_EFFECT},
	{"interface", CALL(read_interface)},
	{"label", STRING(label)},
	{"limit", CALL(read_limit)},
	{"media", NO_EFFECT},
	{"media-address", CALL(read_media_address)},
	{"media-echo", CALL(read_echo)},
	{"metadata", STRING(metadata)},
	{"moh", NO_EFFECT},
	{"osrtp", WORDS(OSRTP)},
	{"outbound-peer", NO_EFFECT},
	{"output-destination", NO_EFFECT},
	{"output-path", NO_EFFECT},
	{"passthrough", NO_EFFECT},
	{"pause", NO_EFFECT},
	{"peer", NO_EFFECT},
	{"player", NO_EFFECT},
	{"ptime", NO_EFFECT},
	{"ptime-reverse", NO_EFFECT},
	{"received-from", CALL(read_received_from)},
	{"record-call", WORDS(RECORD)},
	{"recording-dir", NO_EFFECT},
	{"recording-file", NO_EFFECT},
	{"recording-path", NO_EFFECT},
	{"recording-pattern", NO_EFFECT},
	{"repacketize", NO_EFFECT},
	{"repeat-duration", NO_EFFECT},
	{"repeat-times", NO_EFFECT},
	{"replace", WORDS(REPLACE)},
	{"rtcp-mux", WORDS(MUX)},
	{"rtpp-flags", CALL(read_raw_flags)},
	{"sdes", WORDS(SDES)},
	{"sdp", STRING(sdp)},
	{"sdp-attr", NO_EFFECT},
	{"sdp-media-remove", NO_EFFECT},
	{"set-label", STRING(set_label)},
	{"sip-code", ACCEPTED},
	{"sip-message-type", ACCEPTED},
	{"sip-response-code", ACCEPTED},
	{"source-call-id", NO_EFFECT},
	{"source-tag", NO_EFFECT},
	{"start-pos", NO_EFFECT},
	{"supports", CALL(read_supports)},
	{"t-38", WORDS(T38)},
	{"t.38", WORDS(T38)},
	{"t.38-version", NO_EFFECT},
	{"t38", WORDS(T38)},
	{"tags", NO_EFFECT},
	{"template", NO_EFFECT},
	{"to-call-id", NO_EFFECT},
	{"to-interface", STRING(to_iface)},
	{"to-label", STRING(to_label)},
	{"to-tag", STRING(to_tag)},
	{"tos", CALL(read_tos)},
	{"transcode", CODEC(TRANSCODE)},
	{"transport-protocol", CALL(read_transport)},
	{"trigger", NO_EFFECT},
	{"trigger-end", NO_EFFECT},
	{"via-branch", STRING(via_branch)},
	{"volume", NO_EFFECT},
	{"xmlrpc-callback", NO_EFFECT},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(N_KEYS <= RF_TOLD_TABLED, "the told bits have room for all keys");

/* Families of names too many to list, none of which acts. */
static bool is_quiet_family(struct rf_str folded)
{
	return rf_str_has_prefix(folded, RF_STR("recording-")) || rf_str_has_prefix(folded, RF_STR("vsc-")) ||
	       rf_str_has_prefix(folded, RF_STR("trigger-")) || rf_str_has_prefix(folded, RF_STR("sip-"));
}

static void words_item(struct rf_reader *reader, struct rf_str item, int arg)
{
	rf_reader_word(reader, (enum rf_vocabulary_id)arg, item);
}

static void codec_item(struct rf_reader *reader, struct rf_str item, int arg)
{
	rf_reader_codec(reader, (enum rf_codec_operation)arg, item);
}

static void read_string(struct rf_reader *reader, const struct key *key, const struct rf_value *value)
{
	struct rf_str *field = (struct rf_str *)((char *)reader->request + key->arg);

	if (value->type == RF_VALUE_LIST || value->type == RF_VALUE_DICT)
		rf_reader_bad(reader, rf_str_of(key->name), RF_STR("(a list)"), "a string");
	else
		*field = rf_reader_text(reader, value);
}

void rf_reader_key(struct rf_reader *reader, struct rf_str name, const struct rf_value *value)
{
	char dst[RF_NAME_FOLDED];
	struct rf_str folded = RF_STR_NONE;
	const struct key *key;
	int index = -1;

	if (rf_name_fold(name, dst, &folded))
		index = rf_name_find(folded, keys, N_KEYS, sizeof(keys[0]));
	if (index < 0) {
		if (folded.len && is_quiet_family(folded))
			rf_reader_no_effect(reader, RF_TOLD_KEYS, RF_TOLD_OTHER, name);
		else
			rf_reader_warn(reader, "key", name);
		return;
	}
	key = &keys[index];
	switch (key->kind) {
	case KEY_STRING:
		read_string(reader, key, value);
		return;
	case KEY_WORDS:
		rf_reader_each(reader, value, words_item, key->arg);
		return;
	case KEY_CODEC:
		rf_reader_each(reader, value, codec_item, key->arg);
		return;
	case KEY_FUNCTION:
		key->fn(reader, name, value);
		return;
	case KEY_ACCEPTED:
		return;
	case KEY_NO_EFFECT:
		rf_reader_no_effect(reader, RF_TOLD_KEYS, (unsigned)index, rf_str_of(key->name));
		return;
	}
}
