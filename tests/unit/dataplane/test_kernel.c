/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that move into the kernel and out of it: a real worker and real sockets (rig.h), a table that a test plays
 * (fake_table.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dataplane/internal.h"
#include "fake_table.h"
#include "kernel_call.h"
#include "oom.h"
#include "test.h"

/* -- in and out -- */

static void a_call_moves_in_once_both_sources_are_known(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	rig_commit(&call.rig);
	send_there(&call, 1, 1);
	assert_true(runs_until(&call, a_flow));
	rig_sync(&call.rig);
	/* Bob was not heard: his stream is no flow; alice's goes where his SDP says. */
	assert_int_equal(fake_installed(), 1);
	assert_true(report_of(call.rig.a).kernel);
	assert_false(report_of(call.rig.b).kernel);
	assert_string_equal(report_of(call.rig.b).kernel_why, rf_offload_why(RF_OFFLOAD_NO_SOURCE));
	send_back(&call, 1);
	assert_true(runs_until(&call, two_flows));
	assert_true(rf_endpoint_equal(&flow_of(call.rig.a)->flow.source, &call.alice.self));
	assert_true(rf_endpoint_equal(&flow_of(call.rig.a)->flow.to, &call.bob.self));
	assert_int_equal(flow_of(call.rig.a)->flow.out.port, rf_stream_port(call.rig.b));
	assert_true(rf_endpoint_equal(&flow_of(call.rig.b)->flow.to, &call.alice.self));
	assert_string_equal(report_of(call.rig.b).kernel_why, "");
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_true(status.up && status.wanted && !status.adopted);
	assert_int_equal(status.id, 7);
	assert_int_equal(status.streams, 2);
	assert_string_equal(status.version, "fake 1");
	assert_string_equal(status.why, "");
	call_close(&call);
	assert_int_equal(fake.deleted, 1);
}

static void public_endpoints_are_there_at_once(void **state)
{
	struct rf_endpoint latched;
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	rf_endpoint_parse(RF_STR("8.8.4.4:4000"), 0, &call.rig.to_a.remote);
	rf_endpoint_parse(RF_STR("8.8.8.8:6000"), 0, &call.rig.to_b.remote);
	rig_commit(&call.rig);
	assert_true(runs_until(&call, two_flows));
	assert_int_equal(fake.sets, 1);
	assert_int_equal(fake.last_set, 2);
	assert_int_equal(report_of(call.rig.a).source.port, 0);
	/* Packets were forwarded: the worker takes their source for the party's, and nobody else's. */
	fake_forward(flow_of(call.rig.a), ALICE, 1, 10, 172);
	read_stats(&call);
	latched = report_of(call.rig.a).source;
	assert_true(rf_endpoint_equal(&latched, &call.rig.to_a.remote));
	assert_int_equal(report_of(call.rig.b).source.port, 0);
	rig_run(&call.rig, 5);
	assert_true(flow_of(call.rig.a)->flow.drop_mismatch);
	assert_int_equal(report_of(call.rig.a).packets_in, 10);
	call_close(&call);
}

static void another_endpoint_replaces_the_flow(void **state)
{
	struct call call;
	uint64_t cookie;

	(void)state;
	fake_reset();
	call_open(&call);
	rf_endpoint_parse(RF_STR("8.8.4.4:4000"), 0, &call.rig.to_a.remote);
	rf_endpoint_parse(RF_STR("8.8.8.8:6000"), 0, &call.rig.to_b.remote);
	rig_commit(&call.rig);
	assert_true(runs_until(&call, two_flows));
	fake_forward(flow_of(call.rig.a), ALICE, 1, 10, 172);
	cookie = flow_of(call.rig.a)->flow.cookie;
	rf_endpoint_parse(RF_STR("8.8.8.9:6000"), 0, &call.rig.to_b.remote);
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_int_equal(fake.dels, 0);
	assert_int_equal(fake.sets, 2);
	assert_true(rf_endpoint_equal(&flow_of(call.rig.a)->flow.to, &call.rig.to_b.remote));
	assert_true(rf_endpoint_equal(&flow_of(call.rig.b)->flow.source, &call.rig.to_b.remote));
	assert_true(flow_of(call.rig.a)->flow.cookie == cookie);
	/* A commit that changes nothing asks for nothing. */
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_int_equal(fake.sets, 2);
	call_close(&call);
}

static void a_party_on_hold_gets_nothing(void **state)
{
	struct rf_endpoint bob;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	bob = call.rig.to_b.remote;
	rf_endpoint_parse(RF_STR("0.0.0.0:6000"), 0, &call.rig.to_b.remote);
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_null(flow_of(call.rig.a));
	assert_string_equal(report_of(call.rig.a).kernel_why, rf_offload_why(RF_OFFLOAD_HOLD));
	call.rig.to_b.remote = bob;
	rig_commit(&call.rig);
	send_back(&call, 2);
	assert_true(runs_until(&call, two_flows));
	call_close(&call);
}

/* Packets 1 in user space, 2 to 100 in the kernel, 101 and 102 in user space, 103 to 5000 in the kernel but one. */
static void a_call_that_moves_out_and_in_again_loses_no_figures(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct rf_leg_totals leg;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 100, RTP_SIZE);
	call.rig.to_a.flags |= RF_STREAM_BLOCK;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_null(flow_of(call.rig.a));
	assert_non_null(flow_of(call.rig.b));
	assert_int_equal(report_of(call.rig.a).packets_in, 100);
	assert_int_equal(report_of(call.rig.a).bytes_in, 100 * RTP_SIZE);
	assert_int_equal(report_of(call.rig.b).packets_out, 100);
	rtp_make(packet, 8, 101, 101 * 160U, ALICE);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_BLOCKED, 1);
	call.rig.to_a.flags &= ~(uint32_t)RF_STREAM_BLOCK;
	rf_stream_set(call.rig.a, &call.rig.to_a);
	assert_int_equal(rf_group_commit(call.rig.group), 0);
	assert_true(runs_until(&call, two_flows));
	rig_sync(&call.rig);
	/* One packet climbs: it counts, and is no gap. */
	send_there(&call, 102, 102);
	fake_forward(flow_of(call.rig.a), ALICE, 103, 4500, RTP_SIZE);
	send_there(&call, 4501, 4501);
	fake_forward(flow_of(call.rig.a), ALICE, 4502, 5000, RTP_SIZE);
	read_stats(&call);
	leg = leg_of(call.rig.a);
	assert_int_equal(leg.packets, 5000);
	assert_int_equal(leg.expected, 5000);
	assert_int_equal(leg.lost + leg.duplicates + leg.reordered, 0);
	rf_group_finish(call.rig.group);
	rig_sync(&call.rig);
	send_there(&call, 5001, 5001);
	rig_sync(&call.rig);
	leg = leg_of(call.rig.a);
	assert_int_equal(leg.packets, 5001);
	assert_int_equal(leg.expected, 5001);
	assert_int_equal(leg.lost + leg.duplicates + leg.reordered, 0);
	assert_int_equal(report_of(call.rig.a).packets_in, 5001);
	assert_int_equal(report_of(call.rig.b).packets_out, 5000);
	call_close(&call);
}

