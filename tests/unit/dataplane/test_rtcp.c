/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTCP on its way, and what RTP and RTCP tell of the media (see rig.h). */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "rig.h"
#include "test.h"

#define SR_SIZE 28
#define RR_SIZE 32

static void put32(uint8_t *p, uint32_t n)
{
	p[0] = (uint8_t)(n >> 24);
	p[1] = (uint8_t)(n >> 16);
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
}

/* A sender report without blocks; ntp_mid: what an answer names. */
static void sr_make(uint8_t sr[SR_SIZE], uint32_t ssrc, uint32_t ntp_mid)
{
	memset(sr, 0, SR_SIZE);
	put32(sr, 0x80c80006);
	put32(sr + 4, ssrc);
	put32(sr + 8, ntp_mid >> 16);
	put32(sr + 12, ntp_mid << 16);
}

/* A receiver report with one block. */
static void rr_make(uint8_t rr[RR_SIZE], uint32_t about, uint8_t fraction, uint32_t lost, uint32_t lsr, uint32_t dlsr)
{
	memset(rr, 0, RR_SIZE);
	put32(rr, 0x81c90007);
	put32(rr + 4, 0x9999);
	put32(rr + 8, about);
	put32(rr + 12, (uint32_t)fraction << 24 | (lost & 0xffffff));
	put32(rr + 16, 1000);
	put32(rr + 20, 33);
	put32(rr + 24, lsr);
	put32(rr + 28, dlsr);
}

