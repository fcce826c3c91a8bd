/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of words: every name of the protocol is known, whatever its spelling.
 */
#include "ng/vocabulary.h"

#include "reading.h"

static void tables_are_folded_and_sorted(void **state)
{
	(void)state;
	for (int id = 0; id < RF_VOCABULARIES; id++) {
		const struct rf_vocabulary *v = &rf_vocabularies[id];

		assert_true(v->n_words <= RF_TOLD_TABLED);
		for (size_t i = 0; i < v->n_words; i++) {
			char dst[RF_NAME_FOLDED];
			struct rf_str folded;

			assert_true(rf_name_fold(rf_str_of(v->words[i].name), dst, &folded));
			assert_str(folded, v->words[i].name);
			assert_int_equal(rf_name_find(folded, v->words, v->n_words, sizeof(v->words[0])), i);
			assert_int_equal(v->words[i].effect == RF_WORD_REFUSED, v->words[i].what != NULL);
			if (i)
				assert_true(strcmp(v->words[i - 1].name, v->words[i].name) < 0);
		}
	}
}

static void folding_is_the_rule_of_equal_names(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		for (int d = 1; d < 256; d++) {
			char a[1] = {(char)c}, b[1] = {(char)d}, x[RF_NAME_FOLDED], y[RF_NAME_FOLDED];
			struct rf_str fa, fb;

			rf_name_fold((struct rf_str){a, 1}, x, &fa);
			rf_name_fold((struct rf_str){b, 1}, y, &fb);
			assert_int_equal(rf_str_equal(fa, fb),
			                 rf_str_equal_name((struct rf_str){a, 1}, (struct rf_str){b, 1}));
		}
	}
}

static void long_names_are_not_known(void **state)
{
	char dst[RF_NAME_FOLDED], name[RF_NAME_FOLDED + 1];
	struct rf_str folded;

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_true(rf_name_fold((struct rf_str){name, RF_NAME_FOLDED}, dst, &folded));
	assert_false(rf_name_fold((struct rf_str){name, RF_NAME_FOLDED + 1}, dst, &folded));
}

static void every_key_of_the_protocol_is_known(void **state)
{
	static const char *const keys[] = {
		"call-id",
		"call-ID",
		"call id",
		"from-tag",
		"to-tag",
		"to_tag",
		"sdp",
		"SDP",
		"command",
		"via-branch",
		"label",
		"from-label",
		"set-label",
		"to-label",
		"flags",
		"replace",
		"rtpp-flags",
		"rtpp_flags",
		"rtpp flags",
		"supports",
		"SIP message type",
		"sip_message_type",
		"from-interface",
		"to-interface",
		"interface",
		"ICE",
		"ice",
		"ICE-lite",
		"rtcp-mux",
		"RTCP-mux",
		"SDES",
		"DTLS",
		"DTLS-reverse",
		"DTLS-fingerprint",
		"OSRTP",
		"bundle",
		"BUNDLE",
		"extmap",
		"ptime",
		"ptime-reverse",
		"T.38",
		"T38",
		"t38",
		"T.38 version",
		"record call",
		"record-call",
		"recording-file",
		"output-destination",
		"recording-dir",
		"recording-path",
		"output-path",
		"recording-pattern",
		"recording-media-slot-count",
		"vsc-start-rec",
		"metadata",
		"sdp-attr",
		"sdp-media-remove",
		"generate RTCP",
		"xmlrpc-callback",
		"template",
		"all",
		"from-tags",
		"tags",
		"to-call-id",
		"source-tag",
		"source-call-id",
		"calls",
		"media",
		"instance",
		"address",
		"alias-key",
		"peer",
		"inbound-peer",
		"outbound-peer",
		"moh",
		"audio player",
		"player",
		"delay-buffer",
		"passthrough",
		"DTMF-security-trigger",
		"DTMF-security-trigger-end",
		"DTMF-delay",
		"dtmf-log-dest",
		"trigger",
		"trigger-end-digits",
		"frequency",
		"code",
		"digit",
		"duration",
		"volume",
		"pause",
		"file",
		"blob",
		"blob64",
		"db-id",
		"start-pos",
		"repeat-times",
		"repeat-duration",
		"repacketize",
	};
	struct reading *r = *state;

	for (size_t i = 0; i < RF_COUNT(keys); i++) {
		struct rf_value value = {.type = RF_VALUE_LIST};

		if (strncasecmp(keys[i], "ca", 2) == 0 || strstr(keys[i], "tag") || strstr(keys[i], "label") ||
		    strstr(keys[i], "face") || strcasecmp(keys[i], "sdp") == 0 || strstr(keys[i], "branch") ||
		    strcmp(keys[i], "metadata") == 0 || strcmp(keys[i], "address") == 0)
			value = (struct rf_value){.type = RF_VALUE_STR, .str = RF_STR("x")};
		read_json(r, "{}");
		rf_reader_key(&r->reader, rf_str_of(keys[i]), &value);
		if (r->reader.warnings)
			fail_msg("key %s is not known", keys[i]);
	}
}

