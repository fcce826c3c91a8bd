/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtpferryctl: what its commands share.
 */
#ifndef RF_CTL_CTL_H
#define RF_CTL_CTL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/arena.h"
#include "ctl/client.h"
#include "tree/value.h"
#include "uapi/rtpferry.h"

/* Exit codes, as the man page tells them. */
enum rf_ctl_exit {
	RF_CTL_OK = 0,
	RF_CTL_FAILED = 1,      /* the relay refused, or answered what cannot be read */
	RF_CTL_USAGE = 2,       /* the command line is wrong */
	RF_CTL_UNREACHABLE = 3, /* nobody answers */
	RF_CTL_NOT_FOUND = 4,   /* there is no such session */
	RF_CTL_NO_TABLE = 4,    /* there can be no kernel table here: no module, another contract, no capability */
};

#define RF_CTL_DEVICES 16 /* of a kernel table, as the module's limit */
#define RF_CTL_LOCALS 64  /* the same */

/* What is said of a kernel table on the command line. */
struct rf_ctl_kernel {
	const char *label; /* NULL: not given; else label_text */
	char label_text[RTPFERRY_LABEL_MAX + 1];
	uint32_t id;                         /* 0: not given */
	uint32_t lease_s;                    /* 0: not given */
	uint32_t hook;                       /* enum rtpferry_hook, when hook_given */
	bool hook_given;                     /* hook was */
	uint32_t table;                      /* flows: only of this table; 0: of all */
	const char *devices[RF_CTL_DEVICES]; /* names */
	unsigned n_devices;                  /* of them */
	struct rf_addr locals[RF_CTL_LOCALS];
	unsigned n_locals; /* of them */
};

/* What is said of a synthetic call on the command line; --local and --device are rf_ctl_kernel's. */
struct rf_ctl_probe {
	const char *ng;             /* where the relay takes ng requests; NULL: not given */
	struct rf_addr local_b;     /* of the second endpoint; no family: not given */
	struct rf_str direction[2]; /* names of the relay's interfaces; empty: not given */
	unsigned seconds;           /* of media; 0: not given */
	double max_loss;            /* percent; below 0: not given */
};

/* A command's circumstances. */
struct rf_ctl {
	struct rf_client *client;
	struct rf_arena *arena; /* what one answer is read into; reset by rf_ctl_get */
	FILE *out;              /* for what was asked */
	FILE *err;              /* for what went wrong */
	bool json;              /* print the API's own text */
	bool once;              /* top: one look, no terminal */
	bool wait;              /* drain: until no session is left */
	bool off;               /* drain: end it */
	unsigned worst;         /* sessions: so many of the worst; 0: not asked */
	unsigned limit;         /* sessions: rows */
	double interval;        /* top: seconds */
	const char *sort;       /* sessions; NULL: the default */
	const char *search;     /* sessions; NULL: all */
	const char *argument;   /* what follows the command; NULL: nothing */
	struct rf_ctl_kernel kernel;
	struct rf_ctl_probe probe;
};

typedef int rf_ctl_command(struct rf_ctl *ctl);

rf_ctl_command rf_ctl_status;                   /* commands_status.c */
rf_ctl_command rf_ctl_version;                  /* commands_status.c */
rf_ctl_command rf_ctl_sessions, rf_ctl_session; /* commands_sessions.c */
rf_ctl_command rf_ctl_terminate;                /* commands_sessions.c */
rf_ctl_command rf_ctl_top;                      /* commands_top.c */
rf_ctl_command rf_ctl_drain;                    /* commands_drain.c */
rf_ctl_command rf_ctl_ping;                     /* commands_ping.c */
rf_ctl_command rf_ctl_call;                     /* commands_call.c */
rf_ctl_command rf_ctl_table_list;               /* commands_table.c */
rf_ctl_command rf_ctl_table_alloc;              /* commands_table.c */
rf_ctl_command rf_ctl_table_free;               /* commands_table.c */
rf_ctl_command rf_ctl_flows;                    /* commands_flows.c */
rf_ctl_command rf_ctl_rules;                    /* commands_rules.c */

/*
 * Ask the relay. With --json the answer is printed and *out is NULL; else *out is the tree, in ctl->arena. Returns an
 * exit code; when it is not RF_CTL_OK the reason was told.
 */
int rf_ctl_ask(struct rf_ctl *ctl, const char *method, const char *path, struct rf_value **out);
/* The same, and never printed. */
int rf_ctl_get(struct rf_ctl *ctl, const char *method, const char *path, struct rf_value **out);
/* A path with a call-id in it, in a buffer that the caller frees; NULL: no memory. */
char *rf_ctl_session_path(const char *call_id, const char *query);

#endif
