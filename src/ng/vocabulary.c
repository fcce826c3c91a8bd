/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/vocabulary.h"

#include "call/request.h"

static const char transcoding[] = "transcoding";
static const char recording[] = "recording";
static const char gateway[] = "a fax gateway";
static const char ice[] = "ICE";

static const struct rf_word flag_words[] = {
	{"all", RF_WORD_FLAG, RF_FLAG_ALL, NULL},
	{"allow-asymmetric-codecs", RF_WORD_NO_EFFECT, 0, NULL},
	{"allow-no-codec-media", RF_WORD_NO_EFFECT, 0, NULL},
	{"allow-transcoding", RF_WORD_NO_EFFECT, 0, NULL},
	{"always-transcode", RF_WORD_REFUSED, 0, transcoding},
	{"asymmetric", RF_WORD_FLAG, RF_FLAG_ASYMMETRIC, NULL},
	{"asymmetric-codecs", RF_WORD_ACCEPTED, 0, NULL},
	{"audio-player", RF_WORD_NO_EFFECT, 0, NULL},
	{"bidirectional", RF_WORD_NO_EFFECT, 0, NULL},
	{"block-dtmf", RF_WORD_NO_EFFECT, 0, NULL},
	{"block-egress", RF_WORD_NO_EFFECT, 0, NULL},
	{"block-short", RF_WORD_NO_EFFECT, 0, NULL},
	{"block-short-packets", RF_WORD_NO_EFFECT, 0, NULL},
	{"block-shorts", RF_WORD_NO_EFFECT, 0, NULL},
	{"debug", RF_WORD_FLAG, RF_FLAG_DEBUG, NULL},
	{"debugging", RF_WORD_FLAG, RF_FLAG_DEBUG, NULL},
	{"detect-dtmf", RF_WORD_NO_EFFECT, 0, NULL},
	{"directional", RF_WORD_FLAG, RF_FLAG_DIRECTIONAL, NULL},
	{"discard-recording", RF_WORD_NO_EFFECT, 0, NULL},
	{"early-media", RF_WORD_NO_EFFECT, 0, NULL},
	{"egress", RF_WORD_FLAG, RF_FLAG_EGRESS, NULL},
	{"exclude-recording", RF_WORD_NO_EFFECT, 0, NULL},
	{"fast", RF_WORD_FLAG, RF_FLAG_FAST, NULL},
	{"fatal", RF_WORD_FLAG, RF_FLAG_FATAL, NULL},
	{"force-transcoding", RF_WORD_REFUSED, 0, transcoding},
	{"fragment", RF_WORD_FLAG, RF_FLAG_FRAGMENT, NULL},
	{"full-rtcp-attribute", RF_WORD_FLAG, RF_FLAG_FULL_RTCP_ATTRIBUTE, NULL},
	{"generate-mid", RF_WORD_FLAG, RF_FLAG_GENERATE_MID, NULL},
	{"generate-rtcp", RF_WORD_NO_EFFECT, 0, NULL},
	{"ice-reject", RF_WORD_ACCEPTED, 0, NULL},
	{"inactive", RF_WORD_NO_EFFECT, 0, NULL},
	{"inject-dtmf", RF_WORD_NO_EFFECT, 0, NULL},
	{"loop-protect", RF_WORD_FLAG, RF_FLAG_LOOP_PROTECT, NULL},
	{"media-handover", RF_WORD_FLAG, RF_FLAG_MEDIA_HANDOVER, NULL},
	{"mirror-rtcp", RF_WORD_NO_EFFECT, 0, NULL},
	{"mix", RF_WORD_NO_EFFECT, 0, NULL},
	{"nat-wait", RF_WORD_FLAG, RF_FLAG_NAT_WAIT, NULL},
	{"new-branch", RF_WORD_FLAG, RF_FLAG_NEW_BRANCH, NULL},
	{"no-audio-player", RF_WORD_ACCEPTED, 0, NULL},
	{"no-codec-renegotiation", RF_WORD_NO_EFFECT, 0, NULL},
	{"no-jitter-buffer", RF_WORD_ACCEPTED, 0, NULL},
	{"no-passthrough", RF_WORD_NO_EFFECT, 0, NULL},
	{"no-player", RF_WORD_ACCEPTED, 0, NULL},
	{"no-port-latching", RF_WORD_FLAG, RF_FLAG_NO_PORT_LATCHING, NULL},
	{"no-redis-update", RF_WORD_NO_EFFECT, 0, NULL},
	{"no-rtcp-attribute", RF_WORD_FLAG, RF_FLAG_NO_RTCP_ATTRIBUTE, NULL},
	{"no-tls-id", RF_WORD_ACCEPTED, 0, NULL},
	{"original-sendrecv", RF_WORD_FLAG, RF_FLAG_ORIGINAL_SENDRECV, NULL},
	{"pad-crypto", RF_WORD_NO_EFFECT, 0, NULL},
	{"passthrough", RF_WORD_ACCEPTED, 0, NULL},
	{"pierce-nat", RF_WORD_FLAG, RF_FLAG_PIERCE_NAT, NULL},
	{"port-latching", RF_WORD_ACCEPTED, 0, NULL}, /* ports are kept by default */
	{"provisional", RF_WORD_ACCEPTED, 0, NULL},   /* a changed to-tag is taken at any time */
	{"record-call", RF_WORD_REFUSED, 0, recording},
	{"recording-announcement", RF_WORD_NO_EFFECT, 0, NULL},
	{"recording-vsc", RF_WORD_NO_EFFECT, 0, NULL},
	{"recrypt", RF_WORD_NO_EFFECT, 0, NULL},
	{"reject-ice", RF_WORD_ACCEPTED, 0, NULL},
	{"reorder-codecs", RF_WORD_ACCEPTED, 0, NULL},
	{"reset", RF_WORD_FLAG, RF_FLAG_RESET, NULL},
	{"reuse-codecs", RF_WORD_NO_EFFECT, 0, NULL},
	{"rtcp-mirror", RF_WORD_NO_EFFECT, 0, NULL},
	{"single-codec", RF_WORD_NO_EFFECT, 0, NULL},
	{"sip-source-address", RF_WORD_FLAG, RF_FLAG_SIP_SOURCE_ADDRESS, NULL},
	{"siprec", RF_WORD_NO_EFFECT, 0, NULL},
	{"skip-recording-database", RF_WORD_NO_EFFECT, 0, NULL},
	{"skip-recording-db", RF_WORD_NO_EFFECT, 0, NULL},
	{"static-codec", RF_WORD_NO_EFFECT, 0, NULL},
	{"static-codecs", RF_WORD_NO_EFFECT, 0, NULL},
	{"strict-source", RF_WORD_FLAG, RF_FLAG_STRICT_SOURCE, NULL},
	{"strip-extmap", RF_WORD_FLAG, RF_FLAG_STRIP_EXTMAP, NULL},
	{"symmetric", RF_WORD_ACCEPTED, 0, NULL},
	{"symmetric-codecs", RF_WORD_ACCEPTED, 0, NULL},
	{"to-tag", RF_WORD_FLAG, RF_FLAG_TO_TAG, NULL},
	{"trickle-ice", RF_WORD_NO_EFFECT, 0, NULL},
	{"trust-address", RF_WORD_FLAG, RF_FLAG_TRUST_ADDRESS, NULL},
	{"unidirectional", RF_WORD_ACCEPTED, 0, NULL},
	{"unsubscribe", RF_WORD_NO_EFFECT, 0, NULL},
	{"webrtc", RF_WORD_REFUSED, 0, "WebRTC"},
};

