/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/packet.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static void the_first_bytes_tell_what_a_datagram_is(void **state)
{
	static const struct {
		uint8_t first, second;
		size_t len;
		enum rf_packet_kind kind;
	} rows[] = {
		{0, 1, 20, RF_PACKET_STUN},         {3, 0, 28, RF_PACKET_STUN},       {0, 1, 19, RF_PACKET_TOO_SHORT},
		{4, 0, 28, RF_PACKET_OTHER},        {19, 0, 28, RF_PACKET_OTHER},     {20, 0, 13, RF_PACKET_DTLS},
		{63, 0, 13, RF_PACKET_DTLS},        {22, 0, 12, RF_PACKET_TOO_SHORT}, {64, 0, 28, RF_PACKET_OTHER},
		{127, 0, 28, RF_PACKET_OTHER},      {128, 0, 12, RF_PACKET_RTP},      {191, 127, 12, RF_PACKET_RTP},
		{128, 0, 11, RF_PACKET_TOO_SHORT},  {128, 191, 12, RF_PACKET_RTP},    {128, 192, 12, RF_PACKET_RTCP},
		{128, 200, 8, RF_PACKET_RTCP},      {129, 223, 4, RF_PACKET_RTCP},    {128, 224, 12, RF_PACKET_RTP},
		{128, 201, 3, RF_PACKET_TOO_SHORT}, {192, 0, 28, RF_PACKET_OTHER},    {255, 200, 28, RF_PACKET_OTHER},
		{128, 0, 1, RF_PACKET_TOO_SHORT},   {0, 0, 0, RF_PACKET_TOO_SHORT},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		uint8_t data[32] = {rows[i].first, rows[i].second};

		assert_int_equal(rf_packet_classify(data, rows[i].len), rows[i].kind);
	}
}

static void a_plain_header_is_read(void **state)
{
	static const uint8_t data[] = {0x80, 0x88, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04,
	                               0xde, 0xad, 0xbe, 0xef, 0xd5, 0xd5, 0xd5};
	struct rf_rtp_packet packet;

	(void)state;
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), 0);
	assert_int_equal(packet.payload_type, 8);
	assert_true(packet.marker);
	assert_int_equal(packet.seq, 0x1234);
	assert_int_equal(packet.timestamp, 0x01020304);
	assert_int_equal(packet.ssrc, 0xdeadbeef);
	assert_int_equal(packet.payload, 12);
	assert_int_equal(packet.payload_len, 3);
	assert_int_equal(rf_rtp_parse(data, 12, &packet), 0);
	assert_int_equal(packet.payload_len, 0);
	assert_int_equal(rf_rtp_parse(data, 11, &packet), -EBADMSG);
}

/* Two CSRCs, an extension of one word, three bytes of payload, two of padding. */
static const uint8_t full[] = {
	0xb2, 0x00, 0, 1,    0, 0, 0, 2, 0, 0, 0, 3, /* header */
	0,    0,    0, 4,    0, 0, 0, 5,             /* CSRC */
	0xbe, 0xde, 0, 1,    9, 9, 9, 9,             /* extension */
	7,    7,    7, 0xaa, 2,
};

static void csrcs_extension_and_padding_are_no_payload(void **state)
{
	struct rf_rtp_packet packet;

	(void)state;
	assert_int_equal(rf_rtp_parse(full, sizeof(full), &packet), 0);
	assert_int_equal(packet.payload, 28);
	assert_int_equal(packet.payload_len, 3);
	assert_false(packet.marker);
}

static void lengths_that_lie_are_refused(void **state)
{
	struct rf_rtp_packet packet = {.seq = 4711};
	uint8_t data[sizeof(full)];

	(void)state;
	for (size_t len = 0; len < 28; len++)
		assert_int_equal(rf_rtp_parse(full, len, &packet), -EBADMSG);
	memcpy(data, full, sizeof(data));
	data[0] = 0xbf; /* 15 CSRCs */
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), -EBADMSG);
	data[0] = full[0];
	data[22] = 0xff; /* a long extension */
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), -EBADMSG);
	data[22] = 0;
	data[sizeof(data) - 1] = 0; /* no padding though it is announced */
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), -EBADMSG);
	data[sizeof(data) - 1] = 6; /* more than there is payload */
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), -EBADMSG);
	data[0] = 0x72; /* version 1 */
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), -EBADMSG);
	assert_int_equal(packet.seq, 4711);
	data[0] = full[0];
	data[sizeof(data) - 1] = 5; /* nothing but padding */
	assert_int_equal(rf_rtp_parse(data, sizeof(data), &packet), 0);
	assert_int_equal(packet.payload_len, 0);
}

static void silence_replaces_the_payload_alone(void **state)
{
	uint8_t data[sizeof(full)];
	uint8_t expected[sizeof(full)];

	(void)state;
	memcpy(data, full, sizeof(data));
	memcpy(expected, full, sizeof(data));
	memset(expected + 28, RF_SILENCE_PCMA, 3);
	assert_int_equal(rf_rtp_silence(data, sizeof(data), RF_SILENCE_PCMA), 0);
	assert_memory_equal(data, expected, sizeof(data));
	assert_int_equal(rf_rtp_silence(data, 5, RF_SILENCE_PCMU), -EBADMSG);
	assert_memory_equal(data, expected, sizeof(data));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_bytes_tell_what_a_datagram_is),
		cmocka_unit_test(a_plain_header_is_read),
		cmocka_unit_test(csrcs_extension_and_padding_are_no_payload),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(silence_replaces_the_payload_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
