/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static unsigned addr_bits(const struct rf_addr *addr)
{
	return addr->family == RF_FAMILY_IP6 ? 128 : 32;
}

int rf_addr_parse(struct rf_str text, struct rf_addr *out)
{
	struct rf_addr addr = {0};
	char z[RF_ADDR_TEXT];
	bool bracketed = text.len >= 2 && text.p[0] == '[' && text.p[text.len - 1] == ']';

	if (bracketed) {
		text.p++;
		text.len -= 2;
	}
	if (text.len == 0 || text.len >= sizeof(z) || memchr(text.p, '\0', text.len))
		return -EINVAL;
	memcpy(z, text.p, text.len);
	z[text.len] = '\0';
	if (!bracketed && inet_pton(AF_INET, z, addr.ip) == 1)
		addr.family = RF_FAMILY_IP4;
	else if (inet_pton(AF_INET6, z, addr.ip) == 1)
		addr.family = RF_FAMILY_IP6;
	else
		return -EINVAL;
	*out = addr;
	return 0;
}

const char *rf_addr_print(const struct rf_addr *addr, char dst[RF_ADDR_TEXT])
{
	int family = addr->family == RF_FAMILY_IP6 ? AF_INET6 : AF_INET;

	if (addr->family == RF_FAMILY_NONE || !inet_ntop(family, addr->ip, dst, RF_ADDR_TEXT))
		memcpy(dst, "-", 2);
	return dst;
}

bool rf_addr_equal(const struct rf_addr *a, const struct rf_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool rf_addr_is_null(const struct rf_addr *addr)
{
	static const uint8_t zero[16];

	return addr->family == RF_FAMILY_NONE || memcmp(addr->ip, zero, sizeof(zero)) == 0;
}

bool rf_addr_is_loopback(const struct rf_addr *addr)
{
	static const uint8_t one[16] = {[15] = 1};

	if (addr->family == RF_FAMILY_IP4)
		return addr->ip[0] == 127;
	return addr->family == RF_FAMILY_IP6 && memcmp(addr->ip, one, sizeof(one)) == 0;
}

bool rf_addr_is_private(const struct rf_addr *addr)
{
	const uint8_t *ip = addr->ip;

	if (addr->family == RF_FAMILY_IP4)
		return ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xf0) == 16) || (ip[0] == 192 && ip[1] == 168) ||
		       (ip[0] == 100 && (ip[1] & 0xc0) == 64) || (ip[0] == 169 && ip[1] == 254);
	if (addr->family == RF_FAMILY_IP6)
		return (ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80);
	return false;
}

bool rf_addr_is_multicast(const struct rf_addr *addr)
{
	if (addr->family == RF_FAMILY_IP4)
		return (addr->ip[0] & 0xf0) == 0xe0;
	return addr->family == RF_FAMILY_IP6 && addr->ip[0] == 0xff;
}

/* A number of digits alone, at most max. */
static int parse_number(struct rf_str text, uint64_t max, uint64_t *out)
{
	uint64_t n;

	if (text.len == 0 || text.p[0] < '0' || text.p[0] > '9' || rf_str_to_u64(text, &n) || n > max)
		return -EINVAL;
	*out = n;
	return 0;
}

/* Where the colon before the port stands; text.len when there is no port. */
static size_t find_port(struct rf_str text)
{
	size_t first = text.len;

	if (text.len > 0 && text.p[0] == '[') {
		const char *end = memchr(text.p, ']', text.len);
		size_t after = end ? (size_t)(end - text.p) + 1 : text.len;

		return after < text.len && text.p[after] == ':' ? after : text.len;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] != ':')
			continue;
		if (first < text.len)
			return text.len; /* a second colon: a bare IPv6 address */
		first = i;
	}
	return first;
}

int rf_endpoint_parse(struct rf_str text, uint16_t default_port, struct rf_endpoint *out)
{
	size_t colon = find_port(text);
	struct rf_endpoint ep = {.port = default_port};
	uint64_t port;

	if (colon == text.len) {
		if (default_port == 0)
			return -EINVAL;
		if (parse_number(text, UINT16_MAX, &port) == 0)
			ep.port = (uint16_t)port;
		else if (rf_addr_parse(text, &ep.addr))
			return -EINVAL;
		*out = ep;
		return 0;
	}
	if (rf_addr_parse((struct rf_str){text.p, colon}, &ep.addr) ||
	    parse_number((struct rf_str){text.p + colon + 1, text.len - colon - 1}, UINT16_MAX, &port))
		return -EINVAL;
	ep.port = (uint16_t)port;
	*out = ep;
	return 0;
}