static const struct rf_word replace_words[] = {
	{"force-increment-sdp-ver", RF_WORD_REPLACE, RF_REPLACE_FORCE_INCREMENT, NULL},
	{"origin", RF_WORD_REPLACE, RF_REPLACE_ORIGIN, NULL},
	{"origin-full", RF_WORD_REPLACE, RF_REPLACE_ORIGIN_FULL, NULL},
	{"sdp-version", RF_WORD_REPLACE, RF_REPLACE_SDP_VERSION, NULL},
	{"session-connection", RF_WORD_ACCEPTED, 0, NULL},
	{"session-name", RF_WORD_REPLACE, RF_REPLACE_SESSION_NAME, NULL},
	{"username", RF_WORD_REPLACE, RF_REPLACE_USERNAME, NULL},
	{"zero-address", RF_WORD_REPLACE, RF_REPLACE_ZERO_ADDRESS, NULL},
};

static const struct rf_word mux_words[] = {
	{"accept", RF_WORD_MUX, RF_MUX_ACCEPT, NULL},   {"demux", RF_WORD_MUX, RF_MUX_DEMUX, NULL},
	{"offer", RF_WORD_MUX, RF_MUX_OFFER, NULL},     {"reject", RF_WORD_MUX, RF_MUX_REJECT, NULL},
	{"require", RF_WORD_MUX, RF_MUX_REQUIRE, NULL},
};

