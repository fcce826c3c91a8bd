/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "ctl/options.h"

#define SECONDS_MAX 3600
#define NAME_MAX_LEN 255 /* bytes of an ng direction */

static bool take_address(struct rf_ctl_probe *probe, const char *value)
{
	if (rf_addr_parse(rf_str_of(value), &probe->local_b) == 0)
		return true;
	fprintf(stderr, "rtpferryctl: --local-b %s: expected an IPv4 or IPv6 address\n", value);
	return false;
}

static bool take_direction(struct rf_ctl_probe *probe, const char *value)
{
	struct rf_str rest = rf_str_of(value);

	if (rf_str_cut(&rest, ',', &probe->direction[0]) && probe->direction[0].len > 0 && rest.len > 0 &&
	    !memchr(rest.p, ',', rest.len) && probe->direction[0].len <= NAME_MAX_LEN && rest.len <= NAME_MAX_LEN) {
		probe->direction[1] = rest;
		return true;
	}
	fprintf(stderr, "rtpferryctl: --direction %.80s: expected two names of interfaces, A,B\n", value);
	return false;
}

static bool take_seconds(struct rf_ctl_probe *probe, const char *value)
{
	uint64_t n;

	if (rf_str_to_u64(rf_str_of(value), &n) != 0 || n < 1 || n > SECONDS_MAX) {
		fprintf(stderr, "rtpferryctl: --seconds %s: expected a number from 1 to %d\n", value, SECONDS_MAX);
		return false;
	}
	probe->seconds = (unsigned)n;
	return true;
}

static bool take_loss(struct rf_ctl_probe *probe, const char *value)
{
	char *end;
	double percent = strtod(value, &end);

	if (end == value || *end || !(percent >= 0 && percent <= 100)) {
		fprintf(stderr, "rtpferryctl: --max-loss %s: expected percent, 0 to 100\n", value);
		return false;
	}
	probe->max_loss = percent;
	return true;
}

bool rf_ctl_take_probe(struct rf_ctl_probe *probe, int option, const char *value)
{
	switch (option) {
	case RF_CTL_OPT_NG:
		probe->ng = value;
		return true;
	case RF_CTL_OPT_LOCAL_B:
		return take_address(probe, value);
	case RF_CTL_OPT_DIRECTION:
		return take_direction(probe, value);
	case RF_CTL_OPT_SECONDS:
		return take_seconds(probe, value);
	default:
		return take_loss(probe, value);
	}
}
