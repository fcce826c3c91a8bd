/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables and flows, against a module that stands behind libmnl.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "dataplane/kmod/message.h"
#include "fake_module.h"
#include "oom.h"

static struct rf_buf why;

static int setup(void **state)
{
	(void)state;
	fake_reset();
	rf_buf_init(&why, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rf_buf_free(&why);
	return fake.open == 0 ? 0 : -1; /* a socket was left open */
}

static struct rf_addr address(const char *text)
{
	struct rf_addr addr;

	assert_int_equal(rf_addr_parse(rf_str_of(text), &addr), 0);
	return addr;
}

static struct rf_table *make(const char *label, bool *adopted)
{
	struct rf_table_local locals[2] = {{address("192.0.2.1"), {0}}, {address("203.0.113.1"), address("192.0.2.1")}};
	struct rf_table_wish wish = {.label = label, .lease_s = 30, .locals = locals, .n_locals = 2};
	struct rf_table *table = NULL;

	assert_int_equal(rf_table_new(&wish, &table, adopted, &why), 0);
	return table;
}

static void fill(struct rf_flow *flows, unsigned n, const char *local)
{
	memset(flows, 0, n * sizeof(*flows));
	for (unsigned i = 0; i < n; i++) {
		flows[i].local = (struct rf_endpoint){address(local), (uint16_t)(4000 + 2 * i)};
		flows[i].source = flows[i].out = flows[i].to = flows[i].local;
		flows[i].flags = RTPFERRY_FLOW_FLAG_RTP;
		flows[i].cookie = 7000 + i;
		flows[i].mark = 1;
		flows[i].drop_mismatch = true;
		flows[i].n_types = RF_FLOW_MAX_TYPES;
		for (unsigned k = 0; k < RF_FLOW_MAX_TYPES; k++)
			flows[i].types[k].clock_rate = 8000;
	}
}

struct seen {
	unsigned n;
	struct rf_flow_stats last;
};

static void see(void *arg, const struct rf_flow_stats *stats)
{
	struct seen *seen = arg;

	seen->n++;
	seen->last = *stats;
}

static void the_module_tells_what_it_is(void **state)
{
	struct rf_table_info info;

	(void)state;
	assert_int_equal(rf_table_probe(&info, &why), 0);
	assert_string_equal(info.version, "9.8.7");
	assert_int_equal(info.abi, RTPFERRY_ABI);
	assert_int_equal(info.max_tables, 64);
	assert_int_equal(info.max_flows, 262144);
	assert_int_equal(why.len, 0);
}

static void a_module_that_cannot_be_used_is_told_why(void **state)
{
	struct rf_table_info info;

	(void)state;
	fake.absent = true;
	assert_int_equal(rf_table_probe(&info, &why), -ENOENT);
	assert_str(rf_buf_view(&why), "the kernel has no module rtpferry: it is not loaded, and could not be loaded on "
	                              "demand (\"modprobe rtpferry\" says why)");
	rf_buf_reset(&why);
	fake.absent = false;
	fake.abi = RTPFERRY_ABI + 6;
	assert_int_equal(rf_table_probe(&info, &why), -EPROTO);
	assert_int_equal(info.abi, RTPFERRY_ABI + 6);
	assert_str(rf_buf_view(&why), "the module rtpferry 9.8.7 has version 7 of the contract; expected version 1");
	rf_buf_reset(&why);
	fake.abi = 0;
	fake.refusal = EPERM;
	fake.refused = RTPFERRY_CMD_GET_INFO;
	assert_int_equal(rf_table_probe(&info, &why), -EPERM);
	assert_str(rf_buf_view(&why),
	           "the module rtpferry: CAP_NET_ADMIN is missing in the user namespace that owns this "
	           "network namespace");
	rf_buf_reset(&why);
	fake.silent = true;
	assert_int_equal(rf_table_probe(&info, &why), -ENODATA);
}

static void tables_are_made_and_adopted(void **state)
{
	struct rf_table *table;
	bool adopted = true;
	uint32_t id;

	(void)state;
	table = make("a pod", &adopted);
	id = rf_table_id(table);
	assert_false(adopted);
	assert_string_equal(fake.tables[0].label, "a pod");
	assert_int_equal(fake.tables[0].lease_s, 30);
	assert_int_equal(fake.tables[0].locals, 2);
	assert_int_equal(rf_table_info(table)->max_flows, 262144);
	rf_table_leave(table);
	assert_int_equal(fake.tables[0].owner, -1);
	table = make("a pod", &adopted);
	assert_true(adopted);
	assert_int_equal(rf_table_id(table), id);
	rf_table_del(table);
	assert_int_equal(fake.tables[0].id, 0);
}

static void a_refusal_is_passed_on_and_names_the_attribute(void **state)
{
	struct rf_flow flows[2];
	struct rf_table *table;
	bool adopted;
	char text[256];

	(void)state;
	table = make("x", &adopted);
	fill(flows, 2, "192.0.2.1");
	fake.refusal = EINVAL;
	fake.refused = RTPFERRY_CMD_FLOW_SET;
	fake.words = "an address has 4 bytes (IPv4) or 16 (IPv6)";
	/* head, table with an id, first flow; in the second: its head, and local address and port */
	fake.offset = 20 + 12 + (4 + 4 * 8 + 4 * 8 + 8 + 8 + 8 + 8 + 16 * 20 + 12) + 4 + 8 + 8;
	assert_int_equal(rf_table_set_flows(table, flows, 2, &why), -EINVAL);
	snprintf(text, sizeof(text),
	         "kernel table %u: flow-set: an address has 4 bytes (IPv4) or 16 (IPv6) (flow 2 source-address)",
	         rf_table_id(table));
	assert_str(rf_buf_view(&why), text);
	rf_buf_reset(&why);
	fake.words = "bad\x1b[2J";
	fake.offset = 20;
	assert_int_equal(rf_table_set_flows(table, flows, 1, &why), -EINVAL);
	snprintf(text, sizeof(text), "kernel table %u: flow-set: bad?[2J (table)", rf_table_id(table));
	assert_str(rf_buf_view(&why), text);
	rf_buf_reset(&why);
	fake.words = NULL;
	fake.offset = 23; /* no attribute begins there */
	assert_int_equal(rf_table_set_flows(table, flows, 1, &why), -EINVAL);
	fake.offset = 1u << 30;
	assert_int_equal(rf_table_set_flows(table, flows, 1, &why), -EINVAL);
	fake.refusal = 0;
	rf_table_del(table);
}

static void wrong_labels_are_refused_here(void **state)
{
	struct rf_table_wish wish = {.label = "", .lease_s = 30};
	char label[RTPFERRY_LABEL_MAX + 2];
	struct rf_table *table;
	bool adopted;

	(void)state;
	assert_int_equal(rf_table_new(&wish, &table, &adopted, &why), -EINVAL);
	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	wish.label = label;
	assert_int_equal(rf_table_new(&wish, &table, &adopted, &why), -EINVAL);
	assert_int_equal(fake.sent, 0);
	wish.label = label + 1;
	assert_int_equal(rf_table_new(&wish, &table, &adopted, &why), 0);
	assert_string_equal(fake.tables[0].label, label + 1);
	rf_table_del(table);
}

static void a_batch_goes_as_one_message(void **state)
{
	static struct rf_flow flows[RF_TABLE_BATCH + 1];
	struct rf_table *table;
	bool adopted;
	unsigned before;

	(void)state;
	table = make("x", &adopted);
	fill(flows, RF_TABLE_BATCH + 1, "2001:db8::1");
	before = fake.sent;
	assert_int_equal(rf_table_set_flows(table, flows, RF_TABLE_BATCH, &why), 0);
	assert_int_equal(fake.sent, before + 1);
	assert_int_equal(fake_flows(rf_table_id(table)), RF_TABLE_BATCH);
	assert_int_equal(fake.flows[399].cookie, 7399);
	assert_int_equal(fake.flows[399].n_types, RF_FLOW_MAX_TYPES);
	assert_int_equal(fake.flows[399].address_len, 16);
	assert_true(fake.flows[0].len <= RF_MESSAGE_FLOW_MAX);
	assert_int_equal(rf_table_set_flows(table, flows, RF_TABLE_BATCH + 1, &why), -E2BIG);
	rf_buf_reset(&why);
	assert_int_equal(rf_table_set_flows(table, NULL, 0, &why), 0);
	rf_table_del(table);
}

static void ended_flows_tell_their_figures(void **state)
{
	struct rf_endpoint keys[3];
	struct seen seen = {0};
	struct rf_table *table;
	struct rf_flow flows[3];
	int64_t now_us = rf_clock_us();
	bool adopted;

	(void)state;
	table = make("x", &adopted);
	fill(flows, 3, "192.0.2.1");
	assert_int_equal(rf_table_set_flows(table, flows, 3, &why), 0);
	for (unsigned i = 0; i < 3; i++)
		keys[i] = flows[i].local;
	assert_int_equal(rf_table_del_flows(table, keys, 2, see, &seen, &why), 0);
	assert_int_equal(seen.n, 2);
	assert_true(rf_endpoint_equal(&seen.last.local, &keys[1]));
	assert_int_equal(seen.last.cookie, 7001);
	assert_int_equal(seen.last.packets, 1000 + 4002);
	assert_int_equal(seen.last.rtcp, 3);
	assert_int_equal(seen.last.passed_up[RTPFERRY_REASON_STUN], 5);
	assert_in_range(seen.last.last_us, now_us - 50000, now_us - 40000 + 1000000);
	assert_int_equal(seen.last.past.packets, 31);
	assert_int_equal(seen.last.past.expected, 33);
	assert_int_equal(seen.last.past.lost, 4);
	assert_int_equal(seen.last.past.duplicates, 2);
	assert_int_equal(seen.last.past.reordered, 5);
	assert_int_equal(seen.last.n_sources, 1);
	assert_int_equal(seen.last.sources[0].ssrc, 0x11223344);
	assert_int_equal(seen.last.sources[0].lost, 10);
	assert_int_equal(seen.last.sources[0].jitter, 160);
	assert_int_equal(seen.last.sources[0].highest_seq, 65540);
	assert_true(seen.last.sources[0].window == 0xf00000000000000du);
	assert_int_equal(seen.last.sources[0].payload_type, 8);
	assert_true(seen.last.sources[0].last_us > seen.last.last_us);
	assert_int_equal(rf_table_del_flows(table, keys + 2, 1, NULL, NULL, &why), 0);
	assert_int_equal(rf_table_del_flows(table, keys, 1, see, &seen, &why), -ENOENT);
	assert_int_equal(seen.n, 2);
	rf_table_del(table);
}

static void replies_are_never_more_than_the_socket_holds(void **state)
{
	static struct rf_flow flows[200];
	struct rf_endpoint keys[200];
	struct seen seen = {0};
	struct rf_table *table;
	unsigned before;
	bool adopted;

	(void)state;
	fake.room = 425984;
	table = make("x", &adopted);
	fill(flows, 200, "192.0.2.1");
	for (unsigned i = 0; i < 200; i++)
		keys[i] = flows[i].local;
	assert_int_equal(rf_table_set_flows(table, flows, 200, &why), 0);
	before = fake.sent;
	assert_int_equal(rf_table_del_flows(table, keys, 200, see, &seen, &why), 0);
	assert_int_equal(fake.sent, before + 3);
	assert_int_equal(seen.n, 200);
	assert_int_equal(rf_table_set_flows(table, flows, 4, &why), 0);
	fake.lose = 1;
	assert_int_equal(rf_table_del_flows(table, keys, 4, see, &seen, &why), -ENOBUFS);
	assert_int_equal(seen.n, 203);
	assert_int_equal(rf_table_renew(table, NULL, 0, &why), 0);
	rf_table_del(table);
}

static void a_dump_is_read_piece_by_piece(void **state)
{
	struct rf_flow flows[5];
	struct seen seen = {0};
	struct rf_table *table;
	unsigned pieces = 0;
	bool adopted;
	int rc;

	(void)state;
	table = make("x", &adopted);
	fill(flows, 5, "192.0.2.1");
	assert_int_equal(rf_table_set_flows(table, flows, 5, &why), 0);
	assert_true(rf_table_dump_fd(table) >= 0);
	assert_int_equal(rf_table_dump_read(table, see, &seen, &why), 0);
	assert_int_equal(rf_table_dump_start(table, &why), 0);
	assert_int_equal(rf_table_dump_start(table, &why), -EBUSY);
	rf_buf_reset(&why);
	while ((rc = rf_table_dump_read(table, see, &seen, &why)) == 1)
		pieces++;
	assert_int_equal(rc, 0);
	assert_int_equal(pieces, 3);
	assert_int_equal(seen.n, 5);
	fake.silent = true;
	assert_int_equal(rf_table_dump_start(table, &why), 0);
	assert_int_equal(rf_table_dump_read(table, see, &seen, &why), -EAGAIN);
	assert_int_equal(why.len, 0);
	fake.silent = false;
	rf_table_del(table);
}

static void a_flow_can_be_asked_for_by_itself(void **state)
{
	struct rf_flow flows[3];
	struct seen seen = {0};
	struct rf_table *table;
	bool adopted;

	(void)state;
	table = make("x", &adopted);
	fill(flows, 3, "192.0.2.1");
	assert_int_equal(rf_table_set_flows(table, flows, 3, &why), 0);
	assert_int_equal(rf_table_get_flow(table, &flows[1].local, see, &seen, &why), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.cookie, 7001);
	assert_int_equal(seen.last.packets, 1000 + 4002);
	assert_int_equal(fake_flows(rf_table_id(table)), 3);
	assert_int_equal(rf_table_del_flows(table, &flows[1].local, 1, NULL, NULL, &why), 0);
	assert_int_equal(rf_table_get_flow(table, &flows[1].local, see, &seen, &why), -ENOENT);
	assert_int_equal(seen.n, 1);
	rf_table_del(table);
}

/* The contract's version says what must be understood; values may be added to it. */
static void what_a_younger_module_tells_is_passed_over(void **state)
{
	uint64_t declined[RTPFERRY_REASON_COUNT];
	struct rf_flow flows[3];
	struct seen seen = {0};
	struct rf_table *table;
	uint64_t dropped = 0;
	bool adopted;
	int rc;

	(void)state;
	fake.younger = true;
	table = make("x", &adopted);
	fill(flows, 3, "192.0.2.1");
	assert_int_equal(rf_table_set_flows(table, flows, 3, &why), 0);
	assert_int_equal(rf_table_dump_start(table, &why), 0);
	while ((rc = rf_table_dump_read(table, see, &seen, &why)) == 1)
		;
	assert_int_equal(rc, 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.last.packets, 1000 + 4004);
	assert_int_equal(seen.last.passed_up[RTPFERRY_REASON_STUN], 5);
	for (unsigned i = 0; i < RTPFERRY_REASON_COUNT; i++)
		dropped += seen.last.dropped[i];
	assert_int_equal(dropped, 0);
	/* Four of five SSRCs, and the fifth with those that gave way. */
	assert_int_equal(seen.last.n_sources, RF_LEG_SOURCES);
	assert_int_equal(seen.last.sources[RF_LEG_SOURCES - 1].ssrc, 0x11223347);
	assert_int_equal(seen.last.past.packets, 31 + 90);
	assert_int_equal(seen.last.past.expected, 33 + 100);
	assert_int_equal(seen.last.past.lost, 4 + 10);
	assert_int_equal(rf_table_declined(table, declined, &why), 0);
	assert_int_equal(declined[RTPFERRY_REASON_NO_FLOW], 17);
	assert_int_equal(rf_table_del_flows(table, &flows[0].local, 1, see, &seen, &why), 0);
	assert_int_equal(seen.n, 4);
	rf_table_del(table);
}

static void a_bad_answer_ends_a_dump_and_not_the_next(void **state)
{
	struct rf_flow flows[6];
	struct seen seen = {0};
	struct rf_table *table;
	bool adopted;
	int rc;

	(void)state;
	table = make("x", &adopted);
	fill(flows, 6, "192.0.2.1");
	assert_int_equal(rf_table_set_flows(table, flows, 6, &why), 0);
	fake.bad_answers = true;
	assert_int_equal(rf_table_dump_start(table, &why), 0);
	assert_int_equal(rf_table_dump_read(table, see, &seen, &why), -EBADMSG);
	assert_true(why.len > 0);
	assert_int_equal(seen.n, 0);
	fake.bad_answers = false;
	assert_int_equal(rf_table_dump_start(table, &why), 0);
	while ((rc = rf_table_dump_read(table, see, &seen, &why)) == 1)
		;
	assert_int_equal(rc, 0);
	assert_int_equal(seen.n, 6);
	rf_table_del(table);
}

static void a_table_that_is_gone_is_said_to_be(void **state)
{
	struct rf_table_local local = {address("192.0.2.9"), {0}};
	uint64_t declined[RTPFERRY_REASON_COUNT];
	struct rf_flow flow;
	struct rf_table *table;
	bool adopted;

	(void)state;
	table = make("x", &adopted);
	fill(&flow, 1, "192.0.2.1");
	assert_int_equal(rf_table_renew(table, &local, 1, &why), 0);
	assert_int_equal(fake.tables[0].locals, 3);
	assert_int_equal(rf_table_declined(table, declined, &why), 0);
	assert_int_equal(declined[RTPFERRY_REASON_NO_FLOW], 17);
	assert_int_equal(declined[RTPFERRY_REASON_STUN], 0);
	fake.tables[0].id = 0;
	assert_int_equal(rf_table_renew(table, NULL, 0, &why), -ENOENT);
	assert_int_equal(rf_table_set_flows(table, &flow, 1, &why), -ENOENT);
	assert_int_equal(rf_table_declined(table, declined, &why), -ENOENT);
	rf_table_del(table);
}

struct rows {
	unsigned n, orphans;
	struct rf_table_row last;
};

static void see_row(void *arg, const struct rf_table_row *row)
{
	struct rows *rows = arg;

	rows->n++;
	rows->orphans += row->owner == 0;
	rows->last = *row;
}

static void tools_see_tables_and_end_orphans(void **state)
{
	struct rows rows = {0};
	struct seen seen = {0};
	struct rf_table *a, *b;
	struct rf_flow flow;
	uint32_t id;
	bool adopted;

	(void)state;
	a = make("first", &adopted);
	b = make("second", &adopted);
	fill(&flow, 1, "192.0.2.1");
	assert_int_equal(rf_table_set_flows(b, &flow, 1, &why), 0);
	id = rf_table_id(b);
	rf_table_leave(b);
	assert_int_equal(rf_table_list(see_row, &rows, &why), 0);
	assert_int_equal(rows.n, 2);
	assert_int_equal(rows.orphans, 1);
	assert_string_equal(rows.last.label, "second");
	assert_int_equal(rows.last.flows, 1);
	assert_int_equal(rows.last.netns, 4026531840u);
	assert_int_equal(rows.last.lease_ms, 30000);
	assert_int_equal(rf_table_flows(id, see, &seen, &why), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(rf_table_end_orphan(id, "first", &why), -EPERM);
	assert_int_equal(rf_table_end_orphan(id, "second", &why), 0);
	assert_int_equal(rf_table_flows(id, see, &seen, &why), -ENOENT);
	rf_table_del(a);
}

static int life(void *arg)
{
	struct rf_table_wish wish = {.label = "x", .lease_s = 30};
	uint64_t declined[RTPFERRY_REASON_COUNT];
	struct rf_buf told;
	struct rf_table *table;
	struct rf_flow flow;
	bool adopted;
	int rc;

	(void)arg;
	fake_reset();
	fill(&flow, 1, "192.0.2.1");
	rf_buf_init(&told, 0);
	rc = rf_table_new(&wish, &table, &adopted, &told);
	if (rc == 0) {
		rc = rf_table_set_flows(table, &flow, 1, &told);
		if (rc == 0)
			rc = rf_table_declined(table, declined, &told);
		rf_table_set_flows(table, &flow, RF_TABLE_BATCH + 1, &told);
		rf_table_del(table);
	}
	rf_buf_free(&told);
	return rc;
}

static void without_memory_nothing_is_left_behind(void **state)
{
	(void)state;
	rf_oom_run(life, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_module_tells_what_it_is),           TEST(a_module_that_cannot_be_used_is_told_why),
		TEST(tables_are_made_and_adopted),           TEST(a_refusal_is_passed_on_and_names_the_attribute),
		TEST(wrong_labels_are_refused_here),         TEST(a_batch_goes_as_one_message),
		TEST(ended_flows_tell_their_figures),        TEST(replies_are_never_more_than_the_socket_holds),
		TEST(a_dump_is_read_piece_by_piece),         TEST(a_bad_answer_ends_a_dump_and_not_the_next),
		TEST(a_flow_can_be_asked_for_by_itself),     TEST(what_a_younger_module_tells_is_passed_over),
		TEST(a_table_that_is_gone_is_said_to_be),    TEST(tools_see_tables_and_end_orphans),
		TEST(without_memory_nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
