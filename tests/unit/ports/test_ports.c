/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and port pairs, with real sockets on loopback. */
#include "ports/ports.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "oom.h"
#include "ports/socket.h"
#include "test.h"

#define FIRST 42000
#define PAIRS 10

static struct rf_local_config local(const char *iface, const char *address, uint16_t min, uint16_t max)
{
	struct rf_local_config config = {.port_min = min, .port_max = max};

	snprintf(config.iface, sizeof(config.iface), "%s", iface);
	assert_int_equal(rf_addr_parse(rf_str_of(address), &config.address), 0);
	return config;
}

static struct rf_ports *ports_of(const struct rf_local_config *locals, unsigned n)
{
	struct rf_ports *ports;
	struct rf_str why;

	assert_int_equal(rf_ports_new(NULL, &ports), 0);
	assert_int_equal(rf_ports_configure(ports, locals, n, &why), 0);
	return ports;
}

/* One interface "pub" with ten pairs. */
static struct rf_ports *ten_pairs(void)
{
	struct rf_local_config config = local("pub", "127.0.0.1", FIRST, FIRST + 2 * PAIRS - 1);

	return ports_of(&config, 1);
}

static int get(struct rf_ports *ports, const char *iface, struct rf_port_pair *pair)
{
	return rf_ports_get(ports, rf_str_of(iface), RF_FAMILY_NONE, true, pair);
}

static void sum_usage(const struct rf_ports_usage *usage, void *arg)
{
	unsigned *sum = arg;

	sum[0] += usage->ports;
	sum[1] += usage->in_use;
}

static unsigned in_use(const struct rf_ports *ports)
{
	unsigned sum[2] = {0, 0};

	rf_ports_each(ports, sum_usage, sum);
	return sum[1];
}

static unsigned open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static uint16_t bound_port(int fd)
{
	struct sockaddr_in sa = {.sin_port = 0};
	socklen_t len = sizeof(sa);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	return ntohs(sa.sin_port);
}

static void a_pair_is_an_even_port_and_the_one_above(void **state)
{
	struct rf_local_config config = local("pub", "127.0.0.1", FIRST + 1, FIRST + 4);
	struct rf_ports *ports = ports_of(&config, 1);
	struct rf_port_pair pair, more;

	(void)state;
	assert_int_equal(get(ports, "pub", &pair), 0);
	assert_int_equal(pair.rtp_port, FIRST + 2);
	assert_int_equal(bound_port(pair.rtp_fd), FIRST + 2);
	assert_int_equal(bound_port(pair.rtcp_fd), FIRST + 3);
	assert_string_equal(pair.local->iface, "pub");
	assert_true(rf_addr_equal(&pair.local->advertised, &config.address));
	assert_int_equal(get(ports, "pub", &more), -ENOSPC);
	rf_ports_put(ports, &pair);
	assert_int_equal(pair.rtp_fd, -1);
	rf_ports_free(ports);
}

static void a_full_pool_says_so_and_leaks_nothing(void **state)
{
	struct rf_ports *ports = ten_pairs();
	struct rf_port_pair pairs[PAIRS] = {{.rtp_fd = -1}}, more;
	unsigned files = open_files();

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < PAIRS; i++)
			assert_int_equal(get(ports, "pub", &pairs[i]), 0);
		for (unsigned i = 0; i < 100; i++)
			assert_int_equal(get(ports, "pub", &more), -ENOSPC);
		assert_int_equal(in_use(ports), 2 * PAIRS);
		for (unsigned i = 0; i < PAIRS; i++)
			rf_ports_put(ports, &pairs[i]);
		assert_int_equal(in_use(ports), 0);
		assert_int_equal(open_files(), files);
	}
	rf_ports_free(ports);
}

static void a_pair_rests_until_all_others_were_used(void **state)
{
	struct rf_ports *ports = ten_pairs();
	uint16_t seen[3 * PAIRS];
	struct rf_port_pair pair;

	(void)state;
	for (unsigned i = 0; i < 3 * PAIRS; i++) {
		assert_int_equal(get(ports, "pub", &pair), 0);
		seen[i] = pair.rtp_port;
		rf_ports_put(ports, &pair);
		for (unsigned j = i < PAIRS ? 0 : i - PAIRS + 1; j < i; j++)
			assert_int_not_equal(seen[j], seen[i]);
	}
	rf_ports_free(ports);
}

