/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets through a real worker and real sockets (see rig.h): what is forwarded, where to, and what is not. */
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "rig.h"
#include "test.h"

/* One call between alice and bob. */
struct call {
	struct rig rig;
	struct peer alice, bob;
};

static void call_on_rig(struct call *call, const char *alice, const char *iface_a, const char *bob, const char *iface_b)
{
	peer_open(&call->alice, alice, 0);
	peer_open(&call->bob, bob, 0);
	rig_streams(&call->rig, iface_a, iface_b, false);
	call->rig.to_a.remote = call->alice.self;
	call->rig.to_b.remote = call->bob.self;
}

static void call_open_on(struct call *call, const char *alice, const char *iface_a, const char *bob,
                         const char *iface_b)
{
	rig_open(&call->rig, 1);
	call_on_rig(call, alice, iface_a, bob, iface_b);
}

static void call_open(struct call *call)
{
	call_open_on(call, "127.0.0.1", "four", "127.0.0.1", "four");
}

static void call_close(struct call *call)
{
	rf_group_free(call->rig.group);
	rig_close(&call->rig);
	peer_close(&call->alice);
	peer_close(&call->bob);
}

static void expect_there(const struct call *call, const void *data, size_t len)
{
	peer_send(&call->alice, call->rig.a, data, len);
	peer_expect(&call->bob, call->rig.b, data, len);
}

static void expect_back(const struct call *call, const void *data, size_t len)
{
	peer_send(&call->bob, call->rig.b, data, len);
	peer_expect(&call->alice, call->rig.a, data, len);
}

static void packets_flow_both_ways(void **state)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	struct rf_stream_report report;
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	rig_commit(&call.rig);
	for (uint16_t seq = 1; seq <= 20; seq++) {
		rtp_make(packet, 8, seq, seq * 160U, 0x1111);
		expect_there(&call, packet, sizeof(packet));
		rtp_make(packet, 0, seq, seq * 160U, 0x2222);
		expect_back(&call, packet, sizeof(packet));
	}
	rig_sync(&call.rig);
	rf_stream_report(call.rig.a, &report);
	assert_int_equal(report.packets_in, 20);
	assert_int_equal(report.packets_out, 20);
	assert_int_equal(report.bytes_in, 20 * RTP_SIZE);
	assert_int_equal(report.bytes_out, 20 * RTP_SIZE);
	assert_int_equal(report.leg.sources[0].ssrc, 0x1111);
	assert_true(rf_endpoint_equal(&report.source, &call.alice.self));
	assert_true(report.first_packet_us > 0 && report.last_packet_us > report.first_packet_us);
	assert_int_equal(rf_stream_last_packet_us(call.rig.a), report.last_packet_us);
	assert_int_equal(rf_dataplane_totals(call.rig.dataplane, rows), 1);
	assert_string_equal(rows[0].iface, "four");
	assert_int_equal(rows[0].packets_in, 40);
	assert_int_equal(rows[0].bytes_in, 40 * RTP_SIZE);
	assert_int_equal(rows[0].packets_out, 40);
	assert_int_equal(rows[0].bytes_out, 40 * RTP_SIZE);
	call_close(&call);
}

static void ipv4_and_ipv6_meet(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open_on(&call, "127.0.0.1", "four", "::1", "six");
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	call_close(&call);
}

static void every_byte_arrives_as_it_was_sent(void **state)
{
	/* Two CSRCs, a header extension of one word, padding of 4 bytes, a payload type that nobody agreed on. */
	static const uint8_t odd[] = {0xb2, 0xe3, 0,    1,    0, 0, 0,    160,  1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	                              11,   12,   0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0, 1, 2, 3, 4, 0, 0, 0, 4};
	/* Padding that cannot be right: SRTP encrypts it. */
	static const uint8_t encrypted[] = {0xa0, 8, 0, 2, 0, 0, 1, 64, 1, 2, 3, 4, 0xff, 0xff};
	static const uint8_t stun[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1};
	static const uint8_t dtls[13] = {22, 0xfe, 0xfd};
	static const uint8_t zrtp[12] = {0x10, 0, 0, 1, 'Z', 'R', 'T', 'P'};
	static uint8_t big[60000];
	struct call call;

	(void)state;
	call_open(&call);
	rig_commit(&call.rig);
	expect_there(&call, odd, sizeof(odd));
	expect_there(&call, encrypted, sizeof(encrypted));
	expect_there(&call, stun, sizeof(stun));
	expect_there(&call, dtls, sizeof(dtls));
	expect_there(&call, zrtp, sizeof(zrtp));
	memset(big, 0x5a, sizeof(big));
	rtp_make(big, 8, 3, 480, 0x1020304);
	expect_there(&call, big, sizeof(big));
	call_close(&call);
}

