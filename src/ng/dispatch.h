/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram in, a reply out: cookie, encoding, command, envelope. No socket and no cache.
 */
#ifndef RF_NG_DISPATCH_H
#define RF_NG_DISPATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "ng/ng.h"
#include "ng/reader.h"

#define RF_COMMANDS 13 /* rows of rf_command_rows */

/* What the commands work with. Control thread only. */
struct rf_dispatch {
	struct rf_calls *calls;                            /* borrowed, as all until arena */
	const struct rf_dataplane *dataplane;              /* may be NULL */
	const struct rf_ports *ports;                      /* may be NULL */
	struct rf_log *log;                                /* may be NULL */
	struct rf_arena *arena;                            /* owned; reset for each request */
	struct rf_told told;                               /* words that the log knows of */
	struct rf_request request;                         /* of the request being answered */
	int64_t started_us;                                /* monotonic, of the daemon */
	uint64_t rejected;                                 /* offers refused by a limit */
	struct rf_ng_command_stats stats[RF_COMMANDS + 1]; /* by command; the last row is "other" */
	struct rf_histogram durations[RF_COMMANDS + 1];    /* seconds */
};

/* 0 or -ENOMEM. */
int rf_dispatch_init(struct rf_dispatch *dispatch, const struct rf_ng_config *config);
void rf_dispatch_free(struct rf_dispatch *dispatch);

/* Append the reply, cookie included, to out. False: none is due (no cookie, or a reply that went astray). */
bool rf_dispatch_handle(struct rf_dispatch *dispatch, struct rf_str datagram, struct rf_buf *out);

/* What a command needs of a request. */
enum { RF_NEEDS_SDP = 1, RF_NEEDS_CALL_ID = 2, RF_NEEDS_FROM_TAG = 4, RF_NEEDS_TO_TAG = 8 };

struct rf_command {
	const char *name; /* as clients write it */
	unsigned needs;   /* RF_NEEDS_* */
	bool makes_media; /* what would leave the media broken is refused */
	/* Fill reply and add to tree, the dictionary that is sent. */
	void (*run)(struct rf_dispatch *dispatch, struct rf_reply *reply, struct rf_value *tree);
};

/* commands.c */
extern const struct rf_command rf_commands[RF_COMMANDS];

/* report_tree.c: add what query and delete tell of a call. */
void rf_report_tree(struct rf_arena *arena, struct rf_value *tree, const struct rf_call_report *report);

/* statistics.c: add what the command of that name tells. */
void rf_statistics_tree(struct rf_dispatch *dispatch, struct rf_value *tree);

#endif