static void the_first_port_is_not_always_the_same(void **state)
{
	struct rf_local_config config = local("pub", "127.0.0.1", FIRST, FIRST + 1999);
	unsigned same = 0;
	uint16_t first = 0;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct rf_ports *ports = ports_of(&config, 1);
		struct rf_port_pair pair;

		assert_int_equal(get(ports, "pub", &pair), 0);
		same += pair.rtp_port == first;
		first = pair.rtp_port;
		rf_ports_put(ports, &pair);
		rf_ports_free(ports);
	}
	assert_true(same < 4);
}

static void a_port_of_another_process_is_passed_over(void **state)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(FIRST + 3)};
	struct rf_ports *ports = ten_pairs();
	struct rf_port_pair pairs[PAIRS];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	for (unsigned i = 0; i < PAIRS - 1; i++) {
		assert_int_equal(get(ports, "pub", &pairs[i]), 0);
		assert_int_not_equal(pairs[i].rtp_port, FIRST + 2);
	}
	assert_int_equal(get(ports, "pub", &pairs[PAIRS - 1]), -ENOSPC);
	assert_int_equal(in_use(ports), 2 * (PAIRS - 1));
	close(fd);
	assert_int_equal(get(ports, "pub", &pairs[PAIRS - 1]), 0);
	assert_int_equal(pairs[PAIRS - 1].rtp_port, FIRST + 2);
	for (unsigned i = 0; i < PAIRS; i++)
		rf_ports_put(ports, &pairs[i]);
	rf_ports_free(ports);
}

static void two_relays_never_share_a_port(void **state)
{
	struct rf_ports *one = ten_pairs(), *two = ten_pairs();
	struct rf_port_pair pairs[PAIRS];

	(void)state;
	for (unsigned i = 0; i < PAIRS; i++)
		assert_int_equal(get(i % 2 ? one : two, "pub", &pairs[i]), 0);
	for (unsigned i = 0; i < PAIRS; i++)
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(pairs[i].rtp_port, pairs[j].rtp_port);
	for (unsigned i = 0; i < PAIRS; i++)
		rf_ports_put(i % 2 ? one : two, &pairs[i]);
	rf_ports_free(one);
	rf_ports_free(two);
}

static void addresses_of_an_interface_are_used_in_turn(void **state)
{
	struct rf_local_config locals[3] = {local("pub", "127.0.0.1", FIRST, FIRST + 3),
	                                    local("pub", "127.0.0.2", FIRST, FIRST + 1),
	                                    local("pub", "::1", FIRST, FIRST + 1)};
	struct rf_ports *ports = ports_of(locals, 3);
	struct rf_port_pair pairs[4];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(get(ports, "pub", &pairs[i]), 0);
	assert_false(rf_addr_equal(&pairs[0].local->address, &pairs[1].local->address));
	assert_int_equal(get(ports, "pub", &pairs[3]), -ENOSPC);
	assert_int_equal(rf_ports_get(ports, RF_STR_NONE, RF_FAMILY_IP6, true, &pairs[3]), 0);
	assert_true(rf_addr_equal(&pairs[3].local->address, &locals[2].address));
	assert_int_equal(pairs[3].local->iface_id, pairs[0].local->iface_id);
	for (unsigned i = 0; i < 4; i++)
		rf_ports_put(ports, &pairs[i]);
	rf_ports_free(ports);
}

static void unknown_names_and_families_are_told_apart(void **state)
{
	struct rf_ports *ports = ten_pairs();
	struct rf_port_pair pair;

	(void)state;
	assert_true(rf_ports_has_iface(ports, RF_STR("pub")));
	assert_true(rf_ports_has_iface(ports, RF_STR_NONE));
	assert_false(rf_ports_has_iface(ports, RF_STR("priv")));
	assert_int_equal(get(ports, "priv", &pair), -ENOENT);
	assert_int_equal(rf_ports_get(ports, RF_STR("pub"), RF_FAMILY_IP6, true, &pair), -EAFNOSUPPORT);
	rf_ports_free(ports);
}

