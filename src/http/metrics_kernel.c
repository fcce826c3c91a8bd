/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/attributes.h"
#include "http/metrics.h"
#include "uapi/rtpferry.h"

static void write_passed_up(struct rf_prometheus *p, const struct rf_dataplane *dataplane)
{
	uint64_t packets[RTPFERRY_REASON_COUNT] = {0};

	rf_dataplane_passed_up(dataplane, packets);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "passed_up_total",
	                     "Packets that the kernel module declined and left to user space, by reason.");
	for (uint32_t i = 0; i < RTPFERRY_REASON_COUNT; i++) {
		const struct rf_prometheus_label reason = {"reason", rf_str_of(rf_attribute_reason(i))};

		rf_prometheus_u64(p, &reason, 1, packets[i]);
	}
}

static void write_errors(struct rf_prometheus *p, const struct rf_dataplane *dataplane)
{
	uint64_t errors[RTPFERRY_CMD_MAX + 1] = {0};

	rf_dataplane_netlink_errors(dataplane, errors);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "netlink_errors_total",
	                     "Requests to the kernel module that failed, by command.");
	for (uint32_t i = 0; i <= RTPFERRY_CMD_MAX; i++) {
		const char *name = i == RTPFERRY_CMD_EVENT ? NULL : rf_attribute_command(i);
		const struct rf_prometheus_label command = {"command", rf_str_of(name)};

		if (name)
			rf_prometheus_u64(p, &command, 1, errors[i]);
	}
}

void rf_http_metrics_kernel(struct rf_prometheus *p, const struct rf_http_site *site)
{
	const struct rf_dataplane *dataplane = site->config.dataplane_handle;
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(dataplane, &kernel);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "kernel_up", "1 while the kernel module forwards for this relay.");
	rf_prometheus_u64(p, NULL, 0, kernel.up);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "kernel_table_id", "Kernel table of this relay; -1: none.");
	rf_prometheus_i64(p, NULL, 0, kernel.up ? (int64_t)kernel.id : -1);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "kernel_flows", "Flows in the kernel table.");
	rf_prometheus_u64(p, NULL, 0, kernel.flows);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "guard_up",
	                     "1 while nftables rules keep connection tracking away from media.");
	rf_prometheus_u64(p, NULL, 0, kernel.guard[0] != '\0');
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "guard_restored_total",
	                     "Times that rules of the guard were missing and were made again.");
	rf_prometheus_u64(p, NULL, 0, kernel.restored);
	if (!kernel.wanted)
		return;
	write_passed_up(p, dataplane);
	write_errors(p, dataplane);
}
