/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Media load: N two-way calls of G.711 in 20 ms packets, set up over the ng protocol (or, with --bare, sent to a plain
 * forwarder's ports). Each party is a socket of its own; its packets leave at a random but repeatable phase of the
 * 20 ms. Packets carry the time of their send; the kernel stamps their arrival, so that a socket can be emptied just
 * before it sends again and nobody needs to be woken by an arrival. Prints one line of JSON.
 */
#include "message.h"
#include "process.h"
#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 20000000
#define COALESCE_NS 20000 /* packets due within this time leave together, as a network card would hand them over */
#define RTP_HEADER 12
#define PACKET_SIZE (RTP_HEADER + 160)
#define BATCH 8            /* packets taken from a socket at once */
#define FIRST_PORT 10000   /* of the parties */
#define DRAIN_NS 300000000 /* packets may still arrive for so long after the last send */

/* What the command line asks for. */
struct options {
	struct sockaddr_in relay; /* its control port; with bare: its first media port */
	bool bare;                /* no control protocol, stream n sends to port relay + n */
	uint32_t calls;           /* two-way calls */
	double warmup;            /* seconds of traffic before measuring */
	double seconds;           /* seconds that are measured */
	pid_t pid;                /* the relay's process, 0 if its processor time is not asked for */
};

/* One party of one call: what it sends is a stream. */
struct party {
	int fd;           /* UDP socket, connected to the relay's port for this party */
	int64_t phase_ns; /* when in a period it sends */
	uint32_t ssrc;    /* of what it sends */
	uint16_t seq;     /* next sequence number */
};

/* The whole run. */
struct load {
	struct options options;     /* constant */
	struct party *parties;      /* two per call, by phase once calls are set up */
	uint32_t count;             /* how many parties */
	int64_t window_begin_ns;    /* realtime; packets sent from here on count */
	int64_t window_end_ns;      /* realtime; packets sent from here on do not count */
	uint64_t sent;              /* packets that count */
	uint64_t received;          /* of these */
	uint64_t refused;           /* sends that failed */
	struct bench_samples delay; /* from send to arrival of packets that count */
	struct bench_samples late;  /* how late sends were against the plan: is the run worth anything? */
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Party 2n is the caller of call n, 2n+1 the callee. */
static struct sockaddr_in party_address(uint32_t index)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(FIRST_PORT + (index & ~1u)))};

	a.sin_addr.s_addr = htonl(index % 2 ? 0x7f000003 : 0x7f000002);
	return a;
}

