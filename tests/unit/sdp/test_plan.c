/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan changes.
 */
#include "rewrite.h"

#define AUDIO "m=audio 4000 RTP/AVP 0\n"
#define AUDIO_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\na=rtcp:30001\n"

static struct rf_addr address(const char *text)
{
	struct rf_addr addr;

	assert_int_equal(rf_addr_parse(rf_str_of(text), &addr), 0);
	return addr;
}

static void replace_origin(struct rf_sdp_plan *plan)
{
	plan->origin = address("203.0.113.1");
}

static void origin_takes_the_media_address(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO, replace_origin, "v=0\no=alice 1 2 IN IP4 203.0.113.1\ns=call\nt=0 0\n" AUDIO_OUT);
}

static void replace_all_of_origin(struct rf_sdp_plan *plan)
{
	plan->origin = address("2001:db8::1");
	plan->username = RF_STR("bob");
	plan->session_id = RF_STR("77");
	plan->version = RF_STR("99");
	plan->session_name = RF_STR("pinned");
}

static void origin_and_name_are_pinned(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO, replace_all_of_origin,
	              "v=0\no=bob 77 99 IN IP6 2001:db8::1\ns=pinned\nt=0 0\n" AUDIO_OUT);
}

static void replace_version(struct rf_sdp_plan *plan)
{
	plan->version = RF_STR("3");
}

static void version_alone_is_replaced(void **state)
{
	(void)state;
	rewrite_check("v=0\no=  1 2 IN IP4 host.example\ns=call\nc=IN IP4 192.0.2.10\nt=0 0\n" AUDIO, replace_version,
	              "v=0\no=- 1 3 IN IP4 host.example\ns=call\nt=0 0\n" AUDIO_OUT);
}

static void to_ip6(struct rf_sdp_plan *plan)
{
	plan->media[0].address = address("2001:db8::5");
	plan->media[0].rtcp = RF_SDP_RTCP_FULL;
}

static void a_section_goes_to_ip6_with_full_rtcp(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO, to_ip6,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP6 2001:db8::5\na=rtpmap:0 PCMU/8000\na=sendrecv\n"
	                       "a=rtcp:30001 IN IP6 2001:db8::5\n");
}

static void without_rtcp(struct rf_sdp_plan *plan)
{
	plan->media[0].rtcp = RF_SDP_RTCP_NONE;
}

static void rtcp_attribute_is_left_out(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "a=rtcp:5001\n", without_rtcp,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\n");
}

static void demux(struct rf_sdp_plan *plan)
{
	plan->media[0].rtcp_mux = false;
	plan->media[0].rtcp_port = 30001;
}

static void multiplexing_is_not_passed_on(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "a=rtcp-mux\na=rtcp-mux-only\n", demux, HEAD_OUT AUDIO_OUT);
}

static void multiplexing_only_is_passed_with_multiplexing(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "a=rtcp-mux-only\n", NULL,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\n"
	                       "a=rtcp:30000\na=rtcp-mux\na=rtcp-mux-only\n");
}

static void offer_mux(struct rf_sdp_plan *plan)
{
	plan->media[0].rtcp_mux = true;
	plan->media[0].rtcp_port = 30000;
}

static void multiplexing_is_offered_although_it_was_not(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO, offer_mux,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\n"
	                       "a=rtcp:30000\na=rtcp-mux\n");
}

static void hold(struct rf_sdp_plan *plan)
{
	plan->media[0].null_address = true;
	plan->media[0].direction = RF_SDP_SENDONLY;
	plan->media[0].rtcp = RF_SDP_RTCP_FULL;
}

static void hold_is_printed_in_the_old_spelling(void **state)
{
	(void)state;
	rewrite_check("v=0\no=- 1 2 IN IP4 192.0.2.10\ns=-\nt=0 0\n" AUDIO "c=IN IP4 0.0.0.0\n", hold,
	              "v=0\no=- 1 2 IN IP4 192.0.2.10\ns=-\nt=0 0\nm=audio 30000 RTP/AVP 0\nc=IN IP4 0.0.0.0\n"
	              "a=rtpmap:0 PCMU/8000\na=sendonly\na=rtcp:30001 IN IP4 0.0.0.0\n");
}

static void hold_ip6(struct rf_sdp_plan *plan)
{
	plan->media[0].address = address("2001:db8::5");
	plan->media[0].null_address = true;
}

