/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named interfaces, their addresses, and the pool of free port pairs of each address. Sockets come out
 * bound and set up (non-blocking, receive buffer, DSCP left to the caller). Control thread only.
 */
#ifndef RF_PORTS_PORTS_H
#define RF_PORTS_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/str.h"
#include "log/log.h"

struct rf_ports;           /* opaque: all interfaces */
struct rf_pool_advertised; /* opaque */

#define RF_IFACE_NAME 32 /* bytes of a name, with the final NUL */
#define RF_IFACE_MAX_ADDRESSES 16

/* One address of an interface. Lives as long as a port of it is in use, even when a reload removed it. */
struct rf_local {
	char iface[RF_IFACE_NAME]; /* the interface's name */
	unsigned iface_id; /* small number, the same for all addresses of the interface, never used again for another
	                      name */
	struct rf_addr address;    /* bound */
	struct rf_addr advertised; /* printed in SDP; equals address when none was given */
	uint16_t port_min;         /* inclusive */
	uint16_t port_max;         /* inclusive */
	uint32_t mark;             /* of the routing of what leaves from here; 0: none */
	bool stack;                /* the kernel module sends what leaves from here through OUTPUT and POSTROUTING */
};

/* As configured: "name/ADDRESS[!ADVERTISED]" resolved to addresses. */
struct rf_local_config {
	char iface[RF_IFACE_NAME];
	struct rf_addr address;
	struct rf_addr advertised; /* family none: same as address */
	uint16_t port_min, port_max;
	uint32_t mark; /* as in rf_local, and the next */
	bool stack;
};

/* A pair of adjacent ports: RTP even, RTCP odd (RFC 3550 section 11). */
struct rf_port_pair {
	const struct rf_local *local;
	uint16_t rtp_port;                     /* host order; RTCP is rtp_port + 1 */
	int rtp_fd;                            /* bound socket; -1: none */
	int rtcp_fd;                           /* bound socket; -1: none (not asked for, or dropped) */
	struct rf_pool_advertised *advertised; /* in force when it was handed out; the pool's */
};

struct rf_ports_usage {
	const struct rf_local *local;
	unsigned ports;  /* ports that the range holds */
	unsigned in_use; /* ports of pairs that are handed out */
};

/* 0 or -ENOMEM. log is borrowed. */
int rf_ports_new(struct rf_log *log, struct rf_ports **out);
void rf_ports_free(struct rf_ports *ports); /* all pairs must have been returned; NULL is fine */

/*
 * Set the addresses, at start or on reload: those that stay keep their pools; those that went hand nothing
 * out any more. 0; -ENOMEM; -EINVAL (a range without one pair, two overlapping ranges of one address); -EADDRNOTAVAIL
 * (an address that this host does not have). On an error nothing changed and *why (static or log-lived) is a sentence.
 */
int rf_ports_configure(struct rf_ports *ports, const struct rf_local_config *locals, unsigned n, struct rf_str *why);

/* Does an interface of that name exist? The empty name is the first configured interface. */
bool rf_ports_has_iface(const struct rf_ports *ports, struct rf_str iface);

/*
 * Take a pair from an address of that interface and family (RF_FAMILY_NONE: the interface's first), turning
 * over several addresses in turn. 0; -ENOSPC (no pair is free: "Ran out of ports"); -ENOENT (no such
 * interface); -EAFNOSUPPORT (the interface has no address of that family); -EMFILE, -ENOMEM.
 */
int rf_ports_get(struct rf_ports *ports, struct rf_str iface, enum rf_family family, bool want_rtcp,
                 struct rf_port_pair *out);

/* The sockets of a pair come back (closed, or kept bound for the next call); fds that are -1 are gone already. */
void rf_ports_put(struct rf_ports *ports, struct rf_port_pair *pair);

/*
 * Keep the sockets of at most that many free pairs of each address bound, for the next call that gets the pair; 0, the
 * default, closes all. A kept pair costs less than half the CPU time of a new one over its life (bench/ports.c: some 5
 * instead of 11 microseconds), and two descriptors and up to 5 KB of kernel memory while it waits. Pairs are
 * taken in the order in which they came back, kept or not, so that keeping never shortens the rest of a port: it pays
 * when about as many pairs are kept as the range holds. Descriptors that are needed for a call are taken from here.
 */
void rf_ports_keep(struct rf_ports *ports, unsigned pairs);

/* For adoption and for tests: that very pair. 0, -EADDRINUSE, -ENOENT, -ENOMEM. */
int rf_ports_get_exact(struct rf_ports *ports, const struct rf_addr *address, uint16_t rtp_port, bool want_rtcp,
                       struct rf_port_pair *out);

/* Call fn for each address in configured order. */
void rf_ports_each(const struct rf_ports *ports, void (*fn)(const struct rf_ports_usage *usage, void *arg), void *arg);

typedef void rf_ports_advertised_fn(const struct rf_local *local, const struct rf_addr *advertised, void *arg);

/*
 * Call fn for each address that packets may come to, with each that it is advertised as: those that are configured
 * first, in their order, then what a reload has changed or removed and a call that is still there has shown.
 */
void rf_ports_each_advertised(const struct rf_ports *ports, rf_ports_advertised_fn *fn, void *arg);

#endif
