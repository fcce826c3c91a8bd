/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lifecycle.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "address_files.h"
#include "base/clock.h"
#include "memory.h"
#include "notify.h"
#include "reload.h"

#define MAIN(l, level, ...) rf_log((l)->with.log, RF_LOG_MAIN, level, RF_STR_NONE, __VA_ARGS__)
#define DRAIN_CHECK_US 50000 /* between looks at the number of calls that a drain waits for */
#define NO_HANDOVER                                                                                                  \
	"calls cannot be handed over: this version keeps no store from which the next daemon could know them; they " \
	"are drained"
#define STATUS_EVERY 5    /* of those, one tells systemd the number of calls */
#define CALLS_DUMPED 1000 /* calls that SIGUSR1 names at most */

enum item {
	ITEM_TERM,
	ITEM_INT,
	ITEM_HUP,
	ITEM_USR1,
	ITEM_USR2,
	ITEM_DRAIN,
	ITEM_TEND,
	ITEM_WATCHDOG,
	ITEM_FILES,
	ITEMS
};

struct rf_lifecycle {
	struct rf_lifecycle_config with;   /* what it works on, borrowed */
	struct rf_config *reloaded;        /* owned: the last reload's; NULL: none yet */
	struct rf_loop_item *items[ITEMS]; /* owned; NULL: not watched */
	struct rf_address_files *files;    /* owned: that the addresses in force were read from */
	bool exiting;                      /* the process ends when the drain does */
	bool asked;                        /* the API wants a drain */
	int64_t asked_us;                  /* monotonic: since when; a drain-timeout runs from there */
	int64_t deadline_us;               /* monotonic: the drain ends then whatever is left; 0: never */
	struct rf_memory memory;           /* what memory.h remembers */
	unsigned tended;                   /* looks at memory */
};

static const struct rf_config *current(const struct rf_lifecycle *lifecycle)
{
	return lifecycle->reloaded ? lifecycle->reloaded : lifecycle->with.config;
}

static void end_now(struct rf_lifecycle *lifecycle, const char *why)
{
	MAIN(lifecycle, RF_LOG_NOTICE, "ending: %s, %u calls left", why, rf_calls_count(lifecycle->with.calls));
	rf_notify_stopping();
	rf_loop_stop(lifecycle->with.loop);
}

/* Calls that linger after their delete do not hold the end up: nobody can hear them. */
static void on_drain_check(void *arg, int fd, int what)
{
	struct rf_lifecycle *lifecycle = arg;

	(void)fd;
	(void)what;
	if (rf_calls_count(lifecycle->with.calls) == 0)
		end_now(lifecycle, "drained");
	else if (lifecycle->deadline_us && rf_clock_us() >= lifecycle->deadline_us)
		end_now(lifecycle, "drain-timeout is over");
}

static void start_exit(struct rf_lifecycle *lifecycle, const char *why)
{
	const struct rf_config *config = current(lifecycle);
	int64_t since_us = lifecycle->asked ? lifecycle->asked_us : rf_clock_us();

	if (lifecycle->exiting || config->on_exit == RF_ON_EXIT_FLUSH) {
		end_now(lifecycle, lifecycle->exiting ? "asked twice" : "asked, and on-exit = flush");
		return;
	}
	lifecycle->exiting = true;
	rf_calls_drain(lifecycle->with.calls, true);
	MAIN(lifecycle, RF_LOG_NOTICE,
	     "draining: %s; new calls are refused, %u calls are left, for %lld seconds at most%s", why,
	     rf_calls_count(lifecycle->with.calls), (long long)config->drain_timeout,
	     lifecycle->asked ? " since the API asked" : "");
	rf_notify_status(true, rf_calls_count(lifecycle->with.calls));
	if (config->drain_timeout > 0)
		lifecycle->deadline_us = since_us + config->drain_timeout * 1000000;
	if (rf_calls_count(lifecycle->with.calls) == 0)
		end_now(lifecycle, "drained");
	else if (rf_loop_timer(lifecycle->with.loop, DRAIN_CHECK_US, true, on_drain_check, lifecycle,
	                       &lifecycle->items[ITEM_DRAIN]) < 0)
		end_now(lifecycle, "no memory to wait for calls");
}

