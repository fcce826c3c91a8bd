/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offer and answer: who gets which ports, and where packets are to go. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "oom.h"

static int setup(void **state)
{
	struct bench *b = malloc(sizeof(*b));

	*state = b;
	return b ? bench_open(b) : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	bench_close(b);
	free(b);
	assert_int_equal(fake_pairs_taken, 0);
	assert_int_equal(fake_groups, 0);
	return 0;
}

/* A call between alice (198.51.100.7:4000) and bob (198.51.100.8:5000); returns the ports that face them. */
static void plain_call(struct bench *b, unsigned *facing_alice, unsigned *facing_bob)
{
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	*facing_bob = reply_port(b, 0);
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL)));
	*facing_alice = reply_port(b, 0);
}

static void assert_remote(unsigned port, const char *address, unsigned remote_port)
{
	struct rf_stream *stream = fake_stream((uint16_t)port);
	char text[RF_ADDR_TEXT];

	assert_non_null(stream);
	assert_string_equal(rf_addr_print(&stream->config.remote.addr, text), address);
	assert_int_equal(stream->config.remote.port, remote_port);
}

static void an_offer_gets_an_advertised_address_and_an_even_port(void **state)
{
	struct bench *b = *state;

	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_int_equal(reply_port(b, 0) % 2, 0);
	assert_true(reply_has(b, "c=IN IP4 203.0.113.1"));
	assert_int_equal(rf_calls_count(b->calls), 1);
	assert_int_equal(fake_pairs_taken, 2);
}

static void an_answer_links_both_directions(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	assert_remote(a, "198.51.100.7", 4000);
	assert_remote(a + 1, "198.51.100.7", 4001);
	assert_remote(z, "198.51.100.8", 5000);
	assert_ptr_equal(fake_stream((uint16_t)a)->config.out_rtp, fake_stream((uint16_t)z));
	assert_ptr_equal(fake_stream((uint16_t)z)->config.out_rtp, fake_stream((uint16_t)a));
	assert_ptr_equal(fake_stream((uint16_t)(a + 1))->config.out_rtcp, fake_stream((uint16_t)(z + 1)));
	assert_true(fake_stream((uint16_t)a)->config.flags & RF_STREAM_STRICT);
	assert_int_equal(fake_stream((uint16_t)a)->config.n_types, 2);
}

static void a_new_offer_from_either_side_keeps_the_ports_of_both(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4444, NULL)));
	assert_int_equal(reply_port(b, 0), z);
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL)));
	assert_int_equal(reply_port(b, 0), a);
	assert_remote(a, "198.51.100.7", 4444);
	assert_true(bench_offer(b, "bob", "alice", sdp_audio("198.51.100.8", 5555, NULL)));
	assert_int_equal(reply_port(b, 0), a);
	assert_true(bench_answer(b, "bob", "alice", sdp_audio("198.51.100.7", 4444, NULL)));
	assert_int_equal(reply_port(b, 0), z);
	assert_remote(z, "198.51.100.8", 5555);
	assert_int_equal(fake_pairs_taken, 2);
}

static void a_new_offer_that_names_nobody_is_for_the_peer(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4444, NULL)));
	assert_int_equal(reply_port(b, 0), z);
	assert_true(bench_offer(b, "bob", NULL, sdp_audio("198.51.100.8", 5555, NULL)));
	assert_int_equal(reply_port(b, 0), a);
	assert_int_equal(fake_pairs_taken, 2);
}

static void without_port_latching_a_new_remote_port_gets_a_new_local_one(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	b->request.flags = RF_FLAG_NO_PORT_LATCHING;
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4444, NULL)));
	assert_int_not_equal(reply_port(b, 0), z);
	assert_int_equal(fake_pairs_taken, 2);
}

static void a_late_offer_names_both_tags_at_once(void **state)
{
	struct bench *b = *state;
	unsigned facing_alice, facing_bob;

	assert_true(bench_offer(b, "bob", "alice", sdp_audio("198.51.100.8", 5000, NULL)));
	facing_alice = reply_port(b, 0);
	assert_true(bench_answer(b, "bob", "alice", sdp_audio("198.51.100.7", 4000, NULL)));
	facing_bob = reply_port(b, 0);
	assert_remote(facing_alice, "198.51.100.7", 4000);
	assert_remote(facing_bob, "198.51.100.8", 5000);
}

