// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random and mutated netlink messages for the family rtpferry, from a few sockets of this network namespace.
 *
 *   fuzz_netlink SEED SECONDS [--fail] [--count N]
 *
 * The same SEED gives the same messages; on a slow machine it takes longer than SECONDS to send enough of them. With
 * --fail one request in three also has one of its allocations fail
 * (/proc/thread-self/fail-nth). Prints: messages sent, then for each command and errno how many requests were answered
 * so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/kmod/attributes.h"
#include "message.h"
#include "uapi/rtpferry.h"

#define LEAST 3000    /* messages: fewer would hardly reach what needs a table, then a flow */
#define FIRST_ID 1000 /* of tables: the kernel itself gives the lowest ones */
#define SOCKETS 2
#define ERRNOS 256
#define SLOWEST 30 /* allocations of a request, of which one fails */

struct fuzzer {
	struct fuzz_message message;
	struct fuzz_chance side; /* for what is not part of a message */
	int sockets[SOCKETS];
	uint16_t family;
	int fail_nth; /* file; -1: nothing is made to fail */
	uint64_t sent;
	uint64_t replies;              /* that are not errors */
	uint64_t answers[256][ERRNOS]; /* by command and errno */
	char buffer[1 << 18];
};

static struct fuzzer fuzzer;

