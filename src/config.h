/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator wants: struct rf_config, filled from files, environment and command line.
 */
#ifndef RF_CONFIG_H
#define RF_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "log/log.h"
#include "options.h"
#include "ports/ports.h"
#include "settings.h"

#define RF_TABLE_AUTO (-2)
#define RF_TABLE_NONE (-1)

enum rf_want_dataplane { RF_WANT_AUTO, RF_WANT_KMOD, RF_WANT_USER };
enum rf_on_exit { RF_ON_EXIT_DRAIN, RF_ON_EXIT_HANDOVER, RF_ON_EXIT_FLUSH };
enum rf_metrics_compat { RF_COMPAT_NONE, RF_COMPAT_RTPENGINE };
enum rf_hook { RF_HOOK_PREROUTING, RF_HOOK_NFT, RF_HOOK_INGRESS };

struct rf_endpoints {
	struct rf_endpoint *items; /* owned; family none: every address */
	unsigned n;
};

struct rf_nets {
	struct rf_net *items; /* owned */
	unsigned n;
};

struct rf_texts {
	char **items; /* owned, and each of them */
	unsigned n;
};

/* "name/ADDRESS[!ADVERTISED][@MIN-MAX]" taken apart; addresses.h makes addresses of it. */
struct rf_iface_spec {
	char name[RF_IFACE_NAME]; /* "default" when none was written */
	char *address;            /* owned: an address, a device, "any", "env:VAR" or "file:PATH" */
	char *advertised;         /* owned: an address, "env:VAR" or "file:PATH"; NULL: as address */
	uint16_t port_min;        /* 0: the key port-min */
	uint16_t port_max;        /* 0: the key port-max */
};

struct rf_iface_specs {
	struct rf_iface_spec *items; /* owned */
	unsigned n;
};

/* One field per key of options.c, by the key's name, in the order of the table. */
struct rf_config {
	struct rf_endpoints listen_ng;
	struct rf_nets ng_allow; /* empty: everybody */
	struct rf_endpoints listen_http;
	char *listen_ctl;      /* path, or "none" */
	char *http_token_file; /* "": none */
	int64_t max_session_series;
	int metrics_compat; /* enum rf_metrics_compat */

	struct rf_iface_specs interfaces; /* empty: found on the host */
	int64_t port_min, port_max;       /* inclusive */
	struct rf_texts interface_mark;   /* "NAME:MARK" */
	struct rf_texts interface_stack;  /* names */
	int64_t address_wait;             /* seconds that a start waits for addresses that are not there yet */

	int64_t table;    /* an id, RF_TABLE_AUTO or RF_TABLE_NONE */
	int dataplane;    /* enum rf_want_dataplane */
	bool no_fallback; /* exit rather than relay in user space */
	int hook;         /* enum rf_hook */
	struct rf_texts hook_device;
	int nft; /* 0: guard, 1: off */
	char *table_label;
	int64_t table_lease; /* seconds */

	int64_t timeout, silent_timeout, offer_timeout, final_timeout; /* seconds; 0: none */
	int64_t delete_delay, drain_timeout;                           /* seconds */

	int64_t max_sessions;  /* 0: no limit */
	double max_cpu;        /* percent; 0: no limit */
	int64_t max_bandwidth; /* bytes per second; 0: no limit */
	int64_t max_memory;    /* bytes; 0: no limit */

	int64_t tos;           /* 0 to 255, or RF_TOS_KEEP */
	int endpoint_learning; /* enum rf_learn */
	bool strict_source;
	bool sip_source;
	int64_t workers;      /* 0: as many as the cgroup grants processors */
	int64_t relay_nap;    /* microseconds */
	int64_t idle_sockets; /* free port pairs of an address that keep their sockets */

	char *state_dir;
	int on_exit; /* enum rf_on_exit */

	int log_level;                /* enum rf_log_level */
	int log_format;               /* enum rf_log_format */
	int log_levels[RF_LOG_AREAS]; /* enum rf_log_level; -1: as log_level */

	char *user, *group; /* "": stay */
	char *pidfile;      /* "": none */

	char **origins; /* owned: where each key's value came from, by index of rf_options; NULL: the default */
};

/* Where to look. */
struct rf_config_sources {
	const char *directory;          /* with rtpferry.conf and conf.d; read when file is NULL and it is there */
	const char *file;               /* this file, or the *.conf of this directory, instead; "none": no file */
	const char *section;            /* read [section] instead of [rtpferry] and [rtpengine]; NULL: those */
	char *const *environment;       /* "NAME=value", NULL-terminated; NULL: none */
	const struct rf_settings *line; /* what the command line said; NULL: nothing */
};

#define RF_CONFIG_DIRECTORY "/etc/rtpferry"

/*
 * Read all sources: files, then environment, then command line, the later replacing the earlier; lists add up
 * within one source. 0; -EINVAL, with one sentence a line in report (each names its place, the value and what
 * was expected); -ENOMEM. With 0, report holds a line for each key of the peer that is accepted without effect.
 */
int rf_config_load(const struct rf_config_sources *sources, struct rf_config **out, struct rf_buf *report);
void rf_config_free(struct rf_config *config); /* NULL is fine */

/* Are values possible together? Appends a sentence for each that is not; their number is returned. */
unsigned rf_config_check(const struct rf_config *config, struct rf_buf *report);

/* The place that set a key, "/etc/rtpferry/rtpferry.conf:3", "--timeout", "RTPFERRY_TIMEOUT" or "default". */
const char *rf_config_origin(const struct rf_config *config, const struct rf_option *option);
void *rf_config_field(const struct rf_config *config, const struct rf_option *option);

/* The whole configuration as a file that loads to the same. */
void rf_config_dump(const struct rf_config *config, struct rf_buf *out);

#endif