static void an_opaque_stream_forwards_anything(void **state)
{
	static const uint8_t udptl[] = {0, 7, 3, 'f', 'a', 'x'};
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.flags = call.rig.to_b.flags = RF_STREAM_OPAQUE | RF_STREAM_STRICT;
	rig_commit(&call.rig);
	expect_there(&call, udptl, sizeof(udptl));
	expect_back(&call, udptl, sizeof(udptl));
	call.rig.to_a.flags |= RF_STREAM_BLOCK;
	rig_commit(&call.rig);
	peer_send(&call.alice, call.rig.a, udptl, sizeof(udptl));
	expect_drops(call.rig.a, RF_DROP_BLOCKED, 1);
	call_close(&call);
}

static void what_is_not_forwarded_is_counted_by_reason(void **state)
{
	uint8_t packet[RTP_SIZE], text[] = "hello, is this SIP?";
	uint64_t drops[RF_DROPS];
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_b.out_rtp = NULL;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, 11);
	peer_send(&call.alice, call.rig.a, "", 0);
	expect_drops(call.rig.a, RF_DROP_TOO_SHORT, 2);
	peer_send(&call.alice, call.rig.a, text, sizeof(text));
	expect_drops(call.rig.a, RF_DROP_NOT_RTP, 1);
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	expect_drops(call.rig.b, RF_DROP_NO_STREAM, 1);
	call.rig.to_b.remote.port = 0;
	rig_commit(&call.rig);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_NO_DESTINATION, 1);
	rf_dataplane_drops(call.rig.dataplane, drops);
	assert_int_equal(drops[RF_DROP_TOO_SHORT], 2);
	assert_int_equal(drops[RF_DROP_NO_DESTINATION], 1);
	assert_string_equal(rf_drop_name(RF_DROP_NO_DESTINATION), "no_destination");
	call_close(&call);
}

static void what_the_output_cannot_carry_is_counted(void **state)
{
	/* IPv6 carries 20 bytes more in a datagram than IPv4 does. */
	static uint8_t packet[65520];
	struct call call;

	(void)state;
	call_open_on(&call, "127.0.0.1", "four", "::1", "six");
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	expect_drops(call.rig.b, RF_DROP_TOO_BIG, 1);
	call_close(&call);
}

static void a_latched_source_is_followed_and_others_are_refused(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer other;
	struct call call;

	(void)state;
	call_open(&call);
	peer_open(&other, "127.0.0.2", 0);
	/* Alice's SDP lies: nobody is there. */
	call.rig.to_a.remote.port = 9;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	peer_send(&other, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_UNKNOWN_SOURCE, 1);
	peer_expect_nothing(&call.bob);
	peer_close(&other);
	call_close(&call);
}

