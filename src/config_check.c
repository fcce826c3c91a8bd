/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values that are possible alone and not together.
 */
#include <stdlib.h>

#include "config.h"
#include "dataplane/dataplane.h"
#include "route_words.h"
#include "uapi/rtpferry.h"

/* "/etc/rtpferry/rtpferry.conf:7: port-max = 100 ": where a key was set, and its value. */
static void tell(const struct rf_config *config, const char *key, struct rf_buf *report)
{
	const struct rf_option *option = rf_option_find(rf_str_of(key));

	rf_buf_printf(report, "%s: %s = ", rf_config_origin(config, option), option->name);
	rf_option_print(option, rf_config_field(config, option), report);
}

static unsigned check_ports(const struct rf_config *config, struct rf_buf *report)
{
	if (config->port_max > config->port_min)
		return 0;
	tell(config, "port-max", report);
	rf_buf_printf(report, " leaves no pair of ports above port-min = %lld; it must be larger\n",
	              (long long)config->port_min);
	return 1;
}

static unsigned check_kernel(const struct rf_config *config, struct rf_buf *report)
{
	unsigned wrong = 0;

	if (config->no_fallback && config->dataplane == RF_WANT_USER) {
		tell(config, "no-fallback", report);
		rf_buf_text(report, " asks for a kernel table and dataplane = user for none; set only one of them\n");
		wrong++;
	}
	if (config->no_fallback && config->table == RF_TABLE_NONE) {
		tell(config, "no-fallback", report);
		rf_buf_text(report, " asks for a kernel table and table = -1 for none; set only one of them\n");
		wrong++;
	}
	if (config->dataplane == RF_WANT_KMOD && config->table == RF_TABLE_NONE) {
		tell(config, "dataplane", report);
		rf_buf_text(report, " needs a kernel table and table = -1 asks for none; give a number or auto\n");
		wrong++;
	}
	return wrong;
}

static unsigned check_hook(const struct rf_config *config, struct rf_buf *report)
{
	const struct rf_option *hook = rf_option_find(RF_STR("hook"));
	unsigned n = config->hook_device.n;

	if (config->hook == RF_HOOK_INGRESS && n == 0) {
		tell(config, "hook", report);
		rf_buf_text(report, " needs the devices to sit on; set hook-device too\n");
		return 1;
	}
	if (config->hook != RF_HOOK_INGRESS && n > 0) {
		tell(config, "hook-device", report);
		rf_buf_text(report, " is for hook = ingress alone, and hook = ");
		rf_option_print(hook, rf_config_field(config, hook), report);
		rf_buf_text(report, " takes no device; set only one of them\n");
		return 1;
	}
	if (n > RF_KERNEL_DEVICES) {
		tell(config, "hook-device", report);
		rf_buf_printf(report, " names %u devices; expected at most %d\n", n, RF_KERNEL_DEVICES);
		return 1;
	}
	return 0;
}

static unsigned check_listeners(const struct rf_config *config, const char *key, const struct rf_endpoints *list,
                                struct rf_buf *report)
{
	char z[RF_ENDPOINT_TEXT];

	for (unsigned i = 0; i < list->n; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (!rf_endpoint_equal(&list->items[i], &list->items[j]))
				continue;
			tell(config, key, report);
			rf_buf_printf(report, " names %s twice; once was expected\n",
			              rf_endpoint_print(&list->items[i], z));
			return 1;
		}
	}
	return 0;
}

static unsigned check_group(const struct rf_config *config, struct rf_buf *report)
{
	if (!config->group[0] || config->user[0])
		return 0;
	tell(config, "group", report);
	rf_buf_text(report, " needs a user to go with it; set user too\n");
	return 1;
}

unsigned rf_config_check(const struct rf_config *config, struct rf_buf *report)
{
	unsigned wrong = 0;

	wrong += check_ports(config, report);
	wrong += check_kernel(config, report);
	wrong += check_hook(config, report);
	wrong += check_listeners(config, "listen-ng", &config->listen_ng, report);
	wrong += check_listeners(config, "listen-http", &config->listen_http, report);
	wrong += rf_route_words_check(config, report);
	wrong += check_group(config, report);
	return wrong;
}
