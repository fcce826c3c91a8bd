/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of rtpengine's metrics, for boards that hang on them (--metrics-compat=rtpengine). Only what has
 * the same meaning here; what cannot happen here (foreign sessions, transcoding) is 0.
 */
#include "base/clock.h"
#include "http/metrics.h"

static struct rf_prometheus_label type_label(const char *name, const char *value)
{
	return (struct rf_prometheus_label){name, rf_str_of(value)};
}

static void write_sessions(struct rf_prometheus *p, const struct rf_http_site *site)
{
	static const struct {
		const char *reason;
		enum rf_end end;
	} ends[] = {
		{"timeout", RF_END_TIMEOUT},
		{"silent_timeout", RF_END_SILENT_TIMEOUT},
		{"final_timeout", RF_END_FINAL_TIMEOUT},
		{"offer_timeout", RF_END_OFFER_TIMEOUT},
		{"terminated", RF_END_DELETE},
		{"force_terminated", RF_END_TERMINATE},
	};
	const struct rf_calls_totals *totals = rf_calls_totals(site->config.calls);
	struct rf_prometheus_label label = type_label("type", "own");

	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "sessions", "Owned sessions");
	rf_prometheus_u64(p, &label, 1, rf_calls_count(site->config.calls));
	label = type_label("type", "foreign");
	rf_prometheus_u64(p, &label, 1, 0);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER_SHARED, "sessions_total", "Total managed sessions");
	rf_prometheus_u64(p, NULL, 0, totals->sessions);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "closed_sessions_total", "Total closed sessions");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		label = type_label("reason", ends[i].reason);
		rf_prometheus_u64(p, &label, 1, totals->ended[ends[i].end]);
	}
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "one_way_sessions_total", "Total number of 1-way streams");
	rf_prometheus_u64(p, NULL, 0, totals->one_way);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "call_duration_total", "Total calls duration");
	rf_prometheus_real(p, NULL, 0, totals->duration.sum);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "call_duration_avg", "Average call duration");
	rf_prometheus_real(p, NULL, 0,
	                   totals->duration.count ? totals->duration.sum / (double)totals->duration.count : 0);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "mos_total", "Sum of all MOS values sampled");
	rf_prometheus_real(p, NULL, 0, totals->mos.sum);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "mos_samples_total", "Total number of MOS samples");
	rf_prometheus_u64(p, NULL, 0, totals->mos.count);
}

/* One sample for user space and one for the kernel. */
static void write_both(struct rf_prometheus *p, uint64_t all, uint64_t kernel)
{
	struct rf_prometheus_label label = type_label("type", "userspace");

	rf_prometheus_u64(p, &label, 1, all - kernel);
	label = type_label("type", "kernel");
	rf_prometheus_u64(p, &label, 1, kernel);
}

static void write_traffic(struct rf_prometheus *p, const struct rf_http_site *site)
{
	const struct rf_dataplane *dataplane = site->config.dataplane_handle;
	uint64_t drops[RF_DROPS] = {0}, kernel_drops[RF_DROPS] = {0}, errors = 0, kernel_errors = 0;
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES], sum = {.packets_out = 0};
	unsigned n = rf_dataplane_totals(dataplane, rows);
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(dataplane, &kernel);
	rf_dataplane_drops(dataplane, drops);
	rf_dataplane_kernel_drops(dataplane, kernel_drops);
	for (unsigned i = 0; i < n; i++) {
		sum.packets_out += rows[i].packets_out;
		sum.bytes_out += rows[i].bytes_out;
		sum.kernel.packets_out += rows[i].kernel.packets_out;
		sum.kernel.bytes_out += rows[i].kernel.bytes_out;
	}
	for (unsigned i = 0; i < RF_DROPS; i++) {
		errors += drops[i];
		kernel_errors += kernel_drops[i];
	}
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "packets_total", "Total relayed packets");
	write_both(p, sum.packets_out, sum.kernel.packets_out);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "bytes_total", "Total relayed bytes");
	write_both(p, sum.bytes_out, sum.kernel.bytes_out);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "packet_errors_total", "Total relayed packet errors");
	write_both(p, errors, kernel_errors);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "mediastreams", "Media streams");
	write_both(p, rf_dataplane_streams(dataplane), kernel.streams);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "transcoded_media", "Transcoded media");
	rf_prometheus_u64(p, NULL, 0, 0);
}

enum port_figure { PORTS_USED, PORTS_FREE, PORTS_ALL };

struct port_writer {
	struct rf_prometheus *p; /* borrowed */
	enum port_figure figure;
};

static void write_address(const struct rf_ports_usage *usage, void *arg)
{
	const struct port_writer *writer = arg;
	unsigned ports = usage->ports;
	char address[RF_ADDR_TEXT];
	const struct rf_prometheus_label labels[] = {
		{"name", rf_str_of(usage->local->iface)},
		{"address", rf_str_of(rf_addr_print(&usage->local->address, address))},
	};

	if (writer->figure == PORTS_USED)
		ports = usage->in_use;
	else if (writer->figure == PORTS_FREE)
		ports -= usage->in_use;
	rf_prometheus_u64(writer->p, labels, 2, ports);
}

void rf_http_metrics_compat(struct rf_prometheus *p, const struct rf_http_site *site)
{
	struct port_writer writer = {.p = p};

	write_sessions(p, site);
	write_traffic(p, site);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "uptime_seconds", "Uptime of rtpengine");
	rf_prometheus_i64(p, NULL, 0, (rf_clock_wall_us() - site->config.process->started_wall_us) / 1000000);
	writer.figure = PORTS_USED;
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "ports_used", "Ports in use");
	rf_ports_each(site->config.ports, write_address, &writer);
	writer.figure = PORTS_FREE;
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "ports_free", "Ports not in use");
	rf_ports_each(site->config.ports, write_address, &writer);
	writer.figure = PORTS_ALL;
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "ports", "Ports in all");
	rf_ports_each(site->config.ports, write_address, &writer);
}
