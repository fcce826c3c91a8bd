/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loop/loop.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "oom.h"
#include "test.h"

/* What the callbacks share. */
struct scene {
	struct rf_loop *loop;       /* under test */
	struct rf_loop_item *item;  /* the callback's own */
	struct rf_loop_item *other; /* one that it may remove */
	int calls;                  /* of the callback */
	int stop_at;                /* calls after which the loop stops */
	int fd, what;               /* that came with the last call */
};

static int set_up(void **state)
{
	static struct scene scene;

	scene = (struct scene){.stop_at = 1};
	*state = &scene;
	return rf_loop_new(&scene.loop);
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	rf_loop_remove(s->item);
	rf_loop_remove(s->other);
	rf_loop_free(s->loop);
	return 0;
}

static void on_event(void *arg, int fd, int what)
{
	struct scene *s = arg;

	s->fd = fd;
	s->what = what;
	if (++s->calls == s->stop_at)
		rf_loop_stop(s->loop);
}

static void on_event_remove_all(void *arg, int fd, int what)
{
	struct scene *s = arg;

	rf_loop_remove(s->item);
	rf_loop_remove(s->other);
	s->item = s->other = NULL;
	on_event(arg, fd, what);
}

static void on_event_stop(void *arg, int fd, int what)
{
	(void)fd;
	(void)what;
	rf_loop_stop(arg);
}

static void a_readable_descriptor_is_told_as_long_as_it_is(void **state)
{
	struct scene *s = *state;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	s->stop_at = 3;
	assert_int_equal(rf_loop_fd(s->loop, fds[0], RF_LOOP_READ, on_event, s, &s->item), 0);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->calls, 3);
	assert_int_equal(s->fd, fds[0]);
	assert_int_equal(s->what, RF_LOOP_READ);
	rf_loop_remove(s->item);
	assert_int_equal(rf_loop_fd(s->loop, fds[1], RF_LOOP_WRITE, on_event, s, &s->item), 0);
	s->stop_at = 4;
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->what, RF_LOOP_WRITE);
	rf_loop_remove(s->item);
	s->item = NULL;
	close(fds[0]);
	close(fds[1]);
}

static void a_descriptor_that_cannot_be_watched_is_an_error(void **state)
{
	struct scene *s = *state;

	assert_int_equal(rf_loop_fd(s->loop, 9999, RF_LOOP_READ, on_event, s, &s->item), -EIO);
	assert_null(s->item);
}

static void a_timer_repeats(void **state)
{
	struct scene *s = *state;
	int64_t start = rf_clock_us();

	s->stop_at = 3;
	assert_int_equal(rf_loop_timer(s->loop, 5000, true, on_event, s, &s->item), 0);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_true(rf_clock_us() - start >= 10000); /* libevent's clock is coarse: it may lag by a tick of 4 ms */
	assert_int_equal(s->fd, -1);
	assert_int_equal(s->what, 0);
}

static void a_timer_fires_once_until_it_is_set_again(void **state)
{
	struct scene *s = *state;

	s->stop_at = 100;
	assert_int_equal(rf_loop_timer(s->loop, 1000, false, on_event, s, &s->item), 0);
	assert_int_equal(rf_loop_timer(s->loop, 20000, false, on_event_stop, s->loop, &s->other), 0);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->calls, 1);
	rf_loop_timer_set(s->item, -5);
	rf_loop_timer_set(s->other, 20000);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->calls, 2);
}

static void a_timer_set_again_waits_anew(void **state)
{
	struct scene *s = *state;
	int64_t start = rf_clock_us();

	assert_int_equal(rf_loop_timer(s->loop, 60000000, false, on_event, s, &s->item), 0);
	rf_loop_timer_set(s->item, 10000);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_in_range(rf_clock_us() - start, 9000, 30000000);
}

static void a_signal_comes_as_an_event(void **state)
{
	struct scene *s = *state;

	assert_int_equal(rf_loop_signal(s->loop, SIGUSR1, on_event, s, &s->item), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->what, SIGUSR1);
	assert_int_equal(s->fd, -1);
}

static void an_item_may_go_inside_its_callback(void **state)
{
	struct scene *s = *state;

	assert_int_equal(rf_loop_timer(s->loop, 1000, true, on_event_remove_all, s, &s->item), 0);
	assert_int_equal(rf_loop_timer(s->loop, 1000, true, on_event_remove_all, s, &s->other), 0);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->calls, 1);
}

static void a_stop_before_the_run_counts(void **state)
{
	struct scene *s = *state;

	rf_loop_stop(s->loop);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(rf_loop_timer(s->loop, 1000, false, on_event, s, &s->item), 0);
	assert_int_equal(rf_loop_run(s->loop), 0);
	assert_int_equal(s->calls, 1);
}

static int make_and_free(void *arg)
{
	struct rf_loop_item *timer = NULL;
	struct rf_loop_item *watch = NULL;
	struct rf_loop *loop;
	int err;

	err = rf_loop_new(&loop);
	if (err)
		return err;
	err = rf_loop_timer(loop, 1000, true, on_event, arg, &timer);
	if (!err)
		err = rf_loop_fd(loop, STDERR_FILENO, RF_LOOP_WRITE, on_event, arg, &watch);
	rf_loop_remove(timer);
	rf_loop_remove(watch);
	rf_loop_free(loop);
	return err == -EIO ? 0 : err; /* standard error may be a file, which cannot be watched */
}

static void failing_allocations_are_told_and_leak_nothing(void **state)
{
	rf_loop_free(NULL);
	rf_loop_remove(NULL);
	rf_oom_run(make_and_free, *state);
}

#define WITH_LOOP(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LOOP(a_readable_descriptor_is_told_as_long_as_it_is),
		WITH_LOOP(a_descriptor_that_cannot_be_watched_is_an_error),
		WITH_LOOP(a_timer_repeats),
		WITH_LOOP(a_timer_fires_once_until_it_is_set_again),
		WITH_LOOP(a_timer_set_again_waits_anew),
		WITH_LOOP(a_signal_comes_as_an_event),
		WITH_LOOP(an_item_may_go_inside_its_callback),
		WITH_LOOP(a_stop_before_the_run_counts),
		cmocka_unit_test(failing_allocations_are_told_and_leak_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