static void a_payload_type_that_was_not_agreed_is_forwarded_but_does_not_latch(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct rf_stream_report report;
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.n_types = 1;
	call.rig.to_a.types[0] = (struct rf_payload_type){.type = 8, .codec = RF_CODEC_PCMA, .clock_rate = 8000};
	rig_commit(&call.rig);
	rtp_make(packet, 77, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	rf_stream_report(call.rig.a, &report);
	assert_int_equal(report.source.port, 0);
	rtp_make(packet, 8, 2, 320, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	rf_stream_report(call.rig.a, &report);
	assert_true(rf_endpoint_equal(&report.source, &call.alice.self));
	call_close(&call);
}

static void a_payload_type_that_the_list_had_no_room_for_latches(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.remote.port = 9;
	call.rig.to_a.n_types = RF_STREAM_MAX_TYPES;
	for (unsigned i = 0; i < RF_STREAM_MAX_TYPES; i++)
		call.rig.to_a.types[i] = (struct rf_payload_type){.type = (uint8_t)(96 + i), .clock_rate = 8000};
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	call_close(&call);
}

static void a_handover_moves_the_destination(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer other;
	struct call call;

	(void)state;
	call_open(&call);
	peer_open(&other, "127.0.0.2", 0);
	call.rig.to_a.flags |= RF_STREAM_HANDOVER;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	peer_send(&other, call.rig.a, packet, sizeof(packet));
	peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	peer_expect(&other, call.rig.a, packet, sizeof(packet));
	assert_int_equal(rf_dataplane_relearned(call.rig.dataplane), 1);
	peer_close(&other);
	call_close(&call);
}

static void an_asymmetric_party_is_sent_to_where_its_sdp_says(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer sender;
	struct call call;

	(void)state;
	call_open(&call);
	peer_open(&sender, "127.0.0.2", 0);
	call.rig.to_a.flags |= RF_STREAM_ASYMMETRIC;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&sender, call.rig.a, packet, sizeof(packet));
	peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	peer_expect_nothing(&sender);
	peer_close(&sender);
	call_close(&call);
}

static void a_party_behind_nat_is_sent_nothing_until_it_speaks(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.flags |= RF_STREAM_NAT_WAIT;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	expect_drops(call.rig.b, RF_DROP_NO_DESTINATION, 1);
	peer_expect_nothing(&call.alice);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	call_close(&call);
}

static void a_nat_is_pierced_until_the_first_packet(void **state)
{
	uint8_t packet[RTP_SIZE], byte;
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.flags |= RF_STREAM_PIERCE_NAT;
	rig_commit(&call.rig);
	assert_int_equal(peer_receive(&call.alice, &byte, 1), 0);
	assert_int_equal(peer_receive(&call.alice, &byte, 1), 0);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	rig_run(&call.rig, 250);
	peer_expect_nothing(&call.alice);
	call_close(&call);
}

static void a_new_remote_forgets_the_latch_and_the_same_one_keeps_it(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer moved;
	struct call call;

	(void)state;
	call_open(&call);
	peer_open(&moved, "127.0.0.2", 0);
	call.rig.to_a.remote.port = 9;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	rig_commit(&call.rig);
	expect_back(&call, packet, sizeof(packet));
	call.rig.to_a.remote = moved.self;
	rig_commit(&call.rig);
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	peer_expect(&moved, call.rig.a, packet, sizeof(packet));
	peer_send(&moved, call.rig.a, packet, sizeof(packet));
	peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	call.rig.to_a.forget = true;
	rig_commit(&call.rig);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	peer_close(&moved);
	call_close(&call);
}

static void a_party_that_resumes_from_hold_is_heard_at_once(void **state)
{
	struct rf_endpoint sdp = {.port = 9};
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	rf_addr_parse(RF_STR("127.0.0.1"), &sdp.addr);
	call_open(&call);
	call.rig.to_a.remote = sdp;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	rf_addr_parse(RF_STR("0.0.0.0"), &call.rig.to_a.remote.addr);
	rig_commit(&call.rig);
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	expect_drops(call.rig.b, RF_DROP_NO_DESTINATION, 1);
	call.rig.to_a.remote = sdp;
	rig_commit(&call.rig);
	expect_there(&call, packet, sizeof(packet));
	expect_back(&call, packet, sizeof(packet));
	call_close(&call);
}

static void the_source_of_before_does_not_take_a_new_remote_away(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer winner;
	struct call call;

	(void)state;
	call_open(&call);
	peer_open(&winner, "127.0.0.2", 0);
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	call.rig.to_a.remote = winner.self;
	rig_commit(&call.rig);
	expect_there(&call, packet, sizeof(packet));
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	peer_expect(&winner, call.rig.a, packet, sizeof(packet));
	peer_close(&winner);
	call_close(&call);
}

static void a_wish_to_forget_outlives_the_next_setting(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer stranger;
	struct call call;

	(void)state;
	call_open(&call);
	peer_open(&stranger, "127.0.0.2", 0);
	call.rig.to_a.remote.port = 9;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	call.rig.to_a.forget = true;
	rf_stream_set(call.rig.a, &call.rig.to_a);
	call.rig.to_a.forget = false;
	rig_commit(&call.rig);
	peer_send(&stranger, call.rig.a, packet, sizeof(packet));
	peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	/* Once only. */
	rig_commit(&call.rig);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_UNKNOWN_SOURCE, 1);
	peer_close(&stranger);
	call_close(&call);
}

