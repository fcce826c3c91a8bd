/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What query tells of a call, whole.
 */
#include "base/clock.h"
#include "fake_calls.h"
#include "ng/dispatch.h"
#include "test.h"
#include "tree/json.h"

/* Both parties' streams, which are alike. */
#define ENDPOINT "{\"family\":\"IPv4\",\"address\":\"198.51.100.1\",\"port\":4000}"
#define STATS                                                                                                      \
	"\"stats\":{\"packets\":500,\"bytes\":86000,\"errors\":3},\"stats_out\":{\"packets\":400,\"bytes\":68800," \
	"\"errors\":0}"
#define STREAM(port, ssrc, flags)                                                                             \
	"{\"local port\":" port ",\"local address\":\"192.0.2.1\",\"family\":\"IPv4\",\"endpoint\":" ENDPOINT \
	",\"advertised endpoint\":" ENDPOINT ",\"last packet\":1700000000," ssrc STATS ",\"flags\":[" flags   \
	"\"filled\",\"confirmed\""
#define MEDIA(ssrc)                                                                                                    \
	"{\"index\":1,\"type\":\"audio\",\"protocol\":\"RTP/AVP\",\"codec\":\"PCMA/8000\",\"streams\":[" STREAM(       \
		"30000", "\"SSRC\":" ssrc ",",                                                                         \
		"\"RTP\",") ",\"strict source\"]}," STREAM("30001", "",                                                \
	                                                   "\"RTCP\",") "]}],\"ingress SSRCs\":[{\"SSRC\":" ssrc       \
									",\"bytes\":86000,\"packets\":500,\"last RTP " \
									"timestamp\":80000,"                           \
									"\"last RTP seq\":5}],\"egress "               \
									"SSRCs\":[],\"flags\":[\"initialized\","       \
									"\"send\",\"recv\"]}"
#define BLOCK(mos) \
	"{\"MOS\":" mos ",\"round-trip time\":50000,\"jitter\":4,\"packet loss\":1,\"round-trip time leg\":20000,"
#define SSRC(ssrc)                                                                                                    \
	"\"" ssrc "\":{\"bytes\":86000,\"packets\":500,\"last RTP timestamp\":80000,\"last RTP seq\":5,"              \
	"\"cumulative loss\":0,\"average MOS\":" BLOCK("43") "\"samples\":1},\"lowest MOS\":" BLOCK(                  \
		"43") "\"reported at\":1700000030},\"highest MOS\":" BLOCK("43") "\"reported at\":1700000030},\"MOS " \
										 "progression\":{\"interval\":10,"    \
										 "\"entries\":[]}}"
#define PEER(tag)                                                                                              \
	"\"subscriptions\":[{\"tag\":\"" tag "\",\"type\":\"offer/answer\"}],\"subscribers\":[{\"tag\":\"" tag \
	"\",\"type\":\"offer/answer\"}]"

static void the_whole_tree_has_the_shape_that_proxies_read(void **state)
{
	static const char expected[] =
		"{\"created\":1700000000,\"created_us\":123456,\"created_ts\":1700000000123456,\"last "
		"signal\":1700000001,"
		"\"last redis update\":0,\"metadata\":\"tenant\",\"SSRC\":{" SSRC("286331153") "," SSRC(
			"572662"
			"306") "},\"tags\":{\"ft\":{\"tag\":\"ft\",\"label\":\"A\",\"created\":1700000000,\"tag-"
			       "aliases\":[\"alias\"]," PEER("<untagged 1>") ",\"medias\":[" MEDIA(
				       "286331153") "]},\"<"
						    "untagg"
						    "ed "
						    "1>\":{"
						    "\"via-"
						    "branch"
						    "\":"
						    "\"z9\""
						    ","
						    "\"crea"
						    "ted\":"
						    "170000"
						    "0001"
						    "," PEER("ft") ",\"medias\":[" MEDIA("572662306") "]}},"
												      "\"totals\":{"
												      "\"RTP\":{"
												      "\"packets\":"
												      "1000,"
												      "\"bytes\":"
												      "172000,"
												      "\"errors\":6},"
												      "\"RTCP\":{"
												      "\"packets\":"
												      "10,\"bytes\":"
												      "0,\"errors\":"
												      "0}}}";
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_call_report *report = fake_report();
	struct rf_value *tree = rf_value_dict(arena);
	struct rf_buf out;

	(void)state;
	report->parties[0].media[0].streams[0].now.leg.sources[0].base_seq = 0x10005;
	rf_buf_init(&out, 0);
	rf_report_tree(arena, tree, report);
	rf_json_encode(tree, &out);
	rf_buf_char(&out, '\0');
	assert_string_equal(out.data, expected);
	rf_buf_free(&out);
	rf_arena_free(arena);
}

