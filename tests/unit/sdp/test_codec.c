/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codec lists: static types, rtpmap, and the edits strip, offer, except and mask.
 */
#include <stdio.h>

#include "rewrite.h"

#define USUAL "m=audio 4000 RTP/AVP 0 8 9 96 101\na=rtpmap:96 opus/48000/2\na=rtpmap:101 telephone-event/8000\n"
#define EVENT_FIRST "m=audio 4000 RTP/AVP 101 0 8\na=rtpmap:101 telephone-event/8000\n"

/* A filter by comma-separated names, and the formats that come out. */
struct edit {
	const char *media;                         /* the section that comes in */
	const char *strip, *offer, *except, *mask; /* names, with commas */
	const char *formats;                       /* of m= that comes out */
};

static const struct edit edits[] = {
	{USUAL, "", "", "", "", "0 8 9 96 101"},
	{USUAL, "PCMA", "", "", "", "0 9 96 101"},
	{USUAL, "pcma", "", "", "", "0 9 96 101"},
	{USUAL, "8", "", "", "", "0 9 96 101"},
	{USUAL, "PCMA/8000", "", "", "", "0 9 96 101"},
	{USUAL, "PCMA/8000/1", "", "", "", "0 9 96 101"},
	{USUAL, "PCMA/16000", "", "", "", "0 8 9 96 101"},
	{USUAL, "PCMA/x,PCM,PCMAA,/8000", "", "", "", "0 8 9 96 101"},
	{USUAL, "opus", "", "", "", "0 8 9 101"},
	{USUAL, "opus/48000", "", "", "", "0 8 9 96 101"},
	{USUAL, "opus/48000/2", "", "", "", "0 8 9 101"},
	{USUAL, "", "", "", "PCMU,G722", "8 96 101"},
	{USUAL, "PCMA", "", "", "PCMU", "9 96 101"},
	{USUAL, "telephone-event", "", "", "", "0 8 9 96"},
	{USUAL, "", "G722,PCMA", "", "", "0 8 9 96 101"},
	{USUAL, "", "", "G722", "", "0 8 9 96 101"},
	{USUAL, "PCMA", "PCMA", "", "", "0 9 96 8 101"},
	{USUAL, "PCMA", "", "PCMA", "", "0 9 96 101"},
	{USUAL, "all", "PCMA,PCMU", "", "", "8 0"},
	{USUAL, "all", "telephone-event,PCMA", "", "", "8 101"},
	{USUAL, "all", "", "PCMA,PCMU", "", "0 8"},
	{USUAL, "all", "PCMU", "G722,telephone-event", "", "9 0 101"},
	{USUAL, "full", "PCMA", "", "", "8"},
	{USUAL, "", "G722,PCMU", "", "all", "9 0"},
	{USUAL, "all,PCMU", "PCMA,PCMU", "", "", "8 0"},
	{USUAL, "all,PCMU", "", "PCMA,PCMU", "", "8"},
	{USUAL, "all", "", "", "", "0 8 9 96 101"},
	{USUAL, "", "", "", "full", "0 8 9 96 101"},
	{USUAL, "all", "iLBC", "", "", "0 8 9 96 101"},
	{USUAL, "PCMU,PCMA,G722,opus,telephone-event", "", "", "", "0 8 9 96 101"},
	{EVENT_FIRST, "PCMU", "PCMU", "", "", "101 8 0"},
};

static unsigned names_of(const char *text, struct rf_str *names)
{
	struct rf_str rest = rf_str_of(text);
	unsigned n = 0;

	while (rf_str_token(&rest, ",", &names[n]))
		n++;
	return n;
}

static void check_edit(const struct edit *edit)
{
	struct rf_arena *arena;
	char text[512], expected[128];
	struct rf_str strip[8], offer[8], except[8], mask[8];
	struct rf_sdp_media_plan media[RF_SDP_MAX_MEDIA];
	struct rf_sdp_plan plan;
	struct rf_sdp *sdp;
	struct rf_buf out;

	snprintf(text, sizeof(text), HEAD "%s", edit->media);
	snprintf(expected, sizeof(expected), "m=audio 30000 RTP/AVP %s\r\n", edit->formats);
	sdp = rewrite_parse(text, &arena);
	plan = rewrite_plan(sdp, media);
	plan.codec = (struct rf_sdp_codec_filter){
		.strip = strip,
		.offer = offer,
		.except = except,
		.mask = mask,
		.n_strip = names_of(edit->strip, strip),
		.n_offer = names_of(edit->offer, offer),
		.n_except = names_of(edit->except, except),
		.n_mask = names_of(edit->mask, mask),
	};
	rf_buf_init(&out, 0);
	assert_int_equal(rf_sdp_write(sdp, &plan, &out), 0);
	rf_buf_char(&out, '\0');
	if (!strstr(out.data, expected))
		fail_msg("strip=%s offer=%s except=%s mask=%s: expected %sin\n%s", edit->strip, edit->offer,
		         edit->except, edit->mask, expected, out.data);
	rf_buf_free(&out);
	rf_arena_free(arena);
}

