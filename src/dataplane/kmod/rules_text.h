/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rules of rules.h say to people.
 */
#ifndef RF_DATAPLANE_KMOD_RULES_TEXT_H
#define RF_DATAPLANE_KMOD_RULES_TEXT_H

#include "dataplane/kmod/rules.h"

#define RF_RULES_COMMENT 128 /* bytes of a comment as nft reads it, with the final NUL */

/* The rules of an address. */
enum rf_rules_kind {
	RF_RULES_ALIAS,  /* packets to what it is advertised as get it as their destination */
	RF_RULES_IN,     /* packets to it are not tracked */
	RF_RULES_OUT,    /* packets from it are not tracked */
	RF_RULES_TARGET, /* packets to it go to the target */
};

/* Of a table that outlives its process: whom the table is for, and until when; returns dst. */
const char *rf_rules_table_comment(const struct rf_rules_config *config, char dst[RF_RULES_COMMENT]);
/* How the comments begin. */
#define RF_RULES_PREFIX "rtpferry "

/* The comment of a table that outlives its process: owner, and until when; returns dst. */
const char *rf_rules_table_comment(const struct rf_rules_config *config, char dst[RF_RULES_COMMENT]);
/* The comment of a rule: owner and meaning, in characters that need no quoting; returns dst. */
const char *rf_rules_comment(const struct rf_rules_config *config, enum rf_rules_kind kind, char dst[RF_RULES_COMMENT]);

#endif