#define WAITING 8 /* packets, each twice */

static void wait_twice(void *arg)
{
	struct call *call = arg;
	uint8_t packet[RTP_SIZE];

	for (uint16_t i = 0; i < 2 * WAITING; i++) {
		uint16_t seq = 2 + i / 2;

		rtp_make(packet, 8, seq, seq * 160U, ALICE);
		peer_send(&call->alice, call->rig.a, packet, sizeof(packet));
	}
	fake.on_set = NULL;
}

/* They came before the kernel had the flow; the worker may know that it has before it has read them. */
static void packets_that_wait_while_a_call_moves_in_are_measured(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct rf_leg_totals leg;
		struct call call;

		fake_reset();
		call_open(&call);
		fake.on_set = wait_twice;
		fake.on_set_arg = &call;
		rig_commit(&call.rig);
		send_there(&call, 1, 1);
		assert_true(runs_until(&call, a_flow));
		rig_sync(&call.rig);
		leg = leg_of(call.rig.a);
		assert_int_equal(leg.packets, 1 + 2 * WAITING);
		assert_int_equal(leg.duplicates, WAITING);
		assert_int_equal(leg.lost + leg.reordered, 0);
		call_close(&call);
	}
}

/* However far the worker is with taking the figures over, a report has them once. */
static void a_report_is_final_at_once(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 1000, RTP_SIZE);
	rf_group_finish(call.rig.group);
	assert_int_equal(fake_installed(), 0);
	for (unsigned i = 0; i < 50; i++) {
		struct rf_leg_totals leg = leg_of(call.rig.a);

		assert_int_equal(leg.packets, 1000);
		assert_int_equal(leg.expected, 1000);
		assert_int_equal(leg.lost, 0);
		/* The worker has done it; then the control thread has heard of that. */
		if (i == 10)
			usleep(50000);
		if (i > 20)
			rig_run(&call.rig, 1);
		if (i == 40)
			rig_sync(&call.rig);
	}
	assert_int_equal(report_of(call.rig.a).packets_in, 1000);
	assert_true(rf_list_empty(&call.rig.a->ending));
	assert_int_equal(rf_stream_last_packet_us(call.rig.a), report_of(call.rig.a).last_packet_us);
	assert_string_equal(report_of(call.rig.a).kernel_why, rf_offload_why(RF_OFFLOAD_FINISHED));
	/* It is relayed, and stays out of the kernel. */
	send_there(&call, 1001, 1001);
	rig_run(&call.rig, 5);
	assert_int_equal(fake_installed(), 0);
	/* Somebody wants it back. */
	rig_commit(&call.rig);
	assert_true(runs_until(&call, two_flows));
	call_close(&call);
}

