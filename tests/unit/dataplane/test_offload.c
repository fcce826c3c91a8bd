/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which streams can be flows of the kernel, and which flows. */
#include <string.h>

#include "dataplane/offload.h"
#include "test.h"

/* Two streams that send to each other, and what is made of the first one. */
struct pair {
	struct rf_stream_config a_config, b_config;
	struct rf_offload_end a, b;
	struct rf_flow flow;
};

static struct rf_endpoint at(const char *text)
{
	struct rf_endpoint ep;

	assert_int_equal(rf_endpoint_parse(rf_str_of(text), 0, &ep), 0);
	return ep;
}

/* Streams are names here: nothing looks into them. */
static struct rf_stream *name(unsigned n)
{
	static char names[4];

	return (struct rf_stream *)&names[n];
}

/* Alice is latched behind a NAT, Bob is where his SDP says. */
static void pair_init(struct pair *pair)
{
	memset(pair, 0, sizeof(*pair));
	pair->a_config = (struct rf_stream_config){
		.flags = RF_STREAM_RTP | RF_STREAM_STRICT,
		.remote = at("192.168.1.5:4000"),
		.tos = 184,
		.out_rtp = name(1),
		.n_types = 2,
		.types = {{.type = 8, .codec = RF_CODEC_PCMA, .clock_rate = 8000},
	                  {.type = 101, .codec = RF_CODEC_TELEPHONE_EVENT, .clock_rate = 8000}},
	};
	pair->b_config = pair->a_config;
	pair->b_config.remote = at("10.0.0.9:6000");
	pair->a = (struct rf_offload_end){
		.config = &pair->a_config,
		.local = at("10.1.0.1:30000"),
		.remote = at("10.1.0.2:4711"),
		.source = at("10.1.0.2:4711"),
		.settled = true,
	};
	pair->b = (struct rf_offload_end){
		.config = &pair->b_config,
		.local = at("10.2.0.1:30002"),
		.remote = at("10.0.0.9:6000"),
	};
}

static enum rf_offload_reason plan(struct pair *pair)
{
	enum rf_offload_reason reason = rf_offload_plan(&pair->a, &pair->b, &pair->flow);

	assert_int_equal(strlen(rf_offload_why(reason)) == 0, reason == RF_OFFLOAD_NOTHING);
	return reason;
}

static void a_latched_stream_is_a_flow(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	assert_ptr_equal(rf_offload_out(&p.a_config), name(1));
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	assert_true(rf_endpoint_equal(&p.flow.local, &p.a.local));
	assert_true(rf_endpoint_equal(&p.flow.source, &p.a.source));
	assert_true(rf_endpoint_equal(&p.flow.out, &p.b.local));
	assert_true(rf_endpoint_equal(&p.flow.to, &p.b.remote));
	assert_int_equal(p.flow.flags, RTPFERRY_FLOW_FLAG_RTP);
	assert_int_equal(p.flow.dscp, 46);
	assert_int_equal(p.flow.n_types, 2);
	assert_int_equal(p.flow.types[1].number, 101);
	assert_int_equal(p.flow.types[1].clock_rate, 8000);
	/* The SDP's endpoint may still turn up, and would be taken. */
	assert_false(p.flow.drop_mismatch);
	p.b_config.tos = -1;
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	assert_int_equal(p.flow.dscp, 0);
}

static void what_looks_into_the_payload_stays(void **state)
{
	static const struct {
		uint32_t flag;
		enum rf_offload_reason reason;
	} cases[] = {
		{RF_STREAM_BLOCK, RF_OFFLOAD_BLOCKED},
		{RF_STREAM_SILENCE, RF_OFFLOAD_SILENCED},
		{RF_STREAM_BLOCK_DTMF, RF_OFFLOAD_DTMF},
	};
	struct pair p;

	(void)state;
	for (unsigned i = 0; i < RF_COUNT(cases); i++) {
		pair_init(&p);
		p.a_config.flags |= cases[i].flag;
		assert_int_equal(plan(&p), cases[i].reason);
	}
	/* No event was agreed on: there is none to block. */
	p.a_config.n_types = 1;
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	/* RTCP passes whatever is done to the media. */
	pair_init(&p);
	p.a_config.flags = RF_STREAM_RTCP | RF_STREAM_BLOCK;
	p.a_config.out_rtcp = name(1);
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	assert_int_equal(p.flow.flags, RTPFERRY_FLOW_FLAG_RTCP);
	assert_int_equal(p.flow.n_types, 0);
	p.a_config.flags = RF_STREAM_OPAQUE;
	assert_int_equal(plan(&p), RF_OFFLOAD_OPAQUE);
}

