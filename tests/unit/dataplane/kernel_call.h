/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call between alice and bob (rig.h) over a kernel's table that a test plays (fake_table.h).
 */
#ifndef RF_TESTS_KERNEL_CALL_H
#define RF_TESTS_KERNEL_CALL_H

#include "dataplane/internal.h"
#include "fake_table.h"
#include "rig.h"
#include "test.h"

#define GUARD "rtpferry_test"
#define PATIENCE_MS 5000
#define ALICE 0x1111 /* SSRCs */
#define BOB 0x2222

struct call {
	struct rig rig;
	struct peer alice, bob;
};

extern const struct rf_kernel_config kernel_wish; /* label "test", lease 30 s */

/* A plane with a table and a guard, and the streams of a call; nothing is committed. */
void call_open(struct call *call);
/* The streams alone. */
void call_streams(struct call *call);
/* The same, committed, and both sides are heard: packets 1 of either. Both directions are in the kernel. */
void call_moves_in(struct call *call);
void call_close(struct call *call);
struct rf_kernel *kernel_of(struct call *call);

/* Run until that is so; false: it never is. */
bool runs_until(struct call *call, bool (*done)(struct call *call));
bool a_flow(struct call *call);
bool two_flows(struct call *call);
bool no_flows(struct call *call);

struct rf_stream_report report_of(const struct rf_stream *stream);
struct rf_leg_totals leg_of(const struct rf_stream *stream);
struct fake_flow *flow_of(const struct rf_stream *stream);

/* Packets that user space relays. */
void send_there(struct call *call, uint16_t first, uint16_t last);
void send_back(struct call *call, uint16_t seq);

/* A reading of the statistics. */
void read_stats(struct call *call);
/* Ticks of the table's timer. */
void ticks(struct call *call, unsigned n);

#endif
