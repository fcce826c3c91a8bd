/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What moves packets. The model describes streams; a data plane forwards them.
 *
 * A stream is one local socket that faces one party: what arrives on it comes from that party, and what
 * goes to that party leaves from it. Where arriving packets go is another stream of the same group. A
 * group is what belongs to one call: one worker owns all of it for life, so that no lock is shared on the
 * packet path.
 *
 * The control thread stages changes with rf_stream_new, rf_stream_set and rf_stream_free, and sends them as
 * one message with rf_group_commit: a call's flows change together. All functions are for the control thread.
 */
#ifndef RF_DATAPLANE_DATAPLANE_H
#define RF_DATAPLANE_DATAPLANE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/histogram.h"
#include "log/log.h"
#include "loop/loop.h"
#include "ports/ports.h"
#include "rtp/leg.h"

struct rf_dataplane; /* opaque */
struct rf_group;     /* opaque: the streams of one call */
struct rf_stream;    /* opaque */

/* Why a packet was not forwarded; names in rf_drop_name. */
enum rf_drop {
	RF_DROP_TOO_SHORT,      /* shorter than the header that its kind needs */
	RF_DROP_NOT_RTP,        /* neither RTP nor RTCP (version 2), STUN or DTLS on an RTP stream */
	RF_DROP_UNKNOWN_SOURCE, /* not the party's latched source, and strict */
	RF_DROP_NO_STREAM,      /* no stream to forward to: the other party is not there yet, or has rejected */
	RF_DROP_NO_DESTINATION, /* the other party's endpoint is not known yet (NAT-wait, null address) */
	RF_DROP_BLOCKED,        /* block media, block DTMF, silence of a codec that has no silence pattern */
	RF_DROP_TOO_BIG,        /* the output refused the size (EMSGSIZE) */
	RF_DROP_UNREACHABLE,    /* no route, no neighbour, or a packet filter that rejects */
	RF_DROP_CONGESTED,      /* the output queue was full */
	RF_DROP_SEND_ERROR,     /* any other refusal of the kernel's */
	RF_DROP_OVERRUN,        /* the stream's receive buffer was full: the relay or its machine was too slow */
	RF_DROPS
};

/* How the party's real endpoint is learnt (ng key endpoint-learning). */
enum rf_learn {
	RF_LEARN_IMMEDIATE, /* from the first good packet */
	RF_LEARN_DELAYED,   /* from packets in the first three seconds, the last source counts */
	RF_LEARN_HEURISTIC, /* as delayed, but a source equal to the SDP's endpoint, then its address, then its port is
	                       preferred */
	RF_LEARN_OFF,       /* never: the SDP's endpoint is the destination */
};

enum rf_stream_flag {
	RF_STREAM_RTP = 1 << 0,         /* carries RTP */
	RF_STREAM_RTCP = 1 << 1,        /* carries RTCP; with RTP: multiplexed (RFC 5761) */
	RF_STREAM_OPAQUE = 1 << 2,      /* neither: forwarded as it comes */
	RF_STREAM_STRICT = 1 << 3,      /* once latched, only the latched source */
	RF_STREAM_HANDOVER = 1 << 4,    /* follow a changed source (media-handover) */
	RF_STREAM_ASYMMETRIC = 1 << 5,  /* source differs from the SDP's endpoint for good: latch a source to expect,
	                                   never a destination */
	RF_STREAM_NAT_WAIT = 1 << 6,    /* send nothing to this party before a packet came from it */
	RF_STREAM_PIERCE_NAT = 1 << 7,  /* send empty datagrams to the party until its first packet */
	RF_STREAM_BLOCK = 1 << 8,       /* drop what this party sends */
	RF_STREAM_SILENCE = 1 << 9,     /* replace the party's payload by silence */
	RF_STREAM_BLOCK_DTMF = 1 << 10, /* drop the party's RFC 4733 events */
};

#define RF_STREAM_MAX_TYPES                                                                      \
	16 /* payload types remembered per stream; others are measured with a guessed clock rate \
	    */

enum rf_codec_hint { RF_CODEC_OTHER, RF_CODEC_PCMU, RF_CODEC_PCMA, RF_CODEC_TELEPHONE_EVENT };

struct rf_payload_type {
	uint8_t type;        /* 0 to 127 */
	uint8_t codec;       /* enum rf_codec_hint */
	uint32_t clock_rate; /* Hz */
};

