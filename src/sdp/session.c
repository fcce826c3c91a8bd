/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the session part: v o s i u e p b t z k, then attributes in their order. No c=: each section has its own.
 */
#include "sdp/section.h"

static struct rf_str or_else(struct rf_str planned, struct rf_str given)
{
	return planned.len > 0 ? planned : given;
}

static void put_origin(const struct rf_sdp_section *session, const struct rf_sdp_plan *plan, struct rf_buf *out)
{
	const struct rf_sdp_origin *origin = &session->origin;
	struct rf_str username = or_else(plan->username, origin->username);
	bool replaced = plan->username.len > 0 || plan->session_id.len > 0 || plan->version.len > 0 ||
	                plan->origin.family != RF_FAMILY_NONE;

	if (!replaced) {
		rf_sdp_put_line(out, session->chains[RF_SDP_LINE_O].first);
		return;
	}
	rf_buf_text(out, "o=");
	rf_buf_str(out, or_else(username, RF_STR("-")));
	rf_buf_char(out, ' ');
	rf_buf_str(out, or_else(plan->session_id, origin->session_id));
	rf_buf_char(out, ' ');
	rf_buf_str(out, or_else(plan->version, origin->version));
	rf_buf_char(out, ' ');
	if (plan->origin.family != RF_FAMILY_NONE) {
		rf_sdp_put_address(out, &plan->origin);
	} else {
		rf_buf_str(out, origin->net_type);
		rf_buf_char(out, ' ');
		rf_buf_str(out, origin->addr_type);
		rf_buf_char(out, ' ');
		rf_buf_str(out, origin->address);
	}
	rf_buf_text(out, "\r\n");
}

static void put_name(const struct rf_sdp_section *session, const struct rf_sdp_plan *plan, struct rf_buf *out)
{
	const struct rf_sdp_line *line = session->chains[RF_SDP_LINE_S].first;

	if (plan->session_name.len == 0 && line) {
		rf_sdp_put_line(out, line);
		return;
	}
	rf_buf_text(out, "s=");
	rf_buf_str(out, or_else(plan->session_name, RF_STR("-")));
	rf_buf_text(out, "\r\n");
}

static bool passes(const struct rf_sdp_line *line, const struct rf_sdp_plan *plan)
{
	switch (line->kind) {
	case RF_SDP_LINE_DIRECTION:
		return plan->original_direction;
	case RF_SDP_LINE_EXTMAP:
	case RF_SDP_LINE_EXTMAP_MIXED:
		return !plan->strip_extmap;
	case RF_SDP_LINE_ICE_LITE:
	case RF_SDP_LINE_ICE_UFRAG:
	case RF_SDP_LINE_ICE_PWD:
	case RF_SDP_LINE_ICE_OPTIONS:
	case RF_SDP_LINE_ICE_REMOTE:
	case RF_SDP_LINE_ICE_CANDIDATE:
	case RF_SDP_LINE_ICE_END:
	case RF_SDP_LINE_ICE_MISC:
		return plan->keep_ice;
	case RF_SDP_LINE_BUNDLE_ONLY:
	case RF_SDP_LINE_BUNDLE_GROUP:
	case RF_SDP_LINE_RTCP:
	case RF_SDP_LINE_RTCP_MUX:
	case RF_SDP_LINE_RTCP_MUX_ONLY:
		return false;
	default:
		return true;
	}
}

bool rf_sdp_has_loop_mark(const struct rf_sdp *sdp, struct rf_str id)
{
	for (const struct rf_sdp_line *line = sdp->session->chains[RF_SDP_LINE_LOOP].first; line; line = line->next) {
		if (rf_str_equal(rf_sdp_attr_value(line), id))
			return true;
	}
	return false;
}

static void put_loop_mark(struct rf_str id, struct rf_buf *out)
{
	rf_buf_text(out, "a=" RF_SDP_LOOP_ATTRIBUTE);
	if (id.len > 0) {
		rf_buf_char(out, ':');
		rf_buf_str(out, id);
	}
	rf_buf_text(out, "\r\n");
}

void rf_sdp_write_session(const struct rf_sdp *sdp, const struct rf_sdp_plan *plan, struct rf_buf *out)
{
	static const uint8_t before[] = {RF_SDP_LINE_I,    RF_SDP_LINE_U,      RF_SDP_LINE_E, RF_SDP_LINE_P,
	                                 RF_SDP_LINE_B_AS, RF_SDP_LINE_B_TIAS, RF_SDP_LINE_B};
	const struct rf_sdp_section *session = sdp->session;

	rf_buf_text(out, "v=0\r\n");
	put_origin(session, plan, out);
	put_name(session, plan, out);
	for (size_t i = 0; i < sizeof(before); i++)
		rf_sdp_put_chain(out, &session->chains[before[i]]);
	if (rf_sdp_has(session, RF_SDP_LINE_T))
		rf_sdp_put_chain(out, &session->chains[RF_SDP_LINE_T]);
	else
		rf_buf_text(out, "t=0 0\r\n");
	rf_sdp_put_chain(out, &session->chains[RF_SDP_LINE_Z]);
	rf_sdp_put_chain(out, &session->chains[RF_SDP_LINE_K]);
	for (unsigned i = 0; i < session->n_lines; i++) {
		if (session->lines[i].kind > RF_SDP_LINE_K && passes(&session->lines[i], plan))
			rf_sdp_put_line(out, &session->lines[i]);
	}
	if (plan->loop_mark && !rf_sdp_has_loop_mark(sdp, plan->loop_id)) /* else it was passed above */
		put_loop_mark(plan->loop_id, out);
}