static void hold_is_printed_in_the_family_of_the_plan(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "a=inactive\n", hold_ip6,
	              HEAD_OUT
	              "m=audio 30000 RTP/AVP 0\nc=IN IP6 ::\na=rtpmap:0 PCMU/8000\na=inactive\na=rtcp:30001\n");
}

static void as_given(struct rf_sdp_plan *plan)
{
	plan->original_direction = true;
	plan->media[0].direction = RF_SDP_INACTIVE;
}

static void directions_stay_where_they_were_given(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=recvonly\n" AUDIO "m=video 4002 RTP/AVP 34\na=sendonly\na=ptime:20\n", as_given,
	              HEAD_OUT "a=recvonly\n"
	                       "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=rtcp:30001\n"
	                       "m=video 30004 RTP/AVP 34\nc=IN IP4 203.0.113.1\na=rtpmap:34 H263/90000\na=sendonly\n"
	                       "a=rtcp:30005\na=ptime:20\n");
}

static void repeat_ptime(struct rf_sdp_plan *plan)
{
	for (unsigned i = 0; i < plan->n_media; i++)
		plan->media[i].ptime = RF_STR("20");
}

static void ptime_is_repeated_where_none_was_given(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "a=maxptime:60\n" AUDIO "a=ptime:30\n", repeat_ptime,
	              HEAD_OUT AUDIO_OUT "a=ptime:20\na=maxptime:60\n"
	                                 "m=audio 30004 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\n"
	                                 "a=sendrecv\na=rtcp:30005\na=ptime:30\n");
}

static void reject_first(struct rf_sdp_plan *plan)
{
	plan->media[0].action = RF_SDP_REJECT;
}

static void a_rejected_section_has_only_its_mid(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "i=x\nb=AS:1\na=mid:0\na=ptime:20\na=rtcp:9\n" AUDIO, reject_first,
	              HEAD_OUT "m=audio 0 RTP/AVP 0\nc=IN IP4 0.0.0.0\na=mid:0\n"
	                       "m=audio 30004 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=sendrecv\n"
	                       "a=rtcp:30005\n");
}

static void two_missing(struct rf_sdp_plan *plan)
{
	plan->media[1] = (struct rf_sdp_media_plan){.action = RF_SDP_REJECT,
	                                            .type = RF_STR("video"),
	                                            .transport = RF_STR("RTP/AVP"),
	                                            .format = RF_STR("97")};
	plan->media[2] = (struct rf_sdp_media_plan){.action = RF_SDP_REJECT,
	                                            .type = RF_STR("image"),
	                                            .transport = RF_STR("udptl"),
	                                            .format = RF_STR("t38")};
	plan->n_media = 3;
}

static void sections_left_out_come_back_rejected(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO, two_missing,
	              HEAD_OUT AUDIO_OUT "m=video 0 RTP/AVP 97\nc=IN IP4 0.0.0.0\nm=image 0 udptl t38\n"
	                                 "c=IN IP4 0.0.0.0\n");
}

static void to_avp(struct rf_sdp_plan *plan)
{
	plan->media[0].profile = RF_SDP_RTP_AVP;
}

static void without_feedback_profile_feedback_goes(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVPF 0\na=rtcp-fb:* nack\na=rtcp-fb:0 ack\na=rtcp-rsize\n", to_avp,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=rtcp-rsize\n"
	                       "a=sendrecv\na=rtcp:30001\n");
}

static void to_avpf(struct rf_sdp_plan *plan)
{
	plan->media[0].profile = RF_SDP_RTP_AVPF;
}

static void with_feedback_profile_feedback_stays(void **state)
{
	(void)state;
	rewrite_check(HEAD "m=audio 4000 RTP/AVP 0\na=rtcp-fb:* nack\na=rtcp-fb:0 ack\n", to_avpf,
	              HEAD_OUT "m=audio 30000 RTP/AVPF 0\nc=IN IP4 203.0.113.1\na=rtpmap:0 PCMU/8000\na=rtcp-fb:0 ack\n"
	                       "a=rtcp-fb:* nack\na=sendrecv\na=rtcp:30001\n");
}

static void keep_ice(struct rf_sdp_plan *plan)
{
	plan->keep_ice = true;
}

