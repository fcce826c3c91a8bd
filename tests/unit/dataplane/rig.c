/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rig.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

#define PATIENCE_US 5000000 /* what must come, comes within this time, also under a sanitizer */
#define PORT_MIN 41000
#define PORT_MAX 41399

int rig_own_network(void **state)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd, rc;

	(void)state;
	if (unshare(CLONE_NEWNET)) {
		print_message("         no network of our own (%s): another run of these tests may disturb this one\n",
		              strerror(errno));
		return 0;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	rc = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return rc;
}

static void on_time(void *arg, int fd, int what)
{
	(void)fd;
	(void)what;
	rf_loop_stop(arg);
}

void rig_run(struct rig *rig, unsigned ms)
{
	struct rf_loop_item *timer;

	assert_int_equal(rf_loop_timer(rig->loop, (int64_t)ms * 1000, false, on_time, rig->loop, &timer), 0);
	assert_int_equal(rf_loop_run(rig->loop), 0);
	rf_loop_remove(timer);
}

static void open_with(struct rig *rig, struct rf_dataplane_config config)
{
	struct rf_local_config locals[2] = {{.iface = "four", .port_min = PORT_MIN, .port_max = PORT_MAX},
	                                    {.iface = "six", .port_min = PORT_MIN, .port_max = PORT_MAX}};
	struct rf_str why;

	memset(rig, 0, sizeof(*rig));
	rf_addr_parse(RF_STR("127.0.0.1"), &locals[0].address);
	rf_addr_parse(RF_STR("::1"), &locals[1].address);
	assert_int_equal(rf_loop_new(&rig->loop), 0);
	assert_int_equal(rf_ports_new(NULL, &rig->ports), 0);
	assert_int_equal(rf_ports_configure(rig->ports, locals, 2, &why), 0);
	config.loop = rig->loop;
	config.ports = rig->ports;
	assert_int_equal(rf_dataplane_new(&config, &rig->dataplane), 0);
	assert_int_equal(rf_group_new(rig->dataplane, &rig->group), 0);
}

void rig_open_napping(struct rig *rig, unsigned workers, unsigned nap_us)
{
	open_with(rig, (struct rf_dataplane_config){.workers = workers, .nap_us = nap_us});
}

void rig_open(struct rig *rig, unsigned workers)
{
	rig_open_napping(rig, workers, 0);
}

void rig_open_kernel(struct rig *rig, unsigned workers, const struct rf_kernel_config *kernel, const char *guard)
{
	open_with(rig, (struct rf_dataplane_config){.workers = workers, .kernel = kernel, .guard = guard});
}

void rig_close(struct rig *rig)
{
	rf_dataplane_free(rig->dataplane);
	assert_int_equal(rig_ports_in_use(rig), 0);
	rf_ports_free(rig->ports);
	rf_loop_free(rig->loop);
}

static void count_ports(const struct rf_ports_usage *usage, void *arg)
{
	*(unsigned *)arg += usage->in_use;
}

unsigned rig_ports_in_use(const struct rig *rig)
{
	unsigned n = 0;

	rf_ports_each(rig->ports, count_ports, &n);
	return n;
}

static void pair_open(struct rig *rig, const char *iface, bool rtcp, struct rf_stream **out,
                      struct rf_stream **out_rtcp)
{
	struct rf_port_pair pair;

	assert_int_equal(rf_ports_get(rig->ports, rf_str_of(iface), RF_FAMILY_NONE, rtcp, &pair), 0);
	assert_int_equal(rf_stream_pair_new(rig->group, &pair, out, out_rtcp), 0);
}

void rig_streams(struct rig *rig, const char *iface_a, const char *iface_b, bool rtcp)
{
	pair_open(rig, iface_a, rtcp, &rig->a, &rig->a_rtcp);
	pair_open(rig, iface_b, rtcp, &rig->b, &rig->b_rtcp);
	rig->to_a = (struct rf_stream_config){.flags = RF_STREAM_RTP | RF_STREAM_STRICT, .tos = -1, .out_rtp = rig->b};
	rig->to_b = (struct rf_stream_config){.flags = RF_STREAM_RTP | RF_STREAM_STRICT, .tos = -1, .out_rtp = rig->a};
}

void rig_rtcp(struct rig *rig, const struct rf_endpoint *alice, const struct rf_endpoint *bob)
{
	struct rf_stream_config config = {.flags = RF_STREAM_RTCP | RF_STREAM_STRICT, .tos = -1};

	config.remote = *alice;
	config.out_rtcp = rig->b_rtcp;
	rf_stream_set(rig->a_rtcp, &config);
	config.remote = *bob;
	config.out_rtcp = rig->a_rtcp;
	rf_stream_set(rig->b_rtcp, &config);
}

/* A group that comes and goes behind everything else that its worker has to do; the port that it used. */
static uint16_t probe_send(struct rig *rig)
{
	struct rf_stream *rtp, *rtcp;
	struct rf_port_pair pair;
	struct rf_group *group;
	uint16_t port;

	assert_int_equal(rf_group_new(rig->dataplane, &group), 0);
	assert_int_equal(rf_ports_get(rig->ports, RF_STR("four"), RF_FAMILY_NONE, false, &pair), 0);
	assert_int_equal(rf_stream_pair_new(group, &pair, &rtp, &rtcp), 0);
	assert_int_equal(rf_group_commit(group), 0);
	port = rf_stream_port(rtp);
	rf_group_free(group);
	return port;
}

