/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What proxies really send (tests/data/ng), read and answered.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "fake_calls.h"
#include "ng/ng.h"
#include "reading.h"

static char datagram[65536];

/* A capture, whole. */
static struct rf_str load(const char *name)
{
	char path[512];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", NG_CAPTURES, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	n = fread(datagram, 1, sizeof(datagram), file);
	fclose(file);
	assert_true(n > 0);
	return (struct rf_str){datagram, n};
}

/* Read a capture's dictionary. */
static const struct rf_request *read_capture(struct reading *r, const char *name)
{
	struct rf_str text = load(name), cookie;
	struct rf_value *dict;

	assert_true(rf_str_cut(&text, ' ', &cookie));
	rf_arena_reset(r->arena);
	r->reader = (struct rf_reader){.request = &r->request, .arena = r->arena, .told = &r->told};
	assert_int_equal(rf_bencode_decode(r->arena, text, &dict), 0);
	rf_reader_read(&r->reader, dict);
	return &r->request;
}

static void a_plain_offer_is_understood(void **state)
{
	const struct rf_request *q = read_capture(*state, "kamailio-basic-offer");
	char text[RF_ADDR_TEXT];

	assert_str(q->call_id, "basic-call@127.0.0.1");
	assert_str(q->from_tag, "caller-tag");
	assert_int_equal(q->to_tag.len, 0);
	assert_true(rf_str_has_prefix(q->sdp, RF_STR("v=0\r\no=caller")));
	assert_int_equal(q->flags, RF_FLAG_TRUST_ADDRESS);
	assert_int_equal(q->replace, RF_REPLACE_ORIGIN);
	assert_true(q->supports_load_limit);
	assert_string_equal(rf_addr_print(&q->received_from, text), "127.0.0.1");
	assert_int_equal(q->refused.len, 0);
	assert_int_equal(((struct reading *)*state)->reader.warnings, 0);
}

static void an_offer_with_everything_is_understood(void **state)
{
	const struct rf_request *q = read_capture(*state, "kamailio-full-offer");
	char text[RF_ADDR_TEXT];

	assert_str(q->via_branch, "z9hG4bK-full1");
	assert_str(q->label, "A");
	assert_str(q->from_iface, "priv");
	assert_str(q->to_iface, "pub");
	assert_int_equal(q->profile, RF_SDP_RTP_AVP);
	assert_int_equal(q->rtcp_mux, RF_MUX_DEMUX);
	assert_int_equal(q->address_family, RF_FAMILY_IP4);
	assert_string_equal(rf_addr_print(&q->media_address, text), "192.0.2.10");
	assert_int_equal(q->tos, 184);
	assert_int_equal(q->delete_delay, 5);
	assert_int_equal(q->flags, RF_FLAG_TRUST_ADDRESS | RF_FLAG_STRICT_SOURCE);
	assert_int_equal(q->n_strip, 1);
	assert_str(q->strip[0], "G722");
	assert_str(q->mask[0], "opus");
	assert_str(q->refused, "codec PCMA: transcoding is not offered by this relay");
	assert_int_equal(((struct reading *)*state)->reader.warnings, 2); /* "foo" and "sparkle" */
}

static void a_delete_is_understood(void **state)
{
	const struct rf_request *q = read_capture(*state, "kamailio-full-delete");

	assert_int_equal(q->flags, RF_FLAG_FATAL);
	assert_int_equal(q->delete_delay, 5);
	assert_str(q->from_tag, "caller-tag");
}

static void webrtc_is_refused_by_name(void **state)
{
	const struct rf_request *q = read_capture(*state, "kamailio-webrtc-offer");

	assert_int_equal(q->profile, RF_SDP_UDP_TLS_RTP_SAVPF);
	assert_int_equal(q->flags, RF_FLAG_GENERATE_MID);
	assert_str(q->refused, "ICE=force: ICE is not offered by this relay");
}

/* The keys with spaces that OpenSIPS's module writes. */
static void opensips_spellings_are_understood(void **state)
{
	struct reading *r = *state;
	const struct rf_request *q = read_bencode(
		r, "d3:ICE6:remove9:directionl8:internal8:externale5:flagsl13:trust address3:alle7:replacel6:origin"
		   "18:session connection11:SDP version12:zero addresse18:transport protocol7:RTP/AVP"
		   "14:address family3:IP47:call-id3:abc13:received froml3:IP48:10.0.0.1e8:from-tag1:f6:to-tag1:t"
		   "10:via-branch3:br17:command6:answer3:sdp3:v=0e");

	assert_int_equal(q->flags, RF_FLAG_TRUST_ADDRESS | RF_FLAG_ALL);
	assert_int_equal(q->replace, RF_REPLACE_ORIGIN | RF_REPLACE_SDP_VERSION | RF_REPLACE_ZERO_ADDRESS);
	assert_str(q->via_branch, "br1");
	assert_int_equal(r->reader.warnings, 0);
	assert_int_equal(q->refused.len, 0);
}

/* Recording, forwarding and playing are not offered; that is said at once, so that no SIP worker waits. */
static bool is_offered(const char *name)
{
	return !strstr(name, "recording") && !strstr(name, "forwarding") && !strstr(name, "play-") &&
	       !strstr(name, "stop-media") && !strstr(name, "webrtc-offer") && !strstr(name, "full-offer");
}

static void every_capture_decodes_encodes_and_is_answered(void **state)
{
	struct reading *r = *state;
	struct rf_ng_config config = {0};
	struct rf_ng *ng;
	struct rf_buf out;
	struct rf_str why;
	struct dirent *entry;
	DIR *folder = opendir(NG_CAPTURES);
	unsigned n = 0;

	assert_non_null(folder);
	fake_reset();
	assert_int_equal(rf_ng_new(&config, &ng, &why), 0);
	rf_buf_init(&out, 65507);
	while ((entry = readdir(folder))) {
		struct rf_str text, cookie;
		struct rf_value *dict;
		const char *expected;

		if (!strchr(entry->d_name, '-'))
			continue;
		text = load(entry->d_name);
		rf_buf_reset(&out);
		assert_true(rf_ng_handle(ng, text, &out));
		expected = strstr(entry->d_name, "ping") ? "4:ponge"
		           : is_offered(entry->d_name)   ? "2:oke"
		                                         : "d6:result5:error";
		if (!memmem(out.data, out.len, expected, strlen(expected)))
			fail_msg("%s: %.*s", entry->d_name, (int)out.len, out.data);
		rf_str_cut(&text, ' ', &cookie);
		rf_arena_reset(r->arena);
		assert_int_equal(rf_bencode_decode(r->arena, text, &dict), 0);
		rf_buf_reset(&out);
		rf_bencode_encode(dict, &out);
		assert_true(rf_str_equal(rf_buf_view(&out), text));
		n++;
	}
	assert_true(n > 30);
	closedir(folder);
	rf_buf_free(&out);
	rf_ng_free(ng);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reading_setup, reading_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_offer_is_understood),
		TEST(an_offer_with_everything_is_understood),
		TEST(a_delete_is_understood),
		TEST(webrtc_is_refused_by_name),
		TEST(opensips_spellings_are_understood),
		TEST(every_capture_decodes_encodes_and_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
