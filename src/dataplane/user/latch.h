/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a party really is: its source, learnt from packets, and where to send to. Values only.
 *
 * The SDP's endpoint is the destination until a good packet came; then, by the mode of learning, its source.
 * Strict streams refuse every other source from then on; with handover the newest good source counts. Two rules keep
 * a call from going deaf:
 *
 * - The endpoint that the SDP names is the party, always: a good packet from it is never refused, and latches.
 * - When the SDP names another endpoint, the source that was latched does not latch again for RF_LATCH_STALE_US. It may
 *   be the losing branch of a fork that has not heard of its end yet.
 */
#ifndef RF_DATAPLANE_USER_LATCH_H
#define RF_DATAPLANE_USER_LATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/dataplane.h"

#define RF_LATCH_WINDOW_US 3000000 /* delayed and heuristic learning: from the first good packet */
#define RF_LATCH_STALE_US 1000000  /* from a change of the SDP's endpoint */

struct rf_latch {
	struct rf_endpoint source; /* port 0: not latched */
	struct rf_endpoint guess;  /* instead of the SDP's endpoint before the latch; port 0: none */
	struct rf_endpoint stale;  /* the source before the SDP's endpoint changed; port 0: none */
	int64_t stale_until_us;    /* monotonic: it does not latch before */
	int64_t since_us;          /* monotonic: first good packet */
	uint32_t relearned;        /* times that the source changed after the first latch */
};

enum rf_latch_verdict {
	RF_LATCH_REFUSED, /* not this party's */
	RF_LATCH_ACCEPTED,
	RF_LATCH_MOVED, /* accepted, and the source is a new one */
};

/*
 * Judge a packet from that source. good: valid, and of a kind that may latch. A source of port 0 cannot be answered and
 * is nobody's.
 */
enum rf_latch_verdict rf_latch_judge(struct rf_latch *latch, const struct rf_stream_config *config,
                                     const struct rf_endpoint *from, bool good, int64_t now_us);
/* Is a source latched, and the window in which another may still take its place over? */
bool rf_latch_settled(const struct rf_latch *latch, const struct rf_stream_config *config, int64_t now_us);
/* Where packets to the party go; port 0: nowhere yet. */
struct rf_endpoint rf_latch_destination(const struct rf_latch *latch, const struct rf_stream_config *config);
/* Forget source and guess; the count of changes stays. */
void rf_latch_forget(struct rf_latch *latch);
/*
 * The SDP names another endpoint now: forget, and mistrust the source of before for a while; that of the change before
 * when nothing was latched since.
 */
void rf_latch_retire(struct rf_latch *latch, int64_t now_us);

static inline bool rf_latch_is_set(const struct rf_latch *latch)
{
	return latch->source.port != 0;
}

/*
 * Where the party's RTCP may be, when only its RTP was heard, from elsewhere than its SDP said (a NAT): at the same
 * address, and at RTP + 1 where the SDP had that too, otherwise at the port that the SDP names. Port 0: no guess,
 * because RTP came from where the SDP said, or the SDP places RTCP on another address.
 */
struct rf_endpoint rf_latch_guess_rtcp(const struct rf_latch *rtp, const struct rf_stream_config *rtp_config,
                                       const struct rf_stream_config *rtcp_config);

#endif