static void streams_lose_their_flows_before_their_ports(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	rf_stream_free(call.rig.a);
	call.rig.to_b.out_rtp = NULL;
	rf_stream_set(call.rig.b, &call.rig.to_b);
	assert_int_equal(rf_group_commit(call.rig.group), 0);
	/* Both: what arrived at b left from a. */
	assert_int_equal(fake_installed(), 0);
	rig_sync(&call.rig);
	assert_string_equal(report_of(call.rig.b).kernel_why, rf_offload_why(RF_OFFLOAD_NO_STREAM));
	call_close(&call);
}

static void groups_come_and_go_with_mail_under_way(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	rig_open_kernel(&call.rig, 2, &kernel_wish, NULL);
	peer_open(&call.alice, "127.0.0.1", 0);
	peer_open(&call.bob, "127.0.0.1", 0);
	for (unsigned i = 0; i < 200; i++) {
		uint8_t packet[RTP_SIZE];

		rig_streams(&call.rig, "four", "four", true);
		rf_endpoint_parse(RF_STR("8.8.4.4:4000"), 0, &call.rig.to_a.remote);
		call.rig.to_b.remote = call.bob.self;
		rf_stream_set(call.rig.a, &call.rig.to_a);
		rf_stream_set(call.rig.b, &call.rig.to_b);
		assert_int_equal(rf_group_commit(call.rig.group), 0);
		rtp_make(packet, 8, 1, 160, BOB);
		peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
		if (i % 2)
			rig_run(&call.rig, 1);
		if (i % 3 == 0)
			rf_kernel_tick(kernel_of(&call));
		if (i % 5 == 0)
			rf_group_finish(call.rig.group);
		rf_group_free(call.rig.group);
		assert_int_equal(rf_group_new(call.rig.dataplane, &call.rig.group), 0);
	}
	rig_sync(&call.rig);
	assert_int_equal(fake_installed(), 0);
	call_close(&call);
}

static void a_plane_that_ends_gives_the_table_back(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	rig_close(&call.rig);
	assert_int_equal(fake.tables, 0);
	assert_int_equal(fake.deleted, 1);
	assert_string_equal(fake.rules, "");
	peer_close(&call.alice);
	peer_close(&call.bob);
}

/* -- tables that come and go -- */

static void calls_move_out_when_the_table_is_gone_and_in_when_one_comes(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 50, RTP_SIZE);
	read_stats(&call);
	fake.gone = -ENOENT;
	fake.module = false;
	read_stats(&call);
	assert_true(runs_until(&call, no_flows));
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_false(status.up);
	assert_non_null(strstr(status.why, "table 7 is gone"));
	assert_int_equal(fake.tables, 0);
	assert_string_equal(fake.rules, GUARD);
	send_there(&call, 51, 51);
	rig_sync(&call.rig);
	assert_int_equal(leg_of(call.rig.a).packets, 51);
	assert_int_equal(leg_of(call.rig.a).expected, 51);
	assert_int_equal(report_of(call.rig.a).packets_in, 51);
	/* The flows went with it. */
	memset(fake.flows, 0, sizeof(fake.flows));
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_string_equal(status.why, "there is no module");
	fake.module = true;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	assert_string_equal(fake.rules, "rtpferry_7");
	call_close(&call);
}

static void calls_that_are_there_move_in_when_the_module_comes(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	fake.module = false;
	call_open(&call);
	assert_string_equal(fake.rules, GUARD);
	assert_int_equal(fake.rules_ranges, 2);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_true(status.wanted && !status.up);
	assert_string_equal(status.guard, GUARD);
	rig_commit(&call.rig);
	send_there(&call, 1, 3);
	send_back(&call, 1);
	fake.module = true;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_string_equal(status.guard, "rtpferry_7");
	assert_int_equal(fake.n_locals, 2);
	call_close(&call);
}

static bool both_refused(struct call *call)
{
	return call->rig.a->why == RF_OFFLOAD_REFUSED && call->rig.b->why == RF_OFFLOAD_REFUSED;
}

