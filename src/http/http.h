/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP: probes, metrics, API; over TCP and over the operator's Unix socket. server.c is the one place that
 * includes libmicrohttpd. Control thread only.
 */
#ifndef RF_HTTP_HTTP_H
#define RF_HTTP_HTTP_H

#include "base/addr.h"
#include "call/call.h"
#include "dataplane/dataplane.h"
#include "log/log.h"
#include "loop/loop.h"
#include "ng/ng.h"
#include "ports/ports.h"

struct rf_http; /* opaque */

/* What main.c decides and the pages tell. */
struct rf_http_process {
	const char *version, *revision;
	int64_t started_wall_us;
	bool ng_bound;                       /* readiness */
	bool dataplane_ready;                /* readiness */
	const struct rf_endpoint *listen_ng; /* told by /api/v1/version; may be NULL */
	unsigned n_listen_ng;
	void (*drain)(void *arg, bool on); /* POST and DELETE of /api/v1/drain; NULL: rf_calls_drain */
	void *drain_arg;
};

struct rf_http_config {
	const struct rf_endpoint *listen; /* copied; none: no TCP */
	unsigned n_listen;
	const char *unix_path;       /* copied; NULL: no Unix socket. Made with mode 0660 */
	const char *token;           /* bearer token for what changes state over TCP; NULL: loopback only may */
	unsigned max_session_series; /* of /metrics/sessions */
	bool compat_rtpengine;       /* also print the peer's metric names */
	const struct rf_http_process *process; /* all below are borrowed */
	struct rf_loop *loop;
	struct rf_log *log;
	struct rf_calls *calls;
	struct rf_ng *ng;
	struct rf_ports *ports;
	struct rf_dataplane *dataplane_handle;
};

/* Bind and serve. 0; -ENOMEM; errors of bind, with *why a sentence that names the address. */
int rf_http_new(const struct rf_http_config *config, struct rf_http **out, struct rf_str *why);
void rf_http_free(struct rf_http *http); /* NULL is fine */

#endif
