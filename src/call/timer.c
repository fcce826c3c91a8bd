/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time passing: timeouts, lingering, quality samples. One slot of calls a tick, each call once a second.
 */
#include "base/clock.h"
#include "call/model.h"

static bool speaks(const struct rf_media *media)
{
	return media->known && !media->rejected && !media->null_address && media->direction == RF_SDP_SENDRECV;
}

/* All media of the call is on hold or muted: nobody has to send. */
static bool is_silent(const struct rf_call *call)
{
	RF_LIST_EACH (it, &call->parties) {
		struct rf_party *party = RF_PARTY(it);

		for (unsigned i = 0; i < party->n_media; i++) {
			const struct rf_media *peer = rf_media_peer(party->media[i]);

			if (speaks(party->media[i]) && peer && speaks(peer))
				return false;
		}
	}
	return true;
}

static int64_t last_packet_us(const struct rf_call *call)
{
	int64_t last = 0;

	RF_LIST_EACH (it, &call->parties) {
		struct rf_party *party = RF_PARTY(it);

		for (unsigned i = 0; i < party->n_media; i++) {
			for (unsigned j = 0; j < 2; j++) {
				int64_t at = party->media[i]->streams[j]
				                     ? rf_stream_last_packet_us(party->media[i]->streams[j])
				                     : 0;
				if (at > last)
					last = at;
			}
		}
	}
	return last;
}

static bool older(int64_t since_us, int64_t seconds, int64_t now_us)
{
	return seconds > 0 && now_us - since_us >= seconds * 1000000;
}

/* Has the call come to its end? Then *why tells it. */
static bool is_over(const struct rf_call *call, int64_t now_us, enum rf_end *why)
{
	const struct rf_calls_limits *limits = &call->calls->config.limits;
	int64_t heard_us;

	*why = RF_END_DELETE;
	if (call->delete_at_us)
		return now_us >= call->delete_at_us;
	*why = RF_END_FINAL_TIMEOUT;
	if (older(call->created_us, limits->final_timeout, now_us))
		return true;
	if (!call->answered_us) {
		*why = RF_END_OFFER_TIMEOUT;
		return older(call->signal_us, limits->offer_timeout, now_us);
	}
	heard_us = last_packet_us(call);
	if (heard_us < call->signal_us)
		heard_us = call->signal_us;
	*why = RF_END_TIMEOUT;
	if (!older(heard_us, limits->timeout, now_us))
		return false;
	if (!is_silent(call))
		return true;
	*why = RF_END_SILENT_TIMEOUT;
	return older(heard_us, limits->silent_timeout, now_us);
}

static void end_branches(struct rf_call *call, int64_t now_us)
{
	bool changed = false;

	RF_LIST_EACH_SAFE (it, &call->parties) {
		struct rf_party *party = RF_PARTY(it);

		if (party->delete_at_us && now_us >= party->delete_at_us) {
			rf_party_free(party);
			changed = true;
		}
	}
	if (changed)
		rf_call_apply(call, NULL);
}

static void visit(struct rf_call *call, int64_t now_us)
{
	enum rf_end why;

	if (is_over(call, now_us, &why)) {
		if (why != RF_END_DELETE)
			rf_call_log(call, RF_LOG_NOTICE, "ends: %s", rf_end_name(why));
		rf_call_end(call, why);
		return;
	}
	end_branches(call, now_us);
	if (++call->visits % RF_QUALITY_INTERVAL_S == 0)
		rf_call_sample(call);
}

void rf_timer_tick(void *arg, int fd, int what)
{
	struct rf_calls *calls = arg;
	int64_t now_us = rf_clock_us();

	(void)fd;
	(void)what;
	RF_LIST_EACH_SAFE (it, &calls->slots[calls->timer_slot])
		visit(RF_CONTAINER(it, struct rf_call, link), now_us);
	calls->timer_slot = (calls->timer_slot + 1) % RF_CALL_SLOTS;
	if (calls->timer_slot == 0)
		rf_limits_sample(calls, now_us);
}
