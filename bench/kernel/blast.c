// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTP frames of many calls from an AF_PACKET socket, between markers that count.c sees.
 *
 *   blast DEVICE MAC FAMILY SOURCE DEST CALLS PACKETS [PORTS]
 *
 * Frames go to MAC, from SOURCE port 10000 + 2 n to DEST port 20000 + 2 n, or to line n of the file PORTS, n below
 * CALLS in turn. After a round for warmth come PACKETS between markers 0 and 1 and twice as many between markers 1
 * and 2: half the difference is what PACKETS cost without beginning and end.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAYLOAD 172
#define CALLS_MAX 20000
#define STRING(x) #x
#define MARKER(hex) __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00; .long " STRING(hex)::: "memory")

struct frame {
	uint8_t bytes[14 + 40 + 8 + PAYLOAD];
	size_t len;     /* of bytes */
	size_t header;  /* of the IP header */
	uint32_t fixed; /* sum of what never changes of the UDP checksum */
};

static uint16_t ports[CALLS_MAX]; /* of the relay, of each call */

static uint32_t sum(const uint8_t *bytes, size_t len, uint32_t start)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		start += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	return start;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return (uint16_t)~value;
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void make_ip(struct frame *frame, int family, const char *source, const char *dest)
{
	uint8_t *ip = frame->bytes + 14;
	size_t at = family == AF_INET ? 12 : 8, size = family == AF_INET ? 4 : 16;

	frame->header = family == AF_INET ? 20 : 40;
	frame->len = 14 + frame->header + 8 + PAYLOAD;
	put16(frame->bytes + 12, family == AF_INET ? ETHERTYPE_IP : ETHERTYPE_IPV6);
	if (family == AF_INET) {
		memcpy(ip, "\x45\0\0\0\0\0\x40\0\x40\x11\0\0", 12);
		put16(ip + 2, (uint32_t)(frame->header + 8 + PAYLOAD));
	} else {
		memcpy(ip, "\x60\0\0\0\0\0\x11\x40", 8);
		put16(ip + 4, 8 + PAYLOAD);
	}
	if (inet_pton(family, source, ip + at) != 1 || inet_pton(family, dest, ip + at + size) != 1)
		exit(2);
	if (family == AF_INET)
		put16(ip + 10, fold(sum(ip, 20, 0)));
	frame->fixed = sum(ip + at, 2 * size, 0) + IPPROTO_UDP + 2 * (8 + PAYLOAD) + 0x8000;
}

/* Ports, sequence number, timestamp, SSRC and checksum of a packet of a call; the rest of the payload is zero. */
static void make_packet(struct frame *frame, unsigned call, unsigned seq)
{
	uint8_t *udp = frame->bytes + 14 + frame->header, *rtp = udp + 8;

	put16(udp, 10000 + 2 * call);
	put16(udp + 2, ports[call]);
	put16(udp + 4, 8 + PAYLOAD);
	rtp[0] = 0x80;
	put16(rtp + 2, seq & 0xffff);
	put16(rtp + 4, seq * 160 >> 16);
	put16(rtp + 6, seq * 160 & 0xffff);
	put16(rtp + 10, call + 1);
	put16(udp + 6, fold(frame->fixed + sum(udp, 4, 0) + sum(rtp + 2, 10, 0)));
}

static void blast(int fd, const struct sockaddr_ll *to, struct frame *frame, unsigned calls, unsigned packets)
{
	static unsigned sent;

	for (unsigned i = 0; i < packets; i++, sent++) {
		make_packet(frame, sent % calls, sent / calls);
		if (sendto(fd, frame->bytes, frame->len, 0, (const struct sockaddr *)to, sizeof(*to)) < 0) {
			perror("blast: sendto");
			exit(1);
		}
	}
}

/* Ports from a file, one a line, or in steps of two. */
static void read_ports(const char *name, unsigned calls)
{
	FILE *file = name ? fopen(name, "r") : NULL;

	if (calls == 0 || calls > CALLS_MAX || (name && !file)) {
		fprintf(stderr, "blast: %u calls; expected 1 to %d, and a file '%s'\n", calls, CALLS_MAX,
		        name ? name : "");
		exit(2);
	}
	for (unsigned i = 0; i < calls; i++) {
		ports[i] = (uint16_t)(20000 + 2 * i);
		if (file && fscanf(file, "%hu", &ports[i]) != 1)
			exit(2);
	}
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	static struct frame frame;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = 6};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	if (argc < 8 || argc > 9 || fd < 0) {
		fprintf(stderr, "blast: expected DEVICE MAC FAMILY SOURCE DEST CALLS PACKETS [PORTS], as root\n");
		return 2;
	}
	unsigned calls = (unsigned)atoi(argv[6]), packets = (unsigned)atoi(argv[7]);

	read_ports(argv[8], calls);
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &frame.bytes[0], &frame.bytes[1], &frame.bytes[2],
	           &frame.bytes[3], &frame.bytes[4], &frame.bytes[5]) != 6)
		return 2;
	memcpy(to.sll_addr, frame.bytes, 6);
	memcpy(frame.bytes + 6, "\2\0\0\0\0\1", 6);
	make_ip(&frame, strcmp(argv[3], "6") == 0 ? AF_INET6 : AF_INET, argv[4], argv[5]);
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	blast(fd, &to, &frame, calls, calls > packets ? calls : packets);
	MARKER(0x52460000);
	blast(fd, &to, &frame, calls, packets);
	MARKER(0x52460001);
	blast(fd, &to, &frame, calls, 2 * packets);
	MARKER(0x52460002);
	close(fd);
	return 0;
}
