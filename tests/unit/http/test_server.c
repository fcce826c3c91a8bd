/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server on real sockets: the loop runs in the test, clients are plain non-blocking sockets.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "fake_model.h"
#include "oom.h"

/* On loopback; several builds may be tested at a time. */
#define TEST_PORT ((uint16_t)(20000 + getpid() % 5000 * 2))
#define ANSWER_SIZE (8u << 20)

struct server {
	struct fake fake;
	struct rf_loop *loop;
	struct rf_http *http;
	struct rf_endpoint listen[2];
	char directory[64], path[96];
};

static struct server server;
static char answer[ANSWER_SIZE];

static void start_with(unsigned sessions)
{
	struct rf_str why;

	fake_init(&server.fake, sessions);
	server.listen[0] = (struct rf_endpoint){{RF_FAMILY_IP4, {127, 0, 0, 1}}, TEST_PORT};
	server.listen[1] = (struct rf_endpoint){{RF_FAMILY_IP6, {[15] = 1}}, TEST_PORT};
	assert_int_equal(rf_loop_new(&server.loop), 0);
	server.fake.config.loop = server.loop;
	server.fake.config.listen = server.listen;
	server.fake.config.n_listen = 2;
	server.fake.config.unix_path = server.path;
	assert_int_equal(rf_http_new(&server.fake.config, &server.http, &why), 0);
}