static void a_refused_call_stays_and_is_tried_again(void **state)
{
	uint64_t errors[RTPFERRY_CMD_MAX + 1];
	struct call call;

	(void)state;
	fake_reset();
	fake.refuse_set = -ENOSPC;
	call_open(&call);
	rig_commit(&call.rig);
	send_there(&call, 1, 5);
	send_back(&call, 1);
	assert_true(runs_until(&call, both_refused));
	assert_int_equal(fake_installed(), 0);
	rf_dataplane_netlink_errors(call.rig.dataplane, errors);
	assert_true(errors[RTPFERRY_CMD_FLOW_SET] >= 1);
	send_there(&call, 6, 10);
	fake.refuse_set = 0;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	rig_sync(&call.rig);
	assert_int_equal(leg_of(call.rig.a).packets, 10);
	/* A change that is refused leaves no flow behind that does something else. */
	fake.refuse_set = -ENOSPC;
	call.rig.to_a.tos = 184;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_int_equal(fake_installed(), 0);
	call_close(&call);
}

static void the_table_is_kept_by_a_heartbeat(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	ticks(&call, 30);
	assert_int_equal(fake.renewals, 3);
	call_close(&call);
}

/* -- figures -- */

static void kernel_packets_are_in_all_figures(void **state)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	uint64_t passed_up[RTPFERRY_REASON_COUNT], drops[RF_DROPS];
	struct fake_flow *flow;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	flow = flow_of(call.rig.a);
	fake_forward(flow, ALICE, 2, 100, RTP_SIZE);
	flow->stats.passed_up[RTPFERRY_REASON_STUN] = 3;
	flow->stats.dropped[RTPFERRY_REASON_SOURCE] = 4;
	read_stats(&call);
	assert_int_equal(rf_dataplane_totals(call.rig.dataplane, rows), 1);
	assert_int_equal(rows[0].packets_in, 101);
	assert_int_equal(rows[0].packets_out, 101);
	assert_int_equal(rows[0].kernel.packets_in, 99);
	assert_int_equal(rows[0].kernel.bytes_out, 99 * RTP_SIZE);
	rf_dataplane_passed_up(call.rig.dataplane, passed_up);
	assert_int_equal(passed_up[RTPFERRY_REASON_STUN], 3);
	rf_dataplane_drops(call.rig.dataplane, drops);
	assert_int_equal(drops[RF_DROP_UNKNOWN_SOURCE], 4);
	rf_dataplane_kernel_drops(call.rig.dataplane, drops);
	assert_int_equal(drops[RF_DROP_UNKNOWN_SOURCE], 4);
	assert_int_equal(report_of(call.rig.a).drops[RF_DROP_UNKNOWN_SOURCE], 4);
	assert_true(rf_stream_last_packet_us(call.rig.a) == flow->stats.last_us);
	/* Read in the middle of a change, counters may seem to be less for once. */
	flow->stats.packets -= 5;
	read_stats(&call);
	rf_dataplane_totals(call.rig.dataplane, rows);
	assert_int_equal(rows[0].kernel.packets_in, 99);
	flow->stats.packets += 6;
	read_stats(&call);
	rf_dataplane_totals(call.rig.dataplane, rows);
	assert_int_equal(rows[0].kernel.packets_in, 100);
	call_close(&call);
}

/* More SSRCs than the kernel holds: what it tells of the others is in the leg, while the flow lives and after it. */
static void ssrcs_that_gave_way_are_in_the_leg(void **state)
{
	struct rf_leg_totals leg;
	struct fake_flow *flow;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	flow = flow_of(call.rig.a);
	fake_forward(flow, ALICE, 2, 100, RTP_SIZE);
	flow->stats.packets += 31;
	flow->stats.past =
		(struct rf_flow_past){.packets = 31, .expected = 33, .lost = 4, .duplicates = 2, .reordered = 5};
	read_stats(&call);
	for (unsigned i = 0; i < 2; i++) {
		leg = leg_of(call.rig.a);
		assert_int_equal(leg.packets, 131);
		assert_int_equal(leg.expected, 133);
		assert_int_equal(leg.lost, 4);
		assert_int_equal(leg.duplicates, 2);
		assert_int_equal(leg.reordered, 5);
		rf_group_finish(call.rig.group);
		rig_sync(&call.rig);
	}
	call_close(&call);
}