static void a_stream_that_went_is_sent_nothing(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	rig_commit(&call.rig);
	rf_stream_free(call.rig.b);
	assert_int_equal(rf_group_commit(call.rig.group), 0);
	rig_sync(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_NO_STREAM, 1);
	call_close(&call);
}

/* Packets and overruns of a stream, once they have stood still for longer than a nap. */
static uint64_t settled(const struct rf_stream *stream, struct rf_stream_report *report)
{
	uint64_t before, sum = 0;

	do {
		before = sum;
		usleep(700000);
		rf_stream_report(stream, report);
		sum = report->packets_in + report->drops[RF_DROP_OVERRUN];
	} while (sum != before);
	return sum;
}

static void what_came_while_the_worker_was_away_is_counted(void **state)
{
	enum { FLOOD = 2000, AFTER = 64 };
	uint64_t all[RF_DROPS];
	struct rf_stream_report report;
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	rig_open_napping(&call.rig, 1, 300000);
	call_on_rig(&call, "127.0.0.1", "four", "127.0.0.1", "four");
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	usleep(50000); /* into the nap */
	for (unsigned i = 0; i < FLOOD; i++)
		peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	settled(call.rig.a, &report);
	/* Overruns are looked for every so many packets. */
	for (unsigned i = 0; i < AFTER; i++)
		peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	assert_int_equal(settled(call.rig.a, &report), 1 + FLOOD + AFTER);
	rf_dataplane_drops(call.rig.dataplane, all);
	assert_true(report.drops[RF_DROP_OVERRUN] > 0);
	assert_int_equal(all[RF_DROP_OVERRUN], report.drops[RF_DROP_OVERRUN]);
	call_close(&call);
}

static void a_burst_does_not_wait_for_a_nap_between_its_packets(void **state)
{
	enum { NAP_US = 20000, BURST = 100 };
	uint8_t packet[RTP_SIZE];
	struct call call;
	int64_t start_us;

	(void)state;
	rig_open_napping(&call.rig, 1, NAP_US);
	call_on_rig(&call, "127.0.0.1", "four", "127.0.0.1", "four");
	rig_commit(&call.rig);
	start_us = rf_clock_us();
	for (uint16_t seq = 1; seq <= BURST; seq++) {
		rtp_make(packet, 8, seq, 160, 0x1111);
		peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	}
	for (uint16_t seq = 1; seq <= BURST; seq++) {
		rtp_make(packet, 8, seq, 160, 0x1111);
		peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	}
	assert_true(rf_clock_us() - start_us < BURST * NAP_US / 2);
	call_close(&call);
}

static void blocked_media_stops_but_dtmf_passes(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.n_types = 2;
	call.rig.to_a.types[0] = (struct rf_payload_type){.type = 8, .codec = RF_CODEC_PCMA, .clock_rate = 8000};
	call.rig.to_a.types[1] =
		(struct rf_payload_type){.type = 101, .codec = RF_CODEC_TELEPHONE_EVENT, .clock_rate = 8000};
	call.rig.to_a.flags |= RF_STREAM_BLOCK;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_BLOCKED, 1);
	rtp_make(packet, 101, 2, 160, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	call.rig.to_a.flags = RF_STREAM_RTP | RF_STREAM_BLOCK_DTMF;
	rig_commit(&call.rig);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_BLOCKED, 2);
	rtp_make(packet, 8, 3, 480, 0x1111);
	expect_there(&call, packet, sizeof(packet));
	call_close(&call);
}

