/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /metrics: totals, gauges, histograms of the whole relay; docs/metrics.md lists them. Never labelled by call.
 */
#include <stdlib.h>

#include "http/fd_count.h"
#include "http/metrics.h"

static void gauge(struct rf_prometheus *p, const char *name, const char *help, double value)
{
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, name, help);
	rf_prometheus_real(p, NULL, 0, value);
}

static void counter(struct rf_prometheus *p, const char *name, const char *help, uint64_t value)
{
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, name, help);
	rf_prometheus_u64(p, NULL, 0, value);
}

static void histogram(struct rf_prometheus *p, const char *name, const char *help, const struct rf_histogram *h)
{
	rf_prometheus_family(p, RF_PROMETHEUS_HISTOGRAM, name, help);
	rf_prometheus_histogram(p, NULL, 0, h);
}

static void write_process(struct rf_prometheus *p, const struct rf_http_site *site)
{
	const struct rf_http_process *process = site->config.process;
	struct rf_prometheus_label build[] = {
		{"version", rf_str_of(process->version)},
		{"revision", rf_str_of(process->revision)},
		{"kmod_version", RF_STR_NONE},
	};
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(site->config.dataplane_handle, &kernel);
	build[2].value = rf_str_of(kernel.version);
	rf_prometheus_family(p, RF_PROMETHEUS_GAUGE, "build_info", "Always 1; the labels tell what is running.");
	rf_prometheus_u64(p, build, 3, 1);
	gauge(p, "start_time_seconds", "Start of this process, since 1970.", (double)process->started_wall_us / 1e6);
	gauge(p, "draining", "1 while new calls are refused.", rf_calls_draining(site->config.calls));
	counter(p, "adopted_sessions_total", "Sessions taken over from an earlier process.", 0);
}

static void write_sessions(struct rf_prometheus *p, const struct rf_http_site *site)
{
	const struct rf_calls_totals *totals = rf_calls_totals(site->config.calls);

	gauge(p, "sessions", "Sessions now, without those that are deleted and linger.",
	      rf_calls_count(site->config.calls));
	gauge(p, "sessions_held", "Sessions that hold ports, those that are deleted and linger included.",
	      rf_calls_held(site->config.calls));
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER_SHARED, "sessions_total", "Sessions made.");
	rf_prometheus_u64(p, NULL, 0, totals->sessions);
	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "session_end_total", "Sessions ended, by reason.");
	for (unsigned i = 0; i < RF_ENDS; i++) {
		const struct rf_prometheus_label reason = {"reason", rf_str_of(rf_end_name((enum rf_end)i))};

		rf_prometheus_u64(p, &reason, 1, totals->ended[i]);
	}
	counter(p, "one_way_sessions_total", "Sessions that ended with packets from one party only.", totals->one_way);
	histogram(p, "session_duration_seconds", "Age of sessions at their end.", &totals->duration);
	histogram(p, "session_setup_seconds", "Time from a session's offer to its answer.", &totals->setup);
	histogram(p, "rtp_jitter_seconds", "Jitter (RFC 3550 A.8) of each leg at the end of its session.",
	          &totals->jitter);
	histogram(p, "rtp_loss_ratio", "Loss (RFC 3550 A.3) of each leg at the end of its session, 0 to 1.",
	          &totals->loss);
	histogram(p, "rtp_mos", "MOS (ITU-T G.107, simplified) of each leg at the end of its session.", &totals->mos);
	histogram(p, "rtp_round_trip_seconds", "Round trip of each leg at the end of its session, where known.",
	          &totals->round_trip);
}

static void write_ng(struct rf_prometheus *p, const struct rf_ng *ng)
{
	const struct rf_ng_command_stats *rows;
	unsigned n = rf_ng_stats(ng, &rows);

	rf_prometheus_family(p, RF_PROMETHEUS_COUNTER, "ng_requests_total",
	                     "Requests answered, by command and result.");
	for (unsigned i = 0; i < n; i++) {
		const uint64_t counts[] = {rows[i].ok, rows[i].error, rows[i].load_limit};
		static const char *const results[] = {"ok", "error", "load_limit"};

		for (unsigned k = 0; k < 3; k++) {
			const struct rf_prometheus_label labels[] = {{"command", rf_str_of(rows[i].command)},
			                                             {"result", rf_str_of(results[k])}};

			rf_prometheus_u64(p, labels, 2, counts[k]);
		}
	}
	rf_prometheus_family(p, RF_PROMETHEUS_HISTOGRAM, "ng_request_duration_seconds",
	                     "Time from reading a request to sending its reply.");
	for (unsigned i = 0; i < n; i++) {
		const struct rf_prometheus_label command = {"command", rf_str_of(rows[i].command)};

		rf_prometheus_histogram(p, &command, 1, rows[i].duration);
	}
	counter(p, "ng_retransmissions_total", "Requests that came again and were answered from the cache.",
	        rf_ng_duplicates(ng));
	counter(p, "ng_refused_total", "Datagrams from sources outside ng-allow.", rf_ng_refused(ng));
}

static void write_all(const struct rf_http_site *site, struct rf_http_reply *reply, bool openmetrics, uint64_t fds)
{
	struct rf_prometheus p = {.out = &reply->body, .openmetrics = openmetrics, .prefix = "rtpferry_"};

	write_process(&p, site);
	write_sessions(&p, site);
	rf_http_metrics_kernel(&p, site);
	rf_http_metrics_media(&p, site);
	write_ng(&p, site->config.ng);
	p.prefix = "";
	rf_http_metrics_process(&p, site->config.process, fds);
	if (site->config.compat_rtpengine) {
		p.prefix = "rtpengine_";
		rf_http_metrics_compat(&p, site);
	}
	rf_prometheus_end(&p);
	rf_http_reply_check(reply);
}

/* A scrape that must count descriptors first. */
struct scrape {
	struct rf_http_task task;  /* first member */
	struct rf_http_site *site; /* borrowed */
	struct rf_fd_count fds;
	bool openmetrics;
};

static bool scrape_step(struct rf_http_task *task, struct rf_http_reply *reply, int64_t until_us)
{
	struct scrape *scrape = (struct scrape *)task;

	if (!rf_fd_count_step(&scrape->fds, until_us))
		return false;
	write_all(scrape->site, reply, scrape->openmetrics, scrape->fds.n);
	return true;
}

static void scrape_free(struct rf_http_task *task)
{
	rf_fd_count_free(&((struct scrape *)task)->fds);
	free(task);
}

void rf_http_metrics(struct rf_http_site *site, const struct rf_http_request *request, struct rf_http_reply *reply)
{
	struct rf_fd_count fds = {0};
	struct scrape *scrape = NULL;
	bool openmetrics, counted = rf_fd_count_begin(&fds);

	reply->content_type = rf_prometheus_negotiate(request->accept, &openmetrics);
	if (!counted)
		scrape = malloc(sizeof(*scrape));
	if (!scrape) {
		rf_fd_count_free(&fds);
		write_all(site, reply, openmetrics, fds.n);
		return;
	}
	*scrape = (struct scrape){{scrape_step, scrape_free}, site, fds, openmetrics};
	reply->task = &scrape->task;
}