static void the_window_of_learning_comes_first(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	call.rig.to_a.learn = call.rig.to_b.learn = RF_LEARN_DELAYED;
	rig_commit(&call.rig);
	send_there(&call, 1, 1);
	send_back(&call, 1);
	rig_run(&call.rig, 20);
	assert_int_equal(fake_installed(), 0);
	assert_string_equal(report_of(call.rig.a).kernel_why, rf_offload_why(RF_OFFLOAD_LEARNING));
	rig_run(&call.rig, 3050);
	assert_int_equal(fake_installed(), 0);
	send_there(&call, 2, 2);
	send_back(&call, 2);
	assert_true(runs_until(&call, two_flows));
	call_close(&call);
}

static void put32(uint8_t *p, uint32_t n)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(n >> (24 - 8 * i));
}

/* A sender report of alice's, and a receiver report of bob's that answers it. */
static void make_reports(uint8_t sr[28], uint8_t rr[32])
{
	memset(sr, 0, 28);
	put32(sr, 0x80c80006);
	put32(sr + 4, ALICE);
	put32(sr + 8, 0x1234);
	put32(sr + 12, 0x56780000);
	memset(rr, 0, 32);
	put32(rr, 0x81c90007);
	put32(rr + 4, BOB);
	put32(rr + 8, ALICE);
	put32(rr + 12, 0x40000009);
	put32(rr + 24, 0x12345678);
}

static void send_marked(const struct peer *peer, const struct rf_stream *to, const void *data, size_t len)
{
	uint32_t mark = RTPFERRY_COPY_MARK | 1, none = 0;

	if (setsockopt(peer->fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark))) {
		print_message("         packets cannot be marked here: %s\n", strerror(errno));
		skip();
	}
	peer_send(peer, to, data, len);
	assert_int_equal(setsockopt(peer->fd, SOL_SOCKET, SO_MARK, &none, sizeof(none)), 0);
}

static bool bob_reported(struct call *call)
{
	return report_of(call->rig.b).far.valid;
}

static void copies_of_rtcp_are_read_and_not_sent_again(void **state)
{
	uint8_t sr[28], rr[32];
	struct rf_stream_report report;
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	call.rig.to_a.flags |= RF_STREAM_RTCP;
	call.rig.to_b.flags |= RF_STREAM_RTCP;
	call.rig.to_a.out_rtcp = call.rig.b;
	call.rig.to_b.out_rtcp = call.rig.a;
	rig_commit(&call.rig);
	send_there(&call, 1, 1);
	send_back(&call, 1);
	assert_true(runs_until(&call, two_flows));
	assert_int_equal(flow_of(call.rig.a)->flow.flags, RTPFERRY_FLOW_FLAG_RTP | RTPFERRY_FLOW_FLAG_RTCP);
	make_reports(sr, rr);
	send_marked(&call.alice, call.rig.a, sr, sizeof(sr));
	rig_sync(&call.rig);
	usleep(20000);
	send_marked(&call.bob, call.rig.b, rr, sizeof(rr));
	assert_true(runs_until(&call, bob_reported));
	report = report_of(call.rig.b);
	assert_int_equal(report.far.lost, 9);
	assert_true(report.far.round_trip_us > 10000);
	assert_int_equal(report.packets_in, 1);
	assert_int_equal(report.rtcp_in, 0);
	peer_expect_nothing(&call.bob);
	peer_expect_nothing(&call.alice);
	/* One that climbs without the mark takes the old way. */
	peer_send(&call.alice, call.rig.a, sr, sizeof(sr));
	peer_expect(&call.bob, call.rig.b, sr, sizeof(sr));
	rig_sync(&call.rig);
	assert_int_equal(report_of(call.rig.a).rtcp_in, 1);
	call_close(&call);
}

/* -- the guard -- */

static void the_guard_is_looked_at(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	fake.module_for_rules = false;
	call_open(&call);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_string_equal(status.guard, "");
	assert_string_equal(status.guard_why, "nftables needs CAP_NET_ADMIN");
	fake.module_for_rules = true;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_string_equal(status.guard, "rtpferry_7");
	assert_string_equal(status.guard_why, "");
	fake.rules_missing = true;
	ticks(&call, 1);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_int_equal(status.restored, 1);
	call_close(&call);
}

static const struct rf_kernel_config wish_by_rules = {.label = "test", .lease_s = 30, .hook = RTPFERRY_HOOK_NFT};

static void a_table_that_rules_do_not_feed_is_none(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	fake.no_target = true;
	rig_open_kernel(&call.rig, 1, &wish_by_rules, GUARD);
	call_streams(&call);
	rig_commit(&call.rig);
	send_there(&call, 1, 3);
	send_back(&call, 1);
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_false(status.up);
	assert_string_equal(status.why, "there is no target");
	assert_string_equal(status.guard, GUARD);
	assert_string_equal(status.guard_why, "");
	assert_int_equal(fake.tables, 0);
	assert_int_equal(fake.deleted, 2);
	assert_int_equal(fake.sets, 0);
	fake.no_target = false;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	assert_string_equal(fake.rules, "rtpferry_7");
	call_close(&call);
}

