/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the dictionary that came to the request that call/ acts on. What is asked and has no effect, or is not
 * known, is told in the log; what would leave the media broken ends up in request->refused.
 */
#ifndef RF_NG_READER_H
#define RF_NG_READER_H

#include "base/arena.h"
#include "call/request.h"
#include "log/log.h"
#include "ng/vocabulary.h"
#include "tree/value.h"

#define RF_TOLD_KEYS RF_VOCABULARIES /* the row of keys in rf_told */
#define RF_TOLD_MAX 256              /* names per row; the last few for names that no table has */
#define RF_REQUEST_MAX_NAME 1024     /* bytes of call-id, tags, labels, branch */
#define RF_READER_MAX_WARNINGS 16    /* that one request may cause */

/* Indices in a row for names that no table has. */
enum {
	RF_TOLD_OTHER = RF_TOLD_MAX - 1,     /* of a list that is open, of families of keys */
	RF_TOLD_CODEC = RF_TOLD_MAX - 2,     /* codec operations that only shape transcoding */
	RF_TOLD_FROM_TAGS = RF_TOLD_MAX - 3, /* flags "from-tags-…" */
	RF_TOLD_SDP_ATTR = RF_TOLD_MAX - 4,  /* flags "sdp-attr-…" */
	RF_TOLD_TABLED = RF_TOLD_MAX - 4,    /* below are the indices of a table */
};

/* Which words without effect the log knows of already; one for the daemon's life. */
struct rf_told {
	uint64_t bits[RF_VOCABULARIES + 1][RF_TOLD_MAX / 64]; /* by row and index */
};

struct rf_reader {
	struct rf_request *request; /* being filled */
	struct rf_arena *arena;     /* for texts that are made up */
	struct rf_log *log;         /* may be NULL */
	struct rf_told *told;       /* borrowed */
	struct rf_str raw;          /* rtpp-flags: kept for the end, since it overrides */
	unsigned directions;        /* interfaces that direction has given so far */
	unsigned warnings;          /* logged for this request so far */
};

/* Fill request from dict. Views in the request point into dict's strings and into the arena. */
void rf_reader_read(struct rf_reader *reader, const struct rf_value *dict);

/* keys.c: one key and its value, as in a dictionary. */
void rf_reader_key(struct rf_reader *reader, struct rf_str name, const struct rf_value *value);

/* flags.c: one token of "flags", prefixed and escaped forms included. */
void rf_reader_flag(struct rf_reader *reader, struct rf_str token);

/* codecs.c: one codec under an operation ("strip", …), and the dictionary of all of them. */
enum rf_codec_operation {
	RF_CODEC_STRIP,
	RF_CODEC_OFFER,
	RF_CODEC_EXCEPT,
	RF_CODEC_MASK,
	RF_CODEC_TRANSCODE, /* and the others that need a transcoder */
	RF_CODEC_IGNORE,    /* and the others that only shape transcoding */
};
void rf_reader_codec(struct rf_reader *reader, enum rf_codec_operation operation, struct rf_str codec);
void rf_reader_codecs(struct rf_reader *reader, const struct rf_value *value);

/* rtppflags.c: a raw flag string. */
void rf_reader_raw_flags(struct rf_reader *reader, struct rf_str text);

/* reader.c: what the others share. */
/* Do what a word of a list says; a word that is not known is told and has no effect. */
void rf_reader_word(struct rf_reader *reader, enum rf_vocabulary_id id, struct rf_str word);
/* Call fn for each item of a list, or of a string with commas. */
void rf_reader_each(struct rf_reader *reader, const struct rf_value *value,
                    void (*fn)(struct rf_reader *reader, struct rf_str item, int arg), int arg);
/* A scalar as text; empty for a container. */
struct rf_str rf_reader_text(struct rf_reader *reader, const struct rf_value *value);
/* A scalar as a number: 0 or -EINVAL. */
int rf_reader_number(const struct rf_value *value, int64_t *out);
/* The request is refused for this reason (the first one counts); an empty sentence: the arena was full. */
void rf_reader_refuse(struct rf_reader *reader, struct rf_str sentence);
/* Tell that a name is not known ("key", "flag", or the name of a list). */
void rf_reader_warn(struct rf_reader *reader, const char *kind, struct rf_str name);
/* Tell that a value was not understood. */
void rf_reader_bad(struct rf_reader *reader, struct rf_str key, struct rf_str value, const char *expected);
/* Tell once that a name has no effect. row: a vocabulary, or RF_TOLD_KEYS. */
void rf_reader_no_effect(struct rf_reader *reader, unsigned row, unsigned index, struct rf_str name);
/* Cut what people see of a stranger's text. */
struct rf_str rf_reader_shown(struct rf_str text);

#endif
