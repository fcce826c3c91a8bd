/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flows that no stream has, and requests that fail or whose answers are lost: what the daemon believes then, and what
 * stands in the table, become the same again, and nothing is counted twice.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "kernel_call.h"

#define PORT_LEFT 41500 /* of an earlier owner: none that a test's streams, drawn by lot, may get */

static struct fake_flow *leave_flow(uint16_t port)
{
	struct fake_flow *flow = &fake.flows[port % FAKE_FLOWS];

	flow->used = true;
	flow->flow.local.port = port;
	rf_addr_parse(RF_STR("127.0.0.1"), &flow->flow.local.addr);
	flow->stats = (struct rf_flow_stats){.local = flow->flow.local, .cookie = 12345, .packets = 77};
	return flow;
}

static void flows_of_an_earlier_owner_go_on_until_they_are_idle(void **state)
{
	struct rf_kernel_status status;
	struct fake_flow *busy;
	struct call call;

	(void)state;
	fake_reset();
	fake.adopted = true;
	leave_flow(PORT_LEFT);
	busy = leave_flow(PORT_LEFT + 1);
	call_open(&call);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_true(status.adopted);
	assert_int_equal(status.flows, 2);
	assert_int_equal(status.streams, 0);
	read_stats(&call);
	read_stats(&call);
	assert_int_equal(fake_installed(), 2);
	kernel_of(&call)->since_us -= RF_KERNEL_LEFT_US;
	busy->stats.last_us = rf_clock_us();
	read_stats(&call);
	assert_null(fake_at(PORT_LEFT));
	assert_non_null(fake_at(PORT_LEFT + 1));
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_int_equal(status.flows, 1);
	call_close(&call);
}

static void idle_flows_of_an_earlier_owner_end_in_turns(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	fake.adopted = true;
	for (unsigned i = 0; i < RF_KERNEL_LEFT_ENDS + 2; i++)
		leave_flow((uint16_t)(20000 + i));
	call_open(&call);
	read_stats(&call);
	kernel_of(&call)->since_us -= RF_KERNEL_LEFT_US;
	read_stats(&call);
	assert_int_equal(fake_installed(), 2);
	read_stats(&call);
	assert_int_equal(fake_installed(), 0);
	call_close(&call);
}

static void a_port_that_is_used_again_ends_the_flow_left_on_it(void **state)
{
	struct call call;
	uint16_t port;

	(void)state;
	fake_reset();
	call_open(&call);
	port = rf_stream_port(call.rig.a);
	leave_flow(port);
	read_stats(&call);
	rig_commit(&call.rig);
	assert_null(fake_at(port));
	send_there(&call, 1, 1);
	send_back(&call, 1);
	assert_true(runs_until(&call, two_flows));
	read_stats(&call);
	assert_int_equal(report_of(call.rig.a).packets_in, 1);
	call_close(&call);
}

/* A dump's row that waited while the flow went and came again is no reason to end the new one. */
static void a_late_row_ends_no_new_flow(void **state)
{
	struct rf_flow_stats late;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	late = flow_of(call.rig.a)->stats;
	late.last_us = 1;
	rf_group_finish(call.rig.group);
	rf_kernel_left_see(kernel_of(&call), &late);
	rig_commit(&call.rig);
	assert_true(runs_until(&call, two_flows));
	kernel_of(&call)->since_us -= RF_KERNEL_LEFT_US;
	rf_kernel_left_see(kernel_of(&call), &late);
	read_stats(&call);
	read_stats(&call);
	read_stats(&call);
	assert_int_equal(fake_installed(), 2);
	assert_int_equal(kernel_of(&call)->left.flows.count, 0);
	call_close(&call);
}

static void an_adopted_table_whose_flows_are_not_known_is_not_used(void **state)
{
	struct rf_kernel_status status;
	struct call call;

	(void)state;
	fake_reset();
	fake.adopted = true;
	fake.refuse_read = -ENOBUFS;
	leave_flow(PORT_LEFT);
	call_open(&call);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_false(status.up);
	assert_string_equal(status.why, "the flows cannot be read");
	assert_int_equal(fake.tables, 0);
	assert_int_equal(fake.deleted, 0);
	fake.refuse_read = 0;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_true(status.up);
	assert_int_equal(status.flows, 1);
	call_close(&call);
}

