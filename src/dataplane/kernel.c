/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of the table: asked for at start and every few seconds, kept by a heartbeat, given back at the end. */
#include "dataplane/kernel.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dataplane/internal.h"

/* -- saying it -- */

static size_t skip_digits(struct rf_str text, size_t at)
{
	while (at < text.len && text.p[at] >= '0' && text.p[at] <= '9')
		at++;
	return at;
}

/* The same but for numbers: a try that fails late has had a table, with another id than the one before. */
static bool same_reason(struct rf_str a, struct rf_str b)
{
	size_t i = skip_digits(a, 0), j = skip_digits(b, 0);

	while (i < a.len && j < b.len && a.p[i] == b.p[j]) {
		i = skip_digits(a, i + 1);
		j = skip_digits(b, j + 1);
	}
	return i == a.len && j == b.len;
}

/* Why there is no table: one line for each reason. */
static void tell(struct rf_kernel *kernel)
{
	struct rf_str why = rf_buf_view(&kernel->why);

	if (kernel->said.len > 0 && same_reason(why, rf_buf_view(&kernel->said)))
		return;
	rf_buf_reset(&kernel->said);
	rf_buf_str(&kernel->said, why);
	rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE,
	       "no kernel table, calls are relayed in user space: %.*s", RF_STR_ARG(why));
}

static void tell_up(struct rf_kernel *kernel)
{
	rf_buf_reset(&kernel->why);
	rf_buf_reset(&kernel->said);
	rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_NOTICE, RF_STR_NONE,
	       "kernel table %u of \"%s\" %s, module %s", rf_table_id(kernel->table), kernel->config.label,
	       kernel->adopted ? "adopted" : "made", kernel->version);
	if (kernel->adopted)
		rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_NOTICE, RF_STR_NONE,
		       "table %u: %zu flows of an earlier owner go on until they are idle for %d s",
		       rf_table_id(kernel->table), kernel->left.flows.count, RF_KERNEL_LEFT_US / 1000000);
}

/* -- up -- */

/* RTCP that was forwarded comes up as well, and must be known for that. */
static int check_marks(struct rf_buf *why)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1, err = 0;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, RF_SO_RCVMARK, &one, sizeof(one)))
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (err == -EPERM)
		rf_buf_text(why, "the marks of packets are read with CAP_NET_RAW or CAP_NET_ADMIN, which is missing");
	else if (err)
		rf_buf_printf(why, "the marks of packets cannot be read (SO_RCVMARK, of Linux 5.19): %s",
		              strerror(-err));
	return err;
}

static int find_devices(const struct rf_kernel *kernel, uint32_t *indices, struct rf_buf *why)
{
	for (unsigned i = 0; i < kernel->config.n_devices; i++) {
		indices[i] = if_nametoindex(kernel->config.devices[i]);
		if (indices[i])
			continue;
		rf_buf_printf(why, "hook ingress: there is no device %s", kernel->config.devices[i]);
		return -ENODEV;
	}
	return 0;
}

static int probe(struct rf_kernel *kernel)
{
	struct rf_table_info info = {0};
	int err = rf_table_probe(&info, &kernel->why);

	memcpy(kernel->version, info.version, sizeof(kernel->version));
	if (err)
		kernel->errors[RTPFERRY_CMD_GET_INFO]++;
	return err;
}

static int make(struct rf_kernel *kernel)
{
	uint32_t indices[RF_KERNEL_DEVICES];
	struct rf_table_wish wish = {
		.label = kernel->config.label,
		.id = kernel->config.id,
		.lease_s = kernel->config.lease_s,
		.hook = kernel->config.hook,
		.devices = indices,
		.n_devices = kernel->config.n_devices,
	};
	struct rf_table_local *locals = NULL;
	int err = find_devices(kernel, indices, &kernel->why);

	if (err)
		return err;
	err = rf_kernel_locals(kernel->dataplane, &locals, &wish.n_locals);
	wish.locals = locals;
	if (err)
		rf_buf_text(&kernel->why, "out of memory");
	else
		err = rf_table_new(&wish, &kernel->table, &kernel->adopted, &kernel->why);
	free(locals);
	if (err)
		kernel->errors[RTPFERRY_CMD_TABLE_NEW]++;
	return err;
}

static void set_workers(const struct rf_kernel *kernel, bool up)
{
	const struct rf_dataplane *dataplane = kernel->dataplane;

	for (unsigned i = 0; i < dataplane->n_workers; i++)
		atomic_store_explicit(&dataplane->workers[i]->kernel, up, memory_order_release);
}

/* A table that cannot be used is none. What an earlier owner has left in it is left on. */
static void give_back(struct rf_kernel *kernel)
{
	if (kernel->adopted)
		rf_table_leave(kernel->table);
	else
		rf_table_del(kernel->table);
	kernel->table = NULL;
	rf_kernel_left_forget(&kernel->left);
}

