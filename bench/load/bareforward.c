/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The yardstick: a relay without any logic. Two ports per call; what comes to one leaves from the other, to whoever
 * sent to that one first. One thread, one read per event, connected sockets: what no user-space relay can undercut
 * with the same system calls. --nap waits before asking for events again, which trades delay for fewer wake-ups.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 256

/* One port of a call; port 2n's packets leave from 2n+1 and the reverse. */
struct port {
	int fd;       /* UDP socket */
	bool learned; /* connected to its party */
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void port_open(struct port *p, int epoll, uint16_t number, uint32_t index)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(number)};

	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, p->fd, &(struct epoll_event){.events = EPOLLIN, .data.u32 = index}) != 0)
		fail("socket of a port");
}

static void forward(struct port *ports, uint32_t index)
{
	struct port *in = &ports[index], *out = &ports[index ^ 1];
	char packet[2048];
	ssize_t n;

	if (in->learned) {
		n = recv(in->fd, packet, sizeof(packet), 0);
	} else {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		n = recvfrom(in->fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &len);
		in->learned = n >= 0 && connect(in->fd, (struct sockaddr *)&from, len) == 0;
	}
	if (n >= 0 && out->learned && send(out->fd, packet, (size_t)n, 0) < 0)
		out->learned = false;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {{"port", 1, 0, 'p'}, {"calls", 1, 0, 'c'}, {"nap", 1, 0, 'n'}, {0}};
	struct epoll_event events[EVENTS];
	struct timespec nap = {0};
	unsigned first = 0, calls = 0;
	int option, epoll = epoll_create1(EPOLL_CLOEXEC);

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'p')
			first = (unsigned)atoi(optarg);
		else if (option == 'c')
			calls = (unsigned)atoi(optarg);
		else if (option == 'n')
			nap.tv_nsec = 1000L * atoi(optarg);
	}
	if (first == 0 || calls == 0 || first + 2 * calls > 65536) {
		fprintf(stderr, "bench_bareforward --port FIRST --calls N [--nap MICROSECONDS]\n");
		return 2;
	}
	struct port *ports = calloc(2 * calls, sizeof(*ports));
	if (!ports || epoll < 0)
		fail("ports");
	for (uint32_t i = 0; i < 2 * calls; i++)
		port_open(&ports[i], epoll, (uint16_t)(first + i), i);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++)
			forward(ports, events[i].data.u32);
		if (nap.tv_nsec)
			nanosleep(&nap, NULL);
	}
}