/* Has the group come back, and given back its port? */
static bool probe_is_back(struct rig *rig, uint16_t port)
{
	struct rf_port_pair pair;
	struct rf_addr address;

	rf_addr_parse(RF_STR("127.0.0.1"), &address);
	if (rf_ports_get_exact(rig->ports, &address, port, false, &pair))
		return false;
	rf_ports_put(rig->ports, &pair);
	return true;
}

void rig_sync(struct rig *rig)
{
	unsigned n = 2 * rf_dataplane_workers(rig->dataplane), back = 0;
	int64_t end = rf_clock_us() + PATIENCE_US;
	uint16_t ports[16];

	assert_true(n <= RF_COUNT(ports));
	for (unsigned i = 0; i < n; i++)
		ports[i] = probe_send(rig);
	while (back < n && rf_clock_us() < end) {
		if (probe_is_back(rig, ports[back]))
			back++;
		else
			rig_run(rig, 1);
	}
	assert_int_equal(back, n);
}

void rig_commit(struct rig *rig)
{
	rf_stream_set(rig->a, &rig->to_a);
	rf_stream_set(rig->b, &rig->to_b);
	assert_int_equal(rf_group_commit(rig->group), 0);
	rig_sync(rig);
}

/* -- peers -- */

void peer_open(struct peer *peer, const char *address, uint16_t port)
{
	struct rf_endpoint local = {.port = port};
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	assert_int_equal(rf_addr_parse(rf_str_of(address), &local.addr), 0);
	rf_endpoint_to_sockaddr(&local, &sa);
	peer->fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(peer->fd >= 0);
	assert_int_equal(bind(peer->fd, (struct sockaddr *)&sa, rf_endpoint_to_sockaddr(&local, &sa)), 0);
	assert_int_equal(getsockname(peer->fd, (struct sockaddr *)&sa, &len), 0);
	assert_int_equal(rf_endpoint_from_sockaddr((struct sockaddr *)&sa, &peer->self), 0);
}

void peer_close(struct peer *peer)
{
	close(peer->fd);
}

void peer_send(const struct peer *peer, const struct rf_stream *to, const void *data, size_t len)
{
	struct rf_endpoint ep = {.addr = rf_stream_local(to)->address, .port = rf_stream_port(to)};
	struct sockaddr_storage sa;
	socklen_t sa_len = rf_endpoint_to_sockaddr(&ep, &sa);

	assert_int_equal(sendto(peer->fd, data, len, 0, (struct sockaddr *)&sa, sa_len), (long)len);
}

static size_t receive_from(const struct peer *peer, void *data, size_t size, struct rf_endpoint *from)
{
	struct pollfd p = {.fd = peer->fd, .events = POLLIN};
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	ssize_t n;

	assert_int_equal(poll(&p, 1, PATIENCE_US / 1000), 1);
	n = recvfrom(peer->fd, data, size, 0, (struct sockaddr *)&sa, &len);
	assert_true(n >= 0);
	assert_int_equal(rf_endpoint_from_sockaddr((struct sockaddr *)&sa, from), 0);
	return (size_t)n;
}

size_t peer_receive(const struct peer *peer, void *data, size_t size)
{
	struct rf_endpoint from;

	return receive_from(peer, data, size, &from);
}

void peer_expect(const struct peer *peer, const struct rf_stream *from, const void *data, size_t len)
{
	static uint8_t got[65536];
	struct rf_endpoint source;

	assert_int_equal(receive_from(peer, got, sizeof(got), &source), len);
	assert_memory_equal(got, data, len);
	assert_int_equal(source.port, rf_stream_port(from));
	assert_true(rf_addr_equal(&source.addr, &rf_stream_local(from)->address));
}

void peer_expect_nothing(const struct peer *peer)
{
	uint8_t byte;

	assert_int_equal(recv(peer->fd, &byte, 1, 0), -1);
}

void expect_drops(const struct rf_stream *stream, enum rf_drop reason, uint64_t n)
{
	int64_t end = rf_clock_us() + PATIENCE_US;
	struct rf_stream_report report;

	do {
		usleep(500);
		rf_stream_report(stream, &report);
	} while (report.drops[reason] < n && rf_clock_us() < end);
	assert_int_equal(report.drops[reason], n);
}

void expect_packets_in(const struct rf_stream *stream, uint64_t n)
{
	int64_t end = rf_clock_us() + PATIENCE_US;
	struct rf_stream_report report;

	do {
		usleep(500);
		rf_stream_report(stream, &report);
	} while (report.packets_in < n && rf_clock_us() < end);
	assert_int_equal(report.packets_in, n);
}

void rtp_make(uint8_t packet[RTP_SIZE], uint8_t payload_type, uint16_t seq, uint32_t timestamp, uint32_t ssrc)
{
	const uint8_t header[12] = {0x80,
	                            payload_type,
	                            (uint8_t)(seq >> 8),
	                            (uint8_t)seq,
	                            (uint8_t)(timestamp >> 24),
	                            (uint8_t)(timestamp >> 16),
	                            (uint8_t)(timestamp >> 8),
	                            (uint8_t)timestamp,
	                            (uint8_t)(ssrc >> 24),
	                            (uint8_t)(ssrc >> 16),
	                            (uint8_t)(ssrc >> 8),
	                            (uint8_t)ssrc};

	memcpy(packet, header, sizeof(header));
	for (unsigned i = sizeof(header); i < RTP_SIZE; i++)
		packet[i] = (uint8_t)(seq + i);
}
