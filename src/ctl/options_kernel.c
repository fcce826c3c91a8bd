/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/kernel.h"
#include "ctl/options.h"
#include "dataplane/kmod/label.h"

#define LABEL_TEXT 1024  /* bytes that a label may have before it is shortened, as table-label */
#define LEASE_MAX 28800  /* seconds, as the contract has it */
#define ID_MAX INT32_MAX /* as the module gives them */

bool rf_ctl_parse_id(const char *name, const char *text, uint32_t *out)
{
	uint64_t n;

	if (rf_str_to_u64(rf_str_of(text), &n) != 0 || n < 1 || n > ID_MAX) {
		fprintf(stderr, "rtpferryctl: %s %s: expected the id of a kernel table, a number from 1 to %d\n", name,
		        text, ID_MAX);
		return false;
	}
	*out = (uint32_t)n;
	return true;
}

static bool take_label(struct rf_ctl_kernel *kernel, const char *value)
{
	size_t len = strlen(value);

	if (len < 1 || len > LABEL_TEXT) {
		fprintf(stderr, "rtpferryctl: --label \"%.80s\": expected 1 to %d bytes\n", value, LABEL_TEXT);
		return false;
	}
	rf_table_label(value, kernel->label_text);
	kernel->label = kernel->label_text;
	return true;
}

static bool take_lease(struct rf_ctl_kernel *kernel, const char *value)
{
	uint64_t n;

	if (rf_str_to_u64(rf_str_of(value), &n) != 0 || n < 1 || n > LEASE_MAX) {
		fprintf(stderr, "rtpferryctl: --lease %s: expected seconds, 1 to %d\n", value, LEASE_MAX);
		return false;
	}
	kernel->lease_s = (uint32_t)n;
	return true;
}

static bool take_hook(struct rf_ctl_kernel *kernel, const char *value)
{
	for (uint32_t i = 0; i < RTPFERRY_HOOK_COUNT; i++) {
		if (strcmp(rf_ctl_kernel_hook(i), value) == 0) {
			kernel->hook = i;
			return kernel->hook_given = true;
		}
	}
	fprintf(stderr, "rtpferryctl: --hook %s: expected prerouting, nft or ingress\n", value);
	return false;
}

static bool take_device(struct rf_ctl_kernel *kernel, const char *value)
{
	if (kernel->n_devices == RF_CTL_DEVICES) {
		fprintf(stderr, "rtpferryctl: --device %s: expected at most %d devices\n", value, RF_CTL_DEVICES);
		return false;
	}
	kernel->devices[kernel->n_devices++] = value;
	return true;
}

static bool take_local(struct rf_ctl_kernel *kernel, const char *value)
{
	struct rf_addr addr;

	if (rf_addr_parse(rf_str_of(value), &addr) != 0) {
		fprintf(stderr, "rtpferryctl: --local %s: expected an IPv4 or IPv6 address\n", value);
		return false;
	}
	if (kernel->n_locals == RF_CTL_LOCALS) {
		fprintf(stderr, "rtpferryctl: --local %s: expected at most %d addresses\n", value, RF_CTL_LOCALS);
		return false;
	}
	kernel->locals[kernel->n_locals++] = addr;
	return true;
}

bool rf_ctl_take_kernel(struct rf_ctl_kernel *kernel, int option, const char *value)
{
	switch (option) {
	case RF_CTL_OPT_LABEL:
		return take_label(kernel, value);
	case RF_CTL_OPT_ID:
		return rf_ctl_parse_id("--id", value, &kernel->id);
	case RF_CTL_OPT_LEASE:
		return take_lease(kernel, value);
	case RF_CTL_OPT_HOOK:
		return take_hook(kernel, value);
	case RF_CTL_OPT_DEVICE:
		return take_device(kernel, value);
	case RF_CTL_OPT_LOCAL:
		return take_local(kernel, value);
	default:
		return rf_ctl_parse_id("--table", value, &kernel->table);
	}
}
