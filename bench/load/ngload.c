/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control load: calls that are offered, answered and deleted over the ng protocol, either as fast as a fixed number of
 * outstanding requests allows (--window) or at a steady rate whatever the relay does (--rate). Prints one line of JSON:
 * cycles, time, the relay's processor time, and how long each kind of request took, from before the send to the
 * kernel's time stamp of the reply, so that this program's own wake-ups are not in it.
 */
#include "message.h"
#include "process.h"
#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 4096          /* calls in progress at the same time */
#define RETRY_NS 1000000000 /* a request is sent again after this time */
#define TRIES 5             /* and given up after so many */

/* What the command line asks for. */
struct options {
	struct sockaddr_in relay;     /* where the relay listens */
	enum bench_encoding encoding; /* of all requests */
	bool steps[BENCH_STEPS];      /* which commands make a cycle */
	const char *prefix;           /* of call-ids */
	uint32_t first;               /* number of the first call */
	uint32_t count;               /* cycles to do, 0 for no bound */
	double seconds;               /* time to go on, 0 for no bound */
	uint32_t window;              /* outstanding requests without a rate */
	double rate;                  /* cycles begun per second, 0: as fast as the window allows */
	pid_t pid;                    /* the relay's process, 0 if its processor time is not asked for */
};

/* A call in progress. */
struct slot {
	bool busy;            /* in use */
	uint8_t tries;        /* how often the request was sent */
	enum bench_step step; /* which request is out */
	uint32_t call;        /* number of the call */
	int64_t sent_ns;      /* realtime of the first send of this request */
	int64_t retry_ns;     /* realtime of the next send */
};

/* The whole run. */
struct load {
	struct options options;                 /* constant */
	int fd;                                 /* connected UDP socket */
	struct slot slots[SLOTS];               /* calls in progress */
	uint32_t free[SLOTS];                   /* stack of free slots */
	uint32_t free_count;                    /* its height */
	uint32_t started;                       /* cycles begun */
	uint32_t finished;                      /* cycles complete */
	uint32_t errors;                        /* replies that are not "ok" and requests given up */
	uint32_t resent;                        /* requests sent again */
	uint32_t skipped;                       /* starts missed since all slots were taken */
	struct bench_samples took[BENCH_STEPS]; /* durations by command */
};

static void send_request(struct load *l, uint32_t index)
{
	const struct options *o = &l->options;
	struct slot *s = &l->slots[index];
	char cookie[64], message[BENCH_MESSAGE_MAX];

	/* The prefix keeps relays from answering a later run out of their cache of replies. */
	snprintf(cookie, sizeof(cookie), "%u_%u_%d_%s", index, s->call, (int)s->step, o->prefix);
	size_t len = bench_request_write(
		&(struct bench_request){.encoding = o->encoding,
	                                .step = s->step,
	                                .cookie = cookie,
	                                .prefix = o->prefix,
	                                .call = s->call,
	                                .address = s->step == BENCH_OFFER ? "127.0.0.2" : "127.0.0.3",
	                                .port = (uint16_t)(10000 + 2 * (s->call % 25000))},
		message);

	int64_t now = bench_realtime_ns();
	if (s->tries == 0)
		s->sent_ns = now;
	else
		l->resent++;
	s->tries++;
	s->retry_ns = now + RETRY_NS;
	if (send(l->fd, message, len, 0) < 0 && errno != ECONNREFUSED)
		perror("send");
}

/* The first enabled step from s on, BENCH_STEPS if there is none. */
static enum bench_step next_step(const struct load *l, enum bench_step s)
{
	while (s < BENCH_STEPS && !l->options.steps[s])
		s++;
	return s;
}

static bool may_start(const struct load *l, int64_t now_ns, int64_t end_ns)
{
	if (l->options.count && l->started >= l->options.count)
		return false;
	return now_ns < end_ns;
}

