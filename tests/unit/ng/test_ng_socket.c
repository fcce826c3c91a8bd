/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real sockets on the loopback: who is answered, from which address, and what a retransmission gets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_calls.h"
#include "ng/listener.h"
#include "ng/ng.h"
#include "oom.h"
#include "test.h"

#define PORT 26123

static struct rf_loop *loop;
static struct rf_ng *ng;

static void stop(void *arg, int fd, int what)
{
	(void)arg;
	(void)fd;
	(void)what;
	rf_loop_stop(loop);
}

/* Let the server work for a moment, unless there is no memory for it. */
static void turn(void)
{
	struct rf_loop_item *timer;

	if (rf_loop_timer(loop, 20000, false, stop, NULL, &timer))
		return;
	assert_int_equal(rf_loop_run(loop), 0);
	rf_loop_remove(timer);
}

static int start(const struct rf_endpoint *listen, unsigned n, const struct rf_net *allow, unsigned n_allow)
{
	struct rf_ng_config config = {
		.listen = listen, .n_listen = n, .allow = allow, .n_allow = n_allow, .loop = loop};
	struct rf_str why;

	fake_reset();
	return rf_ng_new(&config, &ng, &why);
}

static int setup(void **state)
{
	(void)state;
	ng = NULL;
	return rf_loop_new(&loop);
}

static int teardown(void **state)
{
	(void)state;
	rf_ng_free(ng);
	rf_loop_free(loop);
	return 0;
}

/* A client socket connected to an address: it hears replies from that address alone. */
static int client(const char *address, uint16_t port)
{
	struct rf_endpoint to;
	struct sockaddr_storage name;
	struct timeval patience = {.tv_usec = 10000};
	socklen_t len;
	int fd;

	assert_int_equal(rf_addr_parse(rf_str_of(address), &to.addr), 0);
	to.port = port;
	len = rf_endpoint_to_sockaddr(&to, &name);
	fd = socket(name.ss_family, SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, len), 0);
	return fd;
}

/* Send, let the server work, and expect this; NULL: nothing. */
static void exchange(int fd, const char *request, const char *expected)
{
	static char buffer[65536];
	ssize_t n;

	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	turn();
	n = recv(fd, buffer, sizeof(buffer), 0);
	if (!expected) {
		assert_int_equal(n, -1);
		return;
	}
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(buffer, expected, (size_t)n);
}

static void replies_leave_from_the_address_asked(void **state)
{
	/* A bare port: every address of both families. */
	struct rf_endpoint any = {.port = PORT};
	int fd;

	(void)state;
	assert_int_equal(start(&any, 1, NULL, 0), 0);
	fd = client("127.0.0.1", PORT);
	exchange(fd, "a d7:command4:pinge", "a d6:result4:ponge");
	close(fd);
	fd = client("127.0.0.77", PORT);
	exchange(fd, "b d7:command4:pinge", "b d6:result4:ponge");
	close(fd);
	fd = client("::1", PORT);
	exchange(fd, "c d7:command4:pinge", "c d6:result4:ponge");
	close(fd);
}