static void on_term(void *arg, int fd, int signal)
{
	struct rf_lifecycle *lifecycle = arg;

	(void)fd;
	if (current(lifecycle)->on_exit == RF_ON_EXIT_HANDOVER && !lifecycle->exiting)
		MAIN(lifecycle, RF_LOG_WARNING, "on-exit = handover: " NO_HANDOVER);
	start_exit(lifecycle, signal == SIGINT ? "SIGINT" : "SIGTERM");
}

static void on_usr2(void *arg, int fd, int signal)
{
	struct rf_lifecycle *lifecycle = arg;

	(void)fd;
	(void)signal;
	MAIN(lifecycle, RF_LOG_WARNING, "SIGUSR2: " NO_HANDOVER);
	start_exit(lifecycle, "SIGUSR2");
}

void rf_lifecycle_drain(void *arg, bool on)
{
	struct rf_lifecycle *lifecycle = arg;

	if (on && !lifecycle->asked)
		lifecycle->asked_us = rf_clock_us();
	if (lifecycle->asked != on)
		MAIN(lifecycle, RF_LOG_NOTICE,
		     on ? "draining: the API asks; new calls are refused until it ends that"
		        : "the API ends its drain");
	lifecycle->asked = on;
	if (!on && lifecycle->exiting)
		MAIN(lifecycle, RF_LOG_NOTICE, "draining goes on: the process was asked to end");
	rf_calls_drain(lifecycle->with.calls, on || lifecycle->exiting);
	rf_notify_status(on || lifecycle->exiting, rf_calls_count(lifecycle->with.calls));
}

/* Without memory for it the files that were watched so far are watched on. */
static void watch_files(struct rf_lifecycle *lifecycle)
{
	struct rf_address_files *files;

	if (rf_address_files_new(current(lifecycle), &files) < 0)
		return;
	rf_address_files_free(lifecycle->files);
	lifecycle->files = files;
}

static void reload(struct rf_lifecycle *lifecycle)
{
	struct rf_reload with = {
		.sources = lifecycle->with.sources,
		.started = lifecycle->with.config,
		.log = lifecycle->with.log,
		.ports = lifecycle->with.ports,
		.dataplane = lifecycle->with.dataplane,
		.calls = lifecycle->with.calls,
		.ng = lifecycle->with.ng,
	};
	struct rf_config *config;

	rf_notify_reloading();
	if (rf_reload_run(&with, &config) == 0) {
		rf_config_free(lifecycle->reloaded);
		lifecycle->reloaded = config;
		watch_files(lifecycle);
	}
	rf_notify_ready();
}

static void on_hup(void *arg, int fd, int signal)
{
	(void)fd;
	(void)signal;
	reload(arg);
}

static void on_files(void *arg, int fd, int what)
{
	struct rf_lifecycle *lifecycle = arg;
	const char *path = rf_address_files_changed(lifecycle->files);

	(void)fd;
	(void)what;
	if (!path)
		return;
	MAIN(lifecycle, RF_LOG_NOTICE, "the address file %s has changed: addresses are read again", path);
	reload(lifecycle);
}

static void dump_kernel(const struct rf_lifecycle *lifecycle)
{
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(lifecycle->with.dataplane, &kernel);
	if (kernel.up)
		MAIN(lifecycle, RF_LOG_NOTICE, "state: kernel table %u, hook %s, %u flows of %u streams", kernel.id,
		     kernel.hook, kernel.flows, kernel.streams);
	else
		MAIN(lifecycle, RF_LOG_NOTICE, "state: no kernel table%s%s", kernel.wanted ? ": " : "",
		     kernel.wanted ? kernel.why : "");
	MAIN(lifecycle, RF_LOG_NOTICE, "state: guard %s, restored %llu times", kernel.guard[0] ? kernel.guard : "none",
	     (unsigned long long)kernel.restored);
}

static void dump_address(const struct rf_ports_usage *usage, void *arg)
{
	struct rf_lifecycle *lifecycle = arg;
	char address[RF_ADDR_TEXT];

	MAIN(lifecycle, RF_LOG_NOTICE, "state: interface %s, %s, ports %u to %u, %u of %u in use", usage->local->iface,
	     rf_addr_print(&usage->local->address, address), usage->local->port_min, usage->local->port_max,
	     usage->in_use, usage->ports);
}

/* What is counted while calls are dumped. */
struct dumping {
	struct rf_lifecycle *lifecycle;
	unsigned left; /* calls that may still be named */
};

