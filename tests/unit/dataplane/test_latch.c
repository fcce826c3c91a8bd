/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a party is learnt to be, without any socket. */
#include "dataplane/user/latch.h"
#include "test.h"

#define SECOND 1000000

static struct rf_endpoint at(const char *text)
{
	struct rf_endpoint ep;

	assert_int_equal(rf_endpoint_parse(rf_str_of(text), 0, &ep), 0);
	return ep;
}

#define assert_at(endpoint, text)                                          \
	do {                                                               \
		struct rf_endpoint ep_ = (endpoint);                       \
		char text_[RF_ENDPOINT_TEXT];                              \
		assert_string_equal(rf_endpoint_print(&ep_, text_), text); \
	} while (0)

static enum rf_latch_verdict judge(struct rf_latch *latch, const struct rf_stream_config *config, const char *from,
                                   bool good, int64_t now_us)
{
	struct rf_endpoint source = at(from);

	return rf_latch_judge(latch, config, &source, good, now_us);
}

static struct rf_stream_config with(uint32_t flags, enum rf_learn learn)
{
	return (struct rf_stream_config){.flags = RF_STREAM_RTP | flags, .learn = learn, .remote = at("10.0.0.1:4000")};
}

static void the_sdp_endpoint_counts_until_a_good_packet_came(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.1:4000");
	assert_int_equal(judge(&latch, &config, "192.0.2.7:7", false, 1), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.1:4000");
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 2), RF_LATCH_MOVED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.1:5000");
}

static void a_strict_stream_refuses_other_sources_once_latched(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.1:5000", true, 1);
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5002", true, 2), RF_LATCH_REFUSED);
	assert_int_equal(judge(&latch, &config, "192.0.2.2:5000", false, 3), RF_LATCH_REFUSED);
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 4), RF_LATCH_ACCEPTED);
	assert_int_equal(latch.relearned, 0);
}

static void without_strict_other_sources_pass_but_do_not_latch(void **state)
{
	struct rf_stream_config config = with(0, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.1:5000", true, 1);
	assert_int_equal(judge(&latch, &config, "192.0.2.2:6000", true, 2), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.1:5000");
}

static void handover_follows_the_newest_good_source(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT | RF_STREAM_HANDOVER, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.1:5000", true, 1);
	assert_int_equal(judge(&latch, &config, "192.0.2.2:6000", false, 2), RF_LATCH_REFUSED);
	assert_int_equal(judge(&latch, &config, "192.0.2.2:6000", true, 3), RF_LATCH_MOVED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.2:6000");
	assert_int_equal(latch.relearned, 1);
}

static void an_asymmetric_party_keeps_its_sdp_destination(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT | RF_STREAM_ASYMMETRIC, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 1), RF_LATCH_MOVED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.1:4000");
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 2), RF_LATCH_REFUSED);
	config.learn = RF_LEARN_OFF;
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 3), RF_LATCH_ACCEPTED);
}

static void delayed_learning_takes_the_last_source_of_three_seconds(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_DELAYED);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.1:5000", true, SECOND);
	assert_int_equal(judge(&latch, &config, "192.0.2.2:6000", true, 3 * SECOND), RF_LATCH_MOVED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.2:6000");
	assert_int_equal(judge(&latch, &config, "192.0.2.3:7000", true, 4 * SECOND), RF_LATCH_REFUSED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.2:6000");
}

static void heuristic_learning_prefers_what_looks_like_the_sdp(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_HEURISTIC);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.9:9", true, 1);
	assert_int_equal(judge(&latch, &config, "192.0.2.2:4000", true, 2), RF_LATCH_MOVED);
	assert_int_equal(judge(&latch, &config, "192.0.2.9:9", true, 3), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.2:4000");
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4444", true, 4), RF_LATCH_MOVED);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 5), RF_LATCH_MOVED);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4444", true, 6), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.1:4000");
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4444", true, 9 * SECOND), RF_LATCH_REFUSED);
}

static void learning_off_knows_the_sdp_endpoint_only(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_OFF);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 1), RF_LATCH_REFUSED);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 2), RF_LATCH_MOVED);
	config.flags &= ~(uint32_t)RF_STREAM_STRICT;
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 3), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.1:4000");
}

