/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP addresses, endpoints and networks. Pure values: no I/O, no allocation, no name look-ups.
 */
#ifndef RF_BASE_ADDR_H
#define RF_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/str.h"

enum rf_family {
	RF_FAMILY_NONE = 0, /* no address */
	RF_FAMILY_IP4 = 4,
	RF_FAMILY_IP6 = 6,
};

/* An address. Bytes that the family does not use are zero, so that values compare with memcmp. */
struct rf_addr {
	uint8_t family; /* enum rf_family */
	uint8_t ip[16]; /* network order; IPv4 in the first four bytes */
};

/* A remote or local transport address. */
struct rf_endpoint {
	struct rf_addr addr;
	uint16_t port; /* host order; 0: unknown */
};

/* A network: an address and a prefix length. */
struct rf_net {
	struct rf_addr addr;
	uint8_t prefix; /* bits */
};

#define RF_ADDR_TEXT 46                     /* bytes for any printed address, with the final NUL */
#define RF_ENDPOINT_TEXT (RF_ADDR_TEXT + 8) /* bytes for "[v6]:port", with the final NUL */

/* Parse "192.0.2.1", "2001:db8::1" or "[2001:db8::1]". Returns 0 or -EINVAL; *out is written on success only. */
int rf_addr_parse(struct rf_str text, struct rf_addr *out);

/* Print into dst (RF_ADDR_TEXT bytes); returns dst. An address of no family prints as "-". */
const char *rf_addr_print(const struct rf_addr *addr, char dst[RF_ADDR_TEXT]);

bool rf_addr_equal(const struct rf_addr *a, const struct rf_addr *b);
bool rf_addr_is_null(const struct rf_addr *addr);     /* 0.0.0.0, :: or no family */
bool rf_addr_is_loopback(const struct rf_addr *addr); /* 127/8, ::1 */
bool rf_addr_is_private(const struct rf_addr *addr);  /* RFC 1918, RFC 6598, RFC 4193, link-local */
bool rf_addr_is_multicast(const struct rf_addr *addr);

/*
 * Parse "ADDR:PORT", "[V6]:PORT", or, where default_port is not 0, "PORT" (family none) and "ADDR" too.
 * Returns 0 or -EINVAL; *out is written on success only.
 */
int rf_endpoint_parse(struct rf_str text, uint16_t default_port, struct rf_endpoint *out);
const char *rf_endpoint_print(const struct rf_endpoint *ep, char dst[RF_ENDPOINT_TEXT]);
bool rf_endpoint_equal(const struct rf_endpoint *a, const struct rf_endpoint *b);

/* To and from the kernel's form. IPv4-mapped IPv6 becomes IPv4. rf_endpoint_from_sockaddr: 0 or -EAFNOSUPPORT. */
socklen_t rf_endpoint_to_sockaddr(const struct rf_endpoint *ep, struct sockaddr_storage *out);
int rf_endpoint_from_sockaddr(const struct sockaddr *sa, struct rf_endpoint *out);

/* Parse "10.0.0.0/8", "2001:db8::/32" or a bare address (a full-length prefix). Returns 0 or -EINVAL. */
int rf_net_parse(struct rf_str text, struct rf_net *out);
bool rf_net_contains(const struct rf_net *net, const struct rf_addr *addr);

#endif