/* It is known what stands in it, and it gets packets. */
static bool is_usable(struct rf_kernel *kernel)
{
	if (kernel->adopted && rf_kernel_left_read(kernel)) {
		give_back(kernel);
		return false;
	}
	if (!rf_guard_feeds(kernel, &kernel->why)) {
		give_back(kernel);
		rf_guard_set(kernel);
		return false;
	}
	return true;
}

/* Ask for a table; calls that are there move in, each after its worker has heard of the table. False: why says more. */
static bool rise(struct rf_kernel *kernel)
{
	rf_buf_reset(&kernel->why);
	kernel->since_us = rf_clock_us();
	if (probe(kernel) || check_marks(&kernel->why) || make(kernel) || !is_usable(kernel))
		return false;
	memset(kernel->declined, 0, sizeof(kernel->declined));
	tell_up(kernel);
	rf_kernel_left_tables(kernel);
	set_workers(kernel, true);
	rf_guard_set(kernel);
	rf_guard_sweep(kernel);
	rf_kernel_visit(kernel, false);
	return true;
}

/* -- down -- */

static void forget_reasons(const struct rf_kernel *kernel)
{
	RF_LIST_EACH (it, &kernel->dataplane->groups) {
		struct rf_group *group = RF_CONTAINER(it, struct rf_group, in_dataplane);

		RF_LIST_EACH (l, &group->streams)
			RF_CONTAINER(l, struct rf_stream, in_group)->why = RF_OFFLOAD_NO_TABLE;
	}
}

/* The workers relay what the kernel did. */
static void move_out(struct rf_kernel *kernel, const char *what, struct rf_str why)
{
	struct rf_table *table = kernel->table;

	rf_kernel_dump_stop(kernel);
	rf_kernel_left_forget(&kernel->left);
	set_workers(kernel, false);
	kernel->table = NULL;
	rf_kernel_lost(kernel);
	forget_reasons(kernel);
	rf_buf_reset(&kernel->why);
	rf_buf_printf(&kernel->why, "table %u %s: %.*s", rf_table_id(table), what, RF_STR_ARG(why));
	tell(kernel);
	rf_table_leave(table);
	rf_guard_set(kernel);
}

/* The table is gone, or another's, or the right to it is: its requests are refused for good. */
static bool is_lost(int err)
{
	return err == -ENOENT || err == -EPERM;
}

/* As an orphan it goes with its lease, where it is still there. */
static void fall(struct rf_kernel *kernel, int err, struct rf_str why)
{
	move_out(kernel, err == -ENOENT ? "is gone" : "is not ours any more", why);
}

/* The rules that fed it cannot be had any more. An orphan without flows is left of it, for the next try or its lease.
 */
static void starve(struct rf_kernel *kernel)
{
	struct rf_buf why;

	rf_buf_init(&why, 0);
	rf_buf_str(&why, rf_buf_view(&kernel->guard.why));
	rf_kernel_lost(kernel);
	if (kernel->table)
		move_out(kernel, "gets no packets", rf_buf_view(&why));
	rf_buf_free(&why);
}

static bool starves(const struct rf_kernel *kernel)
{
	return kernel->table && kernel->config.hook == RTPFERRY_HOOK_NFT && kernel->guard.why.len > 0;
}

static int renew(struct rf_kernel *kernel, struct rf_buf *why)
{
	struct rf_table_local *locals;
	unsigned n;
	int err = rf_kernel_locals(kernel->dataplane, &locals, &n);

	if (err) {
		rf_buf_text(why, "out of memory");
		return err;
	}
	err = rf_table_renew(kernel->table, locals, n, why);
	free(locals);
	return err;
}

void rf_kernel_failed(struct rf_kernel *kernel, enum rtpferry_cmd cmd, int err, const struct rf_buf *why)
{
	struct rf_buf gone;
	int lost;

	kernel->errors[cmd]++;
	rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "%.*s",
	       RF_STR_ARG(rf_buf_view(why)));
	if (!kernel->table || !is_lost(err))
		return;
	/* A flow that is not there is told in the same way. */
	rf_buf_init(&gone, 0);
	lost = renew(kernel, &gone);
	if (is_lost(lost))
		fall(kernel, lost, rf_buf_view(&gone));
	rf_buf_free(&gone);
}

