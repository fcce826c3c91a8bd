/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams, groups and ports that come and go while packets flow (see rig.h). */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/cpus.h"
#include "dataplane/stream.h"
#include "oom.h"
#include "rig.h"
#include "test.h"

/* A stranger who sends RTP to every port of the range, without end. */
struct flood {
	pthread_t thread;
	atomic_bool stop;
};

static void *flood_run(void *arg)
{
	struct flood *flood = arg;
	struct rf_endpoint to = {.port = 0};
	uint8_t packet[RTP_SIZE];
	struct peer peer;

	peer_open(&peer, "127.0.0.1", 0);
	rf_addr_parse(RF_STR("127.0.0.1"), &to.addr);
	for (uint16_t seq = 0; !atomic_load(&flood->stop); seq++) {
		struct sockaddr_storage sa;
		socklen_t len;

		to.port = (uint16_t)(41000 + seq % 400);
		len = rf_endpoint_to_sockaddr(&to, &sa);
		rtp_make(packet, 8, seq, seq * 160U, 0x1111);
		(void)sendto(peer.fd, packet, sizeof(packet), 0, (struct sockaddr *)&sa, len);
		if (seq % 64 == 0)
			usleep(100);
	}
	peer_close(&peer);
	return NULL;
}

static void groups_come_and_go_under_traffic(void **state)
{
	struct rf_stream_report report;
	struct flood flood;
	struct rig rig;

	(void)state;
	rig_open(&rig, 2);
	atomic_init(&flood.stop, false);
	assert_int_equal(pthread_create(&flood.thread, NULL, flood_run, &flood), 0);
	for (unsigned i = 0; i < 200; i++) {
		if (!rig.group)
			assert_int_equal(rf_group_new(rig.dataplane, &rig.group), 0);
		rig_streams(&rig, "four", "four", true);
		rf_endpoint_parse(RF_STR("127.0.0.1:9"), 0, &rig.to_a.remote);
		rig.to_b.remote = rig.to_a.remote;
		rig_rtcp(&rig, &rig.to_a.remote, &rig.to_a.remote);
		rf_stream_set(rig.a, &rig.to_a);
		rf_stream_set(rig.b, &rig.to_b);
		assert_int_equal(rf_group_commit(rig.group), 0);
		rig_run(&rig, 1);
		rf_stream_report(rig.a, &report);
		assert_true(report.bytes_in == report.packets_in * RTP_SIZE);
		/* Alice goes and bob stays: first out of the way, then away. */
		rig.to_b.out_rtp = NULL;
		rf_stream_set(rig.b, &rig.to_b);
		rf_stream_free(rig.a);
		rf_stream_free(rig.a_rtcp);
		assert_int_equal(rf_group_commit(rig.group), 0);
		rf_group_free(rig.group);
		rig.group = NULL;
	}
	for (unsigned i = 0; i < 5000 && rf_dataplane_streams(rig.dataplane) > 0; i++)
		rig_run(&rig, 1);
	assert_int_equal(rf_dataplane_streams(rig.dataplane), 0);
	assert_int_equal(rig_ports_in_use(&rig), 0);
	atomic_store(&flood.stop, true);
	pthread_join(flood.thread, NULL);
	rig_close(&rig);
}

static void ports_return_only_after_the_worker_let_go(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	rig_streams(&rig, "four", "four", true);
	rig_commit(&rig);
	assert_int_equal(rig_ports_in_use(&rig), 4);
	rf_group_free(rig.group);
	/* The worker may be done already, but only the control loop gives them back. */
	assert_int_equal(rig_ports_in_use(&rig), 4);
	for (unsigned i = 0; i < 1000 && rig_ports_in_use(&rig) > 0; i++)
		rig_run(&rig, 1);
	assert_int_equal(rig_ports_in_use(&rig), 0);
	rig_close(&rig);
}

static void a_pair_returns_with_its_second_stream(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer peer;
	struct rig rig;
	int others[4];

	(void)state;
	rig_open(&rig, 1);
	rig_streams(&rig, "four", "four", true);
	rf_endpoint_parse(RF_STR("127.0.0.1:9"), 0, &rig.to_a.remote);
	rig_rtcp(&rig, &rig.to_a.remote, &rig.to_a.remote);
	rig_commit(&rig);
	rf_stream_free(rig.a_rtcp);
	rig_commit(&rig);
	assert_int_equal(rig_ports_in_use(&rig), 4);
	/* The number of the socket that went belongs to others now. */
	for (unsigned i = 0; i < RF_COUNT(others); i++)
		others[i] = dup(STDIN_FILENO);
	/* RTCP has gone: RTP from elsewhere than the SDP said has nobody to tell. */
	rtp_make(packet, 8, 1, 160, 0x1111);
	peer_open(&peer, "127.0.0.1", 0);
	peer_send(&peer, rig.a, packet, sizeof(packet));
	expect_packets_in(rig.a, 1);
	peer_close(&peer);
	rig.to_b.out_rtp = NULL;
	rf_stream_free(rig.a);
	rf_stream_set(rig.b, &rig.to_b);
	assert_int_equal(rf_group_commit(rig.group), 0);
	rig_sync(&rig);
	assert_int_equal(rig_ports_in_use(&rig), 2);
	for (unsigned i = 0; i < RF_COUNT(others); i++)
		assert_int_equal(close(others[i]), 0);
	rf_group_free(rig.group);
	rig_close(&rig);
}

