/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/dataplane.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/cpus.h"
#include "dataplane/internal.h"

void rf_dataplane_reap(struct rf_dataplane *dataplane)
{
	struct rf_mail *mail = rf_mailbox_take(&dataplane->done);

	while (mail) {
		struct rf_message *message = (struct rf_message *)mail;

		mail = mail->next;
		if (message->flow)
			rf_kernel_flow_done(&dataplane->kernel, message);
		else
			rf_group_done(message);
	}
}

static void on_done(void *arg, int fd, int what)
{
	struct rf_dataplane *dataplane = arg;

	(void)fd;
	(void)what;
	rf_mailbox_clear(&dataplane->done);
	rf_dataplane_reap(dataplane);
}

static void workers_stop(struct rf_dataplane *dataplane)
{
	for (unsigned i = 0; i < dataplane->n_workers; i++)
		rf_worker_stop(dataplane->workers[i]);
}

static void workers_free(struct rf_dataplane *dataplane)
{
	for (unsigned i = 0; i < dataplane->n_workers; i++)
		rf_worker_free(dataplane->workers[i]);
	free(dataplane->workers);
}

static int workers_new(struct rf_dataplane *dataplane)
{
	const struct rf_dataplane_config *config = &dataplane->config;
	unsigned n = config->workers ? config->workers : rf_cpus_granted();
	int err = 0;

	dataplane->workers = calloc(n, sizeof(struct rf_worker *));
	if (!dataplane->workers)
		return -ENOMEM;
	for (; dataplane->n_workers < n && !err; dataplane->n_workers += !err)
		err = rf_worker_new(dataplane->n_workers, config->nap_us, config->log, &dataplane->done,
		                    &dataplane->workers[dataplane->n_workers]);
	if (err) {
		workers_stop(dataplane);
		workers_free(dataplane);
	}
	return err;
}

int rf_dataplane_new(const struct rf_dataplane_config *config, struct rf_dataplane **out)
{
	struct rf_dataplane *dataplane = calloc(1, sizeof(*dataplane));
	int err;

	if (!dataplane)
		return -ENOMEM;
	dataplane->config = *config;
	rf_list_init(&dataplane->groups);
	err = rf_mailbox_init(&dataplane->done);
	if (err)
		goto free_dataplane;
	err = rf_loop_fd(config->loop, dataplane->done.event_fd, RF_LOOP_READ, on_done, dataplane,
	                 &dataplane->done_item);
	if (err)
		goto close_done;
	err = workers_new(dataplane);
	if (err)
		goto remove_item;
	err = rf_kernel_init(&dataplane->kernel, dataplane, config);
	if (err)
		goto stop_workers;
	*out = dataplane;
	return 0;

stop_workers:
	workers_stop(dataplane);
	workers_free(dataplane);
remove_item:
	rf_loop_remove(dataplane->done_item);
close_done:
	rf_mailbox_close(&dataplane->done);
free_dataplane:
	free(dataplane);
	return err;
}

void rf_dataplane_free(struct rf_dataplane *dataplane)
{
	if (!dataplane)
		return;
	rf_kernel_close(&dataplane->kernel);
	workers_stop(dataplane);
	rf_dataplane_reap(dataplane);
	RF_LIST_EACH_SAFE (l, &dataplane->groups)
		rf_group_destroy(RF_CONTAINER(l, struct rf_group, in_dataplane));
	workers_free(dataplane);
	rf_loop_remove(dataplane->done_item);
	rf_mailbox_close(&dataplane->done);
	free(dataplane);
}

unsigned rf_dataplane_iface(struct rf_dataplane *dataplane, const struct rf_local *local)
{
	unsigned i;

	for (i = 0; i < dataplane->n_ifaces; i++)
		if (dataplane->ifaces[i].id == local->iface_id)
			return i;
	if (i == RF_DATAPLANE_MAX_IFACES)
		return i - 1;
	dataplane->ifaces[i].id = local->iface_id;
	snprintf(dataplane->ifaces[i].name, RF_IFACE_NAME, "%s", local->iface);
	dataplane->n_ifaces++;
	return i;
}

/* -- what is read by metrics -- */

static void add_kernel(const struct rf_kernel_iface *iface, struct rf_dataplane_totals *row)
{
	row->kernel.packets_in = iface->packets_in;
	row->kernel.bytes_in = iface->bytes_in;
	row->kernel.packets_out = iface->packets_out;
	row->kernel.bytes_out = iface->bytes_out;
	row->packets_in += iface->packets_in;
	row->bytes_in += iface->bytes_in;
	row->packets_out += iface->packets_out;
	row->bytes_out += iface->bytes_out;
}

unsigned rf_dataplane_totals(const struct rf_dataplane *dataplane, struct rf_dataplane_totals *rows)
{
	for (unsigned i = 0; i < dataplane->n_ifaces; i++) {
		rows[i] = (struct rf_dataplane_totals){.packets_in = 0};
		memcpy(rows[i].iface, dataplane->ifaces[i].name, RF_IFACE_NAME);
		for (unsigned w = 0; w < dataplane->n_workers; w++) {
			const struct rf_worker_totals *totals = &dataplane->workers[w]->totals;

			rows[i].packets_in += rf_counter_read(&totals->ifaces[i].packets_in);
			rows[i].bytes_in += rf_counter_read(&totals->ifaces[i].bytes_in);
			rows[i].packets_out += rf_counter_read(&totals->ifaces[i].packets_out);
			rows[i].bytes_out += rf_counter_read(&totals->ifaces[i].bytes_out);
		}
		add_kernel(&dataplane->kernel.ifaces[i], &rows[i]);
	}
	return dataplane->n_ifaces;
}

void rf_dataplane_drops(const struct rf_dataplane *dataplane, uint64_t drops[RF_DROPS])
{
	for (unsigned i = 0; i < RF_DROPS; i++) {
		drops[i] = dataplane->kernel.drops[i];
		for (unsigned w = 0; w < dataplane->n_workers; w++)
			drops[i] += rf_counter_read(&dataplane->workers[w]->totals.drops[i]);
	}
}

uint64_t rf_dataplane_relearned(const struct rf_dataplane *dataplane)
{
	uint64_t sum = 0;

	for (unsigned w = 0; w < dataplane->n_workers; w++)
		sum += rf_counter_read(&dataplane->workers[w]->totals.relearned);
	return sum;
}

unsigned rf_dataplane_streams(const struct rf_dataplane *dataplane)
{
	return dataplane->n_streams;
}

unsigned rf_dataplane_workers(const struct rf_dataplane *dataplane)
{
	return dataplane->n_workers;
}

void rf_dataplane_delay(const struct rf_dataplane *dataplane, struct rf_histogram *out)
{
	rf_histogram_init(out, rf_delay_bounds, RF_DELAY_BUCKETS - 1);
	for (unsigned w = 0; w < dataplane->n_workers; w++) {
		const struct rf_worker_totals *totals = &dataplane->workers[w]->totals;

		for (unsigned i = 0; i < RF_DELAY_BUCKETS; i++) {
			uint64_t n = rf_counter_read(&totals->delay_buckets[i]);

			out->buckets[i] += n;
			out->count += n;
		}
		out->sum += (double)rf_counter_read(&totals->delay_ns) * 1e-9;
	}
}
