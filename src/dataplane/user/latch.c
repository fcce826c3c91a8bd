/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/user/latch.h"

static const struct rf_endpoint nowhere;

static bool endpoint_known(const struct rf_endpoint *ep)
{
	return ep->port != 0 && !rf_addr_is_null(&ep->addr);
}

/* How much a source looks like the SDP's endpoint. */
static int likeness(const struct rf_endpoint *from, const struct rf_endpoint *sdp)
{
	if (rf_endpoint_equal(from, sdp))
		return 3;
	if (rf_addr_equal(&from->addr, &sdp->addr))
		return 2;
	return from->port == sdp->port;
}

static bool window_open(const struct rf_latch *latch, const struct rf_stream_config *config, int64_t now_us)
{
	return (config->learn == RF_LEARN_DELAYED || config->learn == RF_LEARN_HEURISTIC) &&
	       now_us - latch->since_us < RF_LATCH_WINDOW_US;
}

/* Is the source that is to be expected known without learning? */
static bool source_given(const struct rf_stream_config *config)
{
	return config->learn == RF_LEARN_OFF && !(config->flags & RF_STREAM_ASYMMETRIC) &&
	       endpoint_known(&config->remote);
}

static bool is_sdp(const struct rf_stream_config *config, const struct rf_endpoint *from)
{
	return endpoint_known(&config->remote) && rf_endpoint_equal(from, &config->remote);
}

static bool is_stale(const struct rf_latch *latch, const struct rf_endpoint *from, int64_t now_us)
{
	return now_us < latch->stale_until_us && rf_endpoint_equal(from, &latch->stale);
}

static enum rf_latch_verdict judge_first(struct rf_latch *latch, const struct rf_stream_config *config,
                                         const struct rf_endpoint *from, bool good, int64_t now_us)
{
	if (source_given(config) && !rf_endpoint_equal(from, &config->remote))
		return config->flags & RF_STREAM_STRICT ? RF_LATCH_REFUSED : RF_LATCH_ACCEPTED;
	if (!good)
		return RF_LATCH_ACCEPTED;
	latch->source = *from;
	latch->since_us = now_us;
	return RF_LATCH_MOVED;
}

static enum rf_latch_verdict move(struct rf_latch *latch, const struct rf_endpoint *from)
{
	latch->source = *from;
	latch->relearned++;
	return RF_LATCH_MOVED;
}

enum rf_latch_verdict rf_latch_judge(struct rf_latch *latch, const struct rf_stream_config *config,
                                     const struct rf_endpoint *from, bool good, int64_t now_us)
{
	if (from->port == 0)
		return RF_LATCH_REFUSED;
	if (is_stale(latch, from, now_us) && !is_sdp(config, from))
		good = false;
	if (!rf_latch_is_set(latch))
		return judge_first(latch, config, from, good, now_us);
	if (rf_endpoint_equal(from, &latch->source))
		return RF_LATCH_ACCEPTED;
	if (good && is_sdp(config, from) && !(config->flags & RF_STREAM_ASYMMETRIC))
		return move(latch, from);
	if (window_open(latch, config, now_us)) {
		if (!good || (config->learn == RF_LEARN_HEURISTIC &&
		              likeness(from, &config->remote) < likeness(&latch->source, &config->remote)))
			return RF_LATCH_ACCEPTED;
		return move(latch, from);
	}
	if (good && config->flags & RF_STREAM_HANDOVER && !source_given(config))
		return move(latch, from);
	return config->flags & RF_STREAM_STRICT ? RF_LATCH_REFUSED : RF_LATCH_ACCEPTED;
}

bool rf_latch_settled(const struct rf_latch *latch, const struct rf_stream_config *config, int64_t now_us)
{
	return rf_latch_is_set(latch) && !window_open(latch, config, now_us);
}

/* The null address, the old spelling of hold: nothing is to be sent, wherever the party is (RFC 3264 section 8.4). */
static bool on_hold(const struct rf_stream_config *config)
{
	return config->remote.addr.family != RF_FAMILY_NONE && rf_addr_is_null(&config->remote.addr);
}

struct rf_endpoint rf_latch_destination(const struct rf_latch *latch, const struct rf_stream_config *config)
{
	if (on_hold(config))
		return nowhere;
	if (rf_latch_is_set(latch)) {
		if (config->learn != RF_LEARN_OFF && !(config->flags & RF_STREAM_ASYMMETRIC))
			return latch->source;
	} else if (latch->guess.port != 0) {
		return latch->guess;
	} else if (config->flags & RF_STREAM_NAT_WAIT) {
		return nowhere;
	}
	return endpoint_known(&config->remote) ? config->remote : nowhere;
}

void rf_latch_retire(struct rf_latch *latch, int64_t now_us)
{
	struct rf_endpoint before = rf_latch_is_set(latch) ? latch->source : latch->stale;

	rf_latch_forget(latch);
	latch->stale = before;
	latch->stale_until_us = now_us + RF_LATCH_STALE_US;
}

void rf_latch_forget(struct rf_latch *latch)
{
	latch->source = nowhere;
	latch->guess = nowhere;
	latch->stale = nowhere;
	latch->since_us = 0;
}

struct rf_endpoint rf_latch_guess_rtcp(const struct rf_latch *rtp, const struct rf_stream_config *rtp_config,
                                       const struct rf_stream_config *rtcp_config)
{
	const struct rf_endpoint *sdp = &rtp_config->remote, *sdp_rtcp = &rtcp_config->remote;
	struct rf_endpoint guess = rf_latch_destination(rtp, rtp_config);

	if (!rf_latch_is_set(rtp) || rtcp_config->learn == RF_LEARN_OFF || rtcp_config->flags & RF_STREAM_ASYMMETRIC ||
	    rf_endpoint_equal(&guess, sdp) || !endpoint_known(sdp_rtcp) || !rf_addr_equal(&sdp->addr, &sdp_rtcp->addr))
		return nowhere;
	if (sdp_rtcp->port != sdp->port + 1)
		guess.port = sdp_rtcp->port;
	else if (guess.port < UINT16_MAX)
		guess.port++;
	return guess;
}