const char *rf_endpoint_print(const struct rf_endpoint *ep, char dst[RF_ENDPOINT_TEXT])
{
	char text[RF_ADDR_TEXT];

	rf_addr_print(&ep->addr, text);
	snprintf(dst, RF_ENDPOINT_TEXT, ep->addr.family == RF_FAMILY_IP6 ? "[%s]:%u" : "%s:%u", text, ep->port);
	return dst;
}

bool rf_endpoint_equal(const struct rf_endpoint *a, const struct rf_endpoint *b)
{
	return a->port == b->port && rf_addr_equal(&a->addr, &b->addr);
}

socklen_t rf_endpoint_to_sockaddr(const struct rf_endpoint *ep, struct sockaddr_storage *out)
{
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	switch (ep->addr.family) {
	case RF_FAMILY_IP4:
		in->sin_family = AF_INET;
		in->sin_port = htons(ep->port);
		memcpy(&in->sin_addr, ep->addr.ip, 4);
		return sizeof(*in);
	case RF_FAMILY_IP6:
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(ep->port);
		memcpy(&in6->sin6_addr, ep->addr.ip, 16);
		return sizeof(*in6);
	default:
		return 0;
	}
}

int rf_endpoint_from_sockaddr(const struct sockaddr *sa, struct rf_endpoint *out)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
	struct rf_endpoint ep = {0};

	switch (sa->sa_family) {
	case AF_INET:
		ep.addr.family = RF_FAMILY_IP4;
		memcpy(ep.addr.ip, &in->sin_addr, 4);
		ep.port = ntohs(in->sin_port);
		break;
	case AF_INET6:
		if (memcmp(&in6->sin6_addr, mapped_prefix, sizeof(mapped_prefix)) == 0) {
			ep.addr.family = RF_FAMILY_IP4;
			memcpy(ep.addr.ip, (const uint8_t *)&in6->sin6_addr + sizeof(mapped_prefix), 4);
		} else {
			ep.addr.family = RF_FAMILY_IP6;
			memcpy(ep.addr.ip, &in6->sin6_addr, 16);
		}
		ep.port = ntohs(in6->sin6_port);
		break;
	default:
		return -EAFNOSUPPORT;
	}
	*out = ep;
	return 0;
}

/* The bits of byte i of an address that a prefix covers. */
static uint8_t prefix_mask(unsigned prefix, unsigned i)
{
	if (prefix >= 8 * (i + 1))
		return 0xff;
	return prefix <= 8 * i ? 0 : (uint8_t)(0xff << (8 * (i + 1) - prefix));
}

int rf_net_parse(struct rf_str text, struct rf_net *out)
{
	const char *slash = text.len > 0 ? memchr(text.p, '/', text.len) : NULL;
	size_t len = slash ? (size_t)(slash - text.p) : text.len;
	struct rf_net net = {0};
	uint64_t prefix;

	if (rf_addr_parse((struct rf_str){text.p, len}, &net.addr))
		return -EINVAL;
	prefix = addr_bits(&net.addr);
	if (slash && parse_number((struct rf_str){slash + 1, text.len - len - 1}, prefix, &prefix))
		return -EINVAL;
	net.prefix = (uint8_t)prefix;
	for (unsigned i = 0; i < sizeof(net.addr.ip); i++)
		net.addr.ip[i] &= prefix_mask(net.prefix, i);
	*out = net;
	return 0;
}

bool rf_net_contains(const struct rf_net *net, const struct rf_addr *addr)
{
	if (net->addr.family == RF_FAMILY_NONE || net->addr.family != addr->family)
		return false;
	for (unsigned i = 0; i < sizeof(addr->ip); i++)
		if ((net->addr.ip[i] ^ addr->ip[i]) & prefix_mask(net->prefix, i))
			return false;
	return true;
}