static void silenced_media_keeps_its_header_and_loses_its_sound(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	call.rig.to_a.flags |= RF_STREAM_SILENCE;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	memset(packet + 12, 0xd5, sizeof(packet) - 12);
	peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	rtp_make(packet, 0, 2, 320, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	memset(packet + 12, 0xff, sizeof(packet) - 12);
	peer_expect(&call.bob, call.rig.b, packet, sizeof(packet));
	rtp_make(packet, 18, 3, 480, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	expect_drops(call.rig.a, RF_DROP_BLOCKED, 1);
	call_close(&call);
}

/* The byte for TOS or traffic class of the next datagram. */
static int receive_tos(const struct peer *peer)
{
	char data[RTP_SIZE], control[64];
	struct iovec iov = {.iov_base = data, .iov_len = sizeof(data)};
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct pollfd p = {.fd = peer->fd, .events = POLLIN};
	const struct cmsghdr *c;
	int tos = 0;

	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_true(recvmsg(peer->fd, &msg, 0) >= 0);
	c = CMSG_FIRSTHDR(&msg);
	if (!c)
		return -1;
	memcpy(&tos, CMSG_DATA(c), c->cmsg_level == IPPROTO_IP ? 1 : sizeof(tos));
	return tos;
}

static void packets_leave_with_the_marking_of_their_stream(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct call call;
	int one = 1;

	(void)state;
	call_open_on(&call, "127.0.0.1", "four", "::1", "six");
	setsockopt(call.alice.fd, IPPROTO_IP, IP_RECVTOS, &one, sizeof(one));
	setsockopt(call.bob.fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &one, sizeof(one));
	call.rig.to_a.tos = 0xb8;
	call.rig.to_b.tos = 0x88;
	rig_commit(&call.rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&call.alice, call.rig.a, packet, sizeof(packet));
	assert_int_equal(receive_tos(&call.bob), 0x88);
	peer_send(&call.bob, call.rig.b, packet, sizeof(packet));
	assert_int_equal(receive_tos(&call.alice), 0xb8);
	call_close(&call);
}

static void the_delay_of_a_sample_is_measured(void **state)
{
	struct rf_histogram delay;
	uint8_t packet[RTP_SIZE];
	struct call call;

	(void)state;
	call_open(&call);
	rig_commit(&call.rig);
	for (uint16_t seq = 1; seq <= 64; seq++) {
		rtp_make(packet, 8, seq, seq * 160U, 0x1111);
		expect_there(&call, packet, sizeof(packet));
	}
	rig_sync(&call.rig);
	rf_dataplane_delay(call.rig.dataplane, &delay);
	/* The first stream of a worker is one that is sampled; every 16th of its packets is. */
	assert_int_equal(delay.count, 4);
	assert_true(delay.sum > 0 && delay.sum < 4);
	call_close(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_flow_both_ways),
		cmocka_unit_test(ipv4_and_ipv6_meet),
		cmocka_unit_test(every_byte_arrives_as_it_was_sent),
		cmocka_unit_test(an_opaque_stream_forwards_anything),
		cmocka_unit_test(what_is_not_forwarded_is_counted_by_reason),
		cmocka_unit_test(what_the_output_cannot_carry_is_counted),
		cmocka_unit_test(a_latched_source_is_followed_and_others_are_refused),
		cmocka_unit_test(a_payload_type_that_was_not_agreed_is_forwarded_but_does_not_latch),
		cmocka_unit_test(a_payload_type_that_the_list_had_no_room_for_latches),
		cmocka_unit_test(a_handover_moves_the_destination),
		cmocka_unit_test(an_asymmetric_party_is_sent_to_where_its_sdp_says),
		cmocka_unit_test(a_party_behind_nat_is_sent_nothing_until_it_speaks),
		cmocka_unit_test(a_nat_is_pierced_until_the_first_packet),
		cmocka_unit_test(a_new_remote_forgets_the_latch_and_the_same_one_keeps_it),
		cmocka_unit_test(a_party_that_resumes_from_hold_is_heard_at_once),
		cmocka_unit_test(the_source_of_before_does_not_take_a_new_remote_away),
		cmocka_unit_test(a_wish_to_forget_outlives_the_next_setting),
		cmocka_unit_test(a_stream_that_went_is_sent_nothing),
		cmocka_unit_test(what_came_while_the_worker_was_away_is_counted),
		cmocka_unit_test(a_burst_does_not_wait_for_a_nap_between_its_packets),
		cmocka_unit_test(blocked_media_stops_but_dtmf_passes),
		cmocka_unit_test(silenced_media_keeps_its_header_and_loses_its_sound),
		cmocka_unit_test(packets_leave_with_the_marking_of_their_stream),
		cmocka_unit_test(the_delay_of_a_sample_is_measured),
	};

	return cmocka_run_group_tests(tests, rig_own_network, NULL);
}
