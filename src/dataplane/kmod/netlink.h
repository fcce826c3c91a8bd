/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink socket: one request at a time, and what the kernel answers to it. The kernel works in the sender's context,
 * so the answer is there when the request is sent, and nothing here waits. netlink.c is the one file that includes
 * libmnl.
 */
#ifndef RF_DATAPLANE_KMOD_NETLINK_H
#define RF_DATAPLANE_KMOD_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

struct rf_netlink; /* opaque */

#define RF_NETLINK_SENTENCE 256           /* bytes of the kernel's words, with the final NUL */
#define RF_NETLINK_REQUEST (256u << 10)   /* bytes that a request may have */
#define RF_NETLINK_RECEIVE (4u << 20)     /* bytes of answers that a socket is to hold; less without privilege */
#define RF_NETLINK_READ ((size_t)1 << 16) /* bytes that are read at a time */

/* Why the kernel refused. */
struct rf_netlink_error {
	char sentence[RF_NETLINK_SENTENCE]; /* its own words (extended ack), printable; empty: none */
	uint32_t offset; /* of the attribute to blame, from the request's first byte; 0: none named */
	uint32_t number; /* of the message that was refused */
};

/* What a walk through answers has found. */
struct rf_netlink_end {
	bool ended;                    /* the last word, good or bad, was there */
	int code;                      /* 0, or the first refusal or bad answer: a negative errno */
	struct rf_netlink_error error; /* to code */
};

/* Gets each answer that is no acknowledgement. 0, or a negative errno that becomes the request's result. */
typedef int rf_netlink_fn(void *arg, const struct nlmsghdr *message);

/*
 * Open a socket of a protocol (NETLINK_GENERIC, NETLINK_NETFILTER) in the caller's network namespace. 0; -ENOMEM,
 * -EMFILE, -EPROTONOSUPPORT, …
 */
int rf_netlink_open(int protocol, struct rf_netlink **out);
void rf_netlink_close(struct rf_netlink *nl); /* NULL is fine */
int rf_netlink_fd(const struct rf_netlink *nl);
/* Bytes of answers that the socket holds, as the kernel counts them. */
unsigned rf_netlink_room(const struct rf_netlink *nl);

/*
 * Find the family of a name; later requests go to it. The kernel loads a module that has an alias for it. 0; -ENOENT:
 * no such family; others.
 */
int rf_netlink_resolve(struct rf_netlink *nl, const char *family, uint8_t version);

/*
 * A request of the family: begin, put, call. Its memory is the socket's. What does not fit is told by the call
 * (-EMSGSIZE). flags: NLM_F_DUMP, or 0 for a request that is acknowledged.
 */
void rf_netlink_begin(struct rf_netlink *nl, uint8_t command, uint16_t flags);
void rf_netlink_put(struct rf_netlink *nl, uint16_t type, const void *data, size_t len);
void rf_netlink_put_u8(struct rf_netlink *nl, uint16_t type, uint8_t value);
void rf_netlink_put_u16(struct rf_netlink *nl, uint16_t type, uint16_t value);
void rf_netlink_put_u32(struct rf_netlink *nl, uint16_t type, uint32_t value);
void rf_netlink_put_u64(struct rf_netlink *nl, uint16_t type, uint64_t value);
void rf_netlink_put_text(struct rf_netlink *nl, uint16_t type, const char *text);
/* Open a nest; the mark closes it. */
size_t rf_netlink_nest(struct rf_netlink *nl, uint16_t type);
void rf_netlink_nest_end(struct rf_netlink *nl, size_t mark);
/* The request as it stands, for who wants to see what the kernel blames. */
const void *rf_netlink_request(const struct rf_netlink *nl, size_t *len);

/*
 * Send the request and read its answers to the last. 0; -EMSGSIZE; -ENODATA: no last word came; -ENOBUFS: more answers
 * than the socket holds, some were lost; the kernel's refusal, or fn's: *error has what is known of it.
 */
int rf_netlink_call(struct rf_netlink *nl, rf_netlink_fn *fn, void *arg, struct rf_netlink_error *error);
/* Only send it (a dump): 0 or a negative errno. */
int rf_netlink_send(struct rf_netlink *nl);
/* Read one buffer of the answer to what was sent: 1: there is more; 0: that was the last; -EAGAIN; as a call. */
int rf_netlink_read(struct rf_netlink *nl, rf_netlink_fn *fn, void *arg, struct rf_netlink_error *error);

/*
 * Send messages made elsewhere, numbered from first to last, and read all answers; fn and error as a call. The last
 * one, or one of them, asks for an acknowledgement. The next free number comes from rf_netlink_number.
 */
int rf_netlink_exchange(struct rf_netlink *nl, const void *data, size_t len, uint32_t first, uint32_t last,
                        rf_netlink_fn *fn, void *arg, struct rf_netlink_error *error);
/* Take so many message numbers; the first of them. */
uint32_t rf_netlink_number(struct rf_netlink *nl, uint32_t count);

/* Walk through one buffer of answers to the messages numbered from first to last. Pure: what the fuzzer calls. */
void rf_netlink_walk(const void *data, size_t len, uint32_t first, uint32_t last, rf_netlink_fn *fn, void *arg,
                     struct rf_netlink_end *end);

#endif
