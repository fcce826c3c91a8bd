/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define REPORT_LIMIT 65536 /* bytes of errors that anybody would read */

void rf_settings_init(struct rf_settings *settings)
{
	*settings = (struct rf_settings){0};
	rf_buf_init(&settings->ignored, REPORT_LIMIT);
	rf_buf_init(&settings->errors, REPORT_LIMIT);
}

void rf_settings_free(struct rf_settings *settings)
{
	for (unsigned i = 0; i < settings->n; i++) {
		free(settings->items[i].value);
		free(settings->items[i].origin);
	}
	free(settings->items);
	rf_buf_free(&settings->ignored);
	rf_buf_free(&settings->errors);
	*settings = (struct rf_settings){0};
}

static int reserve(struct rf_settings *settings)
{
	unsigned size = settings->size ? settings->size * 2 : 16;
	struct rf_setting *items;

	if (settings->n < settings->size)
		return 0;
	items = realloc(settings->items, size * sizeof(*items));
	if (!items)
		return -ENOMEM;
	settings->items = items;
	settings->size = size;
	return 0;
}

int rf_settings_add(struct rf_settings *settings, struct rf_str key, struct rf_str value, const char *origin)
{
	const struct rf_option *option = rf_option_find(key);
	struct rf_setting setting = {.option = option};
	int rc;

	if (!option && rf_peer_option_find(key)) {
		rf_buf_printf(&settings->ignored, "%s: %.*s is accepted and has no effect here\n", origin,
		              RF_STR_ARG(key));
		return settings->ignored.error == -ENOMEM ? -ENOMEM : 0;
	}
	if (!option) {
		rf_buf_printf(&settings->errors, "%s: unknown key '%.*s'; rtpferryd --help lists all\n", origin,
		              RF_STR_ARG(key));
		return settings->errors.error == -ENOMEM ? -ENOMEM : 0;
	}
	rc = reserve(settings);
	if (rc < 0)
		return rc;
	setting.value = strndup(value.p ? value.p : "", value.len);
	setting.origin = strdup(origin);
	if (!setting.value || !setting.origin) {
		free(setting.value);
		free(setting.origin);
		return -ENOMEM;
	}
	settings->items[settings->n++] = setting;
	return 0;
}

/*
 * Kubernetes gives every container RTPFERRY_SERVICE_HOST, RTPFERRY_PORT_2223_UDP_ADDR and the like when a Service
 * is called rtpferry: those are nobody's settings. name is without the prefix.
 */
static bool is_service_link(struct rf_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		struct rf_str rest = {name.p + i, name.len - i};

		if (i > 0 && name.p[i - 1] != '_')
			continue;
		if (rf_str_has_prefix(rest, RF_STR("SERVICE_HOST")) || rf_str_has_prefix(rest, RF_STR("SERVICE_PORT")))
			return true;
		if (rf_str_equal(rest, RF_STR("PORT")))
			return true;
		if (rf_str_has_prefix(rest, RF_STR("PORT_")) && rest.len > 5 && isdigit((unsigned char)rest.p[5]))
			return true;
	}
	return false;
}

int rf_settings_read_environment(struct rf_settings *settings, char *const *environment)
{
	static const struct rf_str prefix = RF_STR("RTPFERRY_");

	for (; environment && *environment; environment++) {
		struct rf_str value = rf_str_of(*environment);
		struct rf_str name, key;
		char origin[64];
		int rc;

		if (!rf_str_has_prefix(value, prefix) || !rf_str_cut(&value, '=', &name))
			continue;
		key = (struct rf_str){name.p + prefix.len, name.len - prefix.len};
		if (is_service_link(key) || rf_str_equal_name(key, RF_STR("config-file")) ||
		    rf_str_equal_name(key, RF_STR("config-section")))
			continue;
		snprintf(origin, sizeof(origin), "%.*s", RF_STR_ARG(name));
		rc = rf_settings_add(settings, key, value, origin);
		if (rc < 0)
			return rc;
	}
	return 0;
}
