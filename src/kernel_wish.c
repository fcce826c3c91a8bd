/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_wish.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "dataplane/kmod/label.h"

static bool wants_table(const struct rf_config *config)
{
	return config->dataplane != RF_WANT_USER && config->table != RF_TABLE_NONE;
}

static bool wants_guard(const struct rf_config *config)
{
	return config->nft == 0;
}

bool rf_kernel_wish_admin(const struct rf_config *config)
{
	return wants_table(config) || wants_guard(config) || config->interface_mark.n > 0;
}

void rf_kernel_wish_label(const char *configured, const char *host, const struct rf_endpoint *ng,
                          char out[RTPFERRY_LABEL_MAX + 1])
{
	char endpoint[RF_ENDPOINT_TEXT];
	size_t room, len;

	if (configured[0]) {
		rf_table_label(configured, out);
		return;
	}
	rf_endpoint_print(ng, endpoint);
	room = RTPFERRY_LABEL_MAX - 1 - strlen(endpoint);
	len = strlen(host);
	snprintf(out, RTPFERRY_LABEL_MAX + 1, "%s/%s", len > room ? host + len - room : host, endpoint);
}

static bool is_plain(const struct rf_addr *addr)
{
	static const uint8_t loopback[] = {127, 0, 0, 1};

	return rf_addr_is_null(addr) || (addr->family == RF_FAMILY_IP4 && memcmp(addr->ip, loopback, 4) == 0);
}

/* Two groups of an address stand together: its 16 bytes in hexadecimal would not fit. */
static void print_folded(const struct rf_addr *addr, char out[2 * sizeof(uint64_t) + 1])
{
	uint64_t folded = 0;

	for (unsigned i = 0; i < 16; i++)
		folded = folded * 0x100000001b3u ^ addr->ip[i];
	snprintf(out, 2 * sizeof(uint64_t) + 1, "%016llx", (unsigned long long)folded);
}

void rf_kernel_wish_guard(const struct rf_endpoint *ng, char out[RF_RULES_NAME])
{
	char text[RF_ADDR_TEXT];

	if (is_plain(&ng->addr)) {
		snprintf(out, RF_RULES_NAME, "rtpferry_ng%u", ng->port);
		return;
	}
	if (ng->addr.family == RF_FAMILY_IP4) {
		rf_addr_print(&ng->addr, text);
		for (char *c = text; *c; c++)
			*c = *c == '.' ? '_' : *c;
	} else {
		print_folded(&ng->addr, text);
	}
	snprintf(out, RF_RULES_NAME, "rtpferry_ng%u_%.*s", ng->port, 24, text);
}

static uint32_t hook_of(const struct rf_config *config)
{
	static const uint32_t hooks[] = {
		[RF_HOOK_PREROUTING] = RTPFERRY_HOOK_PREROUTING,
		[RF_HOOK_NFT] = RTPFERRY_HOOK_NFT,
		[RF_HOOK_INGRESS] = RTPFERRY_HOOK_INGRESS,
	};

	return hooks[config->hook];
}

void rf_kernel_wish_make(const struct rf_config *config, const struct rf_endpoints *listen_ng,
                         struct rf_kernel_wish *out)
{
	char host[HOST_NAME_MAX + 1] = "";

	if (gethostname(host, sizeof(host)) < 0 || !host[0])
		snprintf(host, sizeof(host), "localhost");
	host[sizeof(host) - 1] = '\0';
	*out = (struct rf_kernel_wish){
		.table = wants_table(config),
		.kernel =
			{
				.id = config->table > 0 ? (uint32_t)config->table : 0,
				.lease_s = (uint32_t)config->table_lease,
				.hook = hook_of(config),
				.devices = (const char *const *)config->hook_device.items,
				.n_devices = config->hook_device.n,
				.required = config->no_fallback || config->dataplane == RF_WANT_KMOD,
			},
	};
	rf_kernel_wish_label(config->table_label, host, &listen_ng->items[0], out->label);
	out->kernel.label = out->label;
	if (wants_guard(config))
		rf_kernel_wish_guard(&listen_ng->items[0], out->guard);
}
