/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_model.h"
#include "uapi/rtpferry.h"

static const double bounds[] = {0.001, 0.01};

unsigned rf_dataplane_totals(const struct rf_dataplane *dataplane, struct rf_dataplane_totals *rows)
{
	rows[0] = (struct rf_dataplane_totals){"pub", 1, 2, 3, 4, {0}};
	rows[1] = (struct rf_dataplane_totals){"priv", 5, 6, 7, 8, {0}};
	if (dataplane->kernel) {
		rows[0].packets_in += 100;
		rows[0].bytes_in += 200;
		rows[0].packets_out += 300;
		rows[0].bytes_out += 400;
		rows[0].kernel.packets_in = 100;
		rows[0].kernel.bytes_in = 200;
		rows[0].kernel.packets_out = 300;
		rows[0].kernel.bytes_out = 400;
	}
	return 2;
}

void rf_dataplane_drops(const struct rf_dataplane *dataplane, uint64_t drops[RF_DROPS])
{
	for (unsigned i = 0; i < RF_DROPS; i++)
		drops[i] = i + (dataplane->kernel ? 1000 : 0);
}

void rf_dataplane_kernel_drops(const struct rf_dataplane *dataplane, uint64_t drops[RF_DROPS])
{
	for (unsigned i = 0; i < RF_DROPS; i++)
		drops[i] = dataplane->kernel ? 1000 : 0;
}

void rf_dataplane_kernel(const struct rf_dataplane *dataplane, struct rf_kernel_status *out)
{
	*out = (struct rf_kernel_status){
		.wanted = dataplane->wanted,
		.label = "",
		.hook = "",
		.version = "",
		.why = dataplane->wanted ? "the kernel has no module rtpferry" : "",
		.guard = "",
		.guard_why = dataplane->wanted ? "the daemon has no CAP_NET_ADMIN" : "",
	};
	if (dataplane->kernel)
		*out = (struct rf_kernel_status){
			.wanted = true,
			.up = true,
			.adopted = true,
			.id = 7,
			.label = "node1/127.0.0.1:2223",
			.hook = "prerouting",
			.version = "0.2.0",
			.why = "",
			.guard = "rtpferry_7",
			.guard_why = "",
			.flows = 11,
			.streams = 10,
			.restored = 3,
		};
}

void rf_dataplane_passed_up(const struct rf_dataplane *dataplane, uint64_t *packets)
{
	if (dataplane->kernel)
		packets[RTPFERRY_REASON_STUN] = 17;
}

void rf_dataplane_netlink_errors(const struct rf_dataplane *dataplane, uint64_t *errors)
{
	if (dataplane->kernel)
		errors[RTPFERRY_CMD_FLOW_SET] = 2;
}

void rf_dataplane_print_rules(const struct rf_dataplane *dataplane, struct rf_buf *out)
{
	if (dataplane->kernel)
		rf_buf_text(out, "table inet rtpferry_7 {\n}\n");
}

uint64_t rf_dataplane_relearned(const struct rf_dataplane *dataplane)
{
	(void)dataplane;
	return 9;
}

unsigned rf_dataplane_streams(const struct rf_dataplane *dataplane)
{
	(void)dataplane;
	return 12;
}

unsigned rf_dataplane_workers(const struct rf_dataplane *dataplane)
{
	(void)dataplane;
	return 2;
}

void rf_dataplane_delay(const struct rf_dataplane *dataplane, struct rf_histogram *out)
{
	(void)dataplane;
	rf_histogram_init(out, bounds, 2);
	rf_histogram_observe(out, 0.002);
}

const char *rf_drop_name(enum rf_drop drop)
{
	static const char *const names[] = {"too_short",      "not_rtp",    "unknown_source", "no_stream",
	                                    "no_destination", "blocked",    "too_big",        "unreachable",
	                                    "congested",      "send_error", "overrun"};

	return (unsigned)drop < sizeof(names) / sizeof(names[0]) ? names[drop] : "other";
}

void rf_ports_each(const struct rf_ports *ports, void (*fn)(const struct rf_ports_usage *usage, void *arg), void *arg)
{
	static const struct rf_local locals[] = {
		{"pub", 0, {RF_FAMILY_IP4, {10, 0, 0, 1}}, {RF_FAMILY_IP4, {192, 0, 2, 1}}, 30000, 30099, 0, false},
		{"pub",
	         0,
	         {RF_FAMILY_IP6, {0x20, 1, 0xd, 0xb8}},
	         {RF_FAMILY_IP6, {0x20, 1, 0xd, 0xb8}},
	         30000,
	         30099,
	         0,
	         false},
		{"priv", 1, {RF_FAMILY_IP4, {10, 1, 0, 1}}, {RF_FAMILY_IP4, {10, 1, 0, 1}}, 40000, 40009, 0, false},
	};
	static const struct rf_ports_usage usage[] = {{&locals[0], 100, 4}, {&locals[1], 100, 0}, {&locals[2], 10, 4}};

	(void)ports;
	for (unsigned i = 0; i < 3; i++)
		fn(&usage[i], arg);
}

unsigned rf_ng_stats(const struct rf_ng *ng, const struct rf_ng_command_stats **rows)
{
	static const struct rf_histogram duration = {bounds, 2, {3, 1, 0}, 4, 0.0055};
	static const struct rf_ng_command_stats stats[] = {{"offer", 4, 1, 2, &duration},
	                                                   {"other", 0, 3, 0, &duration}};

	(void)ng;
	*rows = stats;
	return 2;
}

uint64_t rf_ng_duplicates(const struct rf_ng *ng)
{
	(void)ng;
	return 5;
}

uint64_t rf_ng_refused(const struct rf_ng *ng)
{
	(void)ng;
	return 6;
}
