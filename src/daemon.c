/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "addresses.h"
#include "base/clock.h"
#include "call/call.h"
#include "dataplane/dataplane.h"
#include "descriptors.h"
#include "http/http.h"
#include "kernel_wish.h"
#include "lifecycle.h"
#include "log/log.h"
#include "loop/loop.h"
#include "memory.h"
#include "ng/ng.h"
#include "notify.h"
#include "pidfile.h"
#include "ports/ports.h"
#include "privileges.h"
#include "reload.h"
#include "startup.h"
#include "token.h"

#define ADDRESS_LOOK_US 200000 /* between looks for addresses that are not there yet */
#define ADDRESS_LOOKS_TOLD 50  /* of them, one says what is missing */

struct daemon {
	const struct rf_config *config;          /* borrowed */
	const struct rf_config_sources *sources; /* borrowed */
	struct rf_log *log;                      /* owned, as are all layers below, in the order that they are made */
	struct rf_loop *loop;
	struct rf_ports *ports;
	struct rf_dataplane *dataplane;
	struct rf_calls *calls;
	struct rf_ng *ng;
	struct rf_lifecycle *lifecycle;
	struct rf_http *http;
	struct rf_http_process process;    /* what HTTP tells of us */
	struct rf_kernel_wish wish;        /* what is wanted of the kernel */
	struct rf_endpoints listen_ng;     /* owned; a port alone is one of each family here */
	struct rf_endpoints listen_http;   /* owned; as listen_ng */
	char *token;                       /* owned; NULL: none */
	const char *ctl;                   /* in config; NULL: no control socket */
	int pidfile;                       /* owned descriptor; -1: none */
	bool serving;                      /* the start has succeeded */
	struct rf_descriptors descriptors; /* that the ports need, and that are allowed */
	struct rf_buf why;                 /* the sentence of an error */
};

/* Say what went wrong where people look for it, and give the exit code. */
static enum rf_exit refuse(struct daemon *d, enum rf_exit code, const char *otherwise)
{
	struct rf_str why = rf_str_trim(rf_buf_view(&d->why));

	if (why.len == 0)
		why = rf_str_of(otherwise);
	if (d->log)
		rf_log(d->log, RF_LOG_MAIN, RF_LOG_ERROR, RF_STR_NONE, "%.*s", RF_STR_ARG(why));
	else
		fprintf(stderr, "rtpferryd: %.*s\n", RF_STR_ARG(why));
	return code;
}

/* Is there the kernel table that the configuration cannot do without? */
static enum rf_exit check_table(struct daemon *d)
{
	const char *key = d->config->no_fallback ? "no-fallback" : "dataplane = kmod";
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(d->dataplane, &kernel);
	if (kernel.up || !d->wish.kernel.required)
		return RF_EXIT_FINE;
	rf_buf_printf(&d->why, "%s asks for a kernel table, and there is none: %s; take %s away to relay in user space",
	              key, kernel.why, key);
	return refuse(d, RF_EXIT_KERNEL, "");
}

static int start_log(struct daemon *d, struct rf_str lines)
{
	struct rf_str line;
	int rc;

	rc = rf_log_new((enum rf_log_format)d->config->log_format, (enum rf_log_level)d->config->log_level, &d->log);
	if (rc < 0)
		return rc;
	rf_reload_log_levels(d->log, d->config);
	rf_log(d->log, RF_LOG_MAIN, RF_LOG_NOTICE, RF_STR_NONE, "rtpferryd %s (%s) starts", RTPFERRY_VERSION,
	       RTPFERRY_REVISION);
	while (rf_str_token(&lines, "\n", &line))
		rf_log(d->log, RF_LOG_MAIN, RF_LOG_NOTICE, RF_STR_NONE, "%.*s", RF_STR_ARG(line));
	return 0;
}

/* Find the addresses of the configuration on this host, and make pools of their ports. */
static int set_addresses(struct daemon *d)
{
	struct rf_locals locals = {0};
	struct rf_str why = RF_STR_NONE;
	int rc = rf_addresses_resolve(d->config, &locals, &d->why);

	if (rc < 0)
		return rc;
	d->descriptors = rf_descriptors_raise(&locals);
	rc = rf_ports_configure(d->ports, locals.items, locals.n, &why);
	rf_buf_str(&d->why, why);
	rf_locals_free(&locals);
	return rc;
}