static void edits_keep_what_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++)
		check_edit(&edits[i]);
}

static void strip_vp8(struct rf_sdp_plan *plan)
{
	static const struct rf_str names[] = {{"VP8", 3}};

	plan->codec.strip = names;
	plan->codec.n_strip = 1;
}

static void a_codec_goes_with_all_its_lines(void **state)
{
	(void)state;
	rewrite_check(
		HEAD "m=video 4000 RTP/AVPF 96 97\na=rtpmap:96 VP8/90000\na=rtcp-fb:96 nack\na=fmtp:96 x=1\n"
		     "a=rtpmap:97 H264/90000\na=rtcp-fb:97 nack\na=rtcp-fb:97 ccm fir\na=fmtp:97 y=1\na=fmtp:97 z=1\n"
		     "m=image 4002 udptl t38\n",
		strip_vp8,
		HEAD_OUT "m=video 30000 RTP/AVPF 97\nc=IN IP4 203.0.113.1\na=rtpmap:97 H264/90000\na=fmtp:97 y=1\n"
			 "a=fmtp:97 z=1\na=rtcp-fb:97 nack\na=rtcp-fb:97 ccm fir\na=sendrecv\na=rtcp:30001\n"
			 "m=image 30004 udptl t38\nc=IN IP4 203.0.113.1\na=sendrecv\n");
}

static void all_static_types_have_a_name(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP 0 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n"
	                   "m=video 4000 RTP/AVP 25 26 28 31 32 33 34\n",
	              NULL,
	              HEAD_OUT
	              "m=audio 30000 RTP/AVP 0 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\nc=IN IP4 203.0.113.1\n"
	              "a=rtpmap:0 PCMU/8000\na=rtpmap:3 GSM/8000\na=rtpmap:4 G723/8000\na=rtpmap:5 DVI4/8000\n"
	              "a=rtpmap:6 DVI4/16000\na=rtpmap:7 LPC/8000\na=rtpmap:8 PCMA/8000\na=rtpmap:9 G722/8000\n"
	              "a=rtpmap:10 L16/44100/2\na=rtpmap:11 L16/44100\na=rtpmap:12 QCELP/8000\n"
	              "a=rtpmap:13 CN/8000\na=rtpmap:14 MPA/90000\na=rtpmap:15 G728/8000\n"
	              "a=rtpmap:16 DVI4/11025\na=rtpmap:17 DVI4/22050\na=rtpmap:18 G729/8000\n"
	              "a=sendrecv\na=rtcp:30001\n"
	              "m=video 30004 RTP/AVP 25 26 28 31 32 33 34\nc=IN IP4 203.0.113.1\n"
	              "a=rtpmap:25 CelB/90000\na=rtpmap:26 JPEG/90000\na=rtpmap:28 nv/90000\n"
	              "a=rtpmap:31 H261/90000\na=rtpmap:32 MPV/90000\na=rtpmap:33 MP2T/90000\n"
	              "a=rtpmap:34 H263/90000\na=sendrecv\na=rtcp:30005\n");
}

static void codecs_are_read(void **state)
{
	struct rf_arena *arena;
	const struct rf_sdp *sdp = rewrite_parse(HEAD "m=audio 4000 RTP/AVP 8 x 96 10 99 0\n"
	                                              "a=rtpmap:96 opus/48000/2\na=rtpmap:0 pcmu/16000/0\n",
	                                         &arena);
	static const struct rf_sdp_codec expected[] = {
		{8, 1, 8000, {"PCMA", 4}}, {96, 2, 48000, {"opus", 4}}, {10, 2, 44100, {"L16", 3}},
		{99, 1, 0, {NULL, 0}},     {0, 1, 16000, {"pcmu", 4}},
	};

	(void)state;
	assert_int_equal(sdp->media[0].n_formats, 6);
	assert_int_equal(sdp->media[0].n_codecs, 5);
	for (unsigned i = 0; i < 5; i++) {
		const struct rf_sdp_codec *codec = &sdp->media[0].codecs[i];

		assert_int_equal(codec->type, expected[i].type);
		assert_int_equal(codec->channels, expected[i].channels);
		assert_int_equal(codec->clock_rate, expected[i].clock_rate);
		assert_true(rf_str_equal(codec->name, expected[i].name));
	}
	rf_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_keep_what_is_named),
		cmocka_unit_test(a_codec_goes_with_all_its_lines),
		cmocka_unit_test(all_static_types_have_a_name),
		cmocka_unit_test(codecs_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
