/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Negotiation of rtcp-mux: every option against every behaviour of the two ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

struct row {
	const char *name;
	uint32_t options;   /* of the offer */
	bool offerer;       /* offers a=rtcp-mux */
	bool answerer;      /* answers a=rtcp-mux */
	bool offered;       /* is it in the SDP for the answerer? */
	bool taken;         /* is it in the SDP for the offerer? */
	bool offerer_muxes; /* RTCP of the offerer shares its RTP port */
	bool answerer_muxes;
};

static const struct row rows[] = {
	{"default, neither", 0, false, false, false, false, false, false},
	{"default, both", 0, true, true, true, true, true, true},
	{"default, the answerer declines", 0, true, false, true, false, false, false},
	{"default, the answerer takes what was not offered", 0, false, true, false, false, false, false},
	{"offer, the answerer takes it", RF_MUX_OFFER, false, true, true, false, false, true},
	{"offer, the answerer declines", RF_MUX_OFFER, false, false, true, false, false, false},
	{"require", RF_MUX_REQUIRE, false, false, true, false, false, true},
	{"demux", RF_MUX_DEMUX, true, false, false, true, true, false},
	{"accept, the answerer declines", RF_MUX_ACCEPT, true, false, true, true, true, false},
	{"accept, both", RF_MUX_ACCEPT, true, true, true, true, true, true},
	{"accept, not offered", RF_MUX_ACCEPT, false, false, false, false, false, false},
	{"reject, the answerer declines", RF_MUX_REJECT, true, false, true, false, false, false},
	{"reject, the answerer takes it", RF_MUX_REJECT, true, true, true, false, false, true},
	{"reject and demux", RF_MUX_REJECT | RF_MUX_DEMUX, true, false, false, false, false, false},
	{"reject and offer, the answerer takes it", RF_MUX_REJECT | RF_MUX_OFFER, true, true, true, false, false, true},
};

static void check(const struct row *row)
{
	struct bench b;
	unsigned a, z;
	struct rf_stream *facing_a, *facing_z;

	print_message("%s\n", row->name);
	assert_int_equal(bench_open(&b), 0);
	b.request.rtcp_mux = row->options;
	assert_true(bench_offer(&b, "alice", NULL,
	                        sdp_audio("198.51.100.7", 4000, row->offerer ? "a=rtcp-mux\r\n" : NULL)));
	z = reply_port(&b, 0);
	assert_int_equal(reply_has(&b, "a=rtcp-mux"), row->offered);
	assert_true(bench_answer(&b, "alice", "bob",
	                         sdp_audio("198.51.100.8", 5000, row->answerer ? "a=rtcp-mux\r\n" : NULL)));
	a = reply_port(&b, 0);
	assert_int_equal(reply_has(&b, "a=rtcp-mux"), row->taken);

	facing_a = fake_stream((uint16_t)a);
	facing_z = fake_stream((uint16_t)z);
	assert_ptr_equal(facing_z->config.out_rtcp, row->offerer_muxes ? facing_a : fake_stream((uint16_t)(a + 1)));
	assert_ptr_equal(facing_a->config.out_rtcp, row->answerer_muxes ? facing_z : fake_stream((uint16_t)(z + 1)));
	assert_int_equal(fake_stream((uint16_t)(a + 1))->config.remote.port, 4001);
	bench_close(&b);
}

static void each_option_gives_what_the_table_says(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void an_offer_names_a_port_to_fall_back_to_unless_required(void **state)
{
	struct bench b;
	char line[32];

	(void)state;
	assert_int_equal(bench_open(&b), 0);
	assert_true(bench_offer(&b, "alice", NULL, sdp_audio("198.51.100.7", 4000, "a=rtcp-mux\r\n")));
	snprintf(line, sizeof(line), "a=rtcp:%u", reply_port(&b, 0) + 1);
	assert_true(reply_has(&b, line));
	b.request.rtcp_mux = RF_MUX_REQUIRE;
	b.request.call_id = RF_STR("call-2");
	assert_true(bench_offer(&b, "alice", NULL, sdp_audio("198.51.100.7", 4000, NULL)));
	snprintf(line, sizeof(line), "a=rtcp:%u", reply_port(&b, 0));
	assert_true(reply_has(&b, line));
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_gives_what_the_table_says),
		cmocka_unit_test(an_offer_names_a_port_to_fall_back_to_unless_required),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
