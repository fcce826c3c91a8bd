/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data plane over real sockets on loopback, for tests:
 *
 *   alice (UDP socket)  <->  a | relay | b  <->  bob (UDP socket)
 *
 * a and b are the stream pairs that face alice and bob. Helpers fail the test when something does not come in time.
 */
#ifndef RF_TESTS_DATAPLANE_RIG_H
#define RF_TESTS_DATAPLANE_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/dataplane.h"
#include "loop/loop.h"
#include "ports/ports.h"

struct rig {
	struct rf_loop *loop;           /* */
	struct rf_ports *ports;         /* interfaces "four" (127.0.0.1) and "six" (::1) */
	struct rf_dataplane *dataplane; /* */
	struct rf_group *group;         /* of the streams below */
	struct rf_stream *a, *a_rtcp;   /* face alice */
	struct rf_stream *b, *b_rtcp;   /* face bob */
	struct rf_stream_config to_a;   /* of stream a: remote is alice */
	struct rf_stream_config to_b;   /* of stream b */
};

/* An end of a call. */
struct peer {
	int fd;                  /* */
	struct rf_endpoint self; /* its address and port */
};

/*
 * Set-up of a group of tests: a network namespace with nothing but loopback, so that no other run on this machine sends
 * to our ports or takes them. Without the right to make one we stay where we are.
 */
int rig_own_network(void **state);
/* With so many workers. */
void rig_open(struct rig *rig, unsigned workers);
/* The same with workers that rest for so long before they wait again. */
void rig_open_napping(struct rig *rig, unsigned workers, unsigned nap_us);
/* The same with a kernel table, and a guard of that name (NULL: none). */
void rig_open_kernel(struct rig *rig, unsigned workers, const struct rf_kernel_config *kernel, const char *guard);
/* Free all; all ports must be back. */
void rig_close(struct rig *rig);
/* Make streams a and b, of these interfaces ("four", "six"), with out_rtp set crosswise; nothing is committed. */
void rig_streams(struct rig *rig, const char *iface_a, const char *iface_b, bool rtcp);
/* Give the RTCP streams the flags RF_STREAM_RTCP, out_rtcp crosswise, and these remotes. */
void rig_rtcp(struct rig *rig, const struct rf_endpoint *alice, const struct rf_endpoint *bob);
/* Set to_a and to_b, commit and wait until the worker has done it. */
void rig_commit(struct rig *rig);
/* Wait until all that was committed is done. */
void rig_sync(struct rig *rig);
/* Run the control loop for some milliseconds. */
void rig_run(struct rig *rig, unsigned ms);
/* Ports in use, over all interfaces. */
unsigned rig_ports_in_use(const struct rig *rig);

/* On "127.0.0.1", "127.0.0.2" or "::1"; port 0: any. */
void peer_open(struct peer *peer, const char *address, uint16_t port);
void peer_close(struct peer *peer);
/* Send bytes to the local side of a stream. */
void peer_send(const struct peer *peer, const struct rf_stream *to, const void *data, size_t len);
/* The next datagram must be these bytes, and come from that stream. */
void peer_expect(const struct peer *peer, const struct rf_stream *from, const void *data, size_t len);
/* Nothing is waiting. */
void peer_expect_nothing(const struct peer *peer);
/* The next datagram, whatever it is: its length. */
size_t peer_receive(const struct peer *peer, void *data, size_t size);

/* Wait until the stream has dropped n packets for that reason. */
void expect_drops(const struct rf_stream *stream, enum rf_drop reason, uint64_t n);
/* Wait until the stream has accepted n packets. */
void expect_packets_in(const struct rf_stream *stream, uint64_t n);

#define RTP_SIZE 172 /* bytes of what rtp_make() writes: 20 ms of G.711 */

/* An RTP packet with 160 bytes of payload. */
void rtp_make(uint8_t packet[RTP_SIZE], uint8_t payload_type, uint16_t seq, uint32_t timestamp, uint32_t ssrc);

#endif