static void a_table_that_rules_feed_no_more_is_left(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	rig_open_kernel(&call.rig, 1, &wish_by_rules, GUARD);
	call_streams(&call);
	rig_commit(&call.rig);
	send_there(&call, 1, 1);
	send_back(&call, 1);
	assert_true(runs_until(&call, two_flows));
	fake_forward(flow_of(call.rig.a), ALICE, 2, 50, RTP_SIZE);
	fake.no_target = true;
	ticks(&call, 2 * RF_KERNEL_RETRY_TICKS);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_false(status.up);
	assert_int_equal(fake_installed(), 0);
	assert_string_equal(status.guard, GUARD);
	rig_sync(&call.rig);
	send_there(&call, 51, 51);
	rig_sync(&call.rig);
	assert_int_equal(leg_of(call.rig.a).packets, 51);
	assert_int_equal(leg_of(call.rig.a).expected, 51);
	fake.no_target = false;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	call_close(&call);
}

static void user_space_has_a_guard_too(void **state)
{
	struct rf_buf rules;
	struct rig rig;

	(void)state;
	fake_reset();
	rf_buf_init(&rules, 0);
	rig_open_kernel(&rig, 1, NULL, GUARD);
	assert_string_equal(fake.rules, GUARD);
	assert_int_equal(fake.tables, 0);
	rf_dataplane_print_rules(rig.dataplane, &rules);
	assert_str(rf_buf_view(&rules), "table inet " GUARD);
	rf_buf_free(&rules);
	rf_group_free(rig.group);
	rig_close(&rig);
	assert_string_equal(fake.rules, "");
}

/* An interface of the rig's anew, and what it is advertised as. */
static struct rf_local_config advertised(const char *iface, const char *address, const char *as, uint16_t min,
                                         uint16_t max)
{
	struct rf_local_config config = {.port_min = min, .port_max = max};

	snprintf(config.iface, sizeof(config.iface), "%s", iface);
	assert_int_equal(rf_addr_parse(rf_str_of(address), &config.address), 0);
	assert_int_equal(rf_addr_parse(rf_str_of(as), &config.advertised), 0);
	return config;
}

static void readdress(struct rig *rig, const struct rf_local_config *locals, unsigned n)
{
	struct rf_str why;

	assert_int_equal(rf_ports_configure(rig->ports, locals, n, &why), 0);
	rf_dataplane_readdress(rig->dataplane);
}

/* The guard's aliases, as "ADDRESS:MIN-MAX=TO " each. */
static const char *aliases(void)
{
	static char text[512];
	char from[RF_ADDR_TEXT], to[RF_ADDR_TEXT];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < fake.rules_aliases; i++) {
		const struct rf_rules_alias *alias = &fake.aliases[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s:%u-%u=%s ",
		                        rf_addr_print(&alias->range.address, from), alias->range.port_min,
		                        alias->range.port_max, rf_addr_print(&alias->to, to));
	}
	return text;
}

static void packets_to_what_is_advertised_are_taken(void **state)
{
	struct rf_local_config locals[4];
	struct rig rig;

	(void)state;
	fake_reset();
	rig_open_kernel(&rig, 1, NULL, GUARD);
	assert_string_equal(aliases(), "");
	/* Of two that show the same address, by ports; of the same ports, the first. */
	locals[0] = advertised("a", "127.0.0.1", "192.0.2.1", 41000, 41099);
	locals[1] = advertised("b", "127.0.0.1", "192.0.2.1", 41100, 41199);
	locals[2] = advertised("c", "127.0.0.2", "192.0.2.1", 41100, 41199);
	locals[3] = advertised("d", "::1", "2001:db8::1", 41000, 41099);
	readdress(&rig, locals, 4);
	assert_string_equal(aliases(), "192.0.2.1:41000-41099=127.0.0.1 192.0.2.1:41100-41199=127.0.0.1 "
	                               "2001:db8::1:41000-41099=::1 ");
	assert_int_equal(fake.rules_ranges, 4);
	/* Not those to an address of our own, or of another family; those between its port ranges are. */
	locals[0] = advertised("a", "127.0.0.1", "127.0.0.2", 41000, 41099);
	locals[1] = advertised("b", "127.0.0.1", "127.0.0.2", 41100, 41199);
	locals[2] = advertised("c", "127.0.0.2", "127.0.0.2", 41050, 41099);
	locals[3] = advertised("d", "::1", "192.0.2.1", 41000, 41099);
	readdress(&rig, locals, 4);
	assert_string_equal(aliases(), "127.0.0.2:41100-41199=127.0.0.1 ");
	rf_group_free(rig.group);
	rig_close(&rig);
}

