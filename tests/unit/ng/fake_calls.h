/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model that does what the test says, in place of call/.
 */
#ifndef RF_TESTS_FAKE_CALLS_H
#define RF_TESTS_FAKE_CALLS_H

#include "call/report.h"

/* What the fake replies, and what it was asked. Reset by fake_reset. */
struct fake {
	struct rf_reply reply; /* given to each command */
	unsigned offers, answers, deletes, queries, changes;
	enum rf_media_change change; /* the last one */
	char call_id[64];            /* of the last request */
	uint32_t flags;              /* of the last request */
	unsigned n_calls;            /* that rf_calls_each tells */
	struct rf_calls_totals totals;
};

extern struct fake fake;

void fake_reset(void);

/* A report with two parties, audio, one SSRC each way. Static. */
struct rf_call_report *fake_report(void);

#endif
