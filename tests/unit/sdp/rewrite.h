/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SDP in, a plan, and the whole text that must come out.
 */
#ifndef RF_TESTS_SDP_REWRITE_H
#define RF_TESTS_SDP_REWRITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sdp/sdp.h"

/* What a usual session part begins with; the relay drops its c=. */
#define HEAD "v=0\no=alice 1 2 IN IP4 192.0.2.10\ns=call\nc=IN IP4 192.0.2.10\nt=0 0\n"
#define HEAD_OUT "v=0\no=alice 1 2 IN IP4 192.0.2.10\ns=call\nt=0 0\n"

/* Changes to the usual plan. */
typedef void (*plan_fn)(struct rf_sdp_plan *plan);

/*
 * Rewrite input, with bare LF and with CRLF, by the usual plan: every section relayed to 203.0.113.1, ports 30000,
 * 30004, … (RTCP one above, or the same when multiplexed), a=rtcp, direction and rtcp-mux as they came; foreign and
 * rejected sections as such; then changed by plan (NULL: not at all). The output must equal expected (written with
 * bare LF), hold what was planned when parsed again, and not change when rewritten once more.
 */
void rewrite_check(const char *input, plan_fn plan, const char *expected);

/* Parse text with an arena of its own, which the caller frees; fails the test when it cannot be parsed. */
struct rf_sdp *rewrite_parse(const char *text, struct rf_arena **arena);

/* The usual plan for sdp; *media has room for RF_SDP_MAX_MEDIA sections. */
struct rf_sdp_plan rewrite_plan(const struct rf_sdp *sdp, struct rf_sdp_media_plan *media);

#endif