static void ice_is_kept_last_in_the_section(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=ice-lite\n" AUDIO "a=end-of-candidates\na=candidate:1 1 UDP 1 192.0.2.10 4000 typ host\n"
	                   "a=candidate:1 2 UDP 1 192.0.2.10 4001 typ host\na=ice-options:trickle\na=ice-pwd:p\n"
	                   "a=ice-ufrag:u\na=ptime:20\n",
	              keep_ice,
	              HEAD_OUT "a=ice-lite\n" AUDIO_OUT
	                       "a=ptime:20\na=ice-ufrag:u\na=ice-pwd:p\na=ice-options:trickle\n"
	                       "a=candidate:1 1 UDP 1 192.0.2.10 4000 typ host\n"
	                       "a=candidate:1 2 UDP 1 192.0.2.10 4001 typ host\na=end-of-candidates\n");
}

static void strip_extmap(struct rf_sdp_plan *plan)
{
	plan->strip_extmap = true;
}

static void extmap_is_stripped_everywhere(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=extmap:1 urn:a\na=extmap-allow-mixed\n" AUDIO "a=extmap:2 urn:b\na=extmap-allow-mixed\n",
	              strip_extmap, HEAD_OUT AUDIO_OUT);
}

static void generate_mid(struct rf_sdp_plan *plan)
{
	plan->generate_mid = true;
}

static void sections_without_mid_are_numbered(void **state)
{
	(void)state;
	rewrite_check(HEAD AUDIO "m=video 0 RTP/AVP 34\na=mid:1\nm=message 7 TCP/MSRP *\nc=IN IP4 192.0.2.9\n",
	              generate_mid,
	              HEAD_OUT "m=audio 30000 RTP/AVP 0\nc=IN IP4 203.0.113.1\na=mid:65\na=rtpmap:0 PCMU/8000\n"
	                       "a=sendrecv\na=rtcp:30001\nm=video 0 RTP/AVP 34\nc=IN IP4 0.0.0.0\na=mid:1\n"
	                       "m=message 7 TCP/MSRP *\nc=IN IP4 192.0.2.9\na=mid:3\n");
}

static void mark(struct rf_sdp_plan *plan)
{
	plan->loop_mark = true;
}

static void the_loop_mark_is_added_once(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=tool:x\n" AUDIO, mark, HEAD_OUT "a=tool:x\na=rtpferry-loop\n" AUDIO_OUT);
	rewrite_check(HEAD "a=rtpferry-loop\na=tool:x\n" AUDIO, mark, HEAD_OUT "a=rtpferry-loop\na=tool:x\n" AUDIO_OUT);
}

static void mark_named(struct rf_sdp_plan *plan)
{
	plan->loop_mark = true;
	plan->loop_id = RF_STR("b");
}

static void marks_of_other_relays_stay(void **state)
{
	(void)state;
	rewrite_check(HEAD "a=rtpferry-loop:a\n" AUDIO, mark_named,
	              HEAD_OUT "a=rtpferry-loop:a\na=rtpferry-loop:b\n" AUDIO_OUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origin_takes_the_media_address),
		cmocka_unit_test(origin_and_name_are_pinned),
		cmocka_unit_test(version_alone_is_replaced),
		cmocka_unit_test(a_section_goes_to_ip6_with_full_rtcp),
		cmocka_unit_test(rtcp_attribute_is_left_out),
		cmocka_unit_test(multiplexing_is_not_passed_on),
		cmocka_unit_test(multiplexing_only_is_passed_with_multiplexing),
		cmocka_unit_test(multiplexing_is_offered_although_it_was_not),
		cmocka_unit_test(hold_is_printed_in_the_old_spelling),
		cmocka_unit_test(hold_is_printed_in_the_family_of_the_plan),
		cmocka_unit_test(directions_stay_where_they_were_given),
		cmocka_unit_test(ptime_is_repeated_where_none_was_given),
		cmocka_unit_test(a_rejected_section_has_only_its_mid),
		cmocka_unit_test(sections_left_out_come_back_rejected),
		cmocka_unit_test(without_feedback_profile_feedback_goes),
		cmocka_unit_test(with_feedback_profile_feedback_stays),
		cmocka_unit_test(ice_is_kept_last_in_the_section),
		cmocka_unit_test(extmap_is_stripped_everywhere),
		cmocka_unit_test(sections_without_mid_are_numbered),
		cmocka_unit_test(the_loop_mark_is_added_once),
		cmocka_unit_test(marks_of_other_relays_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
