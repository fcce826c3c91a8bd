/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From text to map: cut into lines, normalise, let libosip2 judge and map, read the attributes.
 */
#include "base/hash.h"
#include "sdp/section.h"

static int map_text(struct rf_arena *arena, struct rf_sdp_text *text, struct rf_sdp *sdp, struct rf_str *why)
{
	struct rf_buf normalised;
	int rc;

	rf_buf_init(&normalised, 0);
	rc = rf_sdp_normalise(arena, text, &normalised, why);
	if (rc == 0)
		rc = rf_sdp_map(arena, normalised.data, sdp, why);
	rf_buf_free(&normalised);
	return rc;
}

static int read_sections(struct rf_arena *arena, struct rf_sdp_text *text, struct rf_sdp *sdp)
{
	for (unsigned i = 0; i < sdp->n_media; i++) {
		struct rf_sdp_media *media = &sdp->media[i];
		int rc;

		media->section = &text->media[i];
		rf_sdp_attr_read(media, &text->session);
		rc = media->kind == RF_SDP_RTP ? rf_sdp_codecs_read(arena, media) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* All but the version in o=. */
static uint64_t fingerprint_of(struct rf_str text, struct rf_str version)
{
	struct rf_str before = {text.p, (size_t)(version.p - text.p)};
	struct rf_str after = {version.p + version.len, text.len - before.len - version.len};

	return rf_hash_bytes(rf_hash_bytes(0, before), after);
}

static void read_session(const struct rf_sdp_text *text, struct rf_sdp *sdp)
{
	const struct rf_sdp_section *session = &text->session;

	sdp->username = session->origin.username;
	sdp->session_id = session->origin.session_id;
	sdp->version = session->origin.version;
	if (rf_sdp_has(session, RF_SDP_LINE_S))
		sdp->session_name = rf_sdp_line_value(session->chains[RF_SDP_LINE_S].first);
	sdp->loop_marked = rf_sdp_has(session, RF_SDP_LINE_LOOP);
	sdp->fingerprint = fingerprint_of(text->used, sdp->version);
}

static int check_size(struct rf_arena *arena, struct rf_str text, struct rf_str *why)
{
	if (text.len == 0)
		return rf_sdp_refuse(why, -EINVAL, RF_STR("SDP is empty, expected v=0 first"));
	if (text.len <= RF_SDP_MAX_BYTES)
		return 0;
	return rf_sdp_refuse(
		why, -E2BIG,
		rf_arena_printf(arena, "SDP has %zu bytes, expected at most %d", text.len, RF_SDP_MAX_BYTES));
}

int rf_sdp_parse(struct rf_arena *arena, struct rf_str text, struct rf_sdp **out, struct rf_str *why)
{
	struct rf_sdp_text *cut;
	struct rf_sdp *sdp;
	int rc;

	*why = RF_STR("SDP does not fit into memory");
	rc = check_size(arena, text, why);
	if (rc < 0)
		return rc;
	cut = rf_arena_alloc(arena, sizeof(*cut));
	sdp = rf_arena_alloc(arena, sizeof(*sdp));
	text = rf_arena_copy(arena, text);
	if (!cut || !sdp || !text.p)
		return -ENOMEM;
	rc = rf_sdp_split(arena, text, cut, why);
	if (rc < 0)
		return rc;
	sdp->session = &cut->session;
	sdp->n_media = cut->n_media;
	sdp->media = rf_arena_alloc(arena, sdp->n_media * sizeof(*sdp->media));
	if (!sdp->media)
		return -ENOMEM;
	rc = map_text(arena, cut, sdp, why);
	if (rc == 0)
		rc = read_sections(arena, cut, sdp);
	if (rc < 0)
		return rc;
	read_session(cut, sdp);
	*out = sdp;
	return 0;
}