static void what_a_call_was_told_is_taken_until_it_ends(void **state)
{
	struct rf_local_config locals[2] = {advertised("four", "127.0.0.1", "192.0.2.1", 41000, 41399),
	                                    advertised("six", "::1", "::1", 41000, 41399)};
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	readdress(&call.rig, locals, 1);
	assert_string_equal(aliases(), "192.0.2.1:41000-41399=127.0.0.1 ");
	locals[0] = advertised("four", "127.0.0.1", "192.0.2.2", 41000, 41399);
	readdress(&call.rig, locals, 2);
	assert_string_equal(aliases(), "192.0.2.2:41000-41399=127.0.0.1 192.0.2.1:41000-41399=127.0.0.1 ");
	/* A port range of its own keeps the guard, too. */
	locals[0].port_max = 41299;
	readdress(&call.rig, locals, 2);
	assert_string_equal(aliases(), "192.0.2.2:41000-41299=127.0.0.1 192.0.2.2:41000-41399=127.0.0.1 "
	                               "192.0.2.1:41000-41399=127.0.0.1 ");
	assert_int_equal(fake.rules_ranges, 3);
	/* A table that is made now knows them as well. */
	fake.gone = -ENOENT;
	ticks(&call, RF_KERNEL_RENEW_TICKS);
	fake.gone = 0;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_int_equal(fake.n_locals, 4);
	rf_group_free(call.rig.group);
	rig_sync(&call.rig);
	ticks(&call, 1);
	assert_string_equal(aliases(), "192.0.2.2:41000-41299=127.0.0.1 ");
	assert_int_equal(fake.rules_ranges, 2);
	rig_close(&call.rig);
	peer_close(&call.alice);
	peer_close(&call.bob);
}

static void the_guard_stays_where_the_kernel_sends_through_the_stack(void **state)
{
	struct rf_local_config locals[1] = {advertised("four", "127.0.0.1", "127.0.0.1", 41000, 41399)};
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	assert_string_equal(fake.rules, "rtpferry_7");
	assert_false(fake.rules_stay);
	locals[0].stack = true;
	readdress(&call.rig, locals, 1);
	assert_true(fake.rules_stay);
	/* Without a table nothing of ours goes on after our death. */
	fake.gone = -ENOENT;
	fake.module = false;
	ticks(&call, RF_KERNEL_RENEW_TICKS);
	assert_string_equal(fake.rules, GUARD);
	assert_false(fake.rules_stay);
	call_close(&call);
}

static void rules_that_were_left_are_looked_for_while_there_is_a_table(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_open(&call);
	assert_int_equal(fake.sweeps, 1);
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_int_equal(fake.sweeps, 2);
	fake.gone = -ENOENT;
	fake.module = false;
	ticks(&call, RF_KERNEL_RENEW_TICKS);
	fake.sweeps = 0;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_int_equal(fake.sweeps, 0);
	call_close(&call);
}

static void orphans_that_cannot_be_adopted_are_ended(void **state)
{
	static const struct rf_table_row rows[] = {
		{.id = 11, .label = "test", .hook = RTPFERRY_HOOK_NFT},
		{.id = 12, .label = "test", .hook = RTPFERRY_HOOK_NFT, .owner = 4711},
		{.id = 13, .label = "other", .hook = RTPFERRY_HOOK_NFT},
		{.id = 14, .label = "test", .hook = RTPFERRY_HOOK_PREROUTING},
	};
	struct rf_kernel_config wish = kernel_wish;

	(void)state;
	for (unsigned with_id = 0; with_id < 2; with_id++) {
		struct call call;

		fake_reset();
		memcpy(fake.rows, rows, sizeof(rows));
		wish.id = with_id ? 7 : 0;
		rig_open_kernel(&call.rig, 1, &wish, GUARD);
		call_streams(&call);
		assert_int_equal(fake.rows[0].id, 0);
		assert_int_equal(fake.rows[1].id, 12);
		assert_int_equal(fake.rows[2].id, 13);
		assert_int_equal(fake.rows[3].id, with_id ? 0 : 14);
		call_close(&call);
	}
}

/* -- memory -- */