/* It was ours, and was lost for a while: its flows count from where they stand now, not from the beginning. */
static void a_table_that_comes_back_counts_nothing_twice(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 100, RTP_SIZE);
	read_stats(&call);
	assert_int_equal(report_of(call.rig.a).packets_in, 100);
	fake.gone = -EPERM;
	fake.adopted = true;
	ticks(&call, RF_KERNEL_RENEW_TICKS);
	assert_true(runs_until(&call, no_flows));
	assert_int_equal(fake_installed(), 2);
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	rig_sync(&call.rig);
	fake_forward(flow_of(call.rig.a), ALICE, 101, 150, RTP_SIZE);
	read_stats(&call);
	assert_int_equal(report_of(call.rig.a).packets_in, 150);
	assert_int_equal(leg_of(call.rig.a).packets, 150);
	assert_int_equal(kernel_of(&call)->ifaces[0].packets_in, 149);
	call_close(&call);
}

/* -- requests that fail -- */

static bool says(const struct rf_kernel *kernel, const char *words)
{
	return strstr(rf_buf_view(&kernel->why).p, words) != NULL;
}

static void a_table_that_is_not_ours_any_more_is_none(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 50, RTP_SIZE);
	read_stats(&call);
	/* The first to be refused is the end of a flow. */
	fake.gone = -EPERM;
	fake.module = false;
	call.rig.to_a.flags |= RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_null(kernel_of(&call)->table);
	assert_int_equal(fake.tables, 0);
	assert_int_equal(kernel_of(&call)->n_flows, 0);
	assert_int_equal(kernel_of(&call)->left.flows.count, 0);
	assert_true(says(kernel_of(&call), "table 7 is not ours any more: no such table"));
	assert_int_equal(report_of(call.rig.a).packets_in, 50);
	call_close(&call);
}

/* What stands in the kernel although it was to go is tried again each second, and its packets are in the totals. */
static void a_flow_that_cannot_be_ended_goes_later(void **state)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	struct rf_kernel_status status;
	struct call call;
	struct fake_flow *flow;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	flow = flow_of(call.rig.a);
	fake_forward(flow, ALICE, 2, 100, RTP_SIZE);
	read_stats(&call);
	fake.refuse_del = -ENOBUFS;
	call.rig.to_a.flags |= RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_false(report_of(call.rig.a).kernel);
	assert_true(report_of(call.rig.b).kernel);
	assert_true(flow->used);
	rf_dataplane_kernel(call.rig.dataplane, &status);
	assert_int_equal(status.flows, 2);
	assert_int_equal(status.streams, 1);
	/* It is busy: no earlier owner's, that would be left until it is idle. */
	fake_forward(flow, ALICE, 101, 120, RTP_SIZE);
	read_stats(&call);
	assert_true(flow->used);
	assert_int_equal(report_of(call.rig.a).packets_in, 100);
	fake.refuse_del = 0;
	read_stats(&call);
	assert_false(flow->used);
	assert_true(flow_of(call.rig.b)->used);
	rf_dataplane_totals(call.rig.dataplane, rows);
	assert_int_equal(rows[0].kernel.packets_in, 119);
	assert_int_equal(rows[0].kernel.packets_out, 119);
	read_stats(&call);
	rf_dataplane_totals(call.rig.dataplane, rows);
	assert_int_equal(rows[0].kernel.packets_in, 119);
	call_close(&call);
}

/* A flow that is replaced keeps its statistics: what is left goes before a new one comes. */
static void what_is_left_is_not_counted_for_the_next(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 100, RTP_SIZE);
	read_stats(&call);
	fake.refuse_del = -ENOBUFS;
	call.rig.to_a.flags |= RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	/* Not while it is there: */
	call.rig.to_a.flags &= ~(uint32_t)RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_false(report_of(call.rig.a).kernel);
	assert_string_equal(report_of(call.rig.a).kernel_why, rf_offload_why(RF_OFFLOAD_REFUSED));
	assert_true(report_of(call.rig.b).kernel);
	fake.refuse_del = 0;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	rig_sync(&call.rig);
	fake_forward(flow_of(call.rig.a), ALICE, 101, 110, RTP_SIZE);
	read_stats(&call);
	assert_int_equal(report_of(call.rig.a).packets_in, 110);
	assert_int_equal(kernel_of(&call)->ifaces[0].packets_in, 109);
	call_close(&call);
}

