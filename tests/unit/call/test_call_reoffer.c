/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New offers within a call: what a side was told stays, and an offer that is refused has broken nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define ALICE "198.51.100.7"
#define BOB "198.51.100.8"

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
	return 0;
}

/* An SDP of one address with those media sections. */
static const char *sdp_of(const char *address, const char *sections)
{
	static char text[4][1024];
	static unsigned n;
	char *out = text[n++ % 4];
	const char *family = strchr(address, ':') ? "IP6" : "IP4";

	snprintf(out, sizeof(text[0]), "v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n%s", family, address,
	         family, address, sections);
	return out;
}

static bool forwards(unsigned from, unsigned to)
{
	struct rf_stream *stream = fake_stream((uint16_t)from);

	return stream && stream->config.out_rtp && stream->config.out_rtp == fake_stream((uint16_t)to);
}

static bool reply_begins_media(const struct bench *b, const char *type, const char *transport)
{
	char want[64];

	snprintf(want, sizeof(want), "m=%s %u %s ", type, reply_port(b, 0), transport);
	return b->reply.sdp.p && strstr(b->reply.sdp.p, want);
}

static void an_answer_is_in_the_profile_of_the_offer(void **state)
{
	struct bench *b = *state;

	b->request.profile = RF_SDP_RTP_AVPF;
	assert_true(bench_offer(b, "alice", NULL, sdp_of(ALICE, "m=audio 4000 RTP/AVP 0\r\n")));
	assert_true(reply_begins_media(b, "audio", "RTP/AVPF"));
	assert_true(bench_answer(b, "alice", "bob", sdp_of(BOB, "m=audio 5000 RTP/AVPF 0\r\na=rtcp-fb:0 nack\r\n")));
	assert_true(reply_begins_media(b, "audio", "RTP/AVP"));
	assert_false(reply_has(b, "a=rtcp-fb:0 nack"));
	/* from the other side, without being told again */
	assert_true(bench_offer(b, "bob", "alice", sdp_of(BOB, "m=audio 5000 RTP/AVPF 0\r\n")));
	assert_true(reply_begins_media(b, "audio", "RTP/AVP"));
	assert_true(bench_answer(b, "bob", "alice", sdp_of(ALICE, "m=audio 4000 RTP/AVP 0\r\n")));
	assert_true(reply_begins_media(b, "audio", "RTP/AVPF"));
	/* a side that changes its own is followed */
	assert_true(bench_offer(b, "alice", "bob", sdp_of(ALICE, "m=audio 4000 RTP/AVPF 0\r\n")));
	assert_true(reply_begins_media(b, "audio", "RTP/AVPF"));
	assert_true(bench_answer(b, "alice", "bob", sdp_of(BOB, "m=audio 5000 RTP/AVPF 0\r\n")));
	assert_true(reply_begins_media(b, "audio", "RTP/AVPF"));
}

static void an_answer_has_the_sections_of_its_offer_and_no_more(void **state)
{
	struct bench *b = *state;

	assert_true(
		bench_offer(b, "alice", NULL, sdp_of(ALICE, "m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 96\r\n")));
	assert_true(
		bench_answer(b, "alice", "bob", sdp_of(BOB, "m=audio 5000 RTP/AVP 0\r\nm=video 5002 RTP/AVP 96\r\n")));
	assert_int_equal(fake_pairs_taken, 4);
	assert_true(bench_offer(b, "alice", "bob", sdp_of(ALICE, "m=audio 4000 RTP/AVP 0\r\n")));
	assert_true(bench_answer(b, "alice", "bob", sdp_of(BOB, "m=audio 5000 RTP/AVP 0\r\n")));
	assert_null(strstr(b->reply.sdp.p, "m=video"));
	assert_int_equal(fake_pairs_taken, 2);
}

static void what_an_offer_rejects_goes_on_until_the_answer(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	assert_true(bench_offer(b, "alice", NULL, sdp_of(ALICE, "m=audio 4000 RTP/AVP 0\r\n")));
	z = reply_port(b, 0);
	assert_true(bench_answer(b, "alice", "bob", sdp_of(BOB, "m=audio 5000 RTP/AVP 0\r\n")));
	a = reply_port(b, 0);
	/* to fax, which bob refuses with a final response: no answer comes, and the call goes on with audio */
	assert_true(bench_offer(b, "alice", "bob", sdp_of(ALICE, "m=audio 0 RTP/AVP 0\r\nm=image 4002 udptl t38\r\n")));
	assert_int_equal(reply_port(b, 0), 0);
	assert_true(forwards(a, z));
	assert_true(forwards(z, a));
	assert_int_equal(fake_stream((uint16_t)a)->config.remote.port, 4000);
	/* again, and bob takes it: then it is over */
	assert_true(bench_offer(b, "alice", "bob", sdp_of(ALICE, "m=audio 0 RTP/AVP 0\r\nm=image 4002 udptl t38\r\n")));
	assert_true(bench_answer(b, "alice", "bob", sdp_of(BOB, "m=audio 0 RTP/AVP 0\r\nm=image 5002 udptl t38\r\n")));
	assert_false(forwards(a, z));
	assert_int_equal(fake_pairs_taken, 2);
	assert_true(reply_port(b, 1) != 0);
}

