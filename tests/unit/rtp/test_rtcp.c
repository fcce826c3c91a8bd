/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compound RTCP packets, and what is learnt of the far end from them.
 */
#include "rtp/rtcp.h"

#include <errno.h>
#include <string.h>

#include "rtp/far_end.h"
#include "test.h"

/* An SR with a report block, SDES, BYE. */
static const uint8_t compound[] = {
	0x81, 200,  0,    12,   0x11, 0x11, 0x11, 0x11, 0xe0, 0x00, 0xb7, 0x05, 0x20, 0x00, 0x77, 0x77, /* SR */
	0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x64, 0x00, 0x00, 0x3e, 0x80,                         /* … */
	0x22, 0x22, 0x22, 0x22, 0x40, 0xff, 0xff, 0xfe, 0x00, 0x01, 0x00, 0x05,                         /* block */
	0x00, 0x00, 0x00, 0x50, 0xb7, 0x05, 0x20, 0x00, 0x00, 0x05, 0x40, 0x00,                         /* … */
	0x81, 202,  0,    2,    0x11, 0x11, 0x11, 0x11, 0x01, 0x01, 'a',  0x00,                         /* SDES */
	0x81, 203,  0,    1,    0x11, 0x11, 0x11, 0x11,                                                 /* BYE */
};

static void a_compound_is_read_packet_by_packet(void **state)
{
	struct rf_rtcp_reader reader;
	struct rf_rtcp_packet packet;
	struct rf_rtcp_block block;

	(void)state;
	rf_rtcp_reader_init(&reader, compound, sizeof(compound));
	assert_int_equal(rf_rtcp_next(&reader, &packet), 1);
	assert_int_equal(packet.type, RF_RTCP_SR);
	assert_int_equal(packet.ssrc, 0x11111111);
	assert_int_equal(packet.ntp_mid, 0xb7052000);
	assert_int_equal(packet.timestamp, 0x1000);
	assert_int_equal(packet.packets_sent, 100);
	assert_int_equal(packet.octets_sent, 16000);
	assert_int_equal(packet.n_blocks, 1);
	rf_rtcp_block(&packet, 0, &block);
	assert_int_equal(block.ssrc, 0x22222222);
	assert_int_equal(block.fraction_lost, 64);
	assert_int_equal(block.lost, -2);
	assert_int_equal(block.highest_seq, 65541);
	assert_int_equal(block.jitter, 80);
	assert_int_equal(block.last_sr, 0xb7052000);
	assert_int_equal(block.delay_since_sr, 0x54000);
	assert_int_equal(rf_rtcp_next(&reader, &packet), 1);
	assert_int_equal(packet.type, RF_RTCP_SDES);
	assert_int_equal(packet.n_blocks, 0);
	assert_int_equal(rf_rtcp_next(&reader, &packet), 1);
	assert_int_equal(packet.type, RF_RTCP_BYE);
	assert_int_equal(rf_rtcp_next(&reader, &packet), 0);
	assert_int_equal(rf_rtcp_next(&reader, &packet), 0);
}

/* The first result that is not a packet. */
static int read_all(const uint8_t *data, size_t len)
{
	struct rf_rtcp_reader reader;
	struct rf_rtcp_packet packet;
	int rc;

	rf_rtcp_reader_init(&reader, data, len);
	do {
		rc = rf_rtcp_next(&reader, &packet);
	} while (rc > 0);
	return rc;
}

static void a_compound_cut_inside_a_packet_is_refused(void **state)
{
	(void)state;
	for (size_t len = 0; len <= sizeof(compound); len++) {
		int expected = len == 0 || len == 52 || len == 64 || len == 72 ? 0 : -EBADMSG;

		assert_int_equal(read_all(compound, len), expected);
	}
}