static void without_learning_there_is_no_handover(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT | RF_STREAM_HANDOVER, RF_LEARN_OFF);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "10.0.0.1:4000", true, 1);
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 2), RF_LATCH_REFUSED);
}

static void the_endpoint_of_the_sdp_is_never_refused(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.1:5000", true, 1);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", false, 2), RF_LATCH_REFUSED);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 3), RF_LATCH_MOVED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.1:4000");
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 4), RF_LATCH_REFUSED);
}

static void the_losing_branch_of_a_fork_does_not_latch_again_at_once(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "10.0.0.1:4000", true, 1);
	config.remote = at("10.0.0.2:6000");
	rf_latch_retire(&latch, 2);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 3), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.2:6000");
	assert_int_equal(judge(&latch, &config, "192.0.2.2:6000", true, 4), RF_LATCH_MOVED);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 5), RF_LATCH_REFUSED);
}

static void a_source_kept_under_a_new_sdp_latches_after_a_while(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "192.0.2.1:5000", true, 1);
	config.remote = at("10.0.0.1:4002");
	rf_latch_retire(&latch, 2);
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, SECOND), RF_LATCH_ACCEPTED);
	assert_int_equal(judge(&latch, &config, "192.0.2.1:5000", true, 2 + SECOND), RF_LATCH_MOVED);
}

static void the_losing_branch_stays_out_while_learning_goes_on(void **state)
{
	struct rf_stream_config following[] = {with(RF_STREAM_STRICT, RF_LEARN_DELAYED),
	                                       with(RF_STREAM_STRICT, RF_LEARN_HEURISTIC),
	                                       with(RF_STREAM_STRICT | RF_STREAM_HANDOVER, RF_LEARN_IMMEDIATE)};

	(void)state;
	for (unsigned i = 0; i < RF_COUNT(following); i++) {
		struct rf_stream_config config = following[i];
		struct rf_latch latch = {.relearned = 0};

		judge(&latch, &config, "10.0.0.2:7000", true, 1);
		config.remote = at("10.0.0.2:6000");
		rf_latch_retire(&latch, 2);
		assert_int_equal(judge(&latch, &config, "192.0.2.2:6000", true, 3), RF_LATCH_MOVED);
		judge(&latch, &config, "10.0.0.2:7000", true, 4);
		assert_at(rf_latch_destination(&latch, &config), "192.0.2.2:6000");
		/* After a while it is as good as any other source. */
		assert_int_equal(judge(&latch, &config, "10.0.0.2:7000", true, 2 + SECOND), RF_LATCH_MOVED);
	}
}

static void a_second_change_of_the_sdp_does_not_forgive_the_losing_branch(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &config, "10.0.0.1:4000", true, 1);
	config.remote = at("10.0.0.2:6000");
	rf_latch_retire(&latch, 2);
	config.remote = at("10.0.0.3:8000");
	rf_latch_retire(&latch, 3);
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 4), RF_LATCH_ACCEPTED);
	assert_at(rf_latch_destination(&latch, &config), "10.0.0.3:8000");
}

static void a_source_that_cannot_be_answered_does_not_latch(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT | RF_STREAM_HANDOVER, RF_LEARN_IMMEDIATE);
	struct rf_endpoint from = at("192.0.2.9:9");
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	from.port = 0;
	assert_int_equal(rf_latch_judge(&latch, &config, &from, true, 1), RF_LATCH_REFUSED);
	judge(&latch, &config, "192.0.2.1:5000", true, 2);
	assert_int_equal(rf_latch_judge(&latch, &config, &from, true, 3), RF_LATCH_REFUSED);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.1:5000");
	assert_int_equal(latch.relearned, 0);
}

static void nothing_goes_to_a_party_on_hold_that_goes_on_sending(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_STRICT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	config.remote = at("0.0.0.0:4000");
	assert_int_equal(judge(&latch, &config, "10.0.0.1:4000", true, 1), RF_LATCH_MOVED);
	assert_int_equal(rf_latch_destination(&latch, &config).port, 0);
}

