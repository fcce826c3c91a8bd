/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/dataplane.h"

static const char *const names[RF_DROPS] = {
	[RF_DROP_TOO_SHORT] = "too_short",
	[RF_DROP_NOT_RTP] = "not_rtp",
	[RF_DROP_UNKNOWN_SOURCE] = "unknown_source",
	[RF_DROP_NO_STREAM] = "no_stream",
	[RF_DROP_NO_DESTINATION] = "no_destination",
	[RF_DROP_BLOCKED] = "blocked",
	[RF_DROP_TOO_BIG] = "too_big",
	[RF_DROP_UNREACHABLE] = "unreachable",
	[RF_DROP_CONGESTED] = "congested",
	[RF_DROP_SEND_ERROR] = "send_error",
	[RF_DROP_OVERRUN] = "overrun",
};

const char *rf_drop_name(enum rf_drop drop)
{
	return drop < RF_DROPS ? names[drop] : "unknown";
}
