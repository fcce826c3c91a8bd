// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prepared messages to the module over a socket that exists, timed.
 *
 *   ourflows SOCKET FAMILY COMMAND dump|ack FILE
 *
 * FILE: each message's length (32 bits, of this machine) and its attributes. Prints the nanoseconds until the last
 * reply.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define ROOM (1 << 18)

static char buffer[ROOM];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (unsigned long long)time.tv_sec * 1000000000u + (unsigned long long)time.tv_nsec;
}

static void request(int fd, struct nlmsghdr *head, const char *body, uint32_t length)
{
	static char out[ROOM];

	head->nlmsg_len = (uint32_t)(NLMSG_LENGTH(GENL_HDRLEN) + length);
	head->nlmsg_seq++;
	memcpy(out, head, sizeof(*head) + GENL_HDRLEN);
	memcpy(out + NLMSG_LENGTH(GENL_HDRLEN), body, length);
	if (send(fd, out, head->nlmsg_len, 0) < 0)
		fail("ourflows: send");
}

/* Until the acknowledgement, or the dump's end. */
static void await(int fd)
{
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);

		if (got < 0)
			fail("ourflows: recv");
		int left = (int)got;
		for (struct nlmsghdr *head = (void *)buffer; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
			if (head->nlmsg_type != NLMSG_ERROR && head->nlmsg_type != NLMSG_DONE)
				continue;
			if (*(int *)NLMSG_DATA(head) != 0) {
				fprintf(stderr, "ourflows: refused: %s\n", strerror(-*(int *)NLMSG_DATA(head)));
				exit(1);
			}
			return;
		}
	}
}

int main(int argc, char **argv)
{
	struct {
		struct nlmsghdr netlink;
		struct genlmsghdr generic;
	} head = {.generic.version = 1};
	FILE *file = argc == 6 ? fopen(argv[5], "rb") : NULL;
	size_t size = 0, room = 64 << 20;
	char *all = malloc(room);

	if (!file || !all)
		return 2;
	size = fread(all, 1, room, file);
	fclose(file);
	head.netlink.nlmsg_type = (uint16_t)atoi(argv[2]);
	head.netlink.nlmsg_flags = NLM_F_REQUEST | (strcmp(argv[4], "dump") == 0 ? NLM_F_DUMP : NLM_F_ACK);
	head.netlink.nlmsg_seq = 1u << 30;
	head.generic.cmd = (uint8_t)atoi(argv[3]);
	unsigned long long start = now();
	for (size_t at = 0; at + 4 <= size;) {
		uint32_t length;

		memcpy(&length, all + at, sizeof(length));
		request(atoi(argv[1]), &head.netlink, all + at + 4, length);
		await(atoi(argv[1]));
		at += 4 + length;
	}
	printf("%llu\n", now() - start);
	return 0;
}