static int call_lives_in_the_kernel(struct rf_dataplane *dataplane, struct rf_ports *ports, struct rf_loop *loop)
{
	struct rf_stream_config config = {.flags = RF_STREAM_RTP, .tos = -1};
	struct rf_stream *a, *b, *rtcp;
	struct rf_port_pair pair;
	struct rf_group *group;
	int err = rf_group_new(dataplane, &group);

	(void)loop;
	if (err)
		return err;
	for (unsigned i = 0; !err && i < 2; i++) {
		err = rf_ports_get(ports, RF_STR_NONE, RF_FAMILY_NONE, false, &pair);
		if (err)
			break;
		err = rf_stream_pair_new(group, &pair, i ? &b : &a, &rtcp);
		if (err)
			rf_ports_put(ports, &pair);
	}
	if (!err) {
		rf_endpoint_parse(RF_STR("8.8.8.8:4000"), 0, &config.remote);
		config.out_rtp = b;
		rf_stream_set(a, &config);
		config.out_rtp = a;
		rf_stream_set(b, &config);
		err = rf_group_commit(group);
	}
	for (unsigned i = 0; !err && i < 100 && dataplane->kernel.n_flows < 2; i++) {
		usleep(100);
		rf_dataplane_reap(dataplane);
		rf_kernel_tick(&dataplane->kernel);
	}
	rf_group_free(group);
	return err;
}

static int plane_lives_and_dies(void *arg)
{
	struct rf_dataplane_config config = {.workers = 1, .kernel = &kernel_wish, .guard = GUARD};
	struct rf_dataplane *dataplane;
	struct rf_str why;
	int err;

	fake_reset();
	err = rf_loop_new(&config.loop);
	if (err)
		return err;
	err = rf_ports_new(NULL, &config.ports);
	if (err)
		goto free_loop;
	err = rf_ports_configure(config.ports, arg, 1, &why);
	if (err)
		goto free_ports;
	err = rf_dataplane_new(&config, &dataplane);
	if (err)
		goto free_ports;
	err = call_lives_in_the_kernel(dataplane, config.ports, config.loop);
	rf_dataplane_free(dataplane);
free_ports:
	rf_ports_free(config.ports);
free_loop:
	rf_loop_free(config.loop);
	return err;
}

static void running_out_of_memory_anywhere_leaks_nothing(void **state)
{
	struct rf_local_config local = {.iface = "four", .port_min = 41400, .port_max = 41407};

	(void)state;
	rf_addr_parse(RF_STR("127.0.0.1"), &local.address);
	rf_oom_run(plane_lives_and_dies, &local);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_moves_in_once_both_sources_are_known),
		cmocka_unit_test(public_endpoints_are_there_at_once),
		cmocka_unit_test(another_endpoint_replaces_the_flow),
		cmocka_unit_test(a_party_on_hold_gets_nothing),
		cmocka_unit_test(a_call_that_moves_out_and_in_again_loses_no_figures),
		cmocka_unit_test(packets_that_wait_while_a_call_moves_in_are_measured),
		cmocka_unit_test(a_report_is_final_at_once),
		cmocka_unit_test(streams_lose_their_flows_before_their_ports),
		cmocka_unit_test(groups_come_and_go_with_mail_under_way),
		cmocka_unit_test(a_plane_that_ends_gives_the_table_back),
		cmocka_unit_test(calls_move_out_when_the_table_is_gone_and_in_when_one_comes),
		cmocka_unit_test(calls_that_are_there_move_in_when_the_module_comes),
		cmocka_unit_test(a_refused_call_stays_and_is_tried_again),
		cmocka_unit_test(the_table_is_kept_by_a_heartbeat),
		cmocka_unit_test(kernel_packets_are_in_all_figures),
		cmocka_unit_test(ssrcs_that_gave_way_are_in_the_leg),
		cmocka_unit_test(the_window_of_learning_comes_first),
		cmocka_unit_test(copies_of_rtcp_are_read_and_not_sent_again),
		cmocka_unit_test(the_guard_is_looked_at),
		cmocka_unit_test(a_table_that_rules_do_not_feed_is_none),
		cmocka_unit_test(a_table_that_rules_feed_no_more_is_left),
		cmocka_unit_test(user_space_has_a_guard_too),
		cmocka_unit_test(the_guard_stays_where_the_kernel_sends_through_the_stack),
		cmocka_unit_test(rules_that_were_left_are_looked_for_while_there_is_a_table),
		cmocka_unit_test(orphans_that_cannot_be_adopted_are_ended),
		cmocka_unit_test(packets_to_what_is_advertised_are_taken),
		cmocka_unit_test(what_a_call_was_told_is_taken_until_it_ends),
		cmocka_unit_test(running_out_of_memory_anywhere_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, rig_own_network, NULL);
}