static void what_is_left_may_be_gone(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake.refuse_del = -ENODATA;
	call.rig.to_a.flags |= RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_int_equal(kernel_of(&call)->left.flows.count, 1);
	fake.refuse_del = 0;
	flow_of(call.rig.a)->used = false;
	call.rig.to_a.flags &= ~(uint32_t)RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_true(report_of(call.rig.a).kernel);
	assert_int_equal(kernel_of(&call)->left.flows.count, 0);
	call_close(&call);
}

/* The same, where the ports have gone to another call in the meantime. */
static void what_a_call_left_does_not_forward_for_the_next(void **state)
{
	struct rf_kernel_left *left;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	left = &kernel_of(&call)->left;
	fake.refuse_del = -ENOBUFS;
	rf_group_free(call.rig.group);
	rig_sync(&call.rig);
	assert_int_equal(fake_installed(), 2);
	assert_int_equal(left->flows.count, 2);
	assert_int_equal(rf_group_new(call.rig.dataplane, &call.rig.group), 0);
	rig_streams(&call.rig, "four", "four", false);
	/* As if it had got the same ports. */
	for (unsigned i = 0, at = 0; i < FAKE_FLOWS && at < 2; i++) {
		struct rf_stream *stream = at ? call.rig.b : call.rig.a;

		if (!fake.flows[i].used)
			continue;
		stream->port = fake.flows[i].flow.local.port;
		at++;
	}
	fake.refuse_del = 0;
	call.rig.to_a.remote = call.alice.self;
	call.rig.to_b.remote = call.bob.self;
	rig_commit(&call.rig);
	assert_int_equal(fake_installed(), 0);
	assert_int_equal(left->flows.count, 0);
	call_close(&call);
}

/* The module refuses all keys of a request for one that it does not know. */
static void one_flow_that_is_gone_keeps_no_other(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 100, RTP_SIZE);
	fake_forward(flow_of(call.rig.b), BOB, 2, 40, RTP_SIZE);
	read_stats(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 101, 110, RTP_SIZE);
	flow_of(call.rig.b)->used = false;
	rf_group_finish(call.rig.group);
	assert_int_equal(fake_installed(), 0);
	assert_int_equal(report_of(call.rig.a).packets_in, 110);
	assert_int_equal(report_of(call.rig.b).packets_in, 40);
	assert_int_equal(kernel_of(&call)->left.flows.count, 0);
	assert_non_null(kernel_of(&call)->table);
	call_close(&call);
}

/* They are ended, and nobody was told what they had counted last: what was told before stays, and counts once. */
static void answers_that_are_lost_cost_no_more_than_a_second(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 100, RTP_SIZE);
	read_stats(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 101, 110, RTP_SIZE);
	fake.lose_del = 1;
	call.rig.to_a.flags |= RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_null(flow_of(call.rig.a));
	assert_int_equal(report_of(call.rig.a).packets_in, 100);
	assert_int_equal(kernel_of(&call)->left.flows.count, 0);
	call.rig.to_a.flags &= ~(uint32_t)RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	assert_true(runs_until(&call, two_flows));
	fake_forward(flow_of(call.rig.a), ALICE, 111, 120, RTP_SIZE);
	read_stats(&call);
	assert_int_equal(report_of(call.rig.a).packets_in, 110);
	/* Nor does it matter which of the answers. */
	fake.lose_del = 2;
	rf_group_finish(call.rig.group);
	assert_int_equal(fake_installed(), 0);
	assert_int_equal(kernel_of(&call)->n_flows, 0);
	call_close(&call);
}