static void heartbeat(struct rf_kernel *kernel)
{
	struct rf_buf why;
	int err;

	rf_buf_init(&why, 0);
	err = renew(kernel, &why);
	if (err) {
		kernel->errors[RTPFERRY_CMD_TABLE_RENEW]++;
		if (is_lost(err))
			fall(kernel, err, rf_buf_view(&why));
		else
			rf_log(kernel->dataplane->config.log, RF_LOG_DATAPLANE, RF_LOG_WARNING, RF_STR_NONE, "%.*s",
			       RF_STR_ARG(rf_buf_view(&why)));
	}
	rf_buf_free(&why);
}

void rf_dataplane_readdress(struct rf_dataplane *dataplane)
{
	if (dataplane->kernel.table)
		heartbeat(&dataplane->kernel);
	rf_guard_set(&dataplane->kernel);
}

/* -- time -- */

static unsigned renew_ticks(const struct rf_kernel *kernel)
{
	unsigned third = kernel->config.lease_s / 3;

	return third == 0 ? 1 : third < RF_KERNEL_RENEW_TICKS ? third : RF_KERNEL_RENEW_TICKS;
}

void rf_kernel_tick(struct rf_kernel *kernel)
{
	bool retry = ++kernel->ticks % RF_KERNEL_RETRY_TICKS == 0;

	if (kernel->table && kernel->ticks % renew_ticks(kernel) == 0)
		heartbeat(kernel);
	if (kernel->table)
		rf_kernel_dump(kernel);
	else if (kernel->wanted && retry && !rise(kernel))
		tell(kernel);
	if (kernel->table && kernel->refused && retry)
		rf_kernel_visit(kernel, true);
	if (retry) {
		rf_guard_retry(kernel);
		rf_guard_sweep(kernel);
	}
	if (retry && starves(kernel))
		starve(kernel);
}

static void on_tick(void *arg, int fd, int what)
{
	(void)fd;
	(void)what;
	rf_kernel_tick(arg);
}

/* -- begin and end -- */

static void free_config(struct rf_kernel_config *config)
{
	for (unsigned i = 0; config->devices && i < config->n_devices; i++)
		free((void *)config->devices[i]);
	free((void *)config->devices);
	free((void *)config->label);
	memset(config, 0, sizeof(*config));
}

static int copy_config(struct rf_kernel_config *to, const struct rf_kernel_config *from)
{
	const char **devices = calloc(from->n_devices + 1, sizeof(*devices));

	*to = *from;
	to->n_devices = from->n_devices < RF_KERNEL_DEVICES ? from->n_devices : RF_KERNEL_DEVICES;
	to->devices = devices;
	to->label = strdup(from->label ? from->label : "");
	if (!devices || !to->label)
		return -ENOMEM;
	for (unsigned i = 0; i < to->n_devices; i++) {
		devices[i] = strdup(from->devices[i]);
		if (!devices[i])
			return -ENOMEM;
	}
	return 0;
}

int rf_kernel_init(struct rf_kernel *kernel, struct rf_dataplane *dataplane, const struct rf_dataplane_config *config)
{
	int err = 0;

	kernel->dataplane = dataplane;
	rf_list_init(&kernel->waiting);
	rf_flow_index_init(&kernel->index);
	err = rf_kernel_left_init(&kernel->left);
	rf_buf_init(&kernel->why, 0);
	rf_buf_init(&kernel->said, 0);
	rf_buf_init(&kernel->guard.why, 0);
	rf_buf_init(&kernel->guard.said, 0);
	if (!err && config->guard) {
		snprintf(kernel->guard.name, sizeof(kernel->guard.name), "%s", config->guard);
		err = rf_guard_init(kernel, config->loop);
	}
	kernel->wanted = config->kernel != NULL;
	if (!err && kernel->wanted)
		err = copy_config(&kernel->config, config->kernel);
	if (!err && (kernel->wanted || config->guard))
		err = rf_loop_timer(config->loop, RF_KERNEL_TICK_US, true, on_tick, kernel, &kernel->tick);
	if (err) {
		kernel->tick = NULL;
		rf_kernel_close(kernel);
		return err;
	}
	/* Where a table is required, who made us ends now, and says why. */
	if (kernel->wanted && !rise(kernel) && !kernel->config.required)
		tell(kernel);
	if (!kernel->table)
		rf_guard_set(kernel);
	return 0;
}

void rf_kernel_close(struct rf_kernel *kernel)
{
	rf_kernel_dump_stop(kernel);
	rf_loop_remove(kernel->tick);
	rf_loop_remove(kernel->visit);
	kernel->tick = kernel->visit = NULL;
	/* Rules that name the table go before it. */
	rf_guard_close(kernel);
	rf_table_del(kernel->table);
	kernel->table = NULL;
	rf_flow_index_free(&kernel->index);
	rf_kernel_left_free(&kernel->left);
	rf_buf_free(&kernel->why);
	rf_buf_free(&kernel->said);
	free_config(&kernel->config);
	kernel->wanted = false;
}
