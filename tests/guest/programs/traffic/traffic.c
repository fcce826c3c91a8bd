// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets of every kind that a media port gets, without end, from a socket in this network namespace.
 *
 *   traffic SOURCE SOURCE-PORT DEST FIRST-PORT LAST-PORT PACKETS-PER-SECOND
 *
 * Each goes to a port chosen anew. Most are RTP; some RTCP, STUN, DTLS, noise, too short, larger than the MTU. Ends
 * when its namespace's devices have gone, or when it is killed. Prints how many the kernel took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BURST 16

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static socklen_t make_address(struct sockaddr_storage *to, const char *text, int port)
{
	struct sockaddr_in *to4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *to6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &to4->sin_addr) == 1) {
		to4->sin_family = AF_INET;
		to4->sin_port = htons((uint16_t)port);
		return sizeof(*to4);
	}
	if (inet_pton(AF_INET6, text, &to6->sin6_addr) != 1) {
		fprintf(stderr, "traffic: '%s' is no address\n", text);
		exit(2);
	}
	to6->sin6_family = AF_INET6;
	to6->sin6_port = htons((uint16_t)port);
	return sizeof(*to6);
}

/* A datagram of some kind; its length. */
static size_t fill(uint8_t *bytes, uint32_t number)
{
	static uint16_t sequence;
	uint32_t kind = (uint32_t)rand() % 64;

	memset(bytes, (int)number, 172);
	bytes[0] = 0x80;
	bytes[1] = (uint8_t)(number % 3 ? 0 : 101);
	sequence = (uint16_t)(kind == 63 ? rand() : sequence + 1);
	bytes[2] = (uint8_t)(sequence >> 8);
	bytes[3] = (uint8_t)sequence;
	memset(bytes + 8, (int)(number / 1000 % 7), 4); /* the SSRC changes now and then */
	if (kind < 8)
		bytes[1] = 200; /* RTCP */
	else if (kind == 8)
		bytes[0] = 0; /* STUN */
	else if (kind == 9)
		bytes[0] = 22; /* DTLS */
	else if (kind == 10)
		bytes[0] = (uint8_t)rand();
	else if (kind == 11)
		return (size_t)rand() % 12;
	else if (kind == 12)
		return 1400 + (size_t)rand() % 600;
	return 172;
}

static void pause_for(long nanoseconds)
{
	struct timespec rest = {nanoseconds / 1000000000, nanoseconds % 1000000000};

	nanosleep(&rest, NULL);
}

int main(int argc, char **argv)
{
	struct sockaddr_storage from, to;
	uint8_t bytes[2048];
	unsigned long taken = 0;
	int first, last, fd;
	socklen_t len;

	if (argc != 7) {
		fputs("usage: traffic SOURCE SOURCE-PORT DEST FIRST-PORT LAST-PORT PACKETS-PER-SECOND\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	first = atoi(argv[4]);
	last = atoi(argv[5]);
	memset(bytes, 0, sizeof(bytes));
	len = make_address(&from, argv[1], atoi(argv[2]));
	fd = socket(from.ss_family, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&from, len) < 0) {
		perror("traffic: socket");
		return 2;
	}
	for (uint32_t number = 0; !ended; number++) {
		len = make_address(&to, argv[3], first + rand() % (last - first + 1));
		taken += sendto(fd, bytes, fill(bytes, number), MSG_DONTWAIT, (struct sockaddr *)&to, len) >= 0;
		if (number % BURST == BURST - 1)
			pause_for(1000000000L / atol(argv[6]) * BURST);
	}
	printf("traffic took %lu\n", taken);
	return 0;
}