/* The same, with patience for what writes address files or brings addresses up. */
static int wait_for_addresses(struct daemon *d)
{
	const struct timespec pause = {.tv_nsec = ADDRESS_LOOK_US * 1000};
	int64_t left_us = d->config->address_wait * 1000000;
	unsigned looks = 0;
	int rc;

	while ((rc = set_addresses(d)) < 0 && rc != -ENOMEM && left_us > 0) {
		if (looks++ % ADDRESS_LOOKS_TOLD == 0)
			rf_log(d->log, RF_LOG_MAIN, RF_LOG_NOTICE, RF_STR_NONE,
			       "waiting for addresses, %lld s at most (address-wait): %.*s",
			       (long long)(left_us / 1000000), RF_STR_ARG(rf_buf_view(&d->why)));
		rf_buf_reset(&d->why);
		nanosleep(&pause, NULL);
		left_us -= ADDRESS_LOOK_US;
	}
	return rc;
}

/* Addresses and ports: what may be wrong here is the configuration. */
static int start_ports(struct daemon *d)
{
	int rc = rf_token_read(d->config->http_token_file, &d->token, &d->why);

	if (rc == 0)
		rc = rf_ports_new(d->log, &d->ports);
	if (rc < 0)
		return rc;
	rf_ports_keep(d->ports, (unsigned)d->config->idle_sockets);
	return wait_for_addresses(d);
}

static int start_media(struct daemon *d)
{
	const struct rf_config *c = d->config;
	struct rf_dataplane_config dataplane = {
		.workers = (unsigned)c->workers,
		.nap_us = (unsigned)c->relay_nap,
		.loop = d->loop,
		.log = d->log,
		.ports = d->ports,
	};
	struct rf_calls_config calls = {
		.limits = rf_reload_limits(c),
		.learn = (enum rf_learn)c->endpoint_learning,
		.strict_source = c->strict_source,
		.sip_source = c->sip_source,
		.tos = (int)c->tos,
		.loop = d->loop,
		.log = d->log,
		.ports = d->ports,
	};
	int rc;

	rf_kernel_wish_make(c, &d->listen_ng, &d->wish);
	dataplane.kernel = d->wish.table ? &d->wish.kernel : NULL;
	dataplane.guard = d->wish.guard[0] ? d->wish.guard : NULL;
	rc = rf_dataplane_new(&dataplane, &d->dataplane);

	if (rc < 0)
		return rc;
	calls.dataplane = d->dataplane;
	return rf_calls_new(&calls, &d->calls);
}

static int start_ng(struct daemon *d)
{
	struct rf_ng_config ng = {
		.allow = d->config->ng_allow.items,
		.n_allow = d->config->ng_allow.n,
		.loop = d->loop,
		.log = d->log,
		.calls = d->calls,
		.dataplane = d->dataplane,
		.ports = d->ports,
	};
	struct rf_lifecycle_config lifecycle = {
		.sources = d->sources,
		.config = d->config,
		.loop = d->loop,
		.log = d->log,
		.ports = d->ports,
		.dataplane = d->dataplane,
		.calls = d->calls,
	};
	struct rf_str why = RF_STR_NONE;
	int rc;

	ng.listen = d->listen_ng.items;
	ng.n_listen = d->listen_ng.n;
	rc = rf_ng_new(&ng, &d->ng, &why);
	rf_buf_str(&d->why, why);
	if (rc < 0)
		return rc;
	lifecycle.ng = d->ng;
	return rf_lifecycle_new(&lifecycle, &d->lifecycle);
}

/*
 * Bind, with the control socket. One that nobody asked for and that cannot be made, because of another relay's or of a
 * directory that is not ours to write, is done without.
 */
static int bind_http(struct daemon *d, struct rf_http_config *http)
{
	bool asked = d->config->origins[rf_option_find(RF_STR("listen-ctl")) - rf_options];
	struct rf_str why = RF_STR_NONE;
	int rc;

	if (strcmp(d->config->listen_ctl, "none") != 0 && d->config->listen_ctl[0])
		d->ctl = d->config->listen_ctl;
	http->unix_path = d->ctl;
	rc = rf_http_new(http, &d->http, &why);
	if (rc < 0 && d->ctl && !asked) {
		struct rf_str first = why;

		http->unix_path = NULL;
		rc = rf_http_new(http, &d->http, &why);
		if (rc == 0)
			rf_log(d->log, RF_LOG_MAIN, RF_LOG_WARNING, RF_STR_NONE,
			       "no control socket; set listen-ctl: %.*s", RF_STR_ARG(first));
		d->ctl = NULL;
	}
	if (rc < 0)
		rf_buf_str(&d->why, why);
	return rc;
}

