/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/probe_sdp.h"

#include <errno.h>
#include <stdio.h>

#define LINE_SHOWN 64 /* bytes of a line in a sentence */

struct rf_str rf_probe_sdp_write(struct rf_arena *arena, const struct rf_endpoint *endpoint)
{
	const char *family = endpoint->addr.family == RF_FAMILY_IP6 ? "IP6" : "IP4";
	char address[RF_ADDR_TEXT];

	rf_addr_print(&endpoint->addr, address);
	return rf_arena_printf(arena,
	                       "v=0\r\n"
	                       "o=- 1 1 IN %s %s\r\n"
	                       "s=rtpferryctl call\r\n"
	                       "c=IN %s %s\r\n"
	                       "t=0 0\r\n"
	                       "m=audio %u RTP/AVP 8\r\n"
	                       "a=rtpmap:8 PCMA/8000\r\n"
	                       "a=ptime:20\r\n"
	                       "a=sendrecv\r\n",
	                       family, address, family, address, (unsigned)endpoint->port);
}

/* "m=audio PORT[/NUMBER] PROFILE FORMATS": the port; 0: the stream is refused. -EINVAL: it is no such line. */
static int read_media(struct rf_str line, uint16_t *port)
{
	struct rf_str word, digits;
	uint64_t n;

	if (!rf_str_token(&line, " ", &word) || !rf_str_equal(word, RF_STR("m=audio")) ||
	    !rf_str_token(&line, " ", &word) || !rf_str_cut(&word, '/', &digits) || rf_str_to_u64(digits, &n) != 0 ||
	    n > UINT16_MAX)
		return -EINVAL;
	*port = (uint16_t)n;
	return 0;
}

/* "c=IN IP4 ADDRESS[/TTL]". */
static int read_connection(struct rf_str line, struct rf_addr *out)
{
	struct rf_str word, address;

	if (!rf_str_token(&line, " ", &word) || !rf_str_equal(word, RF_STR("c=IN")) ||
	    !rf_str_token(&line, " ", &word) || !rf_str_has_prefix(word, RF_STR("IP")) ||
	    !rf_str_token(&line, " ", &word) || !rf_str_cut(&word, '/', &address))
		return -EINVAL;
	return rf_addr_parse(address, out);
}

static int refuse(char reason[RF_PROBE_SDP_REASON], const char *what, struct rf_str line)
{
	char shown[LINE_SHOWN + 1];
	size_t n = line.len < LINE_SHOWN ? line.len : LINE_SHOWN;

	for (size_t i = 0; i < n; i++) /* a stranger's: it must not speak to the terminal */
		shown[i] = line.p[i] < ' ' || line.p[i] > '~' ? '?' : line.p[i];
	shown[n] = '\0';
	snprintf(reason, RF_PROBE_SDP_REASON, "%s%s%s%s", what, n ? " (\"" : "", shown, n ? "\")" : "");
	return -EBADMSG;
}

int rf_probe_sdp_read(struct rf_str sdp, enum rf_family family, struct rf_endpoint *out,
                      char reason[RF_PROBE_SDP_REASON])
{
	struct rf_str line, media = RF_STR_NONE, connection = RF_STR_NONE;
	struct rf_endpoint found;

	while (rf_str_token(&sdp, "\r\n", &line)) {
		if (rf_str_has_prefix(line, RF_STR("c=")))
			connection = line;
		if (!rf_str_has_prefix(line, RF_STR("m=")))
			continue;
		if (media.len > 0)
			break; /* the second stream */
		media = line;
	}
	if (read_media(media, &found.port) != 0)
		return refuse(reason, "its SDP has no audio stream first", media);
	if (found.port == 0)
		return refuse(reason, "its SDP refuses the audio stream", media);
	if (read_connection(connection, &found.addr) != 0 || rf_addr_is_null(&found.addr))
		return refuse(reason, "its SDP has no address for the audio stream", connection);
	if (found.addr.family != family)
		return refuse(reason,
		              family == RF_FAMILY_IP6 ? "its SDP should have an IPv6 address here, and has not"
		                                      : "its SDP should have an IPv4 address here, and has not",
		              connection);
	*out = found;
	return 0;
}