static void rtcp_goes_along_where_it_goes_the_same_way(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.a_config.flags |= RF_STREAM_RTCP;
	p.a_config.out_rtcp = name(1);
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	assert_int_equal(p.flow.flags, RTPFERRY_FLOW_FLAG_RTP | RTPFERRY_FLOW_FLAG_RTCP);
	p.a_config.out_rtcp = name(2);
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	assert_int_equal(p.flow.flags, RTPFERRY_FLOW_FLAG_RTP);
}

static void there_must_be_somewhere_to_send_to(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	assert_int_equal(rf_offload_plan(&p.a, NULL, &p.flow), RF_OFFLOAD_NO_STREAM);
	p.b.remote.port = 0;
	assert_int_equal(plan(&p), RF_OFFLOAD_NO_DESTINATION);
	pair_init(&p);
	p.b_config.remote = at("0.0.0.0:6000");
	assert_int_equal(plan(&p), RF_OFFLOAD_HOLD);
	pair_init(&p);
	p.b.remote = at("[2001:db8::9]:6000");
	assert_int_equal(plan(&p), RF_OFFLOAD_FAMILY);
	p.b.local = at("[2001:db8::1]:30002");
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
}

static enum rf_offload_reason unlatched(const char *sdp, enum rf_learn learn, uint32_t flags)
{
	struct pair p;

	pair_init(&p);
	p.a.source.port = 0;
	p.a.settled = false;
	p.a_config.remote = at(sdp);
	p.a_config.learn = learn;
	p.a_config.flags |= flags;
	if (p.a_config.remote.addr.family == RF_FAMILY_IP6)
		p.a.local = at("[2001:db8::1]:30000");
	if (plan(&p) == RF_OFFLOAD_NOTHING)
		assert_true(rf_endpoint_equal(&p.flow.source, &p.a_config.remote));
	return rf_offload_plan(&p.a, &p.b, &p.flow);
}

/* RFC 6890: first and last of each, and the next one outside where that is not of another. */
static void special_networks_end_where_they_end(void **state)
{
	static const struct {
		const char *first, *last, *outside;
	} nets[] = {
		{"0.0.0.1:9", "0.255.255.255:9", "1.0.0.0:9"},
		{"192.0.0.0:9", "192.0.0.255:9", "192.0.1.0:9"},
		{"192.0.2.0:9", "192.0.2.255:9", "192.0.3.0:9"},
		{"192.88.99.0:9", "192.88.99.255:9", "192.88.98.255:9"},
		{"198.18.0.0:9", "198.19.255.255:9", "198.20.0.0:9"},
		{"198.51.100.0:9", "198.51.100.255:9", "198.51.101.0:9"},
		{"203.0.113.0:9", "203.0.113.255:9", "203.0.112.255:9"},
		{"240.0.0.0:9", "255.255.255.254:9", "223.255.255.255:9"},
		{"[::2]:9", "[ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:9", "[200::]:9"},
		{"[64:ff9b::]:9", "[64:ff9b::ffff:ffff]:9", "[200::]:9"},
		{"[100::]:9", "[100::ffff:ffff:ffff:ffff]:9", "[100:0:0:1::]:9"},
		{"[2001::]:9", "[2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff]:9", "[2001:200::]:9"},
		{"[2001:db8::]:9", "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:9", "[2001:db9::]:9"},
		{"[2002::]:9", "[2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:9", "[2003::]:9"},
		{"[3fff::]:9", "[3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff]:9", "[3fff:1000::]:9"},
		{"[fec0::]:9", "[feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:9", "[fe00::]:9"},
	};

	(void)state;
	for (unsigned i = 0; i < RF_COUNT(nets); i++) {
		assert_int_equal(unlatched(nets[i].first, RF_LEARN_IMMEDIATE, 0), RF_OFFLOAD_NO_SOURCE);
		assert_int_equal(unlatched(nets[i].last, RF_LEARN_IMMEDIATE, 0), RF_OFFLOAD_NO_SOURCE);
		assert_int_equal(unlatched(nets[i].outside, RF_LEARN_IMMEDIATE, 0), RF_OFFLOAD_NOTHING);
	}
}