static void without_rtcp_there_is_one_socket(void **state)
{
	struct rf_ports *ports = ten_pairs();
	struct rf_port_pair pair;

	(void)state;
	assert_int_equal(rf_ports_get(ports, RF_STR("pub"), RF_FAMILY_IP4, false, &pair), 0);
	assert_int_equal(pair.rtcp_fd, -1);
	assert_int_equal(in_use(ports), 2);
	rf_ports_put(ports, &pair);
	rf_ports_free(ports);
}

static void a_reload_keeps_the_pools_that_stay(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 3),
	                                    local("priv", "127.0.0.2", FIRST, FIRST + 3)};
	struct rf_ports *ports = ports_of(locals, 2);
	struct rf_port_pair pub, priv, more;
	struct rf_str why;

	(void)state;
	assert_int_equal(get(ports, "pub", &pub), 0);
	assert_int_equal(get(ports, "priv", &priv), 0);
	rf_addr_parse(RF_STR("192.0.2.1"), &locals[0].advertised);
	assert_int_equal(rf_ports_configure(ports, locals, 1, &why), 0);
	assert_true(rf_addr_equal(&pub.local->advertised, &locals[0].advertised));
	assert_int_equal(in_use(ports), 2);
	assert_int_equal(get(ports, "priv", &more), -ENOENT);
	/* What the removed address gave out is in use still. */
	assert_string_equal(priv.local->iface, "priv");
	rf_ports_put(ports, &priv);
	rf_ports_put(ports, &pub);
	assert_int_equal(in_use(ports), 0);
	rf_ports_free(ports);
}

struct seen {
	char text[512]; /* "ADDRESS=ADVERTISED " of each */
};

static void see(const struct rf_local *local, const struct rf_addr *advertised, void *arg)
{
	char a[RF_ADDR_TEXT], b[RF_ADDR_TEXT];
	struct seen *seen = arg;
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s=%s ", rf_addr_print(&local->address, a),
	         rf_addr_print(advertised, b));
}

#define ASSERT_ADVERTISED(ports, wanted)                     \
	do {                                                 \
		struct seen seen = {{0}};                    \
		rf_ports_each_advertised(ports, see, &seen); \
		assert_string_equal(seen.text, wanted);      \
	} while (0)

static void advertise(struct rf_ports *ports, struct rf_local_config *config, const char *address)
{
	struct rf_str why;

	assert_int_equal(rf_addr_parse(rf_str_of(address), &config->advertised), 0);
	assert_int_equal(rf_ports_configure(ports, config, 1, &why), 0);
}

static void what_a_call_may_have_shown_is_remembered_until_it_ends(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 9),
	                                    local("priv", "127.0.0.2", FIRST, FIRST + 3)};
	struct rf_ports *ports = ports_of(locals, 2);
	struct rf_port_pair a, b, priv;

	(void)state;
	ASSERT_ADVERTISED(ports, "127.0.0.1=127.0.0.1 127.0.0.2=127.0.0.2 ");
	assert_int_equal(get(ports, "priv", &priv), 0);
	advertise(ports, &locals[0], "192.0.2.1");
	ASSERT_ADVERTISED(ports, "127.0.0.1=192.0.2.1 127.0.0.2=127.0.0.2 ");
	rf_ports_put(ports, &priv);
	ASSERT_ADVERTISED(ports, "127.0.0.1=192.0.2.1 ");
	assert_int_equal(get(ports, "pub", &a), 0);
	advertise(ports, &locals[0], "192.0.2.2");
	/* What no new call was told: the one before may have been, when it was offered again. */
	advertise(ports, &locals[0], "192.0.2.3");
	advertise(ports, &locals[0], "192.0.2.3");
	assert_int_equal(get(ports, "pub", &b), 0);
	advertise(ports, &locals[0], "192.0.2.4");
	ASSERT_ADVERTISED(ports, "127.0.0.1=192.0.2.4 127.0.0.1=192.0.2.1 127.0.0.1=192.0.2.2 127.0.0.1=192.0.2.3 ");
	rf_ports_put(ports, &a);
	ASSERT_ADVERTISED(ports, "127.0.0.1=192.0.2.4 127.0.0.1=192.0.2.3 ");
	rf_ports_put(ports, &b);
	ASSERT_ADVERTISED(ports, "127.0.0.1=192.0.2.4 ");
	rf_ports_free(ports);
}

