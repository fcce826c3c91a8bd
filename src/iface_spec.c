/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iface_spec.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>

#define PORT_LOWEST 1024 /* privileged ports are not for media: the daemon has dropped that right when it binds */

static struct rf_str after(struct rf_str s, size_t n)
{
	return (struct rf_str){s.p + n, s.len - n};
}

/* Cut "…@MIN-MAX" off text. 0 or -EINVAL. */
static int parse_range(struct rf_str *text, struct rf_iface_spec *spec)
{
	const char *at = memchr(text->p, '@', text->len);
	struct rf_str low, high;
	uint64_t min, max;

	if (!at)
		return 0;
	high = after(*text, (size_t)(at - text->p) + 1);
	if (!rf_str_cut(&high, '-', &low))
		return -EINVAL;
	if (rf_str_to_u64(low, &min) < 0 || rf_str_to_u64(high, &max) < 0 || min < PORT_LOWEST || max > UINT16_MAX ||
	    min >= max)
		return -EINVAL;
	spec->port_min = (uint16_t)min;
	spec->port_max = (uint16_t)max;
	text->len = (size_t)(at - text->p);
	return 0;
}

/* "env:VAR" or "file:PATH" with something after the colon; *is tells whether it starts so at all. */
static bool good_source(struct rf_str text, bool *is)
{
	bool env = rf_str_has_prefix(text, RF_STR("env:"));
	bool file = rf_str_has_prefix(text, RF_STR("file:"));

	*is = env || file;
	return (env && text.len > 4) || (file && text.len > 5);
}

/* A device's name; what looks like a bad address is not taken for one. */
static bool good_device(struct rf_str text)
{
	bool letters = false;

	if (text.len == 0 || text.len >= IFNAMSIZ)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		letters |= text.p[i] != '.' && (text.p[i] < '0' || text.p[i] > '9');
		if (text.p[i] == ':' || text.p[i] == '[' || text.p[i] == ']' || text.p[i] == '/')
			return false;
		if ((unsigned char)text.p[i] <= ' ')
			return false;
	}
	return letters;
}

static bool good_address(struct rf_str text, bool advertised)
{
	struct rf_addr addr;
	bool source;
	bool good = good_source(text, &source);

	if (source)
		return good;
	if (rf_addr_parse(text, &addr) == 0)
		return !rf_addr_is_null(&addr) && !rf_addr_is_multicast(&addr);
	return !advertised && good_device(text);
}

/* Cut "NAME/" off text, where the slash does not belong to file:PATH. 0 or -EINVAL. */
static int parse_name(struct rf_str *text, struct rf_iface_spec *spec)
{
	const char *slash = memchr(text->p, '/', text->len);
	size_t len = slash ? (size_t)(slash - text->p) : 0;

	if (!slash || memchr(text->p, '!', len) || rf_str_has_prefix(*text, RF_STR("file:"))) {
		memcpy(spec->name, RF_IFACE_DEFAULT, sizeof(RF_IFACE_DEFAULT));
		return 0;
	}
	if (len == 0 || len >= sizeof(spec->name))
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text->p[i] <= ' ' || strchr("\"'!@:[]{}", text->p[i]))
			return -EINVAL;
	}
	memcpy(spec->name, text->p, len);
	*text = after(*text, len + 1);
	return 0;
}

int rf_iface_spec_parse(struct rf_str text, struct rf_iface_spec *out)
{
	struct rf_iface_spec spec = {0};
	struct rf_str address;
	bool advertised;

	if (text.len == 0 || memchr(text.p, '\0', text.len))
		return -EINVAL;
	if (parse_name(&text, &spec) < 0 || parse_range(&text, &spec) < 0)
		return -EINVAL;
	advertised = text.len > 0 && memchr(text.p, '!', text.len);
	if (!rf_str_cut(&text, '!', &address) || !good_address(address, false))
		return -EINVAL;
	if (advertised && !good_address(text, true))
		return -EINVAL;
	spec.address = strndup(address.p, address.len);
	if (!spec.address)
		return -ENOMEM;
	if (advertised) {
		spec.advertised = strndup(text.p, text.len);
		if (!spec.advertised) {
			free(spec.address);
			return -ENOMEM;
		}
	}
	*out = spec;
	return 0;
}

void rf_iface_spec_print(const struct rf_iface_spec *spec, struct rf_buf *out)
{
	rf_buf_printf(out, "%s/%s", spec->name, spec->address);
	if (spec->advertised)
		rf_buf_printf(out, "!%s", spec->advertised);
	if (spec->port_min)
		rf_buf_printf(out, "@%u-%u", spec->port_min, spec->port_max);
}

void rf_iface_spec_clear(struct rf_iface_spec *spec)
{
	free(spec->address);
	free(spec->advertised);
	spec->address = NULL;
	spec->advertised = NULL;
}