static void rtcp_takes_its_own_way(void **state)
{
	struct peer alice, alice_rtcp, bob, bob_rtcp;
	struct rf_stream_report report;
	uint8_t sr[SR_SIZE];
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.1", 0);
	peer_open(&alice_rtcp, "127.0.0.1", 0);
	peer_open(&bob, "127.0.0.1", 0);
	peer_open(&bob_rtcp, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", true);
	assert_int_equal(rf_stream_port(rig.a_rtcp), rf_stream_port(rig.a) + 1);
	rig.to_a.remote = alice.self;
	rig.to_b.remote = bob.self;
	rig_rtcp(&rig, &alice_rtcp.self, &bob_rtcp.self);
	rig_commit(&rig);
	sr_make(sr, 0x1111, 1);
	peer_send(&alice_rtcp, rig.a_rtcp, sr, sizeof(sr));
	peer_expect(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_send(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_expect(&alice_rtcp, rig.a_rtcp, sr, sizeof(sr));
	rig_sync(&rig);
	rf_stream_report(rig.a_rtcp, &report);
	assert_int_equal(report.rtcp_in, 1);
	assert_int_equal(report.packets_out, 1);
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&alice_rtcp);
	peer_close(&bob);
	peer_close(&bob_rtcp);
}

static void a_multiplexed_party_meets_one_that_is_not(void **state)
{
	struct rf_stream_config config = {.flags = RF_STREAM_RTCP, .tos = -1};
	uint8_t sr[SR_SIZE], packet[RTP_SIZE];
	struct peer alice, bob, bob_rtcp;
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.1", 0);
	peer_open(&bob, "127.0.0.1", 0);
	peer_open(&bob_rtcp, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", true);
	rig.to_a.flags |= RF_STREAM_RTCP;
	rig.to_a.remote = alice.self;
	rig.to_a.out_rtcp = rig.b_rtcp;
	rig.to_b.remote = bob.self;
	config.remote = bob_rtcp.self;
	config.out_rtcp = rig.a;
	rf_stream_set(rig.b_rtcp, &config);
	/* Alice needs no RTCP port of her own. */
	rf_stream_free(rig.a_rtcp);
	rig_commit(&rig);
	sr_make(sr, 0x1111, 1);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&alice, rig.a, sr, sizeof(sr));
	peer_expect(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_send(&alice, rig.a, packet, sizeof(packet));
	peer_expect(&bob, rig.b, packet, sizeof(packet));
	peer_send(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_expect(&alice, rig.a, sr, sizeof(sr));
	peer_send(&bob, rig.b, packet, sizeof(packet));
	peer_expect(&alice, rig.a, packet, sizeof(packet));
	/* RTP has no business on an RTCP port. */
	peer_send(&bob_rtcp, rig.b_rtcp, packet, sizeof(packet));
	expect_drops(rig.b_rtcp, RF_DROP_NOT_RTP, 1);
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&bob);
	peer_close(&bob_rtcp);
}

static void rtcp_follows_the_rtp_of_a_party_behind_nat(void **state)
{
	struct rf_endpoint sdp_rtp, sdp_rtcp;
	struct peer alice, alice_rtcp, bob, bob_rtcp;
	uint8_t sr[SR_SIZE], packet[RTP_SIZE];
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.2", 41500);
	peer_open(&alice_rtcp, "127.0.0.2", 41501);
	peer_open(&bob, "127.0.0.1", 0);
	peer_open(&bob_rtcp, "127.0.0.1", 0);
	rf_endpoint_parse(RF_STR("127.0.0.99:4000"), 0, &sdp_rtp);
	rf_endpoint_parse(RF_STR("127.0.0.99:4001"), 0, &sdp_rtcp);
	rig_streams(&rig, "four", "four", true);
	rig.to_a.remote = sdp_rtp;
	rig.to_b.remote = bob.self;
	rig_rtcp(&rig, &sdp_rtcp, &bob_rtcp.self);
	rig_commit(&rig);
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_send(&alice, rig.a, packet, sizeof(packet));
	peer_expect(&bob, rig.b, packet, sizeof(packet));
	sr_make(sr, 0x2222, 1);
	peer_send(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_expect(&alice_rtcp, rig.a_rtcp, sr, sizeof(sr));
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&alice_rtcp);
	peer_close(&bob);
	peer_close(&bob_rtcp);
}

static void rtcp_latches_by_itself(void **state)
{
	struct peer alice_rtcp, bob_rtcp;
	struct rf_endpoint sdp;
	uint8_t sr[SR_SIZE];
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice_rtcp, "127.0.0.2", 0);
	peer_open(&bob_rtcp, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", true);
	rf_endpoint_parse(RF_STR("127.0.0.1:9"), 0, &sdp);
	rig_rtcp(&rig, &sdp, &bob_rtcp.self);
	rig_commit(&rig);
	sr_make(sr, 0x1111, 1);
	peer_send(&alice_rtcp, rig.a_rtcp, sr, sizeof(sr));
	peer_expect(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_send(&bob_rtcp, rig.b_rtcp, sr, sizeof(sr));
	peer_expect(&alice_rtcp, rig.a_rtcp, sr, sizeof(sr));
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice_rtcp);
	peer_close(&bob_rtcp);
}

static void reports_give_the_far_ends_loss_and_the_round_trip(void **state)
{
	const uint32_t held = 65536 / 100; /* 10 ms */
	struct rf_stream_report report;
	uint8_t sr[SR_SIZE], rr[RR_SIZE];
	struct peer alice, bob;
	int64_t start_us, end_us;
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.1", 0);
	peer_open(&bob, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", false);
	rig.to_a.remote = alice.self;
	rig.to_b.remote = bob.self;
	rig.to_a.flags |= RF_STREAM_RTCP;
	rig.to_b.flags |= RF_STREAM_RTCP;
	rig.to_a.out_rtcp = rig.b;
	rig.to_b.out_rtcp = rig.a;
	rig_commit(&rig);
	start_us = rf_clock_us();
	sr_make(sr, 0x1111, 0xabcd1234);
	peer_send(&alice, rig.a, sr, sizeof(sr));
	peer_expect(&bob, rig.b, sr, sizeof(sr));
	usleep(30000);
	rr_make(rr, 0x1111, 64, 17, 0xabcd1234, held);
	peer_send(&bob, rig.b, rr, sizeof(rr));
	peer_expect(&alice, rig.a, rr, sizeof(rr));
	end_us = rf_clock_us();
	rf_stream_report(rig.b, &report);
	assert_true(report.far.valid);
	assert_int_equal(report.far.ssrc, 0x1111);
	assert_int_equal(report.far.fraction_lost, 64);
	assert_int_equal(report.far.lost, 17);
	assert_int_equal(report.far.jitter, 33);
	assert_true(report.far.round_trip_us >= 19000);
	assert_true(report.far.round_trip_us <= end_us - start_us - 9000);
	/* Encrypted reports are relayed, not read: here an SRTCP index stands behind the compound. */
	rr_make(rr, 0x1111, 99, 99, 0, 0);
	rr[RR_SIZE - 1] = 1;
	rr[2] = 0;
	rr[3] = 6;
	peer_send(&bob, rig.b, rr, sizeof(rr));
	peer_expect(&alice, rig.a, rr, sizeof(rr));
	rf_stream_report(rig.b, &report);
	assert_int_equal(report.far.fraction_lost, 64);
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&bob);
}

static void send_seq(const struct peer *alice, const struct peer *bob, const struct rig *rig, uint16_t seq)
{
	uint8_t packet[RTP_SIZE];

	rtp_make(packet, 8, seq, seq * 160U, 0x1111);
	peer_send(alice, rig->a, packet, sizeof(packet));
	peer_expect(bob, rig->b, packet, sizeof(packet));
}

/* SRTCP is encrypted behind its first eight bytes, and longer than it says by an index and a tag. */
static void encrypted_reports_pass_and_tell_nothing(void **state)
{
	uint8_t srtcp[RR_SIZE + 14] = {0}, sr[SR_SIZE];
	struct rf_stream_report report;
	struct peer alice, bob;
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.1", 0);
	peer_open(&bob, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", false);
	rig.to_a.flags |= RF_STREAM_RTCP;
	rig.to_b.flags |= RF_STREAM_RTCP;
	rig.to_a.remote = alice.self;
	rig.to_b.remote = bob.self;
	rig.to_a.out_rtcp = rig.b;
	rig.to_b.out_rtcp = rig.a;
	rig_commit(&rig);
	sr_make(sr, 0x1111, 0x1234);
	peer_send(&alice, rig.a, sr, sizeof(sr));
	peer_expect(&bob, rig.b, sr, sizeof(sr));
	rr_make(srtcp, 0x1111, 64, 5, 0x1234, 0);
	peer_send(&bob, rig.b, srtcp, sizeof(srtcp));
	peer_expect(&alice, rig.a, srtcp, sizeof(srtcp));
	rig_sync(&rig);
	rf_stream_report(rig.b, &report);
	assert_int_equal(report.rtcp_in, 1);
	assert_false(report.far.valid);
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&bob);
}

static void loss_duplicates_reordering_and_jitter_are_right(void **state)
{
	/* 4 is lost, 6 comes twice, 9 before 8. */
	static const uint16_t order[] = {1, 2, 3, 5, 6, 6, 7, 9, 8, 10};
	struct rf_stream_report report;
	struct rf_leg_totals totals;
	struct peer alice, bob;
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.1", 0);
	peer_open(&bob, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", false);
	rig.to_a.remote = alice.self;
	rig.to_b.remote = bob.self;
	rig_commit(&rig);
	for (size_t i = 0; i < RF_COUNT(order); i++)
		send_seq(&alice, &bob, &rig, order[i]);
	rf_stream_report(rig.a, &report);
	rf_leg_totals(&report.leg, &totals);
	assert_int_equal(totals.packets, 10);
	assert_int_equal(totals.expected, 10);
	assert_int_equal(totals.lost, 1);
	assert_int_equal(totals.duplicates, 1);
	assert_int_equal(totals.reordered, 1);
	/* 20 ms of media at once: each packet is 160 units early, and the jitter comes near that (A.8). */
	for (uint16_t seq = 11; seq <= 100; seq++)
		send_seq(&alice, &bob, &rig, seq);
	rf_stream_report(rig.a, &report);
	rf_leg_totals(&report.leg, &totals);
	assert_true(totals.jitter > 0.016 && totals.jitter <= 0.0201);
	assert_int_equal(totals.lost, 1);
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&bob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rtcp_takes_its_own_way),
		cmocka_unit_test(a_multiplexed_party_meets_one_that_is_not),
		cmocka_unit_test(rtcp_follows_the_rtp_of_a_party_behind_nat),
		cmocka_unit_test(rtcp_latches_by_itself),
		cmocka_unit_test(reports_give_the_far_ends_loss_and_the_round_trip),
		cmocka_unit_test(encrypted_reports_pass_and_tell_nothing),
		cmocka_unit_test(loss_duplicates_reordering_and_jitter_are_right),
	};

	return cmocka_run_group_tests(tests, rig_own_network, NULL);
}