static void an_address_that_comes_back_knows_what_is_in_use(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 3),
	                                    local("priv", "127.0.0.2", FIRST, FIRST + 3)};
	struct rf_local_config wrong[2] = {locals[1], local("pub", "192.0.2.1", FIRST, FIRST + 3)};
	struct rf_ports *ports = ports_of(locals, 2);
	struct rf_port_pair a, b, c;
	struct rf_str why;

	(void)state;
	rf_ports_keep(ports, 4);
	assert_int_equal(get(ports, "priv", &a), 0);
	assert_int_equal(rf_ports_configure(ports, locals, 1, &why), 0);
	assert_int_equal(rf_ports_configure(ports, wrong, 2, &why), -EADDRNOTAVAIL);
	assert_int_equal(in_use(ports), 0);
	assert_int_equal(rf_ports_configure(ports, locals, 2, &why), 0);
	assert_int_equal(in_use(ports), 2);
	assert_int_equal(get(ports, "priv", &b), 0);
	assert_int_equal(get(ports, "priv", &c), -ENOSPC);
	rf_ports_put(ports, &a);
	assert_int_equal(get(ports, "priv", &a), 0);
	rf_ports_put(ports, &a);
	rf_ports_put(ports, &b);
	assert_int_equal(in_use(ports), 0);
	rf_ports_free(ports);
}

static void a_removed_address_keeps_no_socket(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 3),
	                                    local("priv", "127.0.0.2", FIRST, FIRST + 3)};
	struct rf_ports *ports = ports_of(locals, 2);
	unsigned files = open_files();
	struct rf_port_pair a, b;
	struct rf_str why;

	(void)state;
	rf_ports_keep(ports, 4);
	assert_int_equal(get(ports, "priv", &a), 0);
	assert_int_equal(get(ports, "priv", &b), 0);
	rf_ports_put(ports, &a);
	assert_int_equal(open_files(), files + 4);
	assert_int_equal(rf_ports_configure(ports, locals, 1, &why), 0);
	assert_int_equal(open_files(), files + 2);
	rf_ports_put(ports, &b);
	assert_int_equal(open_files(), files);
	rf_ports_free(ports);
}

static void the_any_addresses_of_both_families_share_no_port(void **state)
{
	struct rf_addr any4, any6;
	int fd4, fd6;

	(void)state;
	rf_addr_parse(RF_STR("0.0.0.0"), &any4);
	rf_addr_parse(RF_STR("::"), &any6);
	fd6 = rf_socket_open(&any6, FIRST);
	fd4 = rf_socket_open(&any4, FIRST);
	assert_true(fd6 >= 0 && fd4 >= 0);
	close(fd4);
	close(fd6);
}

static void a_wrong_configuration_changes_nothing_and_says_why(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 9),
	                                    local("priv", "127.0.0.1", FIRST + 8, FIRST + 20)};
	struct rf_ports *ports = ten_pairs();
	struct rf_str why = RF_STR_NONE;

	(void)state;
	assert_int_equal(rf_ports_configure(ports, locals, 2, &why), -EINVAL);
	assert_str(why, "interfaces priv/127.0.0.1 and pub/127.0.0.1: ports 42008 to 42020 and 42000 to 42009 overlap, "
	                "expected ranges of their own");
	locals[0] = local("pub", "127.0.0.1", 7, 8);
	assert_int_equal(rf_ports_configure(ports, locals, 1, &why), -EINVAL);
	assert_str(why, "interface pub/127.0.0.1: ports 7 to 8 hold no pair, expected an even port and the one above");
	locals[0] = local("pub", "192.0.2.1", FIRST, FIRST + 9);
	assert_int_equal(rf_ports_configure(ports, locals, 1, &why), -EADDRNOTAVAIL);
	assert_true(rf_str_has_prefix(why, RF_STR("interface pub/192.0.2.1: the address cannot be bound")));
	assert_true(rf_ports_has_iface(ports, RF_STR("pub")));
	rf_ports_free(ports);
}

