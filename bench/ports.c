/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is it cheaper to keep sockets bound between calls than to make them anew? Time of one port pair's life (two
 * sockets into an epoll set and out again) in both ways, and the kernel memory of an idle pair.
 *
 *     bench_ports [PAIRS [ROUNDS]]
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ports/socket.h"

#define FIRST_PORT 43000

static const struct rf_addr loopback = {.family = RF_FAMILY_IP4, .ip = {127, 0, 0, 1}};

static int open_bound(unsigned port)
{
	int fd = rf_socket_open(&loopback, (uint16_t)port);

	if (fd < 0) {
		fprintf(stderr, "bench_ports: no socket on 127.0.0.1:%u: %s\n", port, strerror(-fd));
		exit(1);
	}
	return fd;
}

static void watch(int epoll_fd, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void unwatch(int epoll_fd, int fd)
{
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static double cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + (double)usage.ru_utime.tv_usec +
	       (double)usage.ru_stime.tv_usec;
}

static long slab_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Slab: %ld kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

/* One life of each pair, sockets made anew; CPU microseconds a pair. */
static double cold(int epoll_fd, int *fds, unsigned pairs)
{
	double start = cpu_us();

	for (unsigned i = 0; i < 2 * pairs; i++) {
		fds[i] = open_bound(FIRST_PORT + i);
		watch(epoll_fd, fds[i]);
	}
	for (unsigned i = 0; i < 2 * pairs; i++) {
		unwatch(epoll_fd, fds[i]);
		close(fds[i]);
	}
	return (cpu_us() - start) / pairs;
}

/* One life of each pair, sockets kept. */
static double warm(int epoll_fd, const int *fds, unsigned pairs)
{
	int receive_buffer = rf_socket_receive_buffer();
	double start = cpu_us();

	for (unsigned i = 0; i < 2 * pairs; i++) {
		rf_socket_wake(fds[i], receive_buffer);
		watch(epoll_fd, fds[i]);
	}
	for (unsigned i = 0; i < 2 * pairs; i++) {
		unwatch(epoll_fd, fds[i]);
		rf_socket_rest(fds[i], &loopback);
	}
	return (cpu_us() - start) / pairs;
}

int main(int argc, char **argv)
{
	unsigned pairs = argc > 1 ? (unsigned)atoi(argv[1]) : 2000, rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 20;
	struct rlimit files = {.rlim_cur = 2UL * pairs + 64, .rlim_max = 2UL * pairs + 64};
	int *fds, epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	double cold_us = 0, warm_us = 0;
	long before;

	if (pairs == 0 || FIRST_PORT + 2 * pairs > 65535)
		return 2;
	fds = calloc(2UL * pairs, sizeof(int));
	if (!fds)
		return 1;
	setrlimit(RLIMIT_NOFILE, &files);
	for (unsigned i = 0; i < rounds; i++)
		cold_us += cold(epoll_fd, fds, pairs) / rounds;
	before = slab_kb();
	for (unsigned i = 0; i < 2 * pairs; i++)
		fds[i] = open_bound(FIRST_PORT + i);
	printf("idle pair: %.1f KB of kernel memory\n", (double)(slab_kb() - before) / pairs);
	for (unsigned i = 0; i < rounds; i++)
		warm_us += warm(epoll_fd, fds, pairs) / rounds;
	printf("made anew: %.2f us of CPU a pair\nkept:      %.2f us of CPU a pair\n", cold_us, warm_us);
	free(fds);
	return 0;
}