/* They may stand there: then they go, and what they forwarded until then is counted. */
static void flows_whose_answer_is_lost_are_ended(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	fake.lose_set = -ENODATA;
	call_open(&call);
	rf_endpoint_parse(RF_STR("8.8.4.4:4000"), 0, &call.rig.to_a.remote);
	rf_endpoint_parse(RF_STR("8.8.8.8:6000"), 0, &call.rig.to_b.remote);
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_true(fake.sets >= 1);
	assert_int_equal(fake_installed(), 0);
	assert_int_equal(kernel_of(&call)->n_flows, 0);
	assert_string_equal(report_of(call.rig.a).kernel_why, rf_offload_why(RF_OFFLOAD_REFUSED));
	fake.lose_set = 0;
	ticks(&call, RF_KERNEL_RETRY_TICKS);
	assert_true(runs_until(&call, two_flows));
	call_close(&call);
}

/* A refusal is a word: nothing needs to be undone. */
static void a_refused_set_asks_for_no_end(void **state)
{
	struct call call;

	(void)state;
	fake_reset();
	fake.refuse_set = -ENOSPC;
	call_open(&call);
	rf_endpoint_parse(RF_STR("8.8.4.4:4000"), 0, &call.rig.to_a.remote);
	rf_endpoint_parse(RF_STR("8.8.8.8:6000"), 0, &call.rig.to_b.remote);
	rig_commit(&call.rig);
	rig_run(&call.rig, 5);
	assert_string_equal(report_of(call.rig.a).kernel_why, rf_offload_why(RF_OFFLOAD_REFUSED));
	assert_int_equal(fake.tried_dels, 0);
	fake.refuse_set = 0;
	call_close(&call);
}

/* -- figures at once -- */

static void a_group_can_be_read_at_once(void **state)
{
	struct rf_flow_stats late;
	struct call call;

	(void)state;
	fake_reset();
	call_moves_in(&call);
	fake_forward(flow_of(call.rig.a), ALICE, 2, 100, RTP_SIZE);
	late = flow_of(call.rig.a)->stats;
	fake_forward(flow_of(call.rig.a), ALICE, 101, 150, RTP_SIZE);
	assert_int_equal(report_of(call.rig.a).packets_in, 1);
	rf_group_read(call.rig.group);
	assert_int_equal(report_of(call.rig.a).packets_in, 150);
	assert_int_equal(leg_of(call.rig.a).packets, 150);
	/* A row of the dump that was on its way takes nothing back. */
	rf_kernel_flow_count(kernel_of(&call), call.rig.a->flow, &late);
	assert_int_equal(report_of(call.rig.a).packets_in, 150);
	assert_int_equal(leg_of(call.rig.a).packets, 150);
	read_stats(&call);
	assert_int_equal(report_of(call.rig.a).packets_in, 150);
	rf_group_finish(call.rig.group);
	rf_group_read(call.rig.group);
	assert_int_equal(report_of(call.rig.a).packets_in, 150);
	call_close(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_of_an_earlier_owner_go_on_until_they_are_idle),
		cmocka_unit_test(idle_flows_of_an_earlier_owner_end_in_turns),
		cmocka_unit_test(a_port_that_is_used_again_ends_the_flow_left_on_it),
		cmocka_unit_test(a_late_row_ends_no_new_flow),
		cmocka_unit_test(an_adopted_table_whose_flows_are_not_known_is_not_used),
		cmocka_unit_test(a_table_that_comes_back_counts_nothing_twice),
		cmocka_unit_test(a_table_that_is_not_ours_any_more_is_none),
		cmocka_unit_test(a_flow_that_cannot_be_ended_goes_later),
		cmocka_unit_test(what_is_left_is_not_counted_for_the_next),
		cmocka_unit_test(what_is_left_may_be_gone),
		cmocka_unit_test(what_a_call_left_does_not_forward_for_the_next),
		cmocka_unit_test(one_flow_that_is_gone_keeps_no_other),
		cmocka_unit_test(answers_that_are_lost_cost_no_more_than_a_second),
		cmocka_unit_test(flows_whose_answer_is_lost_are_ended),
		cmocka_unit_test(a_refused_set_asks_for_no_end),
		cmocka_unit_test(a_group_can_be_read_at_once),
	};

	return cmocka_run_group_tests(tests, rig_own_network, NULL);
}