static bool dump_call(struct rf_str call_id, void *arg)
{
	struct dumping *dumping = arg;

	rf_log(dumping->lifecycle->with.log, RF_LOG_MAIN, RF_LOG_NOTICE, call_id, "state: held");
	return --dumping->left > 0;
}

static void on_usr1(void *arg, int fd, int signal)
{
	struct rf_lifecycle *lifecycle = arg;
	struct dumping dumping = {.lifecycle = lifecycle, .left = CALLS_DUMPED};
	const struct rf_calls *calls = lifecycle->with.calls;

	(void)fd;
	(void)signal;
	MAIN(lifecycle, RF_LOG_NOTICE, "state: %u calls, %u that hold ports, %llu since the start, %s",
	     rf_calls_count(calls), rf_calls_held(calls), (unsigned long long)rf_calls_totals(calls)->sessions,
	     rf_calls_draining(calls) ? "draining" : "serving");
	MAIN(lifecycle, RF_LOG_NOTICE, "state: %u streams on %u workers",
	     rf_dataplane_streams(lifecycle->with.dataplane), rf_dataplane_workers(lifecycle->with.dataplane));
	dump_kernel(lifecycle);
	rf_ports_each(lifecycle->with.ports, dump_address, lifecycle);
	rf_calls_each(calls, dump_call, &dumping);
}

static void on_tend(void *arg, int fd, int what)
{
	struct rf_lifecycle *lifecycle = arg;
	struct rf_calls *calls = lifecycle->with.calls;

	(void)fd;
	(void)what;
	rf_memory_tend(&lifecycle->memory, rf_calls_held(calls), rf_calls_peak(calls));
	if (++lifecycle->tended % STATUS_EVERY == 0)
		rf_notify_status(rf_calls_draining(calls), rf_calls_count(calls));
}

static void on_watchdog(void *arg, int fd, int what)
{
	(void)arg;
	(void)fd;
	(void)what;
	rf_notify_watchdog();
}

static int watch(struct rf_lifecycle *lifecycle)
{
	static const struct {
		int signal;
		enum item item;
		rf_loop_fn *fn;
	} signals[] = {
		{SIGTERM, ITEM_TERM, on_term}, {SIGINT, ITEM_INT, on_term},   {SIGHUP, ITEM_HUP, on_hup},
		{SIGUSR1, ITEM_USR1, on_usr1}, {SIGUSR2, ITEM_USR2, on_usr2},
	};
	struct rf_loop *loop = lifecycle->with.loop;
	int64_t watchdog_us = rf_notify_watchdog_interval();
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < sizeof(signals) / sizeof(signals[0]); i++)
		rc = rf_loop_signal(loop, signals[i].signal, signals[i].fn, lifecycle,
		                    &lifecycle->items[signals[i].item]);
	if (rc == 0)
		rc = rf_loop_timer(loop, RF_MEMORY_LOOK_US, true, on_tend, lifecycle, &lifecycle->items[ITEM_TEND]);
	if (rc == 0)
		rc = rf_address_files_new(current(lifecycle), &lifecycle->files);
	if (rc == 0)
		rc = rf_loop_timer(loop, RF_ADDRESS_FILES_LOOK_US, true, on_files, lifecycle,
		                   &lifecycle->items[ITEM_FILES]);
	/* twice as often as it must be: one late turn of the loop is not a death */
	if (rc == 0 && watchdog_us > 0)
		rc = rf_loop_timer(loop, watchdog_us / 2, true, on_watchdog, lifecycle,
		                   &lifecycle->items[ITEM_WATCHDOG]);
	return rc;
}

int rf_lifecycle_new(const struct rf_lifecycle_config *config, struct rf_lifecycle **out)
{
	struct rf_lifecycle *lifecycle = calloc(1, sizeof(*lifecycle));
	int rc;

	if (!lifecycle)
		return -ENOMEM;
	lifecycle->with = *config;
	rc = watch(lifecycle);
	if (rc < 0) {
		rf_lifecycle_free(lifecycle);
		return rc;
	}
	*out = lifecycle;
	return 0;
}

void rf_lifecycle_free(struct rf_lifecycle *lifecycle)
{
	if (!lifecycle)
		return;
	for (unsigned i = 0; i < ITEMS; i++)
		rf_loop_remove(lifecycle->items[i]);
	rf_address_files_free(lifecycle->files);
	rf_config_free(lifecycle->reloaded);
	free(lifecycle);
}