static void lengths_that_lie_are_refused(void **state)
{
	static const uint8_t too_many_blocks[] = {0x82, 201, 0, 7, 0, 0, 0, 1, [31] = 0};
	static const uint8_t no_sender[] = {0x80, 201, 0, 0};
	static const uint8_t version_1[] = {0x40, 201, 0, 1, 0, 0, 0, 1};
	static const uint8_t padded[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4};
	static const uint8_t padded_to_nothing[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8};
	static const uint8_t padded_oddly[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3};
	static const uint8_t padded_by_0[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0};
	static const uint8_t padded_first[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0x80, 203, 0, 0};

	(void)state;
	assert_int_equal(read_all(too_many_blocks, sizeof(too_many_blocks)), -EBADMSG);
	assert_int_equal(read_all(no_sender, sizeof(no_sender)), -EBADMSG);
	assert_int_equal(read_all(version_1, sizeof(version_1)), -EBADMSG);
	assert_int_equal(read_all(padded, sizeof(padded)), 0);
	assert_int_equal(read_all(padded_to_nothing, sizeof(padded_to_nothing)), -EBADMSG);
	assert_int_equal(read_all(padded_oddly, sizeof(padded_oddly)), -EBADMSG);
	assert_int_equal(read_all(padded_by_0, sizeof(padded_by_0)), -EBADMSG);
	assert_int_equal(read_all(padded_first, sizeof(padded_first)), -EBADMSG);
}

/* The example of RFC 3550 figure 2: SR sent, 5.25 s at the party, 6.125 s of round trip. */
static void the_round_trip_is_that_of_the_rfc(void **state)
{
	struct rf_rtcp_block block = {.ssrc = 1, .last_sr = 0xb7052000, .delay_since_sr = 0x00054000, .lost = 3};
	struct rf_sr_memory memory = {0};
	struct rf_far_end far = {0};

	(void)state;
	rf_sr_memory_add(&memory, 1, 0xb7052000, 1000000);
	rf_far_end_update(&far, &memory, &block, 1000000 + 5250000 + 6125000);
	assert_int_equal(far.round_trip_us, 6125000);
	assert_true(far.valid);
	assert_int_equal(far.lost, 3);
	assert_int_equal(far.reports, 1);
}

static void what_cannot_be_true_leaves_the_round_trip(void **state)
{
	struct rf_rtcp_block block = {.ssrc = 1, .last_sr = 105, .delay_since_sr = 65536};
	struct rf_sr_memory memory = {0};
	struct rf_far_end far = {0};

	(void)state;
	for (uint32_t i = 101; i <= 105; i++)
		rf_sr_memory_add(&memory, 1, i, i * 1000);
	rf_far_end_update(&far, &memory, &block, 105000 + 1000000 + 30000);
	assert_int_equal(far.round_trip_us, 30000);
	block.delay_since_sr = 10 * 65536; /* held longer than it was away */
	rf_far_end_update(&far, &memory, &block, 105000 + 1000000);
	block.delay_since_sr = 0; /* an hour on its way */
	rf_far_end_update(&far, &memory, &block, 105000 + 3600 * INT64_C(1000000));
	block.last_sr = 101; /* forgotten */
	rf_far_end_update(&far, &memory, &block, 102000);
	rf_sr_memory_add(&memory, 1, 0, 101500); /* of a sender that has no clock */
	block.last_sr = 0;                       /* none */
	rf_far_end_update(&far, &memory, &block, 102000);
	block.last_sr = 104;
	block.ssrc = 2; /* of another sender */
	rf_far_end_update(&far, &memory, &block, 105000);
	assert_int_equal(far.round_trip_us, 30000);
	assert_int_equal(far.reports, 6);
	assert_int_equal(far.ssrc, 2);
	block.ssrc = 1; /* no time at all is still known */
	rf_far_end_update(&far, &memory, &block, 104000);
	assert_int_equal(far.round_trip_us, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_compound_is_read_packet_by_packet),
		cmocka_unit_test(a_compound_cut_inside_a_packet_is_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(the_round_trip_is_that_of_the_rfc),
		cmocka_unit_test(what_cannot_be_true_leaves_the_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