static void start_cycle(struct load *l)
{
	if (l->free_count == 0) {
		l->skipped++;
		return;
	}
	uint32_t index = l->free[--l->free_count];
	l->slots[index] =
		(struct slot){.busy = true, .step = next_step(l, BENCH_OFFER), .call = l->options.first + l->started++};
	send_request(l, index);
}

static void end_cycle(struct load *l, uint32_t index)
{
	l->slots[index].busy = false;
	l->free[l->free_count++] = index;
}

static void reply_take(struct load *l, const char *reply, size_t len, int64_t at_ns)
{
	unsigned index, call;
	int step;

	if (sscanf(reply, "%u_%u_%d_", &index, &call, &step) != 3 || index >= SLOTS)
		return;
	struct slot *s = &l->slots[index];
	if (!s->busy || s->call != call || (int)s->step != step)
		return; /* a duplicate */
	bench_samples_add(&l->took[s->step], at_ns - s->sent_ns);
	if (!bench_reply_ok(reply, len)) {
		if (l->errors++ == 0)
			fprintf(stderr, "first bad reply: %.300s\n", reply);
		end_cycle(l, index);
		return;
	}
	s->step = next_step(l, s->step + 1);
	s->tries = 0;
	if (s->step < BENCH_STEPS) {
		send_request(l, index);
		return;
	}
	l->finished++;
	end_cycle(l, index);
}

/* One datagram; false when there is none. */
static bool receive(struct load *l)
{
	char reply[65536], control[128];
	struct iovec iov = {.iov_base = reply, .iov_len = sizeof(reply) - 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(l->fd, &m, MSG_DONTWAIT);

	if (n < 0)
		return errno == ECONNREFUSED;
	reply[n] = 0;
	int64_t at_ns = bench_realtime_ns();
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct timespec t;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof(t));
		at_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	}
	reply_take(l, reply, (size_t)n, at_ns);
	return true;
}

static void resend_late(struct load *l)
{
	int64_t now = bench_realtime_ns();

	for (uint32_t i = 0; i < SLOTS; i++) {
		if (!l->slots[i].busy || l->slots[i].retry_ns > now)
			continue;
		if (l->slots[i].tries < TRIES) {
			send_request(l, i);
			continue;
		}
		l->errors++;
		end_cycle(l, i);
	}
}

static void wait_until(struct load *l, int64_t until_ns)
{
	int64_t left = until_ns - bench_monotonic_ns();
	struct timespec t = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};

	if (left > 0 && ppoll(&(struct pollfd){.fd = l->fd, .events = POLLIN}, 1, &t, NULL) < 0 && errno != EINTR)
		perror("ppoll");
}

static void run(struct load *l)
{
	const struct options *o = &l->options;
	int64_t begin_ns = bench_monotonic_ns(), now = begin_ns, check_ns = begin_ns + RETRY_NS;
	int64_t end_ns = o->seconds > 0 ? begin_ns + (int64_t)(o->seconds * 1e9) : INT64_MAX;
	uint64_t due = 0; /* starts that the rate has asked for */

	for (;;) {
		bool more = may_start(l, now, end_ns);
		if (!more && l->free_count == SLOTS)
			return;
		int64_t wake_ns = check_ns;
		if (more && o->rate > 0) {
			for (; begin_ns + (int64_t)((double)due * 1e9 / o->rate) <= now; due++)
				start_cycle(l);
			int64_t next_ns = begin_ns + (int64_t)((double)due * 1e9 / o->rate);
			wake_ns = next_ns < wake_ns ? next_ns : wake_ns;
		} else {
			while (SLOTS - l->free_count < o->window && may_start(l, now, end_ns))
				start_cycle(l);
		}
		/* A full relay is polled: waking a sleeper would be in its processor time. */
		if (o->rate > 0 || !more)
			wait_until(l, wake_ns);
		while (receive(l))
			;
		now = bench_monotonic_ns();
		if (now >= check_ns) {
			resend_late(l);
			check_ns = now + RETRY_NS / 4;
		}
	}
}

