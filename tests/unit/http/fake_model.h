/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model, a data plane, ports and ng that hold what a test puts into them; they stand in for the libraries.
 */
#ifndef RF_TESTS_FAKE_MODEL_H
#define RF_TESTS_FAKE_MODEL_H

#include "call/report.h"
#include "http/http.h"

struct rf_calls {
	unsigned n;                /* sessions "call-1" to "call-n", two legs each */
	const char *first_id;      /* call-id of the first session; NULL: "call-1" */
	struct rf_str terminated;  /* call-id that was terminated last */
	char terminated_text[256]; /* its bytes */
	unsigned n_samples;        /* of each leg */
	bool draining;
	bool quiet;  /* sessions without a packet so far */
	bool kernel; /* the first party's packets of the third session go through the kernel */
	struct rf_calls_totals totals;
};

struct rf_dataplane {
	bool kernel; /* there is a table, 7, and some of the packets go through it */
	bool wanted; /* there is none, and one is wanted */
};

/* Everything a server needs, with figures that tests know; n sessions. */
struct fake {
	struct rf_calls calls;
	struct rf_dataplane dataplane;
	struct rf_http_process process;
	struct rf_http_config config; /* without loop and listeners */
};

void fake_init(struct fake *fake, unsigned n);

#endif