static void the_second_branch_of_a_fork_wins_when_it_answers(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	assert_true(bench_answer(b, "alice", "carol", sdp_audio("198.51.100.9", 6000, NULL)));
	assert_int_equal(reply_port(b, 0), a);
	assert_remote(z, "198.51.100.9", 6000);
	/* the proxy may now name it by either tag */
	assert_true(bench_offer(b, "carol", "alice", sdp_audio("198.51.100.9", 6002, NULL)));
	assert_remote(z, "198.51.100.9", 6002);
}

static void branches_with_a_via_branch_have_ports_of_their_own(void **state)
{
	struct bench *b = *state;
	unsigned first, second, a;

	b->request.via_branch = RF_STR("z9hG4bK-1");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	first = reply_port(b, 0);
	b->request.via_branch = RF_STR("z9hG4bK-2");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	second = reply_port(b, 0);
	assert_int_not_equal(first, second);

	b->request.via_branch = RF_STR("z9hG4bK-1");
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL)));
	a = reply_port(b, 0);
	b->request.via_branch = RF_STR("z9hG4bK-2");
	assert_true(bench_answer(b, "alice", "carol", sdp_audio("198.51.100.9", 6000, NULL)));
	assert_int_equal(reply_port(b, 0), a);
	assert_ptr_equal(fake_stream((uint16_t)a)->config.out_rtp, fake_stream((uint16_t)second));

	/* a tag narrows the statistics to its party and the one it talks to */
	b->request.call_id = RF_STR("call-1");
	b->request.from_tag = RF_STR("bob");
	fake_stream((uint16_t)first)->report.packets_in = 7;
	fake_stream((uint16_t)second)->report.packets_in = 9;
	rf_calls_query(b->calls, &b->request, b->arena, &b->reply);
	assert_int_equal(b->reply.report->n_parties, 2);
	assert_true(rf_str_equal(b->reply.report->parties[1].tag, RF_STR("bob")));
	assert_int_equal(b->reply.report->parties[1].peer, 0);
	assert_int_equal(b->reply.report->parties[0].peer, -1);
	assert_int_equal(b->reply.report->rtp.packets, 7);
	b->request.to_tag = RF_STR("carol");
	rf_calls_query(b->calls, &b->request, b->arena, &b->reply);
	assert_int_equal(b->reply.report->rtp.packets, 9);
	assert_int_equal(b->reply.report->parties[0].peer, 1);
	b->request.from_tag = b->request.to_tag = RF_STR_NONE;
	rf_calls_query(b->calls, &b->request, b->arena, &b->reply);
	assert_int_equal(b->reply.report->n_parties, 3);

	/* the losing branch goes, the winner stays */
	b->request.via_branch = RF_STR("z9hG4bK-1");
	assert_true(bench_delete(b, "alice", NULL));
	assert_int_equal(rf_calls_count(b->calls), 1);
	assert_null(fake_stream((uint16_t)first));
	assert_ptr_equal(fake_stream((uint16_t)second)->config.out_rtp, fake_stream((uint16_t)a));
	assert_true(bench_delete(b, "carol", "alice"));
	assert_int_equal(rf_calls_count(b->calls), 0);
}

static void hold_by_null_address_sends_nothing_to_the_holder_and_resume_does(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("0.0.0.0", 4000, NULL)));
	assert_true(reply_has(b, "c=IN IP4 0.0.0.0"));
	assert_true(reply_has(b, "a=sendonly"));
	assert_true(rf_addr_is_null(&fake_stream((uint16_t)a)->config.remote.addr));
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, "a=recvonly\r\n")));
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4000, NULL)));
	assert_int_equal(reply_port(b, 0), z);
	assert_remote(a, "198.51.100.7", 4000);
}

static void zero_address_writes_the_real_one_and_sendonly(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	b->request.replace = RF_REPLACE_ZERO_ADDRESS;
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("0.0.0.0", 4000, NULL)));
	assert_true(reply_has(b, "c=IN IP4 203.0.113.1"));
	assert_true(reply_has(b, "a=sendonly"));
}

static void a_section_that_the_answer_leaves_out_comes_back_rejected(void **state)
{
	struct bench *b = *state;

	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, "m=video 4002 RTP/AVP 31\r\n")));
	assert_int_not_equal(reply_port(b, 1), 0);
	assert_int_equal(fake_pairs_taken, 4);
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL)));
	assert_true(reply_has(b, "m=video 0 RTP/AVP 31"));
}

