/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A parsed ng request, whatever its encoding was. ng/ fills it; call/ acts on it. Strings are views that
 * live as long as the request.
 */
#ifndef RF_CALL_REQUEST_H
#define RF_CALL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/str.h"
#include "dataplane/dataplane.h"
#include "sdp/sdp.h"

enum rf_request_flag {
	RF_FLAG_TRUST_ADDRESS = 1 << 0,
	RF_FLAG_SIP_SOURCE_ADDRESS = 1 << 1,
	RF_FLAG_ASYMMETRIC = 1 << 2,
	RF_FLAG_STRICT_SOURCE = 1 << 3,
	RF_FLAG_MEDIA_HANDOVER = 1 << 4,
	RF_FLAG_NO_PORT_LATCHING = 1 << 5,
	RF_FLAG_NAT_WAIT = 1 << 6,
	RF_FLAG_PIERCE_NAT = 1 << 7,
	RF_FLAG_LOOP_PROTECT = 1 << 8,
	RF_FLAG_ORIGINAL_SENDRECV = 1 << 9,
	RF_FLAG_NO_RTCP_ATTRIBUTE = 1 << 10,
	RF_FLAG_FULL_RTCP_ATTRIBUTE = 1 << 11,
	RF_FLAG_RESET = 1 << 12,
	RF_FLAG_TO_TAG = 1 << 13,
	RF_FLAG_FATAL = 1 << 14,
	RF_FLAG_FAST = 1 << 15,
	RF_FLAG_NEW_BRANCH = 1 << 16,
	RF_FLAG_DIRECTIONAL = 1 << 17,
	RF_FLAG_ALL = 1 << 18,
	RF_FLAG_EGRESS = 1 << 19,
	RF_FLAG_DEBUG = 1 << 20,
	RF_FLAG_FRAGMENT = 1 << 21,
	RF_FLAG_GENERATE_MID = 1 << 22,
	RF_FLAG_STRIP_EXTMAP = 1 << 23,
};

enum rf_replace { /* ng list "replace" */
	          RF_REPLACE_ORIGIN = 1 << 0,
	          RF_REPLACE_ORIGIN_FULL = 1 << 1,
	          RF_REPLACE_SESSION_NAME = 1 << 2,
	          RF_REPLACE_USERNAME = 1 << 3,
	          RF_REPLACE_SDP_VERSION = 1 << 4,
	          RF_REPLACE_FORCE_INCREMENT = 1 << 5,
	          RF_REPLACE_ZERO_ADDRESS = 1 << 6,
};

enum rf_rtcp_mux {                          /* ng list "rtcp-mux" (RFC 5761) */
	           RF_MUX_OFFER = 1 << 0,   /* offer it although the offerer did not */
	           RF_MUX_REQUIRE = 1 << 1, /* as offer, and the answerer must take it */
	           RF_MUX_DEMUX = 1 << 2,   /* offered: take it, but do not pass the offer on */
	           RF_MUX_ACCEPT = 1 << 3,  /* offered: take it whatever the answerer does */
	           RF_MUX_REJECT = 1 << 4,  /* offered: refuse it whatever the answerer does */
};

#define RF_REQUEST_MAX_CODECS 64 /* per list */
#define RF_TOS_DEFAULT (-2)
#define RF_TOS_KEEP (-1)

struct rf_request {
	struct rf_str call_id, from_tag, to_tag, via_branch;
	struct rf_str label, set_label, to_label;
	struct rf_str sdp;
	struct rf_addr received_from;  /* family none: not given */
	uint32_t flags;                /* enum rf_request_flag */
	uint32_t replace;              /* enum rf_replace */
	uint32_t rtcp_mux;             /* enum rf_rtcp_mux */
	struct rf_str from_iface;      /* interface that faces the sender of the SDP; empty: not given */
	struct rf_str to_iface;        /* interface that faces the receiver */
	enum rf_family address_family; /* of the rewritten SDP; none: not given */
	struct rf_addr media_address;  /* to print in the SDP; family none: not given */
	enum rf_sdp_profile profile;   /* transport-protocol; none: as it came */
	bool learn_given;
	enum rf_learn learn;  /* endpoint-learning */
	int tos;              /* 0 to 255, RF_TOS_KEEP or RF_TOS_DEFAULT */
	int64_t delete_delay; /* seconds; -1: not given */
	int64_t limit;        /* of list; -1: not given */
	struct rf_str metadata;
	struct rf_str address; /* selector of a party by media address (block, silence); empty: not given */
	bool supports_load_limit;
	bool raw_flags; /* the flags came unparsed: the client sends from-tag always, and means it if directional */
	struct rf_str strip[RF_REQUEST_MAX_CODECS], offer[RF_REQUEST_MAX_CODECS], except[RF_REQUEST_MAX_CODECS],
		mask[RF_REQUEST_MAX_CODECS];
	unsigned n_strip, n_offer, n_except, n_mask;
	struct rf_str refused; /* a sentence: something was asked that would leave the media broken; empty: nothing */
};

#endif
