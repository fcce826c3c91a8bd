/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What metrics, API and log read of the kernel path. */
#include <string.h>

#include "dataplane/internal.h"

static const char *hook_name(uint32_t hook)
{
	switch (hook) {
	case RTPFERRY_HOOK_NFT:
		return "nft";
	case RTPFERRY_HOOK_INGRESS:
		return "ingress";
	default:
		return "prerouting";
	}
}

/* The sentence as a string; it stays until the next one is written. */
static const char *sentence(const struct rf_buf *buf)
{
	struct rf_buf *terminated = (struct rf_buf *)buf;

	if (buf->len == 0)
		return "";
	rf_buf_char(terminated, '\0');
	if (terminated->error)
		return "out of memory";
	terminated->len--;
	return terminated->data;
}

void rf_dataplane_kernel(const struct rf_dataplane *dataplane, struct rf_kernel_status *out)
{
	const struct rf_kernel *kernel = &dataplane->kernel;

	*out = (struct rf_kernel_status){
		.wanted = kernel->wanted,
		.up = kernel->table != NULL,
		.adopted = kernel->table && kernel->adopted,
		.id = kernel->table ? rf_table_id(kernel->table) : 0,
		.label = kernel->wanted ? kernel->config.label : "",
		.hook = hook_name(kernel->config.hook),
		.version = kernel->version,
		.why = kernel->table ? "" : sentence(&kernel->why),
		.guard = kernel->guard.in_force,
		.guard_why = sentence(&kernel->guard.why),
		.flows = kernel->n_flows + (unsigned)kernel->left.flows.count,
		.streams = kernel->n_flows,
		.restored = kernel->guard.restored,
	};
}

void rf_dataplane_passed_up(const struct rf_dataplane *dataplane, uint64_t *packets)
{
	memcpy(packets, dataplane->kernel.passed_up, sizeof(dataplane->kernel.passed_up));
}

void rf_dataplane_kernel_drops(const struct rf_dataplane *dataplane, uint64_t drops[RF_DROPS])
{
	memcpy(drops, dataplane->kernel.drops, sizeof(dataplane->kernel.drops));
}

void rf_dataplane_netlink_errors(const struct rf_dataplane *dataplane, uint64_t *errors)
{
	memcpy(errors, dataplane->kernel.errors, sizeof(dataplane->kernel.errors));
}