static void party_open(struct party *p, uint32_t index)
{
	struct sockaddr_in a = party_address(index);
	int on = 1;

	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0 || setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
	    bind(p->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		fail("socket of a party");
	p->ssrc = 0x10000 + index;
	p->phase_ns = rand() % PERIOD_NS;
}

static void party_connect(struct party *p, struct in_addr relay, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = relay, .sin_port = htons(port)};

	if (connect(p->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		fail("connect to the relay's media port");
}

/* Sends a request and returns the port in the reply; ends the program when there is none. */
static uint16_t ask(int fd, enum bench_step step, uint32_t call)
{
	struct sockaddr_in a = party_address(2 * call + (step == BENCH_ANSWER));
	char cookie[32], address[INET_ADDRSTRLEN], message[BENCH_MESSAGE_MAX], reply[65536];

	snprintf(cookie, sizeof(cookie), "m_%u_%d", call, (int)step);
	inet_ntop(AF_INET, &a.sin_addr, address, sizeof(address));
	size_t len = bench_request_write(&(struct bench_request){.step = step,
	                                                         .cookie = cookie,
	                                                         .prefix = "media",
	                                                         .call = call,
	                                                         .address = address,
	                                                         .port = ntohs(a.sin_port)},
	                                 message);
	for (int try = 0; try < 3; try++) {
		ssize_t n = send(fd, message, len, 0) < 0 ? -1 : recv(fd, reply, sizeof(reply), 0);
		if (n < 0)
			continue;
		uint16_t port = bench_reply_audio_port(reply, (size_t)n);
		if (bench_reply_ok(reply, (size_t)n) && (port || step == BENCH_DELETE))
			return port;
		fprintf(stderr, "call %u: bad reply: %.*s\n", call, (int)n, reply);
		exit(1);
	}
	fprintf(stderr, "call %u: no reply from the relay\n", call);
	exit(1);
}

static void calls_set_up(struct load *l)
{
	const struct options *o = &l->options;
	struct timeval patience = {.tv_sec = 1};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
	    connect(fd, (const struct sockaddr *)&o->relay, sizeof(o->relay)) != 0)
		fail("socket to the relay");
	for (uint32_t i = 0; i < o->calls; i++) {
		struct party *caller = &l->parties[2 * i], *callee = caller + 1;
		uint16_t base = (uint16_t)(ntohs(o->relay.sin_port) + 2 * i);
		party_open(caller, 2 * i);
		party_open(callee, 2 * i + 1);
		party_connect(callee, o->relay.sin_addr, o->bare ? (uint16_t)(base + 1) : ask(fd, BENCH_OFFER, i));
		party_connect(caller, o->relay.sin_addr, o->bare ? base : ask(fd, BENCH_ANSWER, i));
	}
	close(fd);
}

static int by_phase(const void *a, const void *b)
{
	const struct party *x = a, *y = b;

	return x->phase_ns < y->phase_ns ? -1 : x->phase_ns > y->phase_ns;
}

/* What arrived at a party since it was last asked. */
static void party_receive(struct load *l, const struct party *p)
{
	struct mmsghdr m[BATCH];
	struct iovec iov[BATCH];
	char packet[BATCH][PACKET_SIZE + 1], control[BATCH][64];
	int n;

	do {
		for (int i = 0; i < BATCH; i++) {
			iov[i] = (struct iovec){.iov_base = &packet[i][0], .iov_len = sizeof(packet[i])};
			m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
			                               .msg_iovlen = 1,
			                               .msg_control = control[i],
			                               .msg_controllen = sizeof(control[i])};
		}
		n = recvmmsg(p->fd, m, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++) {
			struct cmsghdr *c = CMSG_FIRSTHDR(&m[i].msg_hdr);
			struct timespec t;
			int64_t sent_ns;
			if (m[i].msg_len != PACKET_SIZE || !c || c->cmsg_type != SCM_TIMESTAMPNS)
				continue;
			memcpy(&sent_ns, packet[i] + RTP_HEADER, sizeof(sent_ns));
			if (sent_ns < l->window_begin_ns || sent_ns >= l->window_end_ns)
				continue;
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			l->received++;
			bench_samples_add(&l->delay, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec - sent_ns);
		}
	} while (n == BATCH);
}

static void party_send(struct load *l, struct party *p)
{
	unsigned char packet[PACKET_SIZE] = {0x80, 0};
	uint16_t seq = htons(p->seq);
	uint32_t timestamp = htonl(160u * p->seq), ssrc = htonl(p->ssrc);

	p->seq++;
	memcpy(packet + 2, &seq, sizeof(seq));
	memcpy(packet + 4, &timestamp, sizeof(timestamp));
	memcpy(packet + 8, &ssrc, sizeof(ssrc));
	int64_t now_ns = bench_realtime_ns();
	memcpy(packet + RTP_HEADER, &now_ns, sizeof(now_ns));
	if (send(p->fd, packet, sizeof(packet), MSG_DONTWAIT) < 0)
		l->refused++;
	if (now_ns >= l->window_begin_ns && now_ns < l->window_end_ns)
		l->sent++;
}

