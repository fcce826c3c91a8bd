/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one file that knows libosip2: normalised text in, the map out.
 *
 * Attributes are not asked of it: to libosip2 they are a name and a value cut at the colon, which the lines know
 * already. Its lists are walked with iterators, since access by position starts at the head each time. parser_init()
 * is for SIP headers; session descriptions need none of it.
 */
#include <osipparser2/osip_port.h>
#include <osipparser2/sdp_message.h>

#include "sdp/section.h"

static const struct rf_str unparsable = {"SDP cannot be parsed, expected the form of RFC 8866", 51};

static struct rf_addr address_of(const sdp_connection_t *connection)
{
	struct rf_addr addr = {0};

	if (connection && connection->c_addr)
		(void)rf_addr_parse(rf_str_of(connection->c_addr), &addr); /* a host name: not known */
	return addr;
}

static int map_formats(struct rf_arena *arena, sdp_media_t *from, struct rf_sdp_media *to)
{
	osip_list_iterator_t it;
	unsigned n = 0;

	to->formats = rf_arena_alloc(arena, sizeof(*to->formats) * (size_t)osip_list_size(&from->m_payloads));
	if (!to->formats)
		return -ENOMEM;
	for (const char *format = osip_list_get_first(&from->m_payloads, &it); osip_list_iterator_has_elem(it);
	     format = osip_list_get_next(&it)) {
		to->formats[n] = rf_arena_copy(arena, rf_str_of(format));
		if (!to->formats[n].p)
			return -ENOMEM;
		n++;
	}
	to->n_formats = n;
	return 0;
}

static enum rf_sdp_kind kind_of(const struct rf_sdp_media *media)
{
	static const struct rf_str opaque[] = {{"udptl", 5}, {"udp", 3}, {"DTLS/SCTP", 9}};

	if (media->profile != RF_SDP_PROFILE_NONE)
		return RF_SDP_RTP;
	for (size_t i = 0; i < sizeof(opaque) / sizeof(opaque[0]); i++) {
		if (rf_str_equal_case(media->transport, opaque[i]))
			return RF_SDP_OPAQUE;
	}
	if (media->transport.len > 4 && rf_str_equal_case((struct rf_str){media->transport.p, 4}, RF_STR("UDP/")))
		return RF_SDP_OPAQUE;
	return RF_SDP_FOREIGN;
}

static int map_media(struct rf_arena *arena, sdp_media_t *from, unsigned number, struct rf_sdp_media *to,
                     struct rf_str *why)
{
	char shown[RF_SDP_SHOWN];
	uint64_t port = 0;

	if (!from->m_media || !from->m_proto)
		return rf_sdp_refuse(why, -EINVAL, unparsable);
	if (!from->m_port || rf_str_to_u64(rf_str_of(from->m_port), &port) < 0 || port > UINT16_MAX) {
		rf_sdp_show(rf_str_of(from->m_port), shown);
		return rf_sdp_refuse(
			why, -EINVAL,
			rf_arena_printf(arena, "SDP media section %u has port %s, expected 0 to 65535", number, shown));
	}
	to->type = rf_arena_copy(arena, rf_str_of(from->m_media));
	to->transport = rf_arena_copy(arena, rf_str_of(from->m_proto));
	if (!to->type.p || !to->transport.p)
		return -ENOMEM;
	to->profile = rf_sdp_profile_of(to->transport);
	to->kind = kind_of(to);
	to->rejected = port == 0;
	to->rtp.port = (uint16_t)port;
	if (osip_list_size(&from->c_connections) > 0)
		to->rtp.addr = address_of(osip_list_get(&from->c_connections, 0));
	to->null_address = to->rtp.addr.family != RF_FAMILY_NONE && rf_addr_is_null(&to->rtp.addr);
	return map_formats(arena, from, to);
}

static int map_message(struct rf_arena *arena, sdp_message_t *message, struct rf_sdp *sdp, struct rf_str *why)
{
	struct rf_addr session_address = address_of(message->c_connection);
	osip_list_iterator_t it;
	unsigned n = 0;

	for (sdp_media_t *media = osip_list_get_first(&message->m_medias, &it);
	     osip_list_iterator_has_elem(it) && n < sdp->n_media; media = osip_list_get_next(&it)) {
		int rc;

		sdp->media[n].rtp.addr = session_address;
		rc = map_media(arena, media, n + 1, &sdp->media[n], why);
		if (rc < 0)
			return rc;
		n++;
	}
	return n == sdp->n_media ? 0 : rf_sdp_refuse(why, -EINVAL, unparsable);
}

int rf_sdp_map(struct rf_arena *arena, const char *normalised, struct rf_sdp *sdp, struct rf_str *why)
{
	sdp_message_t *message = NULL;
	int rc;

	if (sdp_message_init(&message) != OSIP_SUCCESS)
		return -ENOMEM;
	rc = sdp_message_parse(message, normalised);
	if (rc == OSIP_SUCCESS)
		rc = map_message(arena, message, sdp, why);
	else
		rc = rc == OSIP_NOMEM ? -ENOMEM : rf_sdp_refuse(why, -EINVAL, unparsable);
	sdp_message_free(message);
	return rc;
}