static void die(const char *what)
{
	fprintf(stderr, "fuzz_netlink: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int open_socket(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int size = 1 << 20;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &(int){1}, sizeof(int));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The family's number, asked of the kernel. */
static uint16_t resolve(int fd)
{
	struct {
		struct nlmsghdr head;
		struct genlmsghdr generic;
		struct nlattr name;
		char text[12];
	} request = {.head = {sizeof(request), GENL_ID_CTRL, NLM_F_REQUEST, 0, 0},
	             .generic = {CTRL_CMD_GETFAMILY, 1, 0},
	             .name = {sizeof(struct nlattr) + sizeof(RTPFERRY_GENL_NAME), CTRL_ATTR_FAMILY_NAME},
	             .text = RTPFERRY_GENL_NAME};
	ssize_t len;

	if (send(fd, &request, sizeof(request), 0) < 0)
		die("sending to the controller");
	len = recv(fd, fuzzer.buffer, sizeof(fuzzer.buffer), 0);
	for (ssize_t at = NLMSG_LENGTH(GENL_HDRLEN); at + 6 <= len;) {
		struct nlattr head;
		uint16_t number;

		memcpy(&head, fuzzer.buffer + at, sizeof(head));
		memcpy(&number, fuzzer.buffer + at + sizeof(head), sizeof(number));
		if (head.nla_type == CTRL_ATTR_FAMILY_ID)
			return number;
		if (head.nla_len < sizeof(head))
			break;
		at += NLA_ALIGN(head.nla_len);
	}
	errno = ENOENT;
	die("the family rtpferry");
	return 0;
}

static void count(const struct nlmsghdr *head)
{
	uint8_t command = fuzzer.message.commands[head->nlmsg_seq % FUZZ_REMEMBERED];
	int error;

	if (head->nlmsg_type != NLMSG_ERROR && head->nlmsg_type != NLMSG_DONE) {
		fuzzer.replies++;
		return;
	}
	memcpy(&error, NLMSG_DATA(head), sizeof(error));
	if (error <= 0 && error > -ERRNOS)
		fuzzer.answers[command][-error]++;
}

/* Read what a socket has, at most so many times. */
static void drain(int fd, unsigned int times)
{
	struct nlmsghdr head;
	ssize_t len;

	while (times--) {
		len = recv(fd, fuzzer.buffer, sizeof(fuzzer.buffer), MSG_DONTWAIT);
		if (len < 0 && errno != ENOBUFS)
			return;
		for (ssize_t at = 0; at + (ssize_t)sizeof(head) + 4 <= len; at += NLMSG_ALIGN(head.nlmsg_len)) {
			memcpy(&head, fuzzer.buffer + at, sizeof(head));
			if (head.nlmsg_len < sizeof(head))
				break;
			count((const struct nlmsghdr *)(const void *)(fuzzer.buffer + at));
		}
	}
}

static void arm(uint32_t nth)
{
	char text[12];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (fuzzer.fail_nth >= 0 && pwrite(fuzzer.fail_nth, text, (size_t)len, 0) < 0)
		die("fail-nth");
}

static void close_and_reopen(int *fd)
{
	close(*fd);
	while ((*fd = open_socket()) < 0)
		usleep(1000);
}

/* One request, from one of the sockets; answers are read soon, late, or never: a dump is given up half way. */
static void one(void)
{
	uint32_t which = fuzz_below(&fuzzer.side, SOCKETS);
	int *fd = &fuzzer.sockets[which];
	bool fails = fuzz_happens(&fuzzer.side, 330);
	uint32_t nth = 1 + fuzz_below(&fuzzer.side, SLOWEST);

	fuzzer.message.family = fuzzer.family;
	fuzzer.message.own_id = fuzzer.message.first_id + which;
	fuzz_message_next(&fuzzer.message);
	if (fails)
		arm(nth);
	if (send(*fd, fuzzer.message.bytes, fuzzer.message.len, MSG_DONTWAIT) < 0 && errno < ERRNOS)
		fuzzer.answers[fuzzer.message.commands[fuzzer.message.sequence % FUZZ_REMEMBERED]][errno]++;
	if (fails)
		arm(0);
	fuzzer.sent++;
	if (fuzz_happens(&fuzzer.side, 900))
		drain(*fd, fuzz_happens(&fuzzer.side, 100) ? 1 : 50);
	if (fuzz_happens(&fuzzer.side, 5))
		close_and_reopen(fd);
}

static void report(void)
{
	const char *name;

	printf("sent %llu\nreplies %llu\n", (unsigned long long)fuzzer.sent, (unsigned long long)fuzzer.replies);
	for (uint32_t command = 0; command < 256; command++) {
		name = rf_attribute_command(command);
		for (int error = 0; error < ERRNOS; error++) {
			if (fuzzer.answers[command][error])
				printf("%s %s %llu\n", name ? name : "other", error ? strerrorname_np(error) : "0",
				       (unsigned long long)fuzzer.answers[command][error]);
		}
	}
}

static void options(int argc, char **argv, uint64_t *seed, double *seconds, uint64_t *most)
{
	if (argc < 3) {
		fputs("usage: fuzz_netlink SEED SECONDS [--fail] [--count N]\n", stderr);
		exit(2);
	}
	*seed = strtoull(argv[1], NULL, 0);
	*seconds = strtod(argv[2], NULL);
	*most = UINT64_MAX;
	for (int i = 3; i < argc; i++) {
		if (!strcmp(argv[i], "--fail"))
			fuzzer.fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		else if (!strcmp(argv[i], "--count") && i + 1 < argc)
			*most = strtoull(argv[++i], NULL, 0);
	}
}

int main(int argc, char **argv)
{
	struct timespec start, now;
	uint64_t seed, most;
	double seconds;

	fuzzer.fail_nth = -1;
	options(argc, argv, &seed, &seconds, &most);
	fuzzer.message.chance.state = seed * 2654435761U + 1;
	fuzzer.message.first_id = FIRST_ID + (uint32_t)(seed % 4) * 2;
	fuzzer.side.state = seed * 2246822519U + 7;
	for (int i = 0; i < SOCKETS; i++) {
		fuzzer.sockets[i] = open_socket();
		if (fuzzer.sockets[i] < 0)
			die("a netlink socket");
	}
	fuzzer.family = resolve(fuzzer.sockets[0]);
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		one();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (fuzzer.sent < most &&
	         (fuzzer.sent < LEAST ||
	          (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9 < seconds));
	for (int i = 0; i < SOCKETS; i++)
		drain(fuzzer.sockets[i], 1000);
	report();
	return 0;
}
