/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of profiles and directions, as SDP spells them.
 */
#include "sdp/sdp.h"

static const char *const profiles[] = {
	[RF_SDP_RTP_AVP] = "RTP/AVP",
	[RF_SDP_RTP_AVPF] = "RTP/AVPF",
	[RF_SDP_RTP_SAVP] = "RTP/SAVP",
	[RF_SDP_RTP_SAVPF] = "RTP/SAVPF",
	[RF_SDP_UDP_TLS_RTP_SAVP] = "UDP/TLS/RTP/SAVP",
	[RF_SDP_UDP_TLS_RTP_SAVPF] = "UDP/TLS/RTP/SAVPF",
};

#define PROFILES (sizeof(profiles) / sizeof(profiles[0]))

const char *rf_sdp_profile_name(enum rf_sdp_profile profile)
{
	return (size_t)profile < PROFILES ? profiles[profile] : NULL;
}

enum rf_sdp_profile rf_sdp_profile_of(struct rf_str name)
{
	for (size_t i = 0; i < PROFILES; i++) {
		if (profiles[i] && rf_str_equal_case(name, rf_str_of(profiles[i])))
			return (enum rf_sdp_profile)i;
	}
	return RF_SDP_PROFILE_NONE;
}

const char *rf_sdp_direction_name(enum rf_sdp_direction direction)
{
	static const char *const names[] = {
		[RF_SDP_INACTIVE] = "inactive",
		[RF_SDP_SENDONLY] = "sendonly",
		[RF_SDP_RECVONLY] = "recvonly",
		[RF_SDP_SENDRECV] = "sendrecv",
	};

	return names[direction & RF_SDP_SENDRECV];
}