static void a_rejected_section_holds_no_ports(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 0, NULL)));
	assert_int_equal(reply_port(b, 0), 0);
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 0, NULL)));
	assert_int_equal(fake_pairs_taken, 0);
	/* and may come back */
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4000, NULL)));
	assert_int_equal(fake_pairs_taken, 2);
}

static void interfaces_and_families_are_as_asked_for(void **state)
{
	struct bench *b = *state;
	unsigned z;

	b->request.from_iface = RF_STR("priv");
	b->request.to_iface = RF_STR("pub");
	b->request.address_family = RF_FAMILY_IP6;
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("10.9.9.9", 4000, NULL)));
	z = reply_port(b, 0);
	assert_true(reply_has(b, "c=IN IP6 2001:db8::1"));
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("2001:db8::99", 5000, NULL)));
	assert_true(reply_has(b, "c=IN IP4 10.0.0.1"));
	assert_remote(z, "2001:db8::99", 5000);
}

static void an_unknown_interface_is_the_first_with_a_warning(void **state)
{
	struct bench *b = *state;

	b->request.to_iface = RF_STR("dmz");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_true(b->reply.warning.len > 0);
	assert_true(reply_has(b, "c=IN IP4 203.0.113.1"));
}

static void the_sip_source_address_replaces_the_sdps_when_asked(void **state)
{
	struct bench *b = *state;

	b->request.flags = RF_FLAG_SIP_SOURCE_ADDRESS;
	rf_addr_parse(RF_STR("198.51.100.77"), &b->request.received_from);
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("192.168.1.2", 4000, NULL)));
	assert_true(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL)));
	assert_remote(reply_port(b, 0), "198.51.100.77", 4000);
}

static void media_address_and_origin_are_printed(void **state)
{
	struct bench *b = *state;

	b->request.replace = RF_REPLACE_ORIGIN;
	rf_addr_parse(RF_STR("203.0.113.99"), &b->request.media_address);
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_true(reply_has(b, "c=IN IP4 203.0.113.99"));
	assert_true(reply_has(b, "o=alice 1 1 IN IP4 203.0.113.99"));
}

static void the_version_rises_only_when_something_changed(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 2; i++) {
		b->request.replace = RF_REPLACE_SDP_VERSION;
		assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
		assert_true(reply_has(b, "o=alice 1 1 IN IP4 198.51.100.7"));
	}
	b->request.replace = RF_REPLACE_SDP_VERSION;
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, "a=sendonly\r\n")));
	assert_true(reply_has(b, "o=alice 1 2 IN IP4 198.51.100.7"));
	b->request.replace = RF_REPLACE_SDP_VERSION | RF_REPLACE_FORCE_INCREMENT;
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, "a=sendonly\r\n")));
	assert_true(reply_has(b, "o=alice 1 3 IN IP4 198.51.100.7"));
}

static void a_marked_sdp_passes_untouched_under_loop_protect(void **state)
{
	struct bench *b = *state;
	char marked[2048];

	b->request.flags = RF_FLAG_LOOP_PROTECT;
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	strcpy(marked, b->reply.sdp.p);
	b->request.flags = RF_FLAG_LOOP_PROTECT;
	b->request.call_id = RF_STR("call-2");
	assert_true(bench_offer(b, "alice", NULL, marked));
	assert_true(rf_str_equal(b->reply.sdp, rf_str_of(marked)));
	assert_int_equal(rf_calls_count(b->calls), 1);
}

static void the_mark_of_another_relay_does_not_stop_this_one(void **state)
{
	struct bench *b = *state;

	b->request.flags = RF_FLAG_LOOP_PROTECT;
	assert_true(bench_offer(b, "alice", NULL,
	                        "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"
	                        "a=rtpferry-loop:0123456789abcdef\r\nm=audio 4000 RTP/AVP 0\r\n"));
	assert_true(reply_has(b, "a=rtpferry-loop:0123456789abcdef"));
	assert_true(reply_has(b, "c=IN IP4 203.0.113.1"));
}

static void without_ports_the_call_is_refused_and_nothing_stays(void **state)
{
	struct bench *b = *state;

	for (fake_pairs_free = 0; fake_pairs_free < 2; fake_pairs_free++) {
		unsigned before = fake_pairs_free;

		assert_false(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
		assert_true(reply_error_is(b, "Ran out of ports"));
		assert_int_equal(rf_calls_count(b->calls), 0);
		assert_int_equal(fake_pairs_free, before);
	}
}

static void without_ports_a_known_call_goes_on(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	fake_pairs_free = 0;
	assert_false(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4000, "m=video 4002 RTP/AVP 31\r\n")));
	assert_true(reply_error_is(b, "Ran out of ports"));
	assert_int_equal(rf_calls_count(b->calls), 1);
	assert_ptr_equal(fake_stream((uint16_t)a)->config.out_rtp, fake_stream((uint16_t)z));
}

