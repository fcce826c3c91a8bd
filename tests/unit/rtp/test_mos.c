/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rtp/mos.h"

#include <math.h>

#include "test.h"

static void scores_are_those_of_the_model(void **state)
{
	/* Computed by hand: d = 20 + max(40, 2 * jitter) + round trip / 2 in ms. */
	static const struct {
		const char *codec;
		double loss, jitter, round_trip, score;
	} rows[] = {
		{"PCMA", 0, 0, 0, 4.380},     /* d 60, R 91.76 */
		{"PCMA", 0, 0, 0.400, 3.941}, /* d 260, R 77.863 after 6.24 + 9.097 */
		{"PCMU", 0.01, 0, 0, 4.290},  /* Ie,eff 3.640, R 88.120 */
		{"G729", 0, 0, 0, 4.052},     /* Ie 11, R 80.76 */
		{"G729", 0.05, 0, 0, 3.267},  /* Ie,eff 28.5, R 63.26 */
		{"PCMA", 1, 0, 0, 1.142},     /* Ie,eff 75.94, R 15.82 */
	};

	(void)state;
	for (size_t i = 0; i < RF_COUNT(rows); i++) {
		double score = rf_mos(rf_str_of(rows[i].codec), rows[i].loss, rows[i].jitter, rows[i].round_trip);

		if (fabs(score - rows[i].score) > 0.0015)
			fail_msg("row %zu: %f, expected %f", i, score, rows[i].score);
	}
}

static void worse_is_never_better(void **state)
{
	static const char *const codecs[] = {"PCMA", "G729", "G723", "GSM", "opus", "iLBC", "nonsense"};

	(void)state;
	for (size_t c = 0; c < RF_COUNT(codecs); c++) {
		struct rf_str codec = rf_str_of(codecs[c]);

		for (int i = 0; i < 100; i++) {
			double x = i / 100.0;
			double score = rf_mos(codec, x, x / 2, x);

			assert_true(score >= 1.0 && score <= 4.5);
			assert_true(rf_mos(codec, x + 0.01, x / 2, x) <= score);
			assert_true(rf_mos(codec, x, x / 2 + 0.01, x) <= score);
			assert_true(rf_mos(codec, x, x / 2, x + 0.01) <= score);
		}
	}
}

static void an_unknown_codec_counts_as_g711(void **state)
{
	(void)state;
	assert_true(rf_mos(RF_STR("CLEARMODE"), 0.02, 0.01, 0.1) == rf_mos(RF_STR("pcma"), 0.02, 0.01, 0.1));
	assert_true(rf_mos(RF_STR_NONE, 0, 0, 0) == rf_mos(RF_STR("PCMU"), 0, 0, 0));
}

static void figures_that_make_no_sense_are_bounded(void **state)
{
	(void)state;
	assert_true(rf_mos(RF_STR("PCMA"), -1, -1, -1) == rf_mos(RF_STR("PCMA"), 0, 0, 0));
	assert_true(rf_mos(RF_STR("PCMA"), 2, 1e9, 1e9) == 1.0);
	assert_true(rf_mos(RF_STR("PCMA"), NAN, NAN, NAN) == rf_mos(RF_STR("PCMA"), 0, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_are_those_of_the_model),
		cmocka_unit_test(worse_is_never_better),
		cmocka_unit_test(an_unknown_codec_counts_as_g711),
		cmocka_unit_test(figures_that_make_no_sense_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
