/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/reader.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>

#define SHOWN_MAX 64

struct rf_str rf_reader_shown(struct rf_str text)
{
	if (text.len > SHOWN_MAX)
		text.len = SHOWN_MAX;
	return text;
}

void rf_reader_warn(struct rf_reader *reader, const char *kind, struct rf_str name)
{
	if (reader->warnings++ >= RF_READER_MAX_WARNINGS)
		return;
	name = rf_reader_shown(name);
	rf_log(reader->log, RF_LOG_NG, RF_LOG_WARNING, reader->request->call_id, "unknown %s \"%.*s\" is ignored", kind,
	       RF_STR_ARG(name));
}

void rf_reader_bad(struct rf_reader *reader, struct rf_str key, struct rf_str value, const char *expected)
{
	if (reader->warnings++ >= RF_READER_MAX_WARNINGS)
		return;
	key = rf_reader_shown(key);
	value = rf_reader_shown(value);
	rf_log(reader->log, RF_LOG_NG, RF_LOG_WARNING, reader->request->call_id,
	       "%.*s \"%.*s\" is ignored: expected %s", RF_STR_ARG(key), RF_STR_ARG(value), expected);
}

void rf_reader_no_effect(struct rf_reader *reader, unsigned row, unsigned index, struct rf_str name)
{
	uint64_t *bits = &reader->told->bits[row][index / 64];
	uint64_t bit = UINT64_C(1) << (index % 64);
	const char *list = row == RF_TOLD_KEYS ? "" : rf_vocabularies[row].key;

	if (*bits & bit)
		return;
	*bits |= bit;
	name = rf_reader_shown(name);
	rf_log(reader->log, RF_LOG_NG, RF_LOG_NOTICE, reader->request->call_id,
	       "%s%s%.*s has no effect in this relay; this is told once", list, *list ? " " : "", RF_STR_ARG(name));
}

void rf_reader_refuse(struct rf_reader *reader, struct rf_str sentence)
{
	if (!reader->request->refused.len)
		reader->request->refused = sentence.len ? sentence : RF_STR("Out of memory");
}

/* Do what a word of a vocabulary says. */
static void apply(struct rf_reader *reader, enum rf_vocabulary_id id, unsigned index)
{
	const struct rf_vocabulary *vocabulary = &rf_vocabularies[id];
	const struct rf_word *word = &vocabulary->words[index];
	struct rf_request *request = reader->request;

	switch (word->effect) {
	case RF_WORD_FLAG:
		request->flags |= word->value;
		return;
	case RF_WORD_REPLACE:
		request->replace |= word->value;
		return;
	case RF_WORD_MUX:
		request->rtcp_mux |= word->value;
		return;
	case RF_WORD_LEARN:
		request->learn = (enum rf_learn)word->value;
		request->learn_given = true;
		return;
	case RF_WORD_ACCEPTED:
		return;
	case RF_WORD_NO_EFFECT:
		rf_reader_no_effect(reader, id, index, rf_str_of(word->name));
		return;
	case RF_WORD_REFUSED:
		rf_reader_refuse(reader, rf_arena_printf(reader->arena, "%s=%s: %s is not offered by this relay",
		                                         vocabulary->key, word->name, word->what));
		return;
	}
}

void rf_reader_word(struct rf_reader *reader, enum rf_vocabulary_id id, struct rf_str word)
{
	const struct rf_vocabulary *vocabulary = &rf_vocabularies[id];
	char dst[RF_NAME_FOLDED];
	struct rf_str folded;
	int index = -1;

	if (rf_name_fold(word, dst, &folded))
		index = rf_name_find(folded, vocabulary->words, vocabulary->n_words, sizeof(struct rf_word));
	if (index >= 0)
		apply(reader, id, (unsigned)index);
	else if (vocabulary->open)
		rf_reader_no_effect(reader, id, RF_TOLD_OTHER, word);
	else
		rf_reader_warn(reader, vocabulary->key, word);
}