static const struct rf_word ice_words[] = {
	{"default", RF_WORD_ACCEPTED, 0, NULL},    {"force", RF_WORD_REFUSED, 0, ice},
	{"force-relay", RF_WORD_REFUSED, 0, ice},  {"ice2", RF_WORD_NO_EFFECT, 0, NULL},
	{"lite", RF_WORD_NO_EFFECT, 0, NULL},      {"lite-backward", RF_WORD_NO_EFFECT, 0, NULL},
	{"lite-both", RF_WORD_NO_EFFECT, 0, NULL}, {"lite-forward", RF_WORD_NO_EFFECT, 0, NULL},
	{"optional", RF_WORD_ACCEPTED, 0, NULL},   {"remove", RF_WORD_ACCEPTED, 0, NULL},
	{"trickle", RF_WORD_NO_EFFECT, 0, NULL},
};

static const struct rf_word off_words[] = {
	{"disable", RF_WORD_ACCEPTED, 0, NULL},
	{"disabled", RF_WORD_ACCEPTED, 0, NULL},
	{"no", RF_WORD_ACCEPTED, 0, NULL},
	{"off", RF_WORD_ACCEPTED, 0, NULL},
};

static const struct rf_word osrtp_words[] = {
	{"accept", RF_WORD_NO_EFFECT, 0, NULL},       {"accept-legacy", RF_WORD_NO_EFFECT, 0, NULL},
	{"accept-rfc", RF_WORD_NO_EFFECT, 0, NULL},   {"offer", RF_WORD_NO_EFFECT, 0, NULL},
	{"offer-legacy", RF_WORD_NO_EFFECT, 0, NULL},
};

static const struct rf_word bundle_words[] = {
	{"accept", RF_WORD_NO_EFFECT, 0, NULL}, {"offer", RF_WORD_NO_EFFECT, 0, NULL},
	{"reject", RF_WORD_ACCEPTED, 0, NULL},  {"require", RF_WORD_REFUSED, 0, "BUNDLE"},
	{"strict", RF_WORD_NO_EFFECT, 0, NULL},
};

static const struct rf_word t38_words[] = {
	{"decode", RF_WORD_REFUSED, 0, gateway},    {"fec", RF_WORD_NO_EFFECT, 0, NULL},
	{"force", RF_WORD_REFUSED, 0, gateway},     {"no-ecm", RF_WORD_NO_EFFECT, 0, NULL},
	{"no-iaf", RF_WORD_NO_EFFECT, 0, NULL},     {"no-v.17", RF_WORD_NO_EFFECT, 0, NULL},
	{"no-v.27ter", RF_WORD_NO_EFFECT, 0, NULL}, {"no-v.29", RF_WORD_NO_EFFECT, 0, NULL},
	{"no-v.34", RF_WORD_NO_EFFECT, 0, NULL},    {"stop", RF_WORD_ACCEPTED, 0, NULL},
};

static const struct rf_word learn_words[] = {
	{"delayed", RF_WORD_LEARN, RF_LEARN_DELAYED, NULL},
	{"heuristic", RF_WORD_LEARN, RF_LEARN_HEURISTIC, NULL},
	{"immediate", RF_WORD_LEARN, RF_LEARN_IMMEDIATE, NULL},
	{"off", RF_WORD_LEARN, RF_LEARN_OFF, NULL},
};

