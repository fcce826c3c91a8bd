/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SDP of a probe call: one audio stream of PCMA.
 */
#ifndef RF_CTL_PROBE_SDP_H
#define RF_CTL_PROBE_SDP_H

#include "base/addr.h"
#include "base/arena.h"

#define RF_PROBE_SDP_REASON 160 /* bytes of a sentence, with the final NUL */

/* An offer or answer of an endpoint; {NULL, 0}: no memory. */
struct rf_str rf_probe_sdp_write(struct rf_arena *arena, const struct rf_endpoint *endpoint);

/*
 * Where the first stream of an SDP (RFC 8866) wants its RTP: its c= line, or else the session's, and the port of its m=
 * line. 0, or -EBADMSG and why in reason: no audio, the stream is refused, no address, or one of a wrong family.
 */
int rf_probe_sdp_read(struct rf_str sdp, enum rf_family family, struct rf_endpoint *out,
                      char reason[RF_PROBE_SDP_REASON]);

#endif
