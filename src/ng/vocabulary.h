/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words that ng requests are made of, and what each does here. Names are compared by the rule of
 * rf_str_equal_name; the tables hold them folded and sorted.
 */
#ifndef RF_NG_VOCABULARY_H
#define RF_NG_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define RF_NAME_FOLDED 40 /* bytes of the longest known name */

/* What a word of a list does to a request. */
enum rf_word_effect {
	RF_WORD_FLAG,      /* set request->flags */
	RF_WORD_REPLACE,   /* set request->replace */
	RF_WORD_MUX,       /* set request->rtcp_mux */
	RF_WORD_LEARN,     /* set request->learn */
	RF_WORD_ACCEPTED,  /* nothing: it asks for what happens anyhow, or for nothing any more */
	RF_WORD_NO_EFFECT, /* nothing: told once in the log */
	RF_WORD_REFUSED,   /* without it the media would be broken: the request is refused */
};

struct rf_word {
	const char *name;           /* folded */
	enum rf_word_effect effect; /* what it does */
	uint32_t value;             /* bits to set, or enum rf_learn */
	const char *what;           /* of RF_WORD_REFUSED: the thing that is not offered */
};

/* Lists of words, by the key that carries them. */
enum rf_vocabulary_id {
	RF_VOCABULARY_FLAGS,
	RF_VOCABULARY_REPLACE,
	RF_VOCABULARY_MUX,
	RF_VOCABULARY_ICE,
	RF_VOCABULARY_SDES,
	RF_VOCABULARY_DTLS,
	RF_VOCABULARY_OSRTP,
	RF_VOCABULARY_BUNDLE,
	RF_VOCABULARY_T38,
	RF_VOCABULARY_LEARN,
	RF_VOCABULARY_RECORD,
	RF_VOCABULARY_ALL,
	RF_VOCABULARY_DTMF_SECURITY,
	RF_VOCABULARY_TRAFFIC,
	RF_VOCABULARIES
};

struct rf_vocabulary {
	const char *key;             /* as it is written to people */
	const struct rf_word *words; /* sorted by name */
	size_t n_words;              /* of them */
	bool open;                   /* words that are not listed have no effect, rather than being unknown */
};

extern const struct rf_vocabulary rf_vocabularies[RF_VOCABULARIES];

/* Fold a name: lower case, space and underscore to a hyphen. False when it is longer than any known name. */
bool rf_name_fold(struct rf_str name, char dst[RF_NAME_FOLDED], struct rf_str *folded);

/* The index of a folded name in rows (of size bytes each, each beginning with a const char *name, sorted); -1: not
 * there. */
int rf_name_find(struct rf_str folded, const void *rows, size_t n_rows, size_t size);

#endif