static void sleep_until(int64_t monotonic_ns)
{
	struct timespec t = {.tv_sec = monotonic_ns / 1000000000, .tv_nsec = monotonic_ns % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Every party sends at its phase of every period until the given time. */
static void traffic(struct load *l, int64_t begin_ns, int64_t end_ns)
{
	for (int64_t period_ns = begin_ns; period_ns < end_ns; period_ns += PERIOD_NS) {
		for (uint32_t i = 0; i < l->count; i++) {
			int64_t due_ns = period_ns + l->parties[i].phase_ns, now_ns = bench_monotonic_ns();
			if (now_ns < due_ns) {
				sleep_until(due_ns + COALESCE_NS);
				now_ns = bench_monotonic_ns();
			}
			party_receive(l, &l->parties[i]);
			bench_samples_add(&l->late, now_ns - due_ns);
			party_send(l, &l->parties[i]);
		}
	}
}

/* Runs the traffic; returns the processor time that the relay used for what is sent in the window. */
static int64_t measure(struct load *l)
{
	const struct options *o = &l->options;
	int64_t begin_ns = bench_monotonic_ns() + PERIOD_NS, middle_ns = begin_ns + (int64_t)(o->warmup * 1e9);
	int64_t end_ns = middle_ns + (int64_t)(o->seconds * 1e9);

	l->window_begin_ns = l->window_end_ns = INT64_MAX;
	traffic(l, begin_ns, middle_ns);
	bench_samples_free(&l->late);
	int64_t cpu_ns = bench_process_cpu_ns(o->pid);
	l->window_begin_ns = bench_realtime_ns();
	traffic(l, middle_ns, end_ns);
	l->window_end_ns = bench_realtime_ns();
	cpu_ns = bench_process_cpu_ns(o->pid) - cpu_ns;
	sleep_until(bench_monotonic_ns() + DRAIN_NS);
	for (uint32_t i = 0; i < l->count; i++)
		party_receive(l, &l->parties[i]);
	return cpu_ns;
}

static void usage(void)
{
	fprintf(stderr,
	        "bench_rtpload --relay ADDRESS:PORT [--bare] --calls N [--warmup S] [--seconds S] [--pid PID]\n");
	exit(2);
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {{"relay", 1, 0, 'r'},
	                                      {"bare", 0, 0, 'b'},
	                                      {"calls", 1, 0, 'c'},
	                                      {"warmup", 1, 0, 'w'},
	                                      {"seconds", 1, 0, 't'},
	                                      {"pid", 1, 0, 'P'},
	                                      {0}};
	char host[64];
	unsigned port = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'r':
			if (sscanf(optarg, "%63[0-9.]:%u", host, &port) != 2 || port == 0 || port > 65535 ||
			    inet_pton(AF_INET, host, &o->relay.sin_addr) != 1)
				usage();
			o->relay.sin_family = AF_INET;
			o->relay.sin_port = htons((uint16_t)port);
			break;
		case 'b':
			o->bare = true;
			break;
		case 'c':
			o->calls = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			o->warmup = atof(optarg);
			break;
		case 't':
			o->seconds = atof(optarg);
			break;
		case 'P':
			o->pid = atoi(optarg);
			break;
		default:
			usage();
		}
	}
	if (port == 0 || o->calls == 0 || o->calls > 20000 || o->seconds <= 0 || o->warmup < 0)
		usage();
}

int main(int argc, char **argv)
{
	static struct load l = {.options = {.warmup = 1, .seconds = 5}};

	parse(&l.options, argc, argv);
	bench_precise_timers();
	l.count = 2 * l.options.calls;
	l.parties = calloc(l.count, sizeof(*l.parties));
	if (!l.parties)
		fail("parties");
	srand(1); /* the same phases in every run */
	calls_set_up(&l);
	qsort(l.parties, l.count, sizeof(*l.parties), by_phase);
	int64_t cpu_ns = measure(&l);
	printf("{\"sent\":%llu,\"received\":%llu,\"refused\":%llu,\"cpu_seconds\":%.9f,\"seconds\":%.6f,\"delay\":",
	       (unsigned long long)l.sent, (unsigned long long)l.received, (unsigned long long)l.refused,
	       (double)cpu_ns / 1e9, (double)(l.window_end_ns - l.window_begin_ns) / 1e9);
	bench_samples_print(&l.delay, stdout);
	printf(",\"late\":");
	bench_samples_print(&l.late, stdout);
	printf("}\n");
	for (uint32_t i = 0; i < l.count; i++)
		close(l.parties[i].fd);
	free(l.parties);
	bench_samples_free(&l.delay);
	bench_samples_free(&l.late);
	return 0;
}
