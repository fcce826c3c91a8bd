/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>

#include "ctl/fields.h"
#include "ctl/probe_report.h"
#include "ctl/probe_sdp.h"
#include "rtp/packet.h"
#include "tree/json.h"

#define PACKETS 10
#define START 5000000 /* us */

static struct rf_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = rf_arena_new(1u << 20);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	rf_arena_free(arena);
	return 0;
}

static struct rf_endpoint endpoint(const char *text)
{
	struct rf_endpoint out;

	assert_int_equal(rf_endpoint_parse(rf_str_of(text), 0, &out), 0);
	return out;
}

/* --- SDP --- */

static int read_sdp(const char *text, struct rf_endpoint *out)
{
	char reason[RF_PROBE_SDP_REASON];

	return rf_probe_sdp_read(rf_str_of(text), RF_FAMILY_IP4, out, reason);
}

static void our_sdp_is_read_again(void **state)
{
	const char *texts[] = {"192.0.2.1:4000", "[2001:db8::1]:65535"};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(texts); i++) {
		struct rf_endpoint there = endpoint(texts[i]), back;
		char reason[RF_PROBE_SDP_REASON];

		assert_int_equal(rf_probe_sdp_read(rf_probe_sdp_write(arena, &there), (enum rf_family)there.addr.family,
		                                   &back, reason),
		                 0);
		assert_true(rf_endpoint_equal(&there, &back));
	}
}

static void the_first_stream_counts(void **state)
{
	struct rf_endpoint out, wanted = endpoint("192.0.2.9:30000");

	(void)state;
	assert_int_equal(read_sdp("v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 30000 RTP/AVP 8\r\n"
	                          "m=video 4 RTP/AVP 9\r\nc=IN IP4 192.0.2.4\r\n",
	                          &out),
	                 0);
	assert_true(rf_endpoint_equal(&out, &wanted));
	assert_int_equal(read_sdp("c=IN IP4 192.0.2.1\nm=audio 30000/2 RTP/AVP 8\nc=IN IP4 192.0.2.9/127\n", &out), 0);
	assert_true(rf_endpoint_equal(&out, &wanted));
}

static void sdp_without_a_way_is_refused(void **state)
{
	static const struct {
		const char *sdp, *reason;
	} cases[] = {
		{"", "its SDP has no audio stream first"},
		{"c=IN IP4 192.0.2.1\r\n", "its SDP has no audio stream first"},
		{"c=IN IP4 192.0.2.1\r\nm=video 4 RTP/AVP 9\r\nm=audio 4 RTP/AVP 8\r\n",
	         "its SDP has no audio stream first (\"m=video 4 RTP/AVP 9\")"},
		{"c=IN IP4 192.0.2.1\r\nm=audio 65536 RTP/AVP 8\r\n",
	         "its SDP has no audio stream first (\"m=audio 65536 RTP/AVP 8\")"},
		{"c=IN IP4 192.0.2.1\r\nm=audio\r\n", "its SDP has no audio stream first (\"m=audio\")"},
		{"c=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 8\r\n",
	         "its SDP refuses the audio stream (\"m=audio 0 RTP/AVP 8\")"},
		{"m=audio 4 RTP/AVP 8\r\n", "its SDP has no address for the audio stream"},
		{"c=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 8\r\n",
	         "its SDP has no address for the audio stream (\"c=IN IP4 0.0.0.0\")"},
		{"c=IN IP4 a\x1b[2J\r\nm=audio 4 RTP/AVP 8\r\n",
	         "its SDP has no address for the audio stream (\"c=IN IP4 a?[2J\")"},
		{"c=IN IP6 ::1\r\nm=audio 4 RTP/AVP 8\r\n",
	         "its SDP should have an IPv4 address here, and has not (\"c=IN IP6 ::1\")"},
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(cases); i++) {
		struct rf_endpoint out = {.port = 7};
		char reason[RF_PROBE_SDP_REASON] = "";

		assert_int_equal(rf_probe_sdp_read(rf_str_of(cases[i].sdp), RF_FAMILY_IP4, &out, reason), -EBADMSG);
		assert_string_equal(reason, cases[i].reason);
		assert_int_equal(out.port, 7);
	}
}

