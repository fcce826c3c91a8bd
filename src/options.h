/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of keys. Files, environment, command line, --help, --dump-config and docs/configuration.md all
 * come from it.
 */
#ifndef RF_OPTIONS_H
#define RF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum rf_option_type {
	RF_OPTION_BOOL,       /* bool */
	RF_OPTION_NUMBER,     /* int64_t between min and max, or the word */
	RF_OPTION_SECONDS,    /* as a number */
	RF_OPTION_BYTES,      /* int64_t; K, M, G (powers of 1024) may follow */
	RF_OPTION_PERCENT,    /* double, 0 to 100 */
	RF_OPTION_TEXT,       /* char *, owned; never NULL */
	RF_OPTION_CHOICE,     /* int: index into choices */
	RF_OPTION_LEVEL,      /* int: enum rf_log_level; -1: as log-level */
	RF_OPTION_ENDPOINTS,  /* struct rf_endpoints; min is the default port */
	RF_OPTION_NETS,       /* struct rf_nets */
	RF_OPTION_INTERFACES, /* struct rf_iface_specs */
	RF_OPTION_TEXTS,      /* struct rf_texts */
};

enum rf_option_area {
	RF_AREA_CONTROL,
	RF_AREA_ADDRESSES,
	RF_AREA_KERNEL,
	RF_AREA_TIMEOUTS,
	RF_AREA_LIMITS,
	RF_AREA_MEDIA,
	RF_AREA_STATE,
	RF_AREA_LOGGING,
	RF_AREA_PROCESS,
	RF_AREAS
};

enum {
	RF_OPTION_RELOAD = 1, /* a reload changes it; others wait for the next start */
};

struct rf_option {
	const char *name;  /* "port-min" */
	const char *alias; /* another spelling, of the peer's; NULL: none */
	char letter;       /* short option; 0: none */
	enum rf_option_type type;
	enum rf_option_area area;
	unsigned flags;   /* RF_OPTION_RELOAD */
	size_t offset;    /* of the field in struct rf_config */
	int64_t min, max; /* of a number, inclusive */
	const char *word; /* a word that stands for word_value, or for an empty list; NULL: none */
	int64_t word_value;
	const char *const *choices; /* NULL-terminated, of a choice */
	const char *fallback;       /* the default, as it would be written; "" is an empty text or list */
	const char *metavar;        /* what the value is called in --help */
	const char *help;           /* one sentence without a full stop */
};

/* An option of the peer without a meaning here: accepted, and named once in the log. */
struct rf_peer_option {
	const char *name;
	char letter; /* short option; 0: none */
	bool takes_value;
};

extern const struct rf_option rf_options[];
extern const unsigned rf_options_count;
#define RF_OPTIONS_MAX 80 /* at most as many keys */
extern const struct rf_peer_option rf_peer_options[];
extern const unsigned rf_peer_options_count;

/* By name or alias, hyphens and underscores alike; NULL when there is none. */
const struct rf_option *rf_option_find(struct rf_str name);
const struct rf_peer_option *rf_peer_option_find(struct rf_str name);
const char *rf_option_area_name(enum rf_option_area area);
bool rf_option_is_list(const struct rf_option *option);

/* What a good value looks like: "a whole number from 1 to 10", for an error and for the documentation. */
void rf_option_expected(const struct rf_option *option, struct rf_buf *out);

/*
 * Parse text into the field at field; a list grows by one item. 0, -EINVAL (not what rf_option_expected says)
 * or -ENOMEM; on an error the field is as it was.
 */
int rf_option_parse(const struct rf_option *option, struct rf_str text, void *field);
/* Append the value so that rf_option_parse, item by item, would read the same. */
void rf_option_print(const struct rf_option *option, const void *field, struct rf_buf *out);
/* Free what the field holds; an empty list or text (not NULL unless memory is out) is left. */
void rf_option_clear(const struct rf_option *option, void *field);

#endif