/* Closing a socket takes it out of a worker's epoll, too; a socket that is kept must be taken out of it. */
static void a_socket_that_is_kept_rouses_no_worker(void **state)
{
	struct rf_endpoint to = {.port = 0};
	uint8_t packet[RTP_SIZE];
	struct sockaddr_storage sa;
	struct peer stranger;
	struct rig rig;
	socklen_t len;

	(void)state;
	rig_open(&rig, 1);
	rf_ports_keep(rig.ports, 400);
	peer_open(&stranger, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", true);
	rig_commit(&rig);
	to.addr = rf_stream_local(rig.a)->address;
	to.port = rf_stream_port(rig.a);
	len = rf_endpoint_to_sockaddr(&to, &sa);
	rf_group_free(rig.group);
	rig_sync(&rig);
	assert_int_equal(rig_ports_in_use(&rig), 0);
	rtp_make(packet, 8, 1, 160, 0x1111);
	assert_int_equal(sendto(stranger.fd, packet, sizeof(packet), 0, (struct sockaddr *)&sa, len), sizeof(packet));
	assert_int_equal(rf_group_new(rig.dataplane, &rig.group), 0);
	rig_streams(&rig, "four", "four", true);
	rig_commit(&rig);
	rig_sync(&rig);
	peer_close(&stranger);
	rig_close(&rig);
}

static void expect_kept(struct rig *rig, uint16_t port, int rtp_fd, int rtcp_fd)
{
	struct rf_port_pair pair;
	struct rf_addr address;

	rf_addr_parse(RF_STR("127.0.0.1"), &address);
	assert_int_equal(rf_ports_get_exact(rig->ports, &address, port, true, &pair), 0);
	assert_int_equal(pair.rtp_fd, rtp_fd);
	assert_int_equal(pair.rtcp_fd, rtcp_fd);
	rf_ports_put(rig->ports, &pair);
}

static void both_sockets_of_a_pair_are_kept(void **state)
{
	uint16_t a_port, b_port;
	int a[2], b[2];
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	rf_ports_keep(rig.ports, 400);
	rig_streams(&rig, "four", "four", true);
	rig_commit(&rig);
	a_port = rf_stream_port(rig.a);
	b_port = rf_stream_port(rig.b);
	a[0] = rig.a->fd;
	a[1] = rig.a_rtcp->fd;
	b[0] = rig.b->fd;
	b[1] = rig.b_rtcp->fd;
	/* One media goes, then the call. */
	rig.to_b.out_rtp = NULL;
	rf_stream_set(rig.b, &rig.to_b);
	rf_stream_free(rig.a);
	rf_stream_free(rig.a_rtcp);
	assert_int_equal(rf_group_commit(rig.group), 0);
	rig_sync(&rig);
	expect_kept(&rig, a_port, a[0], a[1]);
	rf_group_free(rig.group);
	rig_sync(&rig);
	expect_kept(&rig, b_port, b[0], b[1]);
	rig_close(&rig);
}

static void a_stream_may_go_while_its_nat_is_pierced(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	rig_streams(&rig, "four", "four", false);
	rf_endpoint_parse(RF_STR("127.0.0.1:9"), 0, &rig.to_a.remote);
	rig.to_a.flags |= RF_STREAM_PIERCE_NAT;
	rig_commit(&rig);
	rf_stream_free(rig.a);
	rig.to_b.out_rtp = NULL;
	rf_stream_set(rig.b, &rig.to_b);
	assert_int_equal(rf_group_commit(rig.group), 0);
	rig_sync(&rig);
	/* Two rounds. */
	rig_run(&rig, 250);
	rig_sync(&rig);
	rig_close(&rig);
}

static void streams_that_were_never_committed_leave_no_trace(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	rig_streams(&rig, "four", "four", true);
	rf_stream_free(rig.a);
	rf_stream_free(rig.a_rtcp);
	assert_int_equal(rf_group_commit(rig.group), 0);
	assert_int_equal(rig_ports_in_use(&rig), 2);
	rig_streams(&rig, "six", "six", true);
	rf_group_free(rig.group);
	rig_sync(&rig);
	assert_int_equal(rig_ports_in_use(&rig), 0);
	rig_close(&rig);
}

static void a_plane_that_ends_frees_the_groups_that_are_left(void **state)
{
	struct rf_group *empty;
	struct rig rig;

	(void)state;
	rig_open(&rig, 2);
	rig_streams(&rig, "four", "six", true);
	assert_int_equal(rf_group_commit(rig.group), 0);
	rig_streams(&rig, "four", "six", false);
	assert_int_equal(rf_group_new(rig.dataplane, &empty), 0);
	rig_close(&rig);
}

static void a_call_of_four_streams_stays_below_ten_kilobytes(void **state)
{
	size_t call = sizeof(struct rf_group) + 4 * sizeof(struct rf_stream) + 2 * sizeof(struct rf_measured) +
	              2 * sizeof(struct rf_pair);

	(void)state;
	print_message("         group %zu, stream %zu, RTP of a stream %zu: a call %zu bytes\n",
	              sizeof(struct rf_group), sizeof(struct rf_stream), sizeof(struct rf_measured), call);
	assert_true(call < 8 * 1024);
}

static int take_pair(struct rf_ports *ports, struct rf_group *group, struct rf_stream **rtp, struct rf_stream **rtcp)
{
	struct rf_port_pair pair;
	int err = rf_ports_get(ports, RF_STR_NONE, RF_FAMILY_NONE, true, &pair);

	if (err)
		return err;
	err = rf_stream_pair_new(group, &pair, rtp, rtcp);
	if (err)
		rf_ports_put(ports, &pair);
	return err;
}

/* A group of two pairs that is committed, changed and freed. */
static int live_and_die(struct rf_dataplane *dataplane, struct rf_ports *ports)
{
	struct rf_stream *a, *a_rtcp, *b, *b_rtcp;
	struct rf_stream_config config = {.flags = RF_STREAM_RTP, .tos = -1};
	struct rf_group *group;
	int err;

	err = rf_group_new(dataplane, &group);
	if (err)
		return err;
	err = take_pair(ports, group, &a, &a_rtcp);
	if (!err)
		err = take_pair(ports, group, &b, &b_rtcp);
	if (!err)
		err = rf_group_commit(group);
	if (!err) {
		config.out_rtp = b;
		rf_stream_set(a, &config);
		rf_stream_free(b_rtcp);
		err = rf_group_commit(group);
	}
	rf_group_free(group);
	return err;
}

static int plane_lives_and_dies(void *arg)
{
	struct rf_local_config *local = arg;
	struct rf_dataplane_config config = {.workers = 2, .nap_us = 100};
	struct rf_dataplane *dataplane;
	struct rf_str why;
	int err;

	err = rf_loop_new(&config.loop);
	if (err)
		return err;
	err = rf_ports_new(NULL, &config.ports);
	if (err)
		goto free_loop;
	err = rf_ports_configure(config.ports, local, 1, &why);
	if (err)
		goto free_ports;
	err = rf_dataplane_new(&config, &dataplane);
	if (err)
		goto free_ports;
	err = live_and_die(dataplane, config.ports);
	rf_dataplane_free(dataplane);
free_ports:
	rf_ports_free(config.ports);
free_loop:
	rf_loop_free(config.loop);
	return err;
}

static void running_out_of_memory_anywhere_leaks_nothing(void **state)
{
	struct rf_local_config local = {.iface = "four", .port_min = 41400, .port_max = 41407};

	(void)state;
	rf_addr_parse(RF_STR("127.0.0.1"), &local.address);
	rf_oom_run(plane_lives_and_dies, &local);
}

/* -- CPUs -- */

static void write_file(const char *root, const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void the_tightest_quota_of_the_cgroups_counts(void **state)
{
	char root[] = "/tmp/rf-cpus-XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_int_equal(rf_cpus_quota(root), 0);
	write_file(root, "/proc/self/cgroup", "0::/kubepods/pod1\n");
	write_file(root, "/sys/fs/cgroup/kubepods/pod1/cpu.max", "max 100000\n");
	assert_int_equal(rf_cpus_quota(root), 0);
	write_file(root, "/sys/fs/cgroup/kubepods/cpu.max", "350000 100000\n");
	assert_int_equal(rf_cpus_quota(root), 4);
	write_file(root, "/sys/fs/cgroup/kubepods/pod1/cpu.max", "150000 100000\n");
	assert_int_equal(rf_cpus_quota(root), 2);
	write_file(root, "/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/x\n");
	write_file(root, "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "50000\n");
	write_file(root, "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
	assert_int_equal(rf_cpus_quota(root), 1);
	assert_true(rf_cpus_granted() >= 1);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a fixed command on our own folder */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_come_and_go_under_traffic),
		cmocka_unit_test(ports_return_only_after_the_worker_let_go),
		cmocka_unit_test(a_pair_returns_with_its_second_stream),
		cmocka_unit_test(a_socket_that_is_kept_rouses_no_worker),
		cmocka_unit_test(both_sockets_of_a_pair_are_kept),
		cmocka_unit_test(a_stream_may_go_while_its_nat_is_pierced),
		cmocka_unit_test(streams_that_were_never_committed_leave_no_trace),
		cmocka_unit_test(a_plane_that_ends_frees_the_groups_that_are_left),
		cmocka_unit_test(a_call_of_four_streams_stays_below_ten_kilobytes),
		cmocka_unit_test(running_out_of_memory_anywhere_leaks_nothing),
		cmocka_unit_test(the_tightest_quota_of_the_cgroups_counts),
	};

	return cmocka_run_group_tests(tests, rig_own_network, NULL);
}