static void a_long_line_is_cut_in_the_sentence(void **state)
{
	char sdp[4096] = "m=", reason[RF_PROBE_SDP_REASON];
	struct rf_endpoint out;

	(void)state;
	memset(sdp + 2, 'x', sizeof(sdp) - 3);
	assert_int_equal(rf_probe_sdp_read(rf_str_of(sdp), RF_FAMILY_IP4, &out, reason), -EBADMSG);
	assert_true(strlen(reason) < 120);
}

/* --- streams --- */

static void open_stream(struct rf_probe_stream *stream)
{
	assert_int_equal(rf_probe_stream_init(stream, PACKETS), 0);
	stream->name = "A to B";
	stream->from = "A";
	stream->to = "B";
	stream->sender = endpoint("192.0.2.1:4000");
	stream->target = endpoint("198.51.100.1:30000");
	stream->source = endpoint("198.51.100.1:30002");
	stream->receiver = endpoint("192.0.2.1:4002");
}

/* Send all; packet n arrives delays[n] us later, below 0 never. */
static void run_stream(struct rf_probe_stream *stream, const int *delays)
{
	for (int i = 0; i < PACKETS; i++) {
		uint8_t packet[RF_PROBE_PACKET];
		int64_t now_us = START + i * RF_PROBE_INTERVAL;

		rf_probe_stream_next(stream, now_us, packet);
		if (delays[i] >= 0)
			assert_true(rf_probe_stream_take(stream, packet, sizeof(packet), &stream->source,
			                                 now_us + delays[i]));
	}
}

static void packets_are_rtp_of_pcma(void **state)
{
	struct rf_probe_stream stream;
	uint8_t first[RF_PROBE_PACKET], second[RF_PROBE_PACKET];
	struct rf_rtp_packet a, b;

	(void)state;
	open_stream(&stream);
	rf_probe_stream_next(&stream, START, first);
	rf_probe_stream_next(&stream, START, second);
	assert_int_equal(rf_rtp_parse(first, sizeof(first), &a), 0);
	assert_int_equal(rf_rtp_parse(second, sizeof(second), &b), 0);
	assert_int_equal(a.payload_type, 8);
	assert_true(a.marker && !b.marker);
	assert_int_equal(a.payload_len, 160);
	assert_int_equal((uint16_t)(b.seq - a.seq), 1);
	assert_int_equal(b.timestamp - a.timestamp, 160);
	assert_int_equal(a.ssrc, b.ssrc);
	assert_int_equal(first[RF_PROBE_PACKET - 1], RF_SILENCE_PCMA);
	rf_probe_stream_free(&stream);
}

static void loss_and_delay_are_measured(void **state)
{
	static const int delays[PACKETS] = {3000, 1000, -1, 2000, 9000, 2000, -1, -1, 4000, -1};
	struct rf_probe_stream stream;
	struct rf_probe_figures figures;

	(void)state;
	open_stream(&stream);
	run_stream(&stream, delays);
	assert_int_equal(rf_probe_stream_figures(&stream, &figures), 0);
	assert_int_equal(figures.sent, 10);
	assert_int_equal(figures.received, 6);
	assert_int_equal(figures.lost, 4); /* the last one too, which no sequence number tells of */
	assert_true(figures.loss_ratio > 0.3999 && figures.loss_ratio < 0.4001);
	assert_true(figures.min_s == 0.001 && figures.max_s == 0.009);
	assert_true(figures.median_s > 0.002499 && figures.median_s < 0.002501); /* between 2 and 3 ms */
	assert_true(figures.jitter_s > 0.0001);
	rf_probe_stream_free(&stream);
}

static void a_steady_delay_is_no_jitter(void **state)
{
	static const int delays[PACKETS] = {5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000};
	struct rf_probe_stream stream;
	struct rf_probe_figures figures;

	(void)state;
	open_stream(&stream);
	run_stream(&stream, delays);
	assert_int_equal(rf_probe_stream_figures(&stream, &figures), 0);
	assert_true(figures.jitter_s == 0);
	assert_int_equal(figures.lost, 0);
	rf_probe_stream_free(&stream);
}

