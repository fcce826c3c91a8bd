/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Negotiation of RTP and RTCP on one port (RFC 5761 section 5.1.1), with the proxies' options. Each side of the
 * relay negotiates on its own: one may multiplex while the other does not.
 *
 * By default the relay goes along: it offers multiplexing to the answerer when the offerer did, and accepts it towards
 * the offerer when the answerer did. Within a call, who multiplexes goes on until an answer ends it, since a new offer
 * may be refused; and it is offered again to who does already.
 */
#include "call/session.h"

void rf_mux_offer(uint32_t options, struct rf_media *from, struct rf_media *to)
{
	bool offered = from->mux_wanted && !(options & RF_MUX_REJECT);
	bool taken = offered && (options & (RF_MUX_ACCEPT | RF_MUX_DEMUX));

	from->mux = taken || (offered && from->mux);
	from->mux_undecided = offered && !taken;

	to->mux_required = options & RF_MUX_REQUIRE;
	to->mux_offered = (options & (RF_MUX_OFFER | RF_MUX_REQUIRE)) ||
	                  ((from->mux_wanted || to->mux) && !(options & RF_MUX_DEMUX));
	to->mux = to->mux_required || (to->mux && to->mux_offered);
}

void rf_mux_answer(struct rf_media *from, struct rf_media *to)
{
	/* An answer may take what was offered, and no more; "require" has taken it already. */
	from->mux = from->mux_required || (from->mux_offered && from->mux_wanted);
	if (to->mux_undecided)
		to->mux = from->mux;
	to->mux_undecided = false;
}
