/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets that media arrives on and leaves from.
 */
#ifndef RF_PORTS_SOCKET_H
#define RF_PORTS_SOCKET_H

#include <stdint.h>

#include "base/addr.h"

/*
 * A non-blocking UDP socket bound to address and port (host order; 0: any). Never shared: neither SO_REUSEADDR nor
 * SO_REUSEPORT is set, so that a second process cannot bind the same port. The receive buffer is the system's default
 * (net.core.rmem_default), which holds some seconds of audio. Returns the descriptor, -EADDRINUSE, -EADDRNOTAVAIL,
 * -EMFILE, -ENOMEM or another negative errno.
 */
int rf_socket_open(const struct rf_addr *address, uint16_t port);

/*
 * Put a bound socket aside for a later call: DSCP as it was at first, no timestamps, no mark, and the smallest
 * receive buffer there is, so that a flood towards ports of no call fills no memory.
 */
void rf_socket_rest(int fd, const struct rf_addr *address);
/* Use it again: a receive buffer of that size (net.core.rmem_default), nothing of an earlier call in it. */
void rf_socket_wake(int fd, int receive_buffer);
/* The receive buffer that the system gives a socket, bytes. */
int rf_socket_receive_buffer(void);

#endif