static const struct rf_value *at(const struct rf_value *value, const char *key)
{
	value = rf_value_get(value, rf_str_of(key));
	assert_non_null(value);
	return value;
}

static void samples_give_lowest_highest_and_a_bounded_progression(void **state)
{
	enum { SAMPLES = 100 };
	static struct rf_report_sample samples[SAMPLES];
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_call_report *report = fake_report();
	struct rf_report_quality *quality = &report->parties[0].media[0].quality;
	struct rf_value *tree = rf_value_dict(arena);
	const struct rf_value *ssrc;

	(void)state;
	for (int i = 0; i < SAMPLES; i++)
		samples[i] = (struct rf_report_sample){.wall_us = 1700000000000000 + i * INT64_C(10000000),
		                                       .packets = 450,
		                                       .lost = 50,
		                                       .mos = 3.5F,
		                                       .jitter = 0.002F};
	quality->samples = samples;
	quality->n_samples = SAMPLES;
	quality->mos_average = 3.46;
	quality->worst = samples[10];
	quality->best = samples[20];
	rf_report_tree(arena, tree, report);
	ssrc = at(at(tree, "SSRC"), "286331153");
	assert_int_equal(at(at(ssrc, "average MOS"), "MOS")->num, 35);
	assert_int_equal(at(at(ssrc, "average MOS"), "samples")->num, SAMPLES);
	assert_int_equal(at(at(ssrc, "lowest MOS"), "reported at")->num, 1700000100);
	assert_int_equal(at(at(ssrc, "lowest MOS"), "packet loss")->num, 10);
	assert_int_equal(at(at(ssrc, "highest MOS"), "reported at")->num, 1700000200);
	assert_int_equal(at(at(ssrc, "MOS progression"), "interval")->num, 70);
	assert_int_equal(at(at(ssrc, "MOS progression"), "entries")->items.count, 14);
	rf_arena_free(arena);
}

static void a_call_without_packets_has_no_ssrc(void **state)
{
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_call_report *report = fake_report();
	struct rf_value *tree = rf_value_dict(arena);

	(void)state;
	for (int i = 0; i < 2; i++)
		memset(&report->parties[i].media[0].streams[0].now.leg, 0, sizeof(struct rf_leg));
	report->parties[0].media[0].n_streams = 0;
	report->parties[0].media[0].rejected = true;
	report->parties[0].peer = -1;
	rf_report_tree(arena, tree, report);
	assert_int_equal(at(tree, "SSRC")->items.count, 0);
	assert_int_equal(at(at(at(tree, "tags"), "ft"), "subscriptions")->items.count, 0);
	rf_arena_free(arena);
}

static void the_last_packet_is_told_in_wall_time(void **state)
{
	struct rf_arena *arena = rf_arena_new(1 << 20);
	struct rf_call_report *report = fake_report();
	struct rf_value *tree = rf_value_dict(arena);
	const struct rf_value *stream;
	int64_t now = rf_clock_wall_us() / 1000000;

	(void)state;
	report->parties[0].media[0].streams[0].now.last_packet_us = rf_clock_us();
	rf_report_tree(arena, tree, report);
	stream = at(at(at(at(tree, "tags"), "ft"), "medias")->items.first, "streams")->items.first;
	assert_in_range(at(stream, "last packet")->num, now - 2, now + 2);
	rf_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_tree_has_the_shape_that_proxies_read),
		cmocka_unit_test(samples_give_lowest_highest_and_a_bounded_progression),
		cmocka_unit_test(a_call_without_packets_has_no_ssrc),
		cmocka_unit_test(the_last_packet_is_told_in_wall_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