static int open_socket(const struct sockaddr_in *relay)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, size = 4 << 20;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) != 0 ||
	    connect(fd, (const struct sockaddr *)relay, sizeof(*relay)) != 0) {
		perror("socket to the relay");
		exit(1);
	}
	return fd;
}

static void usage(void)
{
	fprintf(stderr,
	        "bench_ngload --relay ADDRESS:PORT [--encoding bencode|json] [--steps offer,answer,delete]\n"
	        "  [--prefix TEXT] [--first N] [--count N] [--seconds S] [--window N | --rate CYCLES/S] [--pid PID]\n");
	exit(2);
}

static struct sockaddr_in parse_relay(char *text)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	char *colon = strrchr(text, ':');

	if (!colon)
		usage();
	*colon = 0;
	a.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, text, &a.sin_addr) != 1)
		usage();
	return a;
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {{"relay", 1, 0, 'r'},
	                                      {"encoding", 1, 0, 'e'},
	                                      {"steps", 1, 0, 's'},
	                                      {"prefix", 1, 0, 'p'},
	                                      {"first", 1, 0, 'f'},
	                                      {"count", 1, 0, 'c'},
	                                      {"seconds", 1, 0, 't'},
	                                      {"window", 1, 0, 'w'},
	                                      {"rate", 1, 0, 'R'},
	                                      {"pid", 1, 0, 'P'},
	                                      {0}};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'r':
			o->relay = parse_relay(optarg);
			break;
		case 'e':
			o->encoding = strcmp(optarg, "json") == 0 ? BENCH_JSON : BENCH_BENCODE;
			break;
		case 's':
			o->steps[BENCH_OFFER] = strstr(optarg, "offer");
			o->steps[BENCH_ANSWER] = strstr(optarg, "answer");
			o->steps[BENCH_DELETE] = strstr(optarg, "delete");
			break;
		case 'p':
			o->prefix = optarg;
			break;
		case 'f':
			o->first = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			o->count = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 't':
			o->seconds = atof(optarg);
			break;
		case 'w':
			o->window = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'R':
			o->rate = atof(optarg);
			break;
		case 'P':
			o->pid = atoi(optarg);
			break;
		default:
			usage();
		}
	}
	if (o->relay.sin_port == 0 || (o->count == 0 && o->seconds <= 0) || o->window == 0 || o->window > SLOTS)
		usage();
}

static void report(struct load *l, int64_t took_ns, int64_t cpu_ns)
{
	static const char *const name[BENCH_STEPS] = {"offer", "answer", "delete"};

	printf("{\"cycles\":%u,\"seconds\":%.6f,\"cpu_seconds\":%.9f,\"errors\":%u,\"resent\":%u,\"skipped\":%u",
	       l->finished, (double)took_ns / 1e9, (double)cpu_ns / 1e9, l->errors, l->resent, l->skipped);
	for (int i = 0; i < BENCH_STEPS; i++) {
		printf(",\"%s\":", name[i]);
		bench_samples_print(&l->took[i], stdout);
		bench_samples_free(&l->took[i]);
	}
	printf("}\n");
}

int main(int argc, char **argv)
{
	static struct load l = {.options = {.steps = {true, true, true}, .prefix = "bench", .window = 16}};

	parse(&l.options, argc, argv);
	bench_precise_timers();
	l.fd = open_socket(&l.options.relay);
	for (uint32_t i = 0; i < SLOTS; i++)
		l.free[l.free_count++] = SLOTS - 1 - i;
	int64_t cpu_ns = bench_process_cpu_ns(l.options.pid), begin_ns = bench_monotonic_ns();
	run(&l);
	int64_t took_ns = bench_monotonic_ns() - begin_ns;
	report(&l, took_ns, bench_process_cpu_ns(l.options.pid) - cpu_ns);
	close(l.fd);
	return l.errors ? 1 : 0;
}