static void several_listeners_serve_side_by_side(void **state)
{
	struct rf_endpoint at[] = {
		{{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT},
		{{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT + 1},
		{{RF_FAMILY_IP6, {[15] = 1}}, PORT},
	};
	int fd;

	(void)state;
	assert_int_equal(start(at, 3, NULL, 0), 0);
	fd = client("127.0.0.1", PORT + 1);
	exchange(fd, "a {\"command\":\"ping\"}", "a {\"result\":\"pong\"}");
	close(fd);
	fd = client("::1", PORT);
	exchange(fd, "a {\"command\":\"ping\"}", "a {\"result\":\"pong\"}");
	close(fd);
}

static void a_retransmission_gets_the_same_reply_and_acts_once(void **state)
{
	static const char offer[] = "r d7:command5:offer7:call-id1:c8:from-tag1:f3:sdp3:v=0e";
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	int fd, other;

	(void)state;
	assert_int_equal(start(&at, 1, NULL, 0), 0);
	fake.reply.sdp = RF_STR("first");
	fd = client("127.0.0.1", PORT);
	exchange(fd, offer, "r d3:sdp5:first6:result2:oke");
	fake.reply.sdp = RF_STR("second");
	exchange(fd, offer, "r d3:sdp5:first6:result2:oke");
	assert_int_equal(fake.offers, 1);
	assert_int_equal(rf_ng_duplicates(ng), 1);
	other = client("127.0.0.1", PORT); /* another port, the same cookie: another proxy */
	exchange(other, offer, "r d3:sdp6:second6:result2:oke");
	assert_int_equal(fake.offers, 2);
	close(other);
	close(fd);
}

static void errors_are_cached_too(void **state)
{
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	int fd;

	(void)state;
	assert_int_equal(start(&at, 1, NULL, 0), 0);
	fd = client("127.0.0.1", PORT);
	exchange(fd, "e x", "e d6:result5:error12:error-reason22:Invalid NG data formate");
	exchange(fd, "e x", "e d6:result5:error12:error-reason22:Invalid NG data formate");
	assert_int_equal(rf_ng_duplicates(ng), 1);
	close(fd);
}

static void only_allowed_sources_are_answered(void **state)
{
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	struct rf_net elsewhere, loopback;
	int fd;

	(void)state;
	assert_int_equal(rf_net_parse(RF_STR("192.0.2.0/24"), &elsewhere), 0);
	assert_int_equal(rf_net_parse(RF_STR("127.0.0.0/8"), &loopback), 0);
	assert_int_equal(start(&at, 1, &elsewhere, 1), 0);
	fd = client("127.0.0.1", PORT);
	exchange(fd, "a d7:command4:pinge", NULL);
	assert_int_equal(rf_ng_refused(ng), 1);
	assert_int_equal(rf_ng_set_allow(ng, &loopback, 1), 0);
	exchange(fd, "a d7:command4:pinge", "a d6:result4:ponge");
	assert_int_equal(rf_ng_set_allow(ng, NULL, 0), 0);
	exchange(fd, "b d7:command4:pinge", "b d6:result4:ponge");
	close(fd);
}

static void what_has_no_cookie_gets_no_reply(void **state)
{
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	int fd;

	(void)state;
	assert_int_equal(start(&at, 1, NULL, 0), 0);
	fd = client("127.0.0.1", PORT);
	exchange(fd, "nocookie", NULL);
	exchange(fd, " d7:command4:pinge", NULL);
	exchange(fd, "", NULL);
	close(fd);
}

static void a_burst_is_answered_whole(void **state)
{
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	char buffer[64];
	int fd;

	(void)state;
	assert_int_equal(start(&at, 1, NULL, 0), 0);
	fd = client("127.0.0.1", PORT);
	for (int i = 0; i < 100; i++) {
		int n = snprintf(buffer, sizeof(buffer), "%d d7:command4:pinge", i);

		assert_int_equal(send(fd, buffer, (size_t)n, 0), n);
	}
	turn();
	for (int i = 0; i < 100; i++) {
		char expected[64];
		int n = snprintf(expected, sizeof(expected), "%d d6:result4:ponge", i);

		assert_int_equal(recv(fd, buffer, sizeof(buffer), 0), n);
		assert_memory_equal(buffer, expected, (size_t)n);
	}
	close(fd);
}

static void a_reply_of_60_kilobytes_arrives(void **state)
{
	static char sdp[60000], buffer[65536];
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	int fd;

	(void)state;
	assert_int_equal(start(&at, 1, NULL, 0), 0);
	memset(sdp, 's', sizeof(sdp));
	fake.reply.sdp = (struct rf_str){sdp, sizeof(sdp)};
	fd = client("127.0.0.1", PORT);
	assert_true(send(fd, "x d7:command5:offer7:call-id1:c8:from-tag1:f3:sdp3:v=0e", 55, 0) == 55);
	turn();
	assert_true(recv(fd, buffer, sizeof(buffer), 0) > 60000);
	close(fd);
}

/* A request that claims to come from the server itself would go round for ever. */
static void the_server_does_not_talk_to_itself(void **state)
{
	struct rf_datagram datagram = {.source = {{RF_FAMILY_IP4, {192, 0, 2, 1}}, PORT}};
	struct rf_datagram datagram6 = {.source = {{RF_FAMILY_IP6, {0x20, 1, [15] = 1}}, PORT}};

	(void)state;
	datagram.local.family = AF_INET;
	memcpy(&datagram.local.v4, datagram.source.addr.ip, 4);
	assert_true(rf_datagram_is_echo(&datagram, PORT));
	assert_false(rf_datagram_is_echo(&datagram, PORT + 1));
	datagram.source.addr.ip[3] = 2;
	assert_false(rf_datagram_is_echo(&datagram, PORT));
	datagram6.local.family = AF_INET6;
	memcpy(&datagram6.local.v6, datagram6.source.addr.ip, 16);
	assert_true(rf_datagram_is_echo(&datagram6, PORT));
	datagram6.source.addr.ip[15] = 2;
	assert_false(rf_datagram_is_echo(&datagram6, PORT));
}

static void an_address_that_is_not_there_is_named(void **state)
{
	struct rf_endpoint at = {{RF_FAMILY_IP4, {192, 0, 2, 1}}, PORT};
	struct rf_ng_config config = {.listen = &at, .n_listen = 1, .loop = loop};
	struct rf_str why;

	(void)state;
	assert_int_equal(rf_ng_new(&config, &ng, &why), -EADDRNOTAVAIL);
	assert_str(why, "listen-ng = 192.0.2.1:26123: cannot listen there: Cannot assign requested address");
}

/* Start, answer, stop. */
static int serve_once(void *arg)
{
	struct rf_endpoint at = {{RF_FAMILY_IP4, {127, 0, 0, 1}}, PORT};
	struct rf_net allow = {{RF_FAMILY_IP4, {127}}, 8};
	int fd = *(int *)arg;
	char buffer[64];
	int err;

	err = rf_loop_new(&loop);
	if (err)
		return err;
	err = start(&at, 1, &allow, 1);
	if (!err) {
		assert_int_equal(send(fd, "x d7:command4:pinge", 19, 0), 19);
		turn();
		err = recv(fd, buffer, sizeof(buffer), 0) == 18 ? 0 : -ENOMEM;
	}
	rf_ng_free(ng);
	ng = NULL;
	rf_loop_free(loop);
	loop = NULL;
	return err;
}

static void failing_allocations_leave_nothing_behind(void **state)
{
	int fd = client("127.0.0.1", PORT);

	(void)state;
	rf_loop_free(loop);
	loop = NULL;
	rf_oom_run(serve_once, &fd);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(replies_leave_from_the_address_asked),
		TEST(several_listeners_serve_side_by_side),
		TEST(a_retransmission_gets_the_same_reply_and_acts_once),
		TEST(errors_are_cached_too),
		TEST(only_allowed_sources_are_answered),
		TEST(what_has_no_cookie_gets_no_reply),
		TEST(a_burst_is_answered_whole),
		TEST(a_reply_of_60_kilobytes_arrives),
		TEST(the_server_does_not_talk_to_itself),
		TEST(an_address_that_is_not_there_is_named),
		TEST(failing_allocations_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