static const struct rf_word record_words[] = {
	{"no", RF_WORD_ACCEPTED, 0, NULL},
	{"off", RF_WORD_ACCEPTED, 0, NULL},
	{"on", RF_WORD_REFUSED, 0, recording},
	{"yes", RF_WORD_REFUSED, 0, recording},
};

static const struct rf_word all_words[] = {
	{"all", RF_WORD_FLAG, RF_FLAG_ALL, NULL},    {"except-offer-answer", RF_WORD_NO_EFFECT, 0, NULL},
	{"flows", RF_WORD_NO_EFFECT, 0, NULL},       {"none", RF_WORD_ACCEPTED, 0, NULL},
	{"offer-answer", RF_WORD_ACCEPTED, 0, NULL},
};

static const struct rf_word dtmf_security_words[] = {
	{"drop", RF_WORD_ACCEPTED, 0, NULL},     {"dtmf", RF_WORD_NO_EFFECT, 0, NULL},
	{"off", RF_WORD_ACCEPTED, 0, NULL},      {"random", RF_WORD_NO_EFFECT, 0, NULL},
	{"silence", RF_WORD_NO_EFFECT, 0, NULL}, {"tone", RF_WORD_NO_EFFECT, 0, NULL},
	{"zero", RF_WORD_NO_EFFECT, 0, NULL},
};

static const struct rf_word traffic_words[] = {
	{"start", RF_WORD_REFUSED, 0, "dropping all traffic"},
	{"stop", RF_WORD_ACCEPTED, 0, NULL},
};

#define WORDS(array) array, sizeof(array) / sizeof((array)[0])

const struct rf_vocabulary rf_vocabularies[RF_VOCABULARIES] = {
	[RF_VOCABULARY_FLAGS] = {"flags", WORDS(flag_words), false},
	[RF_VOCABULARY_REPLACE] = {"replace", WORDS(replace_words), false},
	[RF_VOCABULARY_MUX] = {"rtcp-mux", WORDS(mux_words), false},
	[RF_VOCABULARY_ICE] = {"ICE", WORDS(ice_words), false},
	[RF_VOCABULARY_SDES] = {"SDES", WORDS(off_words), true},
	[RF_VOCABULARY_DTLS] = {"DTLS", WORDS(off_words), true},
	[RF_VOCABULARY_OSRTP] = {"OSRTP", WORDS(osrtp_words), false},
	[RF_VOCABULARY_BUNDLE] = {"bundle", WORDS(bundle_words), false},
	[RF_VOCABULARY_T38] = {"T.38", WORDS(t38_words), true},
	[RF_VOCABULARY_LEARN] = {"endpoint-learning", WORDS(learn_words), false},
	[RF_VOCABULARY_RECORD] = {"record-call", WORDS(record_words), false},
	[RF_VOCABULARY_ALL] = {"all", WORDS(all_words), false},
	[RF_VOCABULARY_DTMF_SECURITY] = {"DTMF-security", WORDS(dtmf_security_words), false},
	[RF_VOCABULARY_TRAFFIC] = {"drop-traffic", WORDS(traffic_words), false},
};

bool rf_name_fold(struct rf_str name, char dst[RF_NAME_FOLDED], struct rf_str *folded)
{
	if (name.len > RF_NAME_FOLDED)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		else if (c == ' ' || c == '_')
			c = '-';
		dst[i] = c;
	}
	*folded = (struct rf_str){dst, name.len};
	return true;
}

/* As strcmp, of a view (which may hold any byte) and a terminated name. */
static int compare(struct rf_str folded, const char *name)
{
	size_t len = strlen(name);
	int order = memcmp(folded.p, name, folded.len < len ? folded.len : len);

	if (order || folded.len == len)
		return order;
	return folded.len < len ? -1 : 1;
}

int rf_name_find(struct rf_str folded, const void *rows, size_t n_rows, size_t size)
{
	size_t low = 0, high = n_rows;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *name = *(const char *const *)((const char *)rows + middle * size);
		int order = compare(folded, name);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}