static void duplicates_and_late_packets_are_told_apart(void **state)
{
	static const unsigned order[] = {0, 2, 1, 3, 3, 4};
	uint8_t packets[5][RF_PROBE_PACKET];
	struct rf_probe_stream stream;
	struct rf_probe_figures figures;

	(void)state;
	open_stream(&stream);
	for (unsigned i = 0; i < 5; i++)
		rf_probe_stream_next(&stream, START, packets[i]);
	for (unsigned i = 0; i < RF_COUNT(order); i++)
		assert_true(rf_probe_stream_take(&stream, packets[order[i]], RF_PROBE_PACKET, &stream.source,
		                                 START + 1000 + i));
	assert_int_equal(rf_probe_stream_figures(&stream, &figures), 0);
	assert_int_equal(figures.received, 5);
	assert_int_equal(figures.lost, 0);
	assert_int_equal(figures.duplicates, 1);
	assert_int_equal(figures.reordered, 1);
	rf_probe_stream_free(&stream);
}

static void what_is_not_of_the_stream_is_not_taken(void **state)
{
	struct rf_probe_stream stream, other;
	uint8_t packet[RF_PROBE_PACKET], changed[RF_PROBE_PACKET];

	(void)state;
	open_stream(&stream);
	open_stream(&other);
	rf_probe_stream_next(&stream, START, packet);
	rf_probe_stream_next(&other, START, changed);
	assert_false(rf_probe_stream_take(&stream, changed, sizeof(changed), &stream.source, START));
	for (size_t len = 0; len < 12 + RF_PROBE_TOKEN + 12; len++)
		assert_false(rf_probe_stream_take(&stream, packet, len, &stream.source, START));
	memcpy(changed, packet, sizeof(packet));
	changed[12 + RF_PROBE_TOKEN + 3] = 1; /* a number that was not sent */
	assert_false(rf_probe_stream_take(&stream, changed, sizeof(changed), &stream.source, START));
	assert_false(rf_probe_stream_take(&stream, packet, sizeof(packet), &stream.source, START - 1));
	assert_int_equal(stream.received, 0);
	assert_true(rf_probe_stream_take(&stream, packet, sizeof(packet), &stream.source, START));
	rf_probe_stream_free(&stream);
	rf_probe_stream_free(&other);
}

/* --- the report --- */

static const int none_arrive[PACKETS] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
static const int one_is_lost[PACKETS] = {9, -1, 9, 9, 9, 9, 9, 9, 9, 9};

static struct rf_probe_verdict judge(struct rf_probe_stream *stream, double max_loss)
{
	struct rf_probe_verdict out = {.strangers = 2};

	assert_int_equal(rf_probe_judge(arena, stream, max_loss, &out), 0);
	return out;
}

static void silence_is_a_problem_with_a_sentence(void **state)
{
	struct rf_probe_stream stream;

	(void)state;
	open_stream(&stream);
	assert_str(judge(&stream, 1).problem, "no audio from A to B: no packet was sent");
	run_stream(&stream, none_arrive);
	assert_str(
		judge(&stream, 100).problem,
		"no audio from A to B: 10 packets went from 192.0.2.1:4000 to 198.51.100.1:30000, and none arrived at "
		"192.0.2.1:4002. Look at firewalls for the media ports of the relay, at 198.51.100.1: is it an address "
		"of the relay that this host reaches (interface, advertised address)? And at the way from "
		"198.51.100.1:30002 back to here");
	stream.unsent = 4;
	stream.unsent_error = ENETUNREACH;
	assert_str(judge(&stream, 1).problem,
	           "no full audio from A to B: 4 of 10 packets could not be sent to 198.51.100.1:30000: Network is "
	           "unreachable. Look at the routes and the firewall of this host");
	rf_probe_stream_free(&stream);
}

static void loss_is_a_problem_above_its_limit(void **state)
{
	struct rf_probe_stream stream;

	(void)state;
	open_stream(&stream);
	run_stream(&stream, one_is_lost);
	assert_int_equal(judge(&stream, 10).problem.len, 0);
	assert_str(judge(&stream, 9.5).problem,
	           "loss from A to B: 1 of 10 packets (10.00 %) did not arrive, more than --max-loss 9.5. Look at the "
	           "drops of the relay (rtpferryctl status), the load of both hosts, and the network between them");
	rf_probe_stream_free(&stream);
}