static void nat_wait_has_no_destination_before_the_latch(void **state)
{
	struct rf_stream_config config = with(RF_STREAM_NAT_WAIT, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	assert_int_equal(rf_latch_destination(&latch, &config).port, 0);
	/* RTCP of a party whose RTP was heard need not wait. */
	latch.guess = at("192.0.2.1:5001");
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.1:5001");
	rf_latch_forget(&latch);
	assert_int_equal(rf_latch_destination(&latch, &config).port, 0);
	judge(&latch, &config, "192.0.2.1:5000", true, 1);
	assert_at(rf_latch_destination(&latch, &config), "192.0.2.1:5000");
}

static void a_null_address_is_no_destination(void **state)
{
	struct rf_stream_config config = with(0, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	config.remote = at("0.0.0.0:4000");
	assert_int_equal(rf_latch_destination(&latch, &config).port, 0);
}

static void rtcp_is_guessed_beside_the_latched_rtp(void **state)
{
	struct rf_stream_config rtp = with(0, RF_LEARN_IMMEDIATE), rtcp = with(0, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	rtcp.remote = at("10.0.0.1:4001");
	assert_int_equal(rf_latch_guess_rtcp(&latch, &rtp, &rtcp).port, 0);
	judge(&latch, &rtp, "192.0.2.1:5000", true, 1);
	assert_at(rf_latch_guess_rtcp(&latch, &rtp, &rtcp), "192.0.2.1:5001");
	rtcp.remote = at("10.0.0.1:4711");
	assert_at(rf_latch_guess_rtcp(&latch, &rtp, &rtcp), "192.0.2.1:4711");
	rtcp.remote = at("0.0.0.0:4001");
	rtp.remote = at("0.0.0.0:4000");
	assert_int_equal(rf_latch_guess_rtcp(&latch, &rtp, &rtcp).port, 0);
	rtp.remote = at("10.0.0.1:4000");
	rtcp.remote = at("10.0.0.1:4001");
	latch.source.port = 65535;
	assert_at(rf_latch_guess_rtcp(&latch, &rtp, &rtcp), "192.0.2.1:65535");
	rtcp.remote = at("10.0.0.99:4001");
	assert_int_equal(rf_latch_guess_rtcp(&latch, &rtp, &rtcp).port, 0);
	rtcp = with(0, RF_LEARN_OFF);
	assert_int_equal(rf_latch_guess_rtcp(&latch, &rtp, &rtcp).port, 0);
}

static void rtcp_stays_where_the_sdp_says_while_rtp_does(void **state)
{
	struct rf_stream_config rtp = with(0, RF_LEARN_IMMEDIATE), rtcp = with(0, RF_LEARN_IMMEDIATE);
	struct rf_latch latch = {.relearned = 0};

	(void)state;
	judge(&latch, &rtp, "10.0.0.1:4000", true, 1);
	assert_int_equal(rf_latch_guess_rtcp(&latch, &rtp, &rtcp).port, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sdp_endpoint_counts_until_a_good_packet_came),
		cmocka_unit_test(a_strict_stream_refuses_other_sources_once_latched),
		cmocka_unit_test(without_strict_other_sources_pass_but_do_not_latch),
		cmocka_unit_test(handover_follows_the_newest_good_source),
		cmocka_unit_test(an_asymmetric_party_keeps_its_sdp_destination),
		cmocka_unit_test(delayed_learning_takes_the_last_source_of_three_seconds),
		cmocka_unit_test(heuristic_learning_prefers_what_looks_like_the_sdp),
		cmocka_unit_test(learning_off_knows_the_sdp_endpoint_only),
		cmocka_unit_test(without_learning_there_is_no_handover),
		cmocka_unit_test(the_endpoint_of_the_sdp_is_never_refused),
		cmocka_unit_test(the_losing_branch_of_a_fork_does_not_latch_again_at_once),
		cmocka_unit_test(a_source_kept_under_a_new_sdp_latches_after_a_while),
		cmocka_unit_test(the_losing_branch_stays_out_while_learning_goes_on),
		cmocka_unit_test(a_second_change_of_the_sdp_does_not_forgive_the_losing_branch),
		cmocka_unit_test(a_source_that_cannot_be_answered_does_not_latch),
		cmocka_unit_test(nothing_goes_to_a_party_on_hold_that_goes_on_sending),
		cmocka_unit_test(nat_wait_has_no_destination_before_the_latch),
		cmocka_unit_test(a_null_address_is_no_destination),
		cmocka_unit_test(rtcp_is_guessed_beside_the_latched_rtp),
		cmocka_unit_test(rtcp_stays_where_the_sdp_says_while_rtp_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
