/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serves the HTTP pages of a fake model: rf_http_serve SESSIONS ENDPOINT UNIX-PATH [TOKEN]. On SIGTERM it tells how
 * long its control thread worked at most without a look at other events, and ends. CPU time: other load of the machine
 * does not count.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fake_model.h"

struct watch {
	struct rf_loop *loop;
	int64_t cpu_us;   /* time that this thread had worked when the last tick came */
	int64_t worst_us; /* most work between two ticks */
};

#define TICK_US 1000

static void on_tick(void *arg, int fd, int what)
{
	struct watch *watch = arg;
	int64_t cpu_us = rf_clock_read_us(CLOCK_THREAD_CPUTIME_ID);

	(void)fd;
	(void)what;
	if (watch->cpu_us && cpu_us - watch->cpu_us > watch->worst_us)
		watch->worst_us = cpu_us - watch->cpu_us;
	watch->cpu_us = cpu_us;
}

static void on_term(void *arg, int fd, int what)
{
	struct watch *watch = arg;

	(void)fd;
	(void)what;
	rf_loop_stop(watch->loop);
}

int main(int argc, char **argv)
{
	struct rf_loop_item *tick, *term;
	struct watch watch = {0};
	struct rf_endpoint listen;
	static struct fake fake;
	struct rf_http *http;
	struct rf_str why;

	if (argc < 4 || rf_endpoint_parse(rf_str_of(argv[2]), 80, &listen) != 0 || rf_loop_new(&watch.loop) != 0)
		return 2;
	fake_init(&fake, (unsigned)atoi(argv[1]));
	fake.calls.n_samples = 60;
	fake.config.listen = &listen;
	fake.config.n_listen = 1;
	fake.config.unix_path = argv[3];
	fake.config.token = argc > 4 ? argv[4] : NULL;
	fake.config.compat_rtpengine = getenv("COMPAT") != NULL;
	fake.dataplane.kernel = getenv("KERNEL") != NULL;
	fake.config.loop = watch.loop;
	if (rf_http_new(&fake.config, &http, &why) != 0) {
		fprintf(stderr, "%.*s\n", RF_STR_ARG(why));
		return 1;
	}
	if (rf_loop_timer(watch.loop, TICK_US, true, on_tick, &watch, &tick) != 0 ||
	    rf_loop_signal(watch.loop, SIGTERM, on_term, &watch, &term) != 0)
		return 1;
	rf_loop_run(watch.loop);
	printf("longest stall: %lld us\n", (long long)watch.worst_us);
	rf_loop_remove(tick);
	rf_loop_remove(term);
	rf_http_free(http);
	rf_loop_free(watch.loop);
	return 0;
}
