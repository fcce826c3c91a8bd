/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/metrics.h"

/* rf_ports_each gives addresses; metrics are by interface. */
struct iface_rows {
	struct rf_http_iface_ports *rows; /* borrowed */
	unsigned n;
};

static void add_address(const struct rf_ports_usage *usage, void *arg)
{
	struct iface_rows *all = arg;
	struct rf_str name = rf_str_of(usage->local->iface);
	unsigned i = 0;

	while (i < all->n && !rf_str_equal(all->rows[i].name, name))
		i++;
	if (i == RF_DATAPLANE_MAX_IFACES)
		return;
	if (i == all->n)
		all->rows[all->n++] = (struct rf_http_iface_ports){.name = name};
	all->rows[i].ports += usage->ports;
	all->rows[i].in_use += usage->in_use;
}

unsigned rf_http_iface_ports(const struct rf_ports *ports, struct rf_http_iface_ports *rows)
{
	struct iface_rows all = {.rows = rows};

	rf_ports_each(ports, add_address, &all);
	return all.n;
}

/* In and out of one interface, through user space or through the kernel. */
static void write_row(struct rf_prometheus *p, const struct rf_dataplane_totals *row, bool kernel, bool bytes)
{
	uint64_t in = bytes ? row->kernel.bytes_in : row->kernel.packets_in;
	uint64_t out = bytes ? row->kernel.bytes_out : row->kernel.packets_out;
	struct rf_prometheus_label labels[] = {
		{"dataplane", kernel ? RF_STR("kmod") : RF_STR("user")},
		{"direction", RF_STR("in")},
		{"interface", rf_str_of(row->iface)},
	};

	if (!kernel) {
		in = (bytes ? row->bytes_in : row->packets_in) - in;
		out = (bytes ? row->bytes_out : row->packets_out) - out;
	}
	rf_prometheus_u64(p, labels, 3, in);
	labels[1].value = RF_STR("out");
	rf_prometheus_u64(p, labels, 3, out);
}

static void write_traffic(struct rf_prometheus *p, const struct rf_http_site *site, bool kernel)
{
	struct rf_dataplane_totals rows[RF_DATAPLANE_MAX_IFACES];
	unsigned n = rf_dataplane_totals(site->config.dataplane_handle, rows);

	for (unsigned bytes = 0; bytes < 2; bytes++) {
		rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, bytes ? "bytes_total" : "packets_total",
		                     bytes ? "Bytes of UDP payload accepted (in) and sent (out)."
		                           : "Packets accepted (in) and sent (out).");
		for (unsigned i = 0; i < n; i++) {
			write_row(p, &rows[i], false, bytes);
			if (kernel)
				write_row(p, &rows[i], true, bytes);
		}
	}
}

static void write_drops(struct rf_prometheus *p, const struct rf_http_site *site, bool kernel)
{
	struct rf_prometheus_label labels[] = {{"dataplane", RF_STR_NONE}, {"reason", RF_STR_NONE}};
	uint64_t drops[RF_DROPS] = {0}, in_kernel[RF_DROPS] = {0};

	rf_dataplane_drops(site->config.dataplane_handle, drops);
	rf_dataplane_kernel_drops(site->config.dataplane_handle, in_kernel);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "drops_total", "Packets that were not forwarded, by reason.");
	for (unsigned i = 0; i < RF_DROPS; i++) {
		labels[1].value = rf_str_of(rf_drop_name((enum rf_drop)i));
		labels[0].value = RF_STR("user");
		rf_prometheus_u64(p, labels, 2, drops[i] - in_kernel[i]);
		labels[0].value = RF_STR("kmod");
		if (kernel)
			rf_prometheus_u64(p, labels, 2, in_kernel[i]);
	}
}

static void write_ports(struct rf_prometheus *p, const struct rf_http_site *site)
{
	struct rf_http_iface_ports rows[RF_DATAPLANE_MAX_IFACES];
	unsigned n = rf_http_iface_ports(site->config.ports, rows);

	for (unsigned used = 0; used < 2; used++) {
		rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, used ? "ports_in_use" : "ports",
		                     used ? "Media ports handed out." : "Media ports configured.");
		for (unsigned i = 0; i < n; i++) {
			const struct rf_prometheus_label iface = {"interface", rows[i].name};

			rf_prometheus_u64(p, &iface, 1, used ? rows[i].in_use : rows[i].ports);
		}
	}
}

static void write_streams(struct rf_prometheus *p, const struct rf_http_site *site,
                          const struct rf_kernel_status *kernel)
{
	struct rf_prometheus_label label = {"dataplane", RF_STR("user")};

	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "streams",
	                     "Streams now: sockets that face a party, by what forwards their packets.");
	rf_prometheus_u64(p, &label, 1, rf_dataplane_streams(site->config.dataplane_handle) - kernel->streams);
	label.value = RF_STR("kmod");
	if (kernel->wanted)
		rf_prometheus_u64(p, &label, 1, kernel->streams);
}

void rf_http_metrics_media(struct rf_prometheus *p, const struct rf_http_site *site)
{
	const struct rf_dataplane *dataplane = site->config.dataplane_handle;
	struct rf_kernel_status kernel;
	struct rf_histogram delay = {0};

	rf_dataplane_kernel(dataplane, &kernel);
	write_streams(p, site, &kernel);
	write_traffic(p, site, kernel.wanted);
	write_drops(p, site, kernel.wanted);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "relearned_endpoints_total",
	                     "Times that a party's source changed after it was latched.");
	rf_prometheus_u64(p, NULL, 0, rf_dataplane_relearned(dataplane));
	rf_dataplane_delay(dataplane, &delay);
	rf_prometheus_family(p, RF_PROMETHEUS_HISTOGRAM, "forward_delay_seconds",
	                     "Time that a sample of the packets spent in the relay.");
	rf_prometheus_histogram(p, NULL, 0, &delay);
	write_ports(p, site);
}
