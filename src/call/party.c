/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parties of a call: finding, making, ending.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "call/model.h"

static bool has_tag(const struct rf_party *party, struct rf_str tag)
{
	if (rf_str_equal(party->tag, tag))
		return true;
	for (unsigned i = 0; i < party->n_aliases; i++) {
		if (rf_str_equal(party->aliases[i], tag))
			return true;
	}
	return false;
}

struct rf_party *rf_party_by_tag(const struct rf_call *call, struct rf_str tag)
{
	if (!tag.len)
		return NULL;
	RF_LIST_EACH (it, &call->parties) {
		if (has_tag(RF_PARTY(it), tag))
			return RF_PARTY(it);
	}
	return NULL;
}

struct rf_party *rf_party_by_label(const struct rf_call *call, struct rf_str label)
{
	RF_LIST_EACH (it, &call->parties) {
		if (label.len && rf_str_equal(RF_PARTY(it)->label, label))
			return RF_PARTY(it);
	}
	return NULL;
}

struct rf_party *rf_party_by_branch(const struct rf_call *call, struct rf_str via_branch)
{
	RF_LIST_EACH (it, &call->parties) {
		if (via_branch.len && rf_str_equal(RF_PARTY(it)->via_branch, via_branch))
			return RF_PARTY(it);
	}
	return NULL;
}

struct rf_party *rf_party_untagged(const struct rf_call *call, const struct rf_party *offerer, struct rf_str via_branch)
{
	struct rf_party *last = NULL;

	RF_LIST_EACH (it, &call->parties) {
		struct rf_party *party = RF_PARTY(it);

		if (party->tag.len || party->peer != offerer)
			continue;
		if (!via_branch.len || rf_str_equal(party->via_branch, via_branch))
			last = party;
	}
	return last;
}

int rf_party_new(struct rf_call *call, struct rf_str tag, struct rf_str via_branch, struct rf_party **out)
{
	struct rf_party *party = calloc(1, sizeof(*party));

	if (!party)
		return -ENOMEM;
	rf_list_init(&party->link);
	party->call = call;
	party->created_wall_us = rf_clock_wall_us();
	if (rf_text_set(&party->tag, tag) || rf_text_set(&party->via_branch, via_branch)) {
		rf_party_free(party);
		return -ENOMEM;
	}
	rf_list_append(&call->parties, &party->link);
	*out = party;
	return 0;
}

int rf_party_add_alias(struct rf_party *party, struct rf_str tag)
{
	struct rf_str *aliases = realloc(party->aliases, (party->n_aliases + 1) * sizeof(*aliases));

	if (!aliases)
		return -ENOMEM;
	party->aliases = aliases;
	aliases[party->n_aliases] = RF_STR_NONE;
	if (rf_text_set(&aliases[party->n_aliases], tag))
		return -ENOMEM;
	party->n_aliases++;
	return 0;
}

/* Whoever talked to it turns to another party that still talks to him, or to nobody. */
static void forget_peer(struct rf_party *gone)
{
	RF_LIST_EACH (it, &gone->call->parties) {
		struct rf_party *party = RF_PARTY(it);

		if (party->peer != gone)
			continue;
		party->peer = NULL;
		RF_LIST_EACH (jt, &gone->call->parties) {
			if (RF_PARTY(jt) != gone && RF_PARTY(jt)->peer == party)
				party->peer = RF_PARTY(jt);
		}
	}
}

void rf_party_free(struct rf_party *party)
{
	if (!party)
		return;
	rf_list_remove(&party->link);
	forget_peer(party);
	for (unsigned i = 0; i < party->n_media; i++)
		rf_media_free(party->media[i]);
	free(party->media);
	for (unsigned i = 0; i < party->n_aliases; i++)
		rf_text_free(&party->aliases[i]);
	free(party->aliases);
	rf_text_free(&party->tag);
	rf_text_free(&party->via_branch);
	rf_text_free(&party->label);
	rf_text_free(&party->sent_username);
	rf_text_free(&party->sent_session_id);
	rf_text_free(&party->sent_session_name);
	free(party);
}

int rf_party_media(struct rf_party *party, unsigned index, struct rf_media **out)
{
	while (party->n_media <= index) {
		struct rf_media **array = realloc(party->media, (party->n_media + 1) * sizeof(struct rf_media *));
		if (!array)
			return -ENOMEM;
		party->media = array;

		struct rf_media *media = calloc(1, sizeof(*media));
		if (!media)
			return -ENOMEM;
		media->party = party;
		media->index = party->n_media;
		media->direction = RF_SDP_SENDRECV;
		array[party->n_media++] = media;
	}
	*out = party->media[index];
	return 0;
}
