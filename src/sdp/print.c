/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Printing of single lines.
 */
#include "sdp/section.h"

void rf_sdp_put_line(struct rf_buf *out, const struct rf_sdp_line *line)
{
	rf_buf_append(out, line->p, line->len);
	rf_buf_append(out, "\r\n", 2);
}

void rf_sdp_put_chain(struct rf_buf *out, const struct rf_sdp_chain *chain)
{
	for (const struct rf_sdp_line *line = chain->first; line; line = line->next)
		rf_sdp_put_line(out, line);
}

void rf_sdp_put_address(struct rf_buf *out, const struct rf_addr *addr)
{
	char text[RF_ADDR_TEXT];

	rf_buf_str(out, addr->family == RF_FAMILY_IP6 ? RF_STR("IN IP6 ") : RF_STR("IN IP4 "));
	rf_buf_text(out, rf_addr_print(addr, text));
}