static void what_cannot_be_done_is_named(void **state)
{
	struct bench *b = *state;

	assert_false(bench_answer(b, "alice", "bob", sdp_audio("198.51.100.7", 4000, NULL)));
	assert_true(reply_error_is(b, "Unknown call-id"));
	assert_false(bench_offer(b, "alice", NULL, "nonsense"));
	assert_true(reply_error_is(b, "Failed to parse SDP"));
	assert_false(
		bench_offer(b, "alice", NULL, "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\n"));
	assert_true(reply_error_is(b, "Incomplete SDP specification"));
	assert_true(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_false(bench_answer(b, "mallory", "bob", sdp_audio("198.51.100.8", 4000, NULL)));
	assert_true(reply_error_is(b, "Invalid dialogue association"));
}

static void encryption_is_refused_by_name_before_anything_is_made(void **state)
{
	struct bench *b = *state;

	b->request.profile = RF_SDP_RTP_SAVP;
	assert_false(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_true(strstr(b->reply.error.p, "RTP/SAVP") != NULL);
	assert_int_equal(rf_calls_count(b->calls), 0);
}

static void a_draining_relay_refuses_new_calls_and_serves_known_ones(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	plain_call(b, &a, &z);
	rf_calls_drain(b->calls, true);
	assert_true(bench_offer(b, "alice", "bob", sdp_audio("198.51.100.7", 4444, NULL)));
	b->request.call_id = RF_STR("call-2");
	assert_false(bench_offer(b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	assert_int_equal(b->reply.result, RF_RESULT_LOAD_LIMIT);
	assert_true(rf_str_equal(b->reply.error, RF_STR("Parallel session limit reached")));
}

static int whole_call(void *arg)
{
	struct bench b;
	int error;

	(void)arg;
	error = bench_open(&b);
	if (error)
		return error;
	error = bench_offer(&b, "alice", NULL, sdp_audio("198.51.100.7", 4000, "m=video 4002 RTP/AVP 31\r\n")) &&
	                        bench_answer(&b, "alice", "bob", sdp_audio("198.51.100.8", 5000, NULL)) &&
	                        bench_offer(&b, "bob", "alice", sdp_audio("198.51.100.8", 5002, NULL))
	                ? 0
	                : -ENOMEM;
	bench_close(&b);
	assert_int_equal(fake_pairs_taken, 0);
	return error;
}

static void no_allocation_that_fails_leaks_or_crashes(void **state)
{
	(void)state;
	rf_oom_run(whole_call, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_offer_gets_an_advertised_address_and_an_even_port),
		TEST(an_answer_links_both_directions),
		TEST(a_new_offer_from_either_side_keeps_the_ports_of_both),
		TEST(a_new_offer_that_names_nobody_is_for_the_peer),
		TEST(without_port_latching_a_new_remote_port_gets_a_new_local_one),
		TEST(a_late_offer_names_both_tags_at_once),
		TEST(the_second_branch_of_a_fork_wins_when_it_answers),
		TEST(branches_with_a_via_branch_have_ports_of_their_own),
		TEST(hold_by_null_address_sends_nothing_to_the_holder_and_resume_does),
		TEST(zero_address_writes_the_real_one_and_sendonly),
		TEST(a_section_that_the_answer_leaves_out_comes_back_rejected),
		TEST(a_rejected_section_holds_no_ports),
		TEST(interfaces_and_families_are_as_asked_for),
		TEST(an_unknown_interface_is_the_first_with_a_warning),
		TEST(the_sip_source_address_replaces_the_sdps_when_asked),
		TEST(media_address_and_origin_are_printed),
		TEST(the_version_rises_only_when_something_changed),
		TEST(a_marked_sdp_passes_untouched_under_loop_protect),
		TEST(the_mark_of_another_relay_does_not_stop_this_one),
		TEST(without_ports_the_call_is_refused_and_nothing_stays),
		TEST(without_ports_a_known_call_goes_on),
		TEST(what_cannot_be_done_is_named),
		TEST(encryption_is_refused_by_name_before_anything_is_made),
		TEST(a_draining_relay_refuses_new_calls_and_serves_known_ones),
		cmocka_unit_test(no_allocation_that_fails_leaks_or_crashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
