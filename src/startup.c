/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "startup.h"

#define PORTS_PER_CALL 4 /* two parties, one audio each: RTP and RTCP */
#define SAY(log, level, ...) rf_log(log, RF_LOG_MAIN, level, RF_STR_NONE, __VA_ARGS__)

static void tell_limits(const struct rf_startup *s)
{
	const struct rf_config *c = s->config;

	SAY(s->log, RF_LOG_NOTICE,
	    "limits (0 is none): max-sessions %lld, max-cpu %g %%, max-bandwidth %lld bytes/s, max-memory %lld bytes",
	    (long long)c->max_sessions, c->max_cpu, (long long)c->max_bandwidth, (long long)c->max_memory);
	SAY(s->log, RF_LOG_NOTICE,
	    "timeouts in seconds: timeout %lld, silent-timeout %lld, offer-timeout %lld, final-timeout %lld, "
	    "delete-delay %lld",
	    (long long)c->timeout, (long long)c->silent_timeout, (long long)c->offer_timeout,
	    (long long)c->final_timeout, (long long)c->delete_delay);
}

static void tell_address(const struct rf_ports_usage *usage, void *arg)
{
	const struct rf_startup *s = arg;
	const struct rf_local *local = usage->local;
	char address[RF_ADDR_TEXT], advertised[RF_ADDR_TEXT];

	SAY(s->log, RF_LOG_NOTICE, "interface %s: %s advertised as %s, ports %u to %u hold %u calls", local->iface,
	    rf_addr_print(&local->address, address), rf_addr_print(&local->advertised, advertised), local->port_min,
	    local->port_max, usage->ports / PORTS_PER_CALL);
}

static void tell_listeners(const struct rf_startup *s)
{
	char z[RF_ENDPOINT_TEXT];
	struct rf_buf allow;

	rf_buf_init(&allow, 0);
	rf_option_print(rf_option_find(RF_STR("ng-allow")), &s->config->ng_allow, &allow);
	for (unsigned i = 0; i < s->listen_ng->n; i++)
		SAY(s->log, RF_LOG_NOTICE, "ng on %s, from %.*s", rf_endpoint_print(&s->listen_ng->items[i], z),
		    RF_STR_ARG(rf_buf_view(&allow)));
	for (unsigned i = 0; i < s->listen_http->n; i++)
		SAY(s->log, RF_LOG_NOTICE, "HTTP on %s", rf_endpoint_print(&s->listen_http->items[i], z));
	if (s->ctl)
		SAY(s->log, RF_LOG_NOTICE, "control socket on %s", s->ctl);
	rf_buf_free(&allow);
}

void rf_startup_tell(const struct rf_startup *s)
{
	rf_ports_each(s->ports, tell_address, (void *)s);
	if (s->descriptors.allowed < s->descriptors.needed)
		SAY(s->log, RF_LOG_WARNING,
		    "open files: %llu are allowed and the port ranges need %llu; raise LimitNOFILE, or narrow port-min "
		    "and port-max",
		    (unsigned long long)s->descriptors.allowed, (unsigned long long)s->descriptors.needed);
	rf_startup_tell_kernel(s);
	tell_limits(s);
	SAY(s->log, RF_LOG_NOTICE, "store: none, 0 calls adopted");
	tell_listeners(s);
}