static void an_answer_does_not_move_the_port_that_the_offer_told(void **state)
{
	struct bench *b = *state;
	unsigned z;

	b->request.from_iface = RF_STR("priv");
	b->request.to_iface = RF_STR("pub");
	assert_true(bench_offer(b, "alice", NULL, sdp_audio(ALICE, 4000, NULL)));
	z = reply_port(b, 0);
	/* scripts give the same list for both */
	b->request.from_iface = RF_STR("priv");
	b->request.to_iface = RF_STR("pub");
	assert_true(bench_answer(b, "alice", "bob", sdp_audio(BOB, 5000, NULL)));
	assert_true(forwards(z, reply_port(b, 0)));
	assert_string_equal(fake_stream((uint16_t)z)->local->iface, "pub");
}

static void the_offerer_moves_when_the_answer_tells_it(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	assert_true(bench_offer(b, "alice", NULL, sdp_audio(ALICE, 4000, NULL)));
	z = reply_port(b, 0);
	assert_true(bench_answer(b, "alice", "bob", sdp_audio(BOB, 5000, NULL)));
	a = reply_port(b, 0);
	b->request.from_iface = RF_STR("priv");
	assert_true(bench_offer(b, "alice", "bob", sdp_audio(ALICE, 4000, NULL)));
	assert_int_equal(reply_port(b, 0), z);
	assert_true(forwards(a, z));
	assert_true(forwards(z, a));
	assert_true(bench_answer(b, "alice", "bob", sdp_audio(BOB, 5000, NULL)));
	assert_int_not_equal(reply_port(b, 0), a);
	a = reply_port(b, 0);
	assert_string_equal(fake_stream((uint16_t)a)->local->iface, "priv");
	assert_true(forwards(a, z));
	assert_true(forwards(z, a));
}

static void audio_after_fax_has_ports_for_rtcp(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	assert_true(bench_offer(b, "alice", NULL, sdp_of(ALICE, "m=image 4000 udptl t38\r\n")));
	assert_true(bench_answer(b, "alice", "bob", sdp_of(BOB, "m=image 5000 udptl t38\r\n")));
	assert_true(bench_offer(b, "bob", "alice", sdp_of(BOB, "m=audio 5000 RTP/AVP 0\r\n")));
	a = reply_port(b, 0);
	assert_true(bench_answer(b, "bob", "alice", sdp_of(ALICE, "m=audio 4000 RTP/AVP 0\r\n")));
	z = reply_port(b, 0);
	assert_true(forwards(a, z));
	assert_true(forwards(z, a));
	assert_ptr_equal(fake_stream((uint16_t)(a + 1))->config.out_rtcp, fake_stream((uint16_t)(z + 1)));
	assert_ptr_equal(fake_stream((uint16_t)(z + 1))->config.out_rtcp, fake_stream((uint16_t)(a + 1)));
}

static void a_null_address_of_the_other_family_moves_nothing(void **state)
{
	struct bench *b = *state;
	unsigned a, z;

	assert_true(bench_offer(b, "alice", NULL, sdp_of("2001:db8::7", "m=audio 4000 RTP/AVP 0\r\n")));
	z = reply_port(b, 0);
	assert_true(bench_answer(b, "alice", "bob", sdp_of("2001:db8::8", "m=audio 5000 RTP/AVP 0\r\n")));
	a = reply_port(b, 0);
	assert_true(bench_offer(b, "alice", "bob",
	                        sdp_of("2001:db8::7", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n")));
	assert_int_equal(reply_port(b, 0), z);
	assert_true(bench_answer(b, "alice", "bob", sdp_of("2001:db8::8", "m=audio 5000 RTP/AVP 0\r\n")));
	assert_int_equal(reply_port(b, 0), a);
}

static void multiplexing_goes_on_while_a_new_offer_is_open(void **state)
{
	struct bench *b = *state;
	char line[32];
	unsigned a, z;

	b->request.rtcp_mux = RF_MUX_DEMUX;
	assert_true(bench_offer(b, "alice", NULL, sdp_audio(ALICE, 4000, "a=rtcp-mux\r\n")));
	z = reply_port(b, 0);
	assert_true(bench_answer(b, "alice", "bob", sdp_audio(BOB, 5000, NULL)));
	a = reply_port(b, 0);
	assert_ptr_equal(fake_stream((uint16_t)z)->config.out_rtcp, fake_stream((uint16_t)a));
	/* bob knows nothing of it: alice is offered what she has */
	assert_true(bench_offer(b, "bob", "alice", sdp_audio(BOB, 5000, NULL)));
	assert_true(reply_has(b, "a=rtcp-mux"));
	snprintf(line, sizeof(line), "a=rtcp:%u", a);
	assert_true(reply_has(b, line));
	assert_ptr_equal(fake_stream((uint16_t)z)->config.out_rtcp, fake_stream((uint16_t)a));
	/* she ends it */
	assert_true(bench_answer(b, "bob", "alice", sdp_audio(ALICE, 4000, NULL)));
	assert_ptr_equal(fake_stream((uint16_t)z)->config.out_rtcp, fake_stream((uint16_t)(a + 1)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_in_the_profile_of_the_offer),
		TEST(an_answer_has_the_sections_of_its_offer_and_no_more),
		TEST(what_an_offer_rejects_goes_on_until_the_answer),
		TEST(an_answer_does_not_move_the_port_that_the_offer_told),
		TEST(the_offerer_moves_when_the_answer_tells_it),
		TEST(audio_after_fax_has_ports_for_rtcp),
		TEST(a_null_address_of_the_other_family_moves_nothing),
		TEST(multiplexing_goes_on_while_a_new_offer_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