static void every_flag_of_the_protocol_is_known(void **state)
{
	static const char *const flags[] = {
		"trust-address",
		"SIP-source-address",
		"asymmetric",
		"symmetric",
		"strict-source",
		"media-handover",
		"port-latching",
		"no-port-latching",
		"NAT-wait",
		"pierce-NAT",
		"loop-protect",
		"original-sendrecv",
		"no-rtcp-attribute",
		"full-rtcp-attribute",
		"reset",
		"to-tag",
		"fatal",
		"fast",
		"provisional",
		"new-branch",
		"directional",
		"all",
		"egress",
		"debug",
		"unidirectional",
		"inactive",
		"bidirectional",
		"mix",
		"RTCP-mirror",
		"SIPREC",
		"unsubscribe",
		"record-call",
		"discard-recording",
		"exclude-recording",
		"skip-recording-db",
		"recording-announcement",
		"recording-vsc",
		"generate-mid",
		"trickle-ICE",
		"reject-ICE",
		"ICE-reject",
		"fragment",
		"no-tls-id",
		"strip-extmap",
		"WebRTC",
		"recrypt",
		"pad-crypto",
		"generate-RTCP",
		"single-codec",
		"static-codecs",
		"reuse-codecs",
		"no-codec-renegotiation",
		"allow-asymmetric-codecs",
		"allow-no-codec-media",
		"allow-transcoding",
		"always-transcode",
		"force-transcoding",
		"audio-player",
		"no-player",
		"early-media",
		"block-egress",
		"no-jitter-buffer",
		"detect-DTMF",
		"inject-DTMF",
		"block-DTMF",
		"passthrough",
		"no-passthrough",
		"block-short",
		"no-redis-update",
		"asymmetric-codecs",
		"symmetric-codecs",
		"reorder-codecs",
		"replace-origin",
		"rtcp-mux-demux",
		"SDES-no-AES_CM_128_HMAC_SHA1_32",
		"T38-no-ECM",
		"T.38-FEC",
		"OSRTP-offer",
		"BUNDLE-accept",
		"endpoint-learning-off",
		"from-tags-abc",
		"codec-strip-G722",
		"codec-offer-PCMA",
		"codec-except-PCMU",
		"codec-mask-opus",
		"codec-accept-x",
		"codec-consume-x",
		"codec-ignore-x",
		"codec-set-x",
		"codec-transcode-x",
		"transcode-x",
		"sdp-attr-add-audio-ptime:20",
		"trust address",
		"SDES-pad",
		"DTLS-passive",
		"ICE-remove",
		"TRUST_ADDRESS",
		"replace-session-connection",
		"ICE--remove",
		"delete-delay--0",
	};
	struct reading *r = *state;

	for (size_t i = 0; i < RF_COUNT(flags); i++) {
		read_json(r, "{}");
		rf_reader_flag(&r->reader, rf_str_of(flags[i]));
		if (r->reader.warnings)
			fail_msg("flag %s is not known", flags[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_folded_and_sorted),
		cmocka_unit_test(folding_is_the_rule_of_equal_names),
		cmocka_unit_test(long_names_are_not_known),
		cmocka_unit_test_setup_teardown(every_key_of_the_protocol_is_known, reading_setup, reading_teardown),
		cmocka_unit_test_setup_teardown(every_flag_of_the_protocol_is_known, reading_setup, reading_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
