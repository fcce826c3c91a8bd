/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What offer and answer have in common: reading the request's SDP, taking it into the model, writing the SDP
 * for the other side. Private to call/.
 */
#ifndef RF_CALL_SESSION_H
#define RF_CALL_SESSION_H

#include "call/model.h"

/* One message on its way through the model. */
struct rf_exchange {
	struct rf_calls *calls;
	const struct rf_request *request;
	struct rf_arena *arena;
	struct rf_reply *reply;
	struct rf_sdp *sdp; /* what came */
	struct rf_call *call;
	struct rf_party *from; /* who sent it */
	struct rf_party *to;   /* who will get it */
	bool offer;            /* or answer */
};

/* Fill an error reply. */
void rf_reply_error(struct rf_reply *reply, struct rf_str reason);

/* The SDP parses and can be relayed: 0, or the reply is an error. */
int rf_exchange_read(struct rf_exchange *x);
/* Take flags of the request that last for call and parties: interfaces, family, latching, labels. 0 or -ENOMEM. */
int rf_exchange_settings(struct rf_exchange *x);
/* Take the SDP into from's media and make to's: 0, or an error of rf_media_open. */
int rf_exchange_describe(struct rf_exchange *x);
/* Write the SDP for to into the reply: 0, or the reply is an error. */
int rf_exchange_write(struct rf_exchange *x);
/* The reply for an error of the steps above that has not written one itself. */
void rf_exchange_fail(struct rf_exchange *x, int error);

/* mux.c: who multiplexes RTP and RTCP after this message, for one media (RFC 5761 section 5.1.1). */
void rf_mux_offer(uint32_t options, struct rf_media *from, struct rf_media *to);
void rf_mux_answer(struct rf_media *from, struct rf_media *to);

/* origin.c: o= and s= of the SDP that goes to a party, by the request's replace list. 0 or -ENOMEM. */
int rf_origin_plan(const struct rf_exchange *x, struct rf_sdp_plan *plan);

#endif