static int start_http(struct daemon *d)
{
	struct rf_http_config http = {
		.token = d->token,
		.max_session_series = (unsigned)d->config->max_session_series,
		.compat_rtpengine = d->config->metrics_compat == RF_COMPAT_RTPENGINE,
		.process = &d->process,
		.loop = d->loop,
		.log = d->log,
		.calls = d->calls,
		.ng = d->ng,
		.ports = d->ports,
		.dataplane_handle = d->dataplane,
	};
	int rc = rf_addresses_expand(&d->config->listen_http, &d->listen_http);

	if (rc < 0)
		return rc;
	d->process = (struct rf_http_process){
		.version = RTPFERRY_VERSION,
		.revision = RTPFERRY_REVISION,
		.started_wall_us = rf_clock_wall_us(),
		.ng_bound = true,
		.dataplane_ready = true,
		.listen_ng = d->listen_ng.items,
		.n_listen_ng = d->listen_ng.n,
		.drain = rf_lifecycle_drain,
		.drain_arg = d->lifecycle,
	};
	http.listen = d->listen_http.items;
	http.n_listen = d->listen_http.n;
	return bind_http(d, &http);
}

static enum rf_exit serve(struct daemon *d)
{
	struct rf_startup startup = {
		.config = d->config,
		.log = d->log,
		.ports = d->ports,
		.dataplane = d->dataplane,
		.wish = &d->wish,
		.listen_ng = &d->listen_ng,
		.listen_http = &d->listen_http,
		.ctl = d->ctl,
		.descriptors = d->descriptors,
	};

	d->serving = true;
	rf_startup_tell(&startup);
	rf_notify_ready();
	rf_notify_status(false, 0);
	return rf_loop_run(d->loop) < 0 ? refuse(d, RF_EXIT_RUNTIME, "the event loop failed") : RF_EXIT_FINE;
}

/* Bottom up; whatever fails, tear_down knows what is there. */
static enum rf_exit run(struct daemon *d, struct rf_str notes)
{
	int rc = start_log(d, notes);
	enum rf_exit code;

	if (rc < 0)
		return refuse(d, RF_EXIT_RUNTIME, "the log cannot be opened: out of memory");
	rc = start_ports(d);
	if (rc < 0)
		return refuse(d, rc == -ENOMEM ? RF_EXIT_RUNTIME : RF_EXIT_CONFIGURATION, strerror(-rc));
	if (rf_privileges_limit(d->config, &d->pidfile, &d->why) < 0)
		return refuse(d, RF_EXIT_RUNTIME, "privileges cannot be limited");
	rc = rf_loop_new(&d->loop);
	if (rc == 0)
		rc = rf_addresses_expand(&d->config->listen_ng, &d->listen_ng);
	if (rc == 0)
		rc = start_media(d);
	if (rc < 0)
		return refuse(d, RF_EXIT_RUNTIME, strerror(-rc));
	code = check_table(d);
	if (code != RF_EXIT_FINE)
		return code;
	rc = start_ng(d);
	if (rc == 0)
		rc = start_http(d);
	if (rc == 0)
		rc = rf_privileges_drop(d->config);
	if (rc == 0)
		rc = rf_pidfile_write(d->pidfile);
	return rc < 0 ? refuse(d, RF_EXIT_RUNTIME, strerror(-rc)) : serve(d);
}

/* From here on the end is on its way: a signal more must not kill it between the table and the rules. */
static void block_signals(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};
	sigset_t set;

	sigemptyset(&set);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void tear_down(struct daemon *d)
{
	block_signals();
	rf_http_free(d->http);
	rf_lifecycle_free(d->lifecycle);
	rf_ng_free(d->ng);
	rf_calls_free(d->calls);
	rf_dataplane_free(d->dataplane);
	rf_ports_free(d->ports);
	rf_loop_free(d->loop);
	rf_log_free(d->log);
	free(d->listen_ng.items);
	free(d->listen_http.items);
	free(d->token);
	rf_pidfile_close(d->config->pidfile, d->pidfile, d->serving);
}

enum rf_exit rf_daemon_run(const struct rf_config *config, const struct rf_config_sources *sources, struct rf_str notes)
{
	struct daemon d = {.config = config, .sources = sources, .pidfile = -1};
	enum rf_exit code;

	rf_memory_set_up();
	signal(SIGPIPE, SIG_IGN); /* a reader of HTTP or of the log that has gone is an error of write() */
	rf_buf_init(&d.why, 0);
	code = run(&d, notes);
	tear_down(&d);
	rf_buf_free(&d.why);
	return code;
}