static void a_public_endpoint_is_taken_at_its_word(void **state)
{
	static const char *const private[] = {
		"10.1.2.3:4000",  "172.31.0.1:4000",    "192.168.1.1:4000",  "100.64.1.1:4000",    "169.254.1.1:4000",
		"127.0.0.1:4000", "192.0.2.1:4000",     "198.51.100.7:4000", "203.0.113.9:4000",   "198.18.0.1:4000",
		"224.0.0.1:4000", "240.1.1.1:4000",     "0.1.2.3:4000",      "[fd00::1]:4000",     "[fe80::1]:4000",
		"[::1]:4000",     "[2001:db8::1]:4000", "[ff02::1]:4000",    "[2002:a00::1]:4000",
	};
	static const char *const public[] = {"8.8.8.8:4000", "100.128.0.1:4000", "172.32.0.1:4000", "[2a00::1]:4000"};

	(void)state;
	for (unsigned i = 0; i < RF_COUNT(private); i++)
		assert_int_equal(unlatched(private[i], RF_LEARN_IMMEDIATE, 0), RF_OFFLOAD_NO_SOURCE);
	for (unsigned i = 0; i < RF_COUNT(public); i++)
		assert_int_equal(unlatched(public[i], RF_LEARN_IMMEDIATE, 0), RF_OFFLOAD_NOTHING);
	assert_int_equal(unlatched("8.8.8.8:4000", RF_LEARN_IMMEDIATE, RF_STREAM_ASYMMETRIC), RF_OFFLOAD_NO_SOURCE);
	assert_int_equal(unlatched("8.8.8.8:4000", RF_LEARN_IMMEDIATE, RF_STREAM_NAT_WAIT), RF_OFFLOAD_NO_SOURCE);
	assert_int_equal(unlatched("8.8.8.8:4000", RF_LEARN_DELAYED, 0), RF_OFFLOAD_LEARNING);
	assert_int_equal(unlatched("8.8.8.8:4000", RF_LEARN_HEURISTIC, 0), RF_OFFLOAD_LEARNING);
}

static void without_learning_the_sdp_is_the_source(void **state)
{
	(void)state;
	assert_int_equal(unlatched("10.1.2.3:4000", RF_LEARN_OFF, 0), RF_OFFLOAD_NOTHING);
	assert_int_equal(unlatched("10.1.2.3:4000", RF_LEARN_OFF, RF_STREAM_ASYMMETRIC), RF_OFFLOAD_NO_SOURCE);
}

static void a_latch_must_have_settled(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.a.settled = false;
	assert_int_equal(plan(&p), RF_OFFLOAD_LEARNING);
}

static void strangers_are_dropped_only_where_the_worker_would(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.a_config.remote = p.a.source;
	plan(&p);
	assert_true(p.flow.drop_mismatch);
	p.a_config.flags |= RF_STREAM_HANDOVER;
	plan(&p);
	assert_false(p.flow.drop_mismatch);
	p.a_config.flags = RF_STREAM_RTP;
	plan(&p);
	assert_false(p.flow.drop_mismatch);
	/* Asymmetric: the SDP's endpoint is not where packets come from. */
	pair_init(&p);
	p.a_config.flags |= RF_STREAM_ASYMMETRIC;
	plan(&p);
	assert_true(p.flow.drop_mismatch);
	/* Nothing is learnt, whoever was heard. */
	pair_init(&p);
	p.a_config.learn = RF_LEARN_OFF;
	p.a.source.port = 0;
	plan(&p);
	assert_true(p.flow.drop_mismatch);
	/* Before the latch the party may be anywhere. */
	pair_init(&p);
	p.a_config.remote = at("8.8.8.8:4000");
	p.a.source.port = 0;
	assert_int_equal(plan(&p), RF_OFFLOAD_NOTHING);
	assert_false(p.flow.drop_mismatch);
}

static void packets_leave_as_their_interface_does(void **state)
{
	struct pair pair;

	(void)state;
	pair_init(&pair);
	assert_int_equal(plan(&pair), RF_OFFLOAD_NOTHING);
	assert_int_equal(pair.flow.mark, 0);
	assert_false(pair.flow.flags & RTPFERRY_FLOW_FLAG_STACK);
	pair.b.mark = 0x10;
	pair.b.stack = true;
	assert_int_equal(plan(&pair), RF_OFFLOAD_NOTHING);
	assert_int_equal(pair.flow.mark, 0x10);
	assert_true(pair.flow.flags & RTPFERRY_FLOW_FLAG_STACK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_latched_stream_is_a_flow),
		cmocka_unit_test(what_looks_into_the_payload_stays),
		cmocka_unit_test(rtcp_goes_along_where_it_goes_the_same_way),
		cmocka_unit_test(there_must_be_somewhere_to_send_to),
		cmocka_unit_test(special_networks_end_where_they_end),
		cmocka_unit_test(a_public_endpoint_is_taken_at_its_word),
		cmocka_unit_test(without_learning_the_sdp_is_the_source),
		cmocka_unit_test(a_latch_must_have_settled),
		cmocka_unit_test(strangers_are_dropped_only_where_the_worker_would),
		cmocka_unit_test(packets_leave_as_their_interface_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
