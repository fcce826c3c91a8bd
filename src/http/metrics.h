/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts that /metrics is put together from.
 */
#ifndef RF_HTTP_METRICS_H
#define RF_HTTP_METRICS_H

#include "http/prometheus.h"
#include "http/site.h"

/* metrics_process.c: process_*, without the prefix of ours. fds: descriptors open; 0: not known. */
void rf_http_metrics_process(struct rf_prometheus *p, const struct rf_http_process *process, uint64_t fds);
/* metrics_media.c: what the data plane and the port pools count. */
void rf_http_metrics_media(struct rf_prometheus *p, const struct rf_http_site *site);
/* metrics_kernel.c: the kernel's table and the guard. */
void rf_http_metrics_kernel(struct rf_prometheus *p, const struct rf_http_site *site);
/* metrics_compat.c: the peer's names. */
void rf_http_metrics_compat(struct rf_prometheus *p, const struct rf_http_site *site);

/* Ports of one interface, over its addresses. */
struct rf_http_iface_ports {
	struct rf_str name;
	uint64_t ports, in_use;
};

/* metrics_media.c: fill at most RF_DATAPLANE_MAX_IFACES rows, in configured order; returns their number. */
unsigned rf_http_iface_ports(const struct rf_ports *ports, struct rf_http_iface_ports *rows);

#endif
