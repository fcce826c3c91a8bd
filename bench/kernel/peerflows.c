// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flows of the peer's module by its control file, as its daemon makes them, timed: a target and a destination each.
 *
 *   peerflows TABLE FLOWS
 *
 * Prints "set NANOSECONDS", waits for a line, prints "dump NANOSECONDS" for its list of all flows, waits for another,
 * prints "deleted NANOSECONDS". The messages are the peer's: its header comes from its package (-I).
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "xt_RTPENGINE.h"

static struct rtpengine_message message;

static struct re_address address(uint32_t host, unsigned port)
{
	struct re_address out = {.family = AF_INET, .port = (uint16_t)port};

	out.u.ipv4 = htonl(host);
	return out;
}

static void order(int fd)
{
	if (write(fd, &message, sizeof(message)) != (ssize_t)sizeof(message)) {
		perror("peerflows: write");
		exit(1);
	}
}

/* A daemon has more than 32,768 even ports only on several addresses: so here. */
static struct re_address local(unsigned n)
{
	return address(0x0a010001 + n / 20000, 20000 + 2 * (n % 20000));
}

static void set(int fd, unsigned n)
{
	struct rtpengine_target_info *target = &message.u.target;
	struct rtpengine_output_info *output = &message.u.destination.output;

	memset(&message, 0, sizeof(message));
	message.cmd = REMG_ADD_TARGET;
	target->local = local(n);
	target->expected_src = address(0x0a010002, 10000 + 2 * (n % 20000));
	target->src_mismatch = MSM_DROP;
	target->num_destinations = 1;
	target->intercept_stream_idx = (unsigned)-1;
	target->decrypt.cipher = REC_NULL;
	target->decrypt.hmac = REH_NULL;
	target->num_payload_types = 2;
	target->payload_types[0] = (struct rtpengine_payload_type){.pt_num = 0, .clock_rate = 8000};
	target->payload_types[1] = (struct rtpengine_payload_type){.pt_num = 101, .clock_rate = 8000};
	target->rtp = target->track_ssrc = target->rtp_stats = 1;
	target->ssrc[0] = n + 1;
	order(fd);

	memset(&message, 0, sizeof(message));
	message.cmd = REMG_ADD_DESTINATION;
	message.u.destination.local = local(n);
	output->src_addr = address(0x0a020001, 20000 + 2 * (n % 20000));
	output->dst_addr = address(0x0a020002, 30000 + 2 * (n % 20000));
	output->encrypt.cipher = REC_NULL;
	output->encrypt.hmac = REH_NULL;
	order(fd);
}

static void unset(int fd, unsigned n)
{
	memset(&message, 0, sizeof(message));
	message.cmd = REMG_DEL_TARGET;
	message.u.target.local = local(n);
	order(fd);
}

static unsigned long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (unsigned long long)time.tv_sec * 1000000000u + (unsigned long long)time.tv_nsec;
}

/* What the peer's daemon reads, when it wants all. */
static void dump(const char *table)
{
	static char buffer[sizeof(struct rtpengine_list_entry)];
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/proc/rtpengine/%s/blist", table);
	fd = open(name, O_RDONLY);
	while (fd >= 0 && read(fd, buffer, sizeof(buffer)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

static void tell(const char *what, unsigned long long start)
{
	printf("%s %llu\n", what, now() - start);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned flows = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
	unsigned long long start;
	char name[64];
	FILE *all = fopen("/proc/rtpengine/control", "w");
	int fd;

	if (!flows || !all || fprintf(all, "add %s\n", argv[1]) < 0 || fclose(all) != 0)
		return 2;
	snprintf(name, sizeof(name), "/proc/rtpengine/%s/control", argv[1]);
	fd = open(name, O_RDWR);
	if (fd < 0)
		return 1;
	start = now();
	for (unsigned n = 0; n < flows; n++)
		set(fd, n);
	tell("set", start);
	if (getchar() == EOF)
		return 1;
	start = now();
	dump(argv[1]);
	tell("dump", start);
	if (getchar() == EOF)
		return 1;
	start = now();
	for (unsigned n = 0; n < flows; n++)
		unset(fd, n);
	tell("deleted", start);
	return 0;
}
