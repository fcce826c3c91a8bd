/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reload.h"

#include <errno.h>

#include "addresses.h"

#define MAIN(log, level, ...) rf_log(log, RF_LOG_MAIN, level, RF_STR_NONE, __VA_ARGS__)

void rf_reload_log_levels(struct rf_log *log, const struct rf_config *config)
{
	for (unsigned area = 0; area < RF_LOG_AREAS; area++) {
		int level = config->log_levels[area] < 0 ? config->log_level : config->log_levels[area];

		rf_log_set_level(log, (enum rf_log_area)area, (enum rf_log_level)level);
	}
}

struct rf_calls_limits rf_reload_limits(const struct rf_config *config)
{
	return (struct rf_calls_limits){
		.timeout = config->timeout,
		.silent_timeout = config->silent_timeout,
		.offer_timeout = config->offer_timeout,
		.final_timeout = config->final_timeout,
		.delete_delay = config->delete_delay,
		.max_sessions = (uint64_t)config->max_sessions,
		.max_cpu = config->max_cpu,
		.max_bandwidth = (uint64_t)config->max_bandwidth,
		.max_memory = (uint64_t)config->max_memory,
	};
}

/* The lines of a report as one, for a log line. */
static void join_lines(struct rf_buf *report)
{
	while (report->len > 0 && report->data[report->len - 1] == '\n')
		report->len--;
	for (size_t i = 0; i < report->len; i++) {
		if (report->data[i] == '\n')
			report->data[i] = ';';
	}
}

/* Name each key that differs from what was started with and only a start can change. */
static void tell_waiting(const struct rf_reload *reload, const struct rf_config *config)
{
	struct rf_buf waiting, was, is;

	rf_buf_init(&waiting, 0);
	rf_buf_init(&was, 0);
	rf_buf_init(&is, 0);
	for (unsigned i = 0; i < rf_options_count; i++) {
		const struct rf_option *option = &rf_options[i];

		if (option->flags & RF_OPTION_RELOAD)
			continue;
		rf_buf_reset(&was);
		rf_buf_reset(&is);
		rf_option_print(option, rf_config_field(reload->started, option), &was);
		rf_option_print(option, rf_config_field(config, option), &is);
		if (!rf_str_equal(rf_buf_view(&was), rf_buf_view(&is)))
			rf_buf_printf(&waiting, "%s%s (%.*s, now %.*s)", waiting.len ? ", " : "", option->name,
			              RF_STR_ARG(rf_buf_view(&was)), RF_STR_ARG(rf_buf_view(&is)));
	}
	if (waiting.len)
		MAIN(reload->log, RF_LOG_WARNING, "reload: changed, and in force from the next start on: %.*s",
		     RF_STR_ARG(rf_buf_view(&waiting)));
	rf_buf_free(&waiting);
	rf_buf_free(&was);
	rf_buf_free(&is);
}

/* The addresses first: they are what may be refused. Nothing has changed on an error. */
static int apply(const struct rf_reload *reload, const struct rf_config *config, struct rf_buf *report)
{
	struct rf_calls_limits limits = rf_reload_limits(config);
	struct rf_str why = RF_STR_NONE;
	struct rf_locals locals;
	int rc = rf_addresses_resolve(config, &locals, report);

	if (rc < 0)
		return rc;
	rc = rf_ports_configure(reload->ports, locals.items, locals.n, &why);
	rf_locals_free(&locals);
	if (rc < 0) {
		rf_buf_str(report, why);
		return rc;
	}
	rc = rf_ng_set_allow(reload->ng, config->ng_allow.items, config->ng_allow.n);
	if (rc < 0)
		return rc;
	rf_dataplane_readdress(reload->dataplane);
	rf_calls_set_limits(reload->calls, &limits);
	rf_reload_log_levels(reload->log, config);
	return 0;
}

int rf_reload_run(const struct rf_reload *reload, struct rf_config **out)
{
	struct rf_config *config = NULL;
	struct rf_buf report;
	int rc;

	rf_buf_init(&report, 0);
	rc = rf_config_load(reload->sources, &config, &report);
	if (rc == 0) {
		rf_buf_reset(&report);
		rc = apply(reload, config, &report);
	}
	if (rc < 0) {
		if (report.len == 0)
			rf_buf_text(&report, strerror(-rc));
		join_lines(&report);
		MAIN(reload->log, RF_LOG_ERROR, "reload: the old configuration stays: %.*s",
		     RF_STR_ARG(rf_buf_view(&report)));
		rf_config_free(config);
	} else {
		tell_waiting(reload, config);
		MAIN(reload->log, RF_LOG_NOTICE,
		     "reload: addresses, ng-allow, limits and log levels are the new configuration's");
		*out = config;
	}
	rf_buf_free(&report);
	return rc;
}