/* What the model wants of a stream; copied by rf_stream_set. */
struct rf_stream_config {
	uint32_t flags; /* enum rf_stream_flag */
	enum rf_learn learn;
	struct rf_endpoint remote;  /* the party's endpoint by SDP; null address or port 0: unknown. A change forgets
	                               what was learnt */
	bool forget;                /* forget what was learnt even so (flag reset) */
	int tos;                    /* byte for IP_TOS / IPV6_TCLASS of what goes to this party; -1: leave */
	struct rf_stream *out_rtp;  /* where arriving RTP (and opaque, STUN, DTLS) goes; NULL: counted and dropped */
	struct rf_stream *out_rtcp; /* where arriving RTCP goes */
	unsigned n_types;           /* 0 to RF_STREAM_MAX_TYPES */
	struct rf_payload_type types[RF_STREAM_MAX_TYPES]; /* that this party may send */
};

struct rf_stream_report {
	struct rf_endpoint remote;       /* where packets to the party go now; port 0: unknown */
	struct rf_endpoint source;       /* latched source; port 0: not latched */
	uint64_t packets_in, bytes_in;   /* arrived on this stream and accepted from this party */
	uint64_t packets_out, bytes_out; /* sent to this party */
	uint64_t rtcp_in;                /* of packets_in, RTCP */
	uint64_t drops[RF_DROPS];        /* of what arrived */
	uint32_t relearned;              /* times that the source changed after the first latch */
	int64_t first_packet_us;         /* monotonic; 0: none yet */
	int64_t last_packet_us;          /* monotonic; 0: none yet */
	bool kernel;                     /* forwarded in the kernel now */
	const char *kernel_why;          /* a sentence: why it is not; static; "" when it is */
	struct rf_leg leg;               /* the party's RTP by SSRC: loss, jitter (rtp/leg.h); zero on an RTCP stream */
	struct rf_far_end
		far; /* what the party's own RTCP said of its reception, and the round trip to it (rtp/leg.h) */
};

#define RF_KERNEL_DEVICES 16 /* of a kernel table, as the module's limit */

/* What is wanted of the kernel's table. */
struct rf_kernel_config {
	const char *label;          /* of the owner; who comes with the same label adopts what it left */
	uint32_t id;                /* wanted; 0: any */
	uint32_t lease_s;           /* seconds that the table outlives this process */
	uint32_t hook;              /* enum rtpferry_hook */
	const char *const *devices; /* names, for hook ingress */
	unsigned n_devices;         /* of them, at most RF_KERNEL_DEVICES */
	bool required;              /* without a table at first the plane is of no use: whoever makes it says why */
};

struct rf_dataplane_config {
	const struct rf_kernel_config *kernel; /* copied; NULL: user space only */
	const char *guard; /* copied: name of the nftables guard while there is no table, "rtpferry_ng2223"; with one it
	                      is "rtpferry_<id>". NULL: no guard */
	unsigned workers;  /* threads; 0: number of CPUs that the cgroup grants */
	unsigned nap_us;   /* a worker's nap before it waits again: fewer wake-ups for that much more delay; 0: none */
	struct rf_loop *loop;   /* of the control thread; borrowed */
	struct rf_log *log;     /* borrowed */
	struct rf_ports *ports; /* borrowed: pairs of freed streams go back there */
};

/* 0; -ENOMEM; -EAGAIN (no thread). */
int rf_dataplane_new(const struct rf_dataplane_config *config, struct rf_dataplane **out);
/* Ends the workers; groups that are left are freed. NULL is fine. */
void rf_dataplane_free(struct rf_dataplane *dataplane);

/* 0 or -ENOMEM. The least loaded worker takes the group. */
int rf_group_new(struct rf_dataplane *dataplane, struct rf_group **out);
/* Free the group and all its streams, committed at once. Their pairs go back to the ports once the worker has let go.
 * NULL is fine. */
void rf_group_free(struct rf_group *group);

/*
 * A stream pair for a port pair, which is taken over (and its fds set to -1): *rtp for rtp_fd, *rtcp for
 * rtcp_fd or NULL where there is none. The ports go back when both are freed. 0 or -ENOMEM (nothing is taken over).
 */
int rf_stream_pair_new(struct rf_group *group, struct rf_port_pair *pair, struct rf_stream **rtp,
                       struct rf_stream **rtcp);
