/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports, data plane, loop and clock for tests of the model: everything is remembered, nothing is done.
 */
#ifndef RF_TESTS_CALL_FAKE_H
#define RF_TESTS_CALL_FAKE_H

#include "dataplane/dataplane.h"

struct rf_stream {
	struct rf_group *group;
	struct rf_local *local;
	uint16_t port;
	struct rf_stream_config config; /* as committed or staged */
	struct rf_stream_report report; /* what the test wants read */
	uint64_t in_kernel;             /* packets that it has only once the kernel was asked */
	bool freed;
	struct rf_stream *next;
};

extern unsigned fake_pairs_free;  /* pairs that the pool still has */
extern unsigned fake_pairs_taken; /* pairs handed out and not come back */
extern unsigned fake_groups;      /* groups alive */
extern int64_t fake_now_us;       /* both clocks */

void fake_reset(void);
/* The stream that is bound to that port; NULL when there is none. */
struct rf_stream *fake_stream(uint16_t port);
/* Let time pass in ticks of the model's timer. */
void fake_pass(int64_t seconds);

#endif
