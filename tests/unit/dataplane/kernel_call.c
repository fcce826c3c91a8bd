/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_call.h"

const struct rf_kernel_config kernel_wish = {.label = "test", .lease_s = 30};

struct rf_kernel *kernel_of(struct call *call)
{
	return &call->rig.dataplane->kernel;
}

void call_streams(struct call *call)
{
	peer_open(&call->alice, "127.0.0.1", 0);
	peer_open(&call->bob, "127.0.0.1", 0);
	rig_streams(&call->rig, "four", "four", false);
	call->rig.to_a.remote = call->alice.self;
	call->rig.to_b.remote = call->bob.self;
}

void call_open(struct call *call)
{
	rig_open_kernel(&call->rig, 1, &kernel_wish, GUARD);
	call_streams(call);
}

void call_close(struct call *call)
{
	rf_group_free(call->rig.group);
	rig_close(&call->rig);
	peer_close(&call->alice);
	peer_close(&call->bob);
}

bool runs_until(struct call *call, bool (*done)(struct call *call))
{
	for (unsigned ms = 0; ms < PATIENCE_MS; ms++) {
		if (done(call))
			return true;
		rig_run(&call->rig, 1);
	}
	return false;
}

bool a_flow(struct call *call)
{
	return kernel_of(call)->n_flows > 0;
}

bool two_flows(struct call *call)
{
	return fake_installed() == 2 && kernel_of(call)->n_flows == 2;
}

bool no_flows(struct call *call)
{
	return kernel_of(call)->n_flows == 0;
}

struct rf_stream_report report_of(const struct rf_stream *stream)
{
	struct rf_stream_report report;

	rf_stream_report(stream, &report);
	return report;
}

struct rf_leg_totals leg_of(const struct rf_stream *stream)
{
	struct rf_stream_report report = report_of(stream);
	struct rf_leg_totals totals;

	rf_leg_totals(&report.leg, &totals);
	return totals;
}

void send_there(struct call *call, uint16_t first, uint16_t last)
{
	uint8_t packet[RTP_SIZE];

	for (uint16_t seq = first; seq <= last; seq++) {
		rtp_make(packet, 8, seq, seq * 160U, ALICE);
		peer_send(&call->alice, call->rig.a, packet, sizeof(packet));
		peer_expect(&call->bob, call->rig.b, packet, sizeof(packet));
	}
}

void send_back(struct call *call, uint16_t seq)
{
	uint8_t packet[RTP_SIZE];

	rtp_make(packet, 8, seq, seq * 160U, BOB);
	peer_send(&call->bob, call->rig.b, packet, sizeof(packet));
	peer_expect(&call->alice, call->rig.a, packet, sizeof(packet));
}

/* Set up, and both sides are heard: packets 1 of either. */
void call_moves_in(struct call *call)
{
	call_open(call);
	rig_commit(&call->rig);
	send_there(call, 1, 1);
	send_back(call, 1);
	assert_true(runs_until(call, two_flows));
	rig_sync(&call->rig);
}

struct fake_flow *flow_of(const struct rf_stream *stream)
{
	return fake_at(rf_stream_port(stream));
}

/* A reading of the statistics. */
void read_stats(struct call *call)
{
	rf_kernel_tick(kernel_of(call));
	for (unsigned ms = 0; kernel_of(call)->dump && ms < PATIENCE_MS; ms++)
		rig_run(&call->rig, 1);
	rig_sync(&call->rig);
}

void ticks(struct call *call, unsigned n)
{
	while (n-- > 0) {
		rf_kernel_tick(kernel_of(call));
		rf_guard_check(kernel_of(call));
	}
}