/* Stage a configuration. */
void rf_stream_set(struct rf_stream *stream, const struct rf_stream_config *config);
/* Stage the end of a stream. Streams that send to it must be set otherwise in the same commit. NULL is fine. */
void rf_stream_free(struct rf_stream *stream);
/* Send what is staged to the worker as one message. 0 or -ENOMEM (kept staged). */
int rf_group_commit(struct rf_group *group);
/*
 * The call is over: its flows leave the kernel for good, so that rf_stream_report is final to the last packet. What
 * still arrives is relayed in user space until the group is freed.
 */
void rf_group_finish(struct rf_group *group);

/* Have rf_stream_report tell what the kernel has counted until now; without it, until up to a second ago. */
void rf_group_read(struct rf_group *group);

/* The local side of a stream. */
const struct rf_local *rf_stream_local(const struct rf_stream *stream);
uint16_t rf_stream_port(const struct rf_stream *stream);
/* A consistent copy of a stream's state, read without disturbing the worker. */
void rf_stream_report(const struct rf_stream *stream, struct rf_stream_report *out);

/* Monotonic time of the last packet accepted from the party, 0: none yet; cheaper than a report. */
int64_t rf_stream_last_packet_us(const struct rf_stream *stream);

/* Totals per interface, over streams that were and are, in user space and in the kernel. */
struct rf_dataplane_totals {
	char iface[RF_IFACE_NAME];
	uint64_t packets_in, bytes_in, packets_out, bytes_out;
	struct {
		uint64_t packets_in, bytes_in, packets_out, bytes_out;
	} kernel; /* of them, those that the kernel forwarded */
};

#define RF_DATAPLANE_MAX_IFACES 32

/* Fill at most RF_DATAPLANE_MAX_IFACES rows; returns their number. */
unsigned rf_dataplane_totals(const struct rf_dataplane *dataplane, struct rf_dataplane_totals *rows);
void rf_dataplane_drops(const struct rf_dataplane *dataplane, uint64_t drops[RF_DROPS]);
uint64_t rf_dataplane_relearned(const struct rf_dataplane *dataplane);
unsigned rf_dataplane_streams(const struct rf_dataplane *dataplane); /* streams now */
unsigned rf_dataplane_workers(const struct rf_dataplane *dataplane);
/* Time that a sample of the packets spent in the relay, kernel receive time to send, seconds. */
void rf_dataplane_delay(const struct rf_dataplane *dataplane, struct rf_histogram *out);

/* What became of the kernel's table; all strings are static or the data plane's, until the next call of the loop. */
struct rf_kernel_status {
	bool wanted;           /* rf_dataplane_config.kernel was given */
	bool up;               /* there is a table, and calls may go there */
	bool adopted;          /* it was left by an owner of the same label */
	uint32_t id;           /* of the table; 0: none */
	const char *label;     /* of the table */
	const char *hook;      /* "prerouting", "nft" or "ingress" */
	const char *version;   /* of the module; "": not known */
	const char *why;       /* a sentence: why it is not up; "" when it is */
	const char *guard;     /* name of the nftables table in force; "": none */
	const char *guard_why; /* a sentence: why there is none; "" when there is, or none is wanted */
	unsigned flows;        /* installed now */
	unsigned streams;      /* whose packets the kernel forwards now */
	uint64_t restored;     /* times that the guard had to be restored */
};

void rf_dataplane_kernel(const struct rf_dataplane *dataplane, struct rf_kernel_status *out);
/* Packets that the kernel declined and left to user space, by enum rtpferry_reason (at least RTPFERRY_REASON_COUNT). */
void rf_dataplane_passed_up(const struct rf_dataplane *dataplane, uint64_t *packets);
/* Packets that the kernel dropped, by the reasons of user space. Part of rf_dataplane_drops. */
void rf_dataplane_kernel_drops(const struct rf_dataplane *dataplane, uint64_t drops[RF_DROPS]);
/* Requests to the module that failed, by enum rtpferry_cmd (at least RTPFERRY_CMD_MAX + 1). */
void rf_dataplane_netlink_errors(const struct rf_dataplane *dataplane, uint64_t *errors);
/* The addresses or port ranges of rf_ports have changed: tell table and guard. */
void rf_dataplane_readdress(struct rf_dataplane *dataplane);
/* The rules of the guard as a file for `nft -f`, whether they are installed or not. */
void rf_dataplane_print_rules(const struct rf_dataplane *dataplane, struct rf_buf *out);

/* "too_short", …, as metrics and API print it. */
const char *rf_drop_name(enum rf_drop drop);

#endif