struct rf_str rf_reader_text(struct rf_reader *reader, const struct rf_value *value)
{
	switch (value->type) {
	case RF_VALUE_STR:
		return value->str;
	case RF_VALUE_INT:
		return rf_arena_printf(reader->arena, "%lld", (long long)value->num);
	case RF_VALUE_BOOL:
		return value->num ? RF_STR("yes") : RF_STR("no");
	case RF_VALUE_REAL:
		return rf_arena_printf(reader->arena, "%.9g", value->real);
	default:
		return RF_STR_NONE;
	}
}

int rf_reader_number(const struct rf_value *value, int64_t *out)
{
	switch (value->type) {
	case RF_VALUE_STR:
		return rf_str_to_i64(rf_str_trim(value->str), out) ? -EINVAL : 0;
	case RF_VALUE_INT:
	case RF_VALUE_BOOL:
		*out = value->num;
		return 0;
	case RF_VALUE_REAL:
		if (!(fabs(value->real) < 1e15))
			return -EINVAL;
		*out = (int64_t)value->real;
		return 0;
	default:
		return -EINVAL;
	}
}

void rf_reader_each(struct rf_reader *reader, const struct rf_value *value,
                    void (*fn)(struct rf_reader *reader, struct rf_str item, int arg), int arg)
{
	struct rf_str rest, item;

	if (value->type == RF_VALUE_LIST) {
		for (const struct rf_value *child = value->items.first; child; child = child->next) {
			item = rf_str_trim(rf_reader_text(reader, child));
			if (item.len)
				fn(reader, item, arg);
		}
		return;
	}
	rest = rf_reader_text(reader, value);
	while (rf_str_token(&rest, ",", &item)) {
		item = rf_str_trim(item);
		if (item.len)
			fn(reader, item, arg);
	}
}

/* Known before the other keys are read, so that what the log says of them carries it. */
static void find_call_id(struct rf_reader *reader, const struct rf_value *dict)
{
	for (const struct rf_value *child = dict->items.first; child; child = child->next) {
		if (child->key.len == 7 && rf_str_equal_name(child->key, RF_STR("call-id")))
			reader->request->call_id = rf_reader_text(reader, child);
	}
}

static void check_name(struct rf_reader *reader, const char *key, struct rf_str value)
{
	if (value.len > RF_REQUEST_MAX_NAME)
		rf_reader_refuse(reader, rf_arena_printf(reader->arena, "%s is %zu bytes long, expected at most %d",
		                                         key, value.len, RF_REQUEST_MAX_NAME));
}

static void check_names(struct rf_reader *reader)
{
	const struct rf_request *request = reader->request;

	check_name(reader, "call-id", request->call_id);
	check_name(reader, "from-tag", request->from_tag);
	check_name(reader, "to-tag", request->to_tag);
	check_name(reader, "via-branch", request->via_branch);
	check_name(reader, "label", request->label);
	check_name(reader, "set-label", request->set_label);
	check_name(reader, "to-label", request->to_label);
	check_name(reader, "metadata", request->metadata);
}

void rf_reader_read(struct rf_reader *reader, const struct rf_value *dict)
{
	struct rf_request *request = reader->request;

	memset(request, 0, offsetof(struct rf_request, strip));
	request->n_strip = request->n_offer = request->n_except = request->n_mask = 0;
	request->refused = RF_STR_NONE;
	request->tos = RF_TOS_DEFAULT;
	request->delete_delay = -1;
	request->limit = -1;
	find_call_id(reader, dict);
	for (const struct rf_value *child = dict->items.first; child; child = child->next)
		rf_reader_key(reader, child->key, child);
	request->raw_flags = reader->raw.len > 0;
	if (request->raw_flags)
		rf_reader_raw_flags(reader, reader->raw);
	check_names(reader);
}