static void a_wrong_source_is_a_warning(void **state)
{
	const struct rf_endpoint wrong = endpoint("203.0.113.7:41000"), later = endpoint("203.0.113.8:1");
	struct rf_probe_stream stream;
	uint8_t packet[RF_PROBE_PACKET];

	(void)state;
	open_stream(&stream);
	for (int i = 0; i < 2; i++) {
		rf_probe_stream_next(&stream, START, packet);
		rf_probe_stream_take(&stream, packet, sizeof(packet), i ? &later : &wrong, START);
	}
	assert_int_equal(judge(&stream, 1).problem.len, 0);
	assert_str(
		judge(&stream, 1).warning,
		"wrong source from A to B: 2 packets came from elsewhere, first from 203.0.113.7:41000, and the SDP "
		"says 198.51.100.1:30002. Phones that check the source drop them. Look at NAT on the way (masquerade "
		"of the relay's host)");
	rf_probe_stream_free(&stream);
}

static void reports_tell_both_directions(void **state)
{
	struct rf_probe_stream there, back;
	struct rf_probe_report report = {.call_id = RF_STR("id"), .relay = RF_STR("198.51.100.1:2223"), .max_loss = 10};
	const struct rf_value *ways;
	struct rf_value *tree;
	struct rf_buf out;

	(void)state;
	open_stream(&there);
	open_stream(&back);
	back.name = "B to A";
	run_stream(&there, one_is_lost);
	run_stream(&back, none_arrive);
	report.ways[0] = judge(&there, 10);
	report.ways[1] = judge(&back, 10);
	assert_false(rf_probe_fine(&report));
	rf_buf_init(&out, 0);
	rf_probe_report_text(&report, arena, &out);
	rf_buf_char(&out, '\0');
	assert_int_equal(out.error, 0);
	assert_non_null(strstr(out.data, "A to B       10         9    1 (10.00 %)"));
	assert_non_null(strstr(out.data, "B to A       10         0  10 (100.00 %)"));
	assert_null(strstr(out.data, "both directions"));
	rf_buf_reset(&out);
	rf_probe_report_json(&report, arena, &out);
	assert_int_equal(rf_json_decode(arena, rf_buf_view(&out), &tree), 0);
	assert_false(rf_field_bool(tree, "audio"));
	ways = rf_field_first(rf_field(tree, "directions"));
	assert_true(rf_field_bool(ways, "audio"));
	assert_int_equal(rf_field_int(ways, "lost"), 1);
	assert_int_equal(rf_field_int(ways, "other_datagrams"), 2);
	assert_true(rf_field_real(rf_field(ways, "delay_s"), "median") == 0.000009);
	assert_false(rf_field_bool(ways->next, "audio"));
	assert_null(rf_field(ways->next, "delay_s"));
	assert_true(rf_str_has_prefix(rf_field_text(ways->next, "problem"), RF_STR("no audio from B to A")));
	rf_buf_free(&out);
	rf_probe_stream_free(&there);
	rf_probe_stream_free(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_sdp_is_read_again),
		cmocka_unit_test(the_first_stream_counts),
		cmocka_unit_test(sdp_without_a_way_is_refused),
		cmocka_unit_test(a_long_line_is_cut_in_the_sentence),
		cmocka_unit_test(packets_are_rtp_of_pcma),
		cmocka_unit_test(loss_and_delay_are_measured),
		cmocka_unit_test(a_steady_delay_is_no_jitter),
		cmocka_unit_test(duplicates_and_late_packets_are_told_apart),
		cmocka_unit_test(what_is_not_of_the_stream_is_not_taken),
		cmocka_unit_test(silence_is_a_problem_with_a_sentence),
		cmocka_unit_test(loss_is_a_problem_above_its_limit),
		cmocka_unit_test(a_wrong_source_is_a_warning),
		cmocka_unit_test(reports_tell_both_directions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