static int setup(void **state)
{
	(void)state;
	strcpy(server.directory, "/tmp/rf_http_XXXXXX");
	assert_non_null(mkdtemp(server.directory));
	snprintf(server.path, sizeof(server.path), "%s/ctl.sock", server.directory);
	start_with(3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rf_http_free(server.http);
	rf_loop_free(server.loop);
	assert_int_equal(access(server.path, F_OK), -1);
	assert_int_equal(rmdir(server.directory), 0);
	return 0;
}

static void on_stop(void *arg, int fd, int what)
{
	(void)fd;
	(void)what;
	rf_loop_stop(arg);
}

/* Run the loop for so long. */
static void turn(int64_t us)
{
	struct rf_loop_item *item;

	assert_int_equal(rf_loop_timer(server.loop, us, false, on_stop, server.loop, &item), 0);
	rf_loop_run(server.loop);
	rf_loop_remove(item);
}

static int connected(const struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, address, len), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static int connect_tcp(unsigned which)
{
	struct sockaddr_storage address;
	socklen_t len = rf_endpoint_to_sockaddr(&server.listen[which], &address);

	return connected((struct sockaddr *)&address, len);
}

static int connect_unix(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(address.sun_path, server.path);
	return connected((struct sockaddr *)&address, sizeof(address));
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* What comes until the server closes, or for so long at most. */
static const char *take(int fd, int64_t most_us)
{
	int64_t until_us = rf_clock_us() + most_us;
	size_t n = 0;

	while (rf_clock_us() < until_us) {
		ssize_t got = read(fd, answer + n, sizeof(answer) - 1 - n);

		if (got == 0 || (got < 0 && errno != EAGAIN))
			break;
		if (got > 0)
			n += (size_t)got;
		else
			turn(1000);
	}
	answer[n] = '\0';
	return answer;
}

#define CLOSE " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

static void assert_answer(int fd, const char *request, const char *status, const char *part)
{
	put(fd, request);
	take(fd, 3000000);
	close(fd);
	assert_memory_equal(answer, status, strlen(status));
	assert_non_null(strstr(answer, part));
}

static void all_listeners_answer(void **state)
{
	(void)state;
	assert_answer(connect_tcp(0), "GET /livez" CLOSE, "HTTP/1.1 200 ", "\r\n\r\n{\"live\":true}\n");
	assert_answer(connect_tcp(1), "GET /livez" CLOSE, "HTTP/1.1 200 ", "\r\n\r\n{\"live\":true}\n");
	assert_answer(connect_unix(), "GET /livez" CLOSE, "HTTP/1.1 200 ", "\r\n\r\n{\"live\":true}\n");
	assert_answer(connect_unix(), "POST /api/v1/drain" CLOSE, "HTTP/1.1 200 ", "\"draining\":true");
	assert_answer(connect_tcp(0), "DELETE /api/v1/drain" CLOSE, "HTTP/1.1 200 ", "\"draining\":false");
	assert_answer(connect_tcp(0), "BREW /livez" CLOSE, "HTTP/1.1 405 ", "\r\nAllow: GET, HEAD\r\n");
	assert_answer(connect_tcp(0), "GET /api/v1/sessions/call-1%zz" CLOSE, "HTTP/1.1 400 ", "bad_escape");
	assert_answer(connect_tcp(0), "DELETE /api/v1/sessions/%2f%00" CLOSE, "HTTP/1.1 404 ", "no_such_session");
}

static void answers_in_slices_are_whole(void **state)
{
	int fd = connect_tcp(0);

	(void)state;
	rf_http_free(server.http);
	rf_loop_free(server.loop);
	close(fd);
	start_with(5000);
	assert_answer(connect_tcp(0), "GET /metrics/sessions" CLOSE, "HTTP/1.1 200 ",
	              "\nrtpferry_sessions_left_out 5000\n");
	assert_answer(connect_unix(), "GET /api/v1/sessions?limit=2" CLOSE, "HTTP/1.1 200 ", "{\"total\":5000,");
}

static void a_server_may_end_while_it_answers(void **state)
{
	int fds[6];

	(void)state;
	for (int i = 0; i < 6; i++) {
		fds[i] = connect_tcp(0);
		put(fds[i], "GET /metrics/sessions" CLOSE);
	}
	turn(300); /* some are suspended, some refused as busy */
	rf_http_free(server.http);
	rf_loop_free(server.loop);
	start_with(3);
	for (int i = 0; i < 6; i++)
		close(fds[i]);
}

static void the_socket_is_for_owner_and_group(void **state)
{
	struct rf_http *second;
	struct rf_str why;
	struct stat st;

	(void)state;
	assert_int_equal(stat(server.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	server.fake.config.n_listen = 0;
	assert_int_equal(rf_http_new(&server.fake.config, &second, &why), -EADDRINUSE);
	assert_non_null(strstr(why.p, server.path));
	assert_int_equal(access(server.path, F_OK), 0);
}

static void an_address_in_use_is_named(void **state)
{
	char expected[128];
	struct rf_http *second;
	struct rf_str why;

	(void)state;
	server.fake.config.unix_path = NULL;
	assert_int_equal(rf_http_new(&server.fake.config, &second, &why), -EADDRINUSE);
	snprintf(expected, sizeof(expected), "listen-http = 127.0.0.1:%u: cannot listen there: Address already in use",
	         TEST_PORT);
	assert_str(why, expected);
}

static void what_is_too_big_is_refused(void **state)
{
	static char request[80000];
	int fd = connect_tcp(0);

	(void)state;
	/* A target beyond the limit. */
	memset(request, 'a', sizeof(request) - 1);
	memcpy(request, "GET /", 5);
	assert_true(write(fd, request, 60000) > 0);
	take(fd, 3000000);
	close(fd);
	assert_memory_equal(answer, "HTTP/1.1 4", 10); /* 414 or 431 */
	/* A body that nobody asked for. */
	fd = connect_tcp(0);
	put(fd, "POST /api/v1/drain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n");
	assert_true(write(fd, request, 60000) > 0);
	take(fd, 3000000);
	close(fd);
	assert_false(server.fake.calls.draining);
}

static void slow_and_silent_clients_block_nobody(void **state)
{
	int fds[150];

	(void)state;
	for (int i = 0; i < 150; i++) {
		fds[i] = connect_tcp(0);
		put(fds[i], i % 2 ? "GET /metrics/sess" : "POST /api/v1/drain HTTP/1.1\r\nContent-Length: 10\r\n\r\n1");
		turn(1); /* accepted, before the backlog is full and connect waits for ever */
	}
	assert_answer(connect_tcp(0), "GET /livez" CLOSE, "HTTP/1.1 200 ", "live");
	for (int i = 0; i < 150; i++)
		close(fds[i]);
	turn(5000);
}

static void a_flood_over_tcp_leaves_the_socket_open(void **state)
{
	int fds[260];

	(void)state;
	for (int i = 0; i < 260; i++) {
		fds[i] = connect_tcp(0);
		turn(1); /* accepted, before the backlog is full and connect waits for ever */
	}
	turn(5000);
	assert_answer(connect_unix(), "GET /livez" CLOSE, "HTTP/1.1 200 ", "live");
	for (int i = 0; i < 260; i++)
		close(fds[i]);
	turn(5000);
	assert_answer(connect_tcp(0), "GET /livez" CLOSE, "HTTP/1.1 200 ", "live");
}

static int make(void *arg)
{
	struct rf_http_config *config = arg;
	struct rf_http *http;
	struct rf_str why;
	int err = rf_http_new(config, &http, &why);

	if (err)
		return err == -ENOMEM ? err : -ENOTSUP;
	rf_http_free(http);
	return 0;
}

static void short_memory_leaves_nothing_behind(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/other.sock", server.directory);
	server.fake.config.unix_path = path;
	server.listen[0].port = server.listen[1].port = TEST_PORT + 1;
	rf_oom_run(make, &server.fake.config);
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_listeners_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_in_slices_are_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_may_end_while_it_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(the_socket_is_for_owner_and_group, setup, teardown),
		cmocka_unit_test_setup_teardown(an_address_in_use_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_too_big_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_and_silent_clients_block_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(a_flood_over_tcp_leaves_the_socket_open, setup, teardown),
		cmocka_unit_test_setup_teardown(short_memory_leaves_nothing_behind, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