static void that_very_pair_can_be_asked_for(void **state)
{
	struct rf_ports *ports = ten_pairs();
	struct rf_port_pair pair, again;
	struct rf_addr address;

	(void)state;
	rf_addr_parse(RF_STR("127.0.0.1"), &address);
	assert_int_equal(rf_ports_get_exact(ports, &address, FIRST + 6, true, &pair), 0);
	assert_int_equal(pair.rtp_port, FIRST + 6);
	assert_int_equal(rf_ports_get_exact(ports, &address, FIRST + 6, true, &again), -EADDRINUSE);
	assert_int_equal(rf_ports_get_exact(ports, &address, FIRST + 7, true, &again), -ENOENT);
	assert_int_equal(rf_ports_get_exact(ports, &address, FIRST + 2 * PAIRS, true, &again), -ENOENT);
	assert_int_equal(rf_ports_get_exact(ports, &address, 9, true, &again), -ENOENT);
	rf_ports_put(ports, &pair);
	rf_ports_free(ports);
}

static void kept_sockets_come_back_empty_and_unmarked(void **state)
{
	struct rf_local_config config = local("pub", "127.0.0.1", FIRST, FIRST + 1);
	struct rf_ports *ports = ports_of(&config, 1);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(FIRST)};
	int tos = 0xb8, one = 1, kept, fresh, stranger = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(tos);
	struct rf_port_pair pair;
	char byte = 0;

	(void)state;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	rf_ports_keep(ports, 1);
	assert_int_equal(get(ports, "pub", &pair), 0);
	kept = pair.rtp_fd;
	setsockopt(kept, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	setsockopt(kept, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
	getsockopt(kept, SOL_SOCKET, SO_RCVBUF, &fresh, &len);
	/* What an earlier call left behind, while the buffer was large. */
	for (unsigned i = 0; i < 100; i++)
		sendto(stranger, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	rf_ports_put(ports, &pair);
	assert_int_equal(in_use(ports), 0);
	for (unsigned i = 0; i < 10; i++)
		sendto(stranger, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	assert_int_equal(get(ports, "pub", &pair), 0);
	assert_int_equal(pair.rtp_fd, kept);
	assert_int_equal(recv(pair.rtp_fd, &byte, 1, 0), -1);
	getsockopt(kept, IPPROTO_IP, IP_TOS, &tos, &len);
	assert_int_equal(tos, 0);
	getsockopt(kept, SOL_SOCKET, SO_RCVBUF, &tos, &len);
	assert_int_equal(tos, fresh);
	getsockopt(kept, SOL_SOCKET, SO_TIMESTAMPNS, &one, &len);
	assert_int_equal(one, 0);
	rf_ports_put(ports, &pair);
	/* A call that needs no RTCP socket closes it. */
	assert_int_equal(rf_ports_get(ports, RF_STR("pub"), RF_FAMILY_IP4, false, &pair), 0);
	assert_int_equal(pair.rtcp_fd, -1);
	rf_ports_put(ports, &pair);
	close(stranger);
	rf_ports_free(ports);
}

/* A call after a reload may be of an interface that has none. */
static void kept_sockets_lose_the_mark_of_their_interface(void **state)
{
	struct rf_local_config config = local("pub", "127.0.0.1", FIRST, FIRST + 1);
	struct rf_ports *ports = ports_of(&config, 1);
	int mark = 7, kept[2];
	socklen_t len = sizeof(mark);
	struct rf_port_pair pair;

	(void)state;
	rf_ports_keep(ports, 1);
	assert_int_equal(get(ports, "pub", &pair), 0);
	kept[0] = pair.rtp_fd;
	kept[1] = pair.rtcp_fd;
	for (unsigned i = 0; i < 2; i++) {
		if (setsockopt(kept[i], SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0)
			continue;
		print_message("         sockets cannot be marked here: %s\n", strerror(errno));
		rf_ports_put(ports, &pair);
		rf_ports_free(ports);
		skip();
	}
	rf_ports_put(ports, &pair);
	for (unsigned i = 0; i < 2; i++) {
		mark = 1;
		assert_int_equal(getsockopt(kept[i], SOL_SOCKET, SO_MARK, &mark, &len), 0);
		assert_int_equal(mark, 0);
	}
	assert_int_equal(get(ports, "pub", &pair), 0);
	assert_int_equal(pair.rtp_fd, kept[0]);
	assert_int_equal(pair.rtcp_fd, kept[1]);
	rf_ports_put(ports, &pair);
	rf_ports_free(ports);
}

/* A peer that has hung up stands for datagrams that come as fast as they are read: reading never ends by itself. */
static void a_flood_towards_a_kept_socket_does_not_hold_up_the_call_that_gets_it(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	close(ends[1]);
	alarm(20);
	rf_socket_wake(ends[0], rf_socket_receive_buffer());
	alarm(0);
	close(ends[0]);
}

static void kept_sockets_are_given_up_when_descriptors_run_out(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 1),
	                                    local("priv", "127.0.0.2", FIRST, FIRST + 1)};
	struct rf_ports *ports = ports_of(locals, 2);
	struct rlimit before, tight;
	struct rf_port_pair pair;
	unsigned files;

	(void)state;
	rf_ports_keep(ports, 10);
	files = open_files();
	assert_int_equal(get(ports, "pub", &pair), 0);
	rf_ports_put(ports, &pair);
	assert_int_equal(open_files(), files + 2);
	getrlimit(RLIMIT_NOFILE, &before);
	tight = before;
	/* "." and "..", and the folder that is listed. */
	tight.rlim_cur = files + 2 - 3;
	setrlimit(RLIMIT_NOFILE, &tight);
	assert_int_equal(get(ports, "priv", &pair), 0);
	setrlimit(RLIMIT_NOFILE, &before);
	rf_ports_put(ports, &pair);
	rf_ports_keep(ports, 0);
	assert_int_equal(open_files(), files);
	rf_ports_free(ports);
}

static int configure_and_take(void *arg)
{
	struct rf_local_config *locals = arg;
	struct rf_port_pair pair;
	struct rf_ports *ports;
	struct rf_str why;
	int err = rf_ports_new(NULL, &ports);

	if (err)
		return err;
	rf_ports_keep(ports, 4);
	err = rf_ports_configure(ports, locals, 2, &why);
	if (!err)
		err = rf_ports_configure(ports, locals, 1, &why);
	if (!err)
		err = rf_ports_get(ports, RF_STR_NONE, RF_FAMILY_IP4, true, &pair);
	if (!err)
		rf_ports_put(ports, &pair);
	rf_ports_free(ports);
	return err;
}

static void running_out_of_memory_anywhere_leaks_nothing(void **state)
{
	struct rf_local_config locals[2] = {local("pub", "127.0.0.1", FIRST, FIRST + 3),
	                                    local("priv", "127.0.0.2", FIRST, FIRST + 3)};

	(void)state;
	rf_oom_run(configure_and_take, locals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_is_an_even_port_and_the_one_above),
		cmocka_unit_test(a_full_pool_says_so_and_leaks_nothing),
		cmocka_unit_test(a_pair_rests_until_all_others_were_used),
		cmocka_unit_test(the_first_port_is_not_always_the_same),
		cmocka_unit_test(a_port_of_another_process_is_passed_over),
		cmocka_unit_test(two_relays_never_share_a_port),
		cmocka_unit_test(addresses_of_an_interface_are_used_in_turn),
		cmocka_unit_test(unknown_names_and_families_are_told_apart),
		cmocka_unit_test(without_rtcp_there_is_one_socket),
		cmocka_unit_test(a_reload_keeps_the_pools_that_stay),
		cmocka_unit_test(an_address_that_comes_back_knows_what_is_in_use),
		cmocka_unit_test(what_a_call_may_have_shown_is_remembered_until_it_ends),
		cmocka_unit_test(a_removed_address_keeps_no_socket),
		cmocka_unit_test(the_any_addresses_of_both_families_share_no_port),
		cmocka_unit_test(a_wrong_configuration_changes_nothing_and_says_why),
		cmocka_unit_test(that_very_pair_can_be_asked_for),
		cmocka_unit_test(kept_sockets_come_back_empty_and_unmarked),
		cmocka_unit_test(kept_sockets_lose_the_mark_of_their_interface),
		cmocka_unit_test(a_flood_towards_a_kept_socket_does_not_hold_up_the_call_that_gets_it),
		cmocka_unit_test(kept_sockets_are_given_up_when_descriptors_run_out),
		cmocka_unit_test(running_out_of_memory_anywhere_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
