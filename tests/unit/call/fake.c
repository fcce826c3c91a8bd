/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct rf_group {
	struct rf_stream *streams;
	bool finished;
};

unsigned fake_pairs_free, fake_pairs_taken, fake_groups;
int64_t fake_now_us;

static uint16_t next_port;
static struct rf_stream *all_streams[4096];
static rf_loop_fn *tick;
static void *tick_arg;

static struct rf_local locals[] = {
	{.iface = "pub", .iface_id = 0, .port_min = 30000, .port_max = 40000},
	{.iface = "pub", .iface_id = 0, .port_min = 30000, .port_max = 40000},
	{.iface = "priv", .iface_id = 1, .port_min = 30000, .port_max = 40000},
};

static void set_address(struct rf_local *local, const char *address, const char *advertised)
{
	rf_addr_parse(rf_str_of(address), &local->address);
	rf_addr_parse(rf_str_of(advertised), &local->advertised);
}

void fake_reset(void)
{
	fake_pairs_free = 1000;
	fake_pairs_taken = fake_groups = 0;
	fake_now_us = 1000000000;
	next_port = 30000;
	memset(all_streams, 0, sizeof(all_streams));
	set_address(&locals[0], "192.0.2.1", "203.0.113.1");
	set_address(&locals[1], "2001:db8::1", "2001:db8::1");
	set_address(&locals[2], "10.0.0.1", "10.0.0.1");
}

/* The clock: time stands still until a test moves it. */
int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	(void)id;
	ts->tv_sec = fake_now_us / 1000000;
	ts->tv_nsec = fake_now_us % 1000000 * 1000;
	return 0;
}

void fake_pass(int64_t seconds)
{
	for (int64_t i = 0; i < seconds * 10; i++) {
		fake_now_us += 100000;
		tick(tick_arg, -1, 0);
	}
}

int rf_loop_timer(struct rf_loop *loop, int64_t interval_us, bool repeat, rf_loop_fn *fn, void *arg,
                  struct rf_loop_item **out)
{
	(void)loop;
	(void)interval_us;
	(void)repeat;
	tick = fn;
	tick_arg = arg;
	*out = NULL;
	return 0;
}

void rf_loop_remove(struct rf_loop_item *item)
{
	(void)item;
}

bool rf_ports_has_iface(const struct rf_ports *ports, struct rf_str iface)
{
	(void)ports;
	return !iface.len || rf_str_equal(iface, RF_STR("pub")) || rf_str_equal(iface, RF_STR("priv"));
}

int rf_ports_get(struct rf_ports *ports, struct rf_str iface, enum rf_family family, bool want_rtcp,
                 struct rf_port_pair *out)
{
	(void)ports;
	if (!fake_pairs_free)
		return -ENOSPC;
	for (unsigned i = 0; i < sizeof(locals) / sizeof(locals[0]); i++) {
		if (!rf_str_equal(rf_str_of(locals[i].iface), iface.len ? iface : RF_STR("pub")))
			continue;
		if (family != RF_FAMILY_NONE && locals[i].address.family != family)
			continue;
		*out = (struct rf_port_pair){
			.local = &locals[i], .rtp_port = next_port, .rtp_fd = 100, .rtcp_fd = want_rtcp ? 101 : -1};
		next_port = (uint16_t)(next_port + 2);
		fake_pairs_free--;
		fake_pairs_taken++;
		return 0;
	}
	return -EAFNOSUPPORT;
}

void rf_ports_put(struct rf_ports *ports, struct rf_port_pair *pair)
{
	(void)ports;
	(void)pair;
	fake_pairs_free++;
	fake_pairs_taken--;
}

int rf_group_new(struct rf_dataplane *dataplane, struct rf_group **out)
{
	(void)dataplane;
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	fake_groups++;
	return 0;
}

static void release(struct rf_stream *stream)
{
	all_streams[stream->port - 30000] = NULL;
	if (!(stream->port & 1))
		rf_ports_put(NULL, NULL);
	free(stream);
}

int rf_group_commit(struct rf_group *group)
{
	struct rf_stream **link = &group->streams;

	while (*link) {
		struct rf_stream *stream = *link;

		if (stream->freed) {
			*link = stream->next;
			release(stream);
		} else {
			link = &stream->next;
		}
	}
	return 0;
}

void rf_group_read(struct rf_group *group)
{
	for (struct rf_stream *stream = group->streams; stream; stream = stream->next) {
		stream->report.packets_in += stream->in_kernel;
		stream->in_kernel = 0;
	}
}

void rf_group_finish(struct rf_group *group)
{
	rf_group_read(group);
	group->finished = true;
}

void rf_group_free(struct rf_group *group)
{
	while (group->streams) {
		struct rf_stream *stream = group->streams;

		group->streams = stream->next;
		release(stream);
	}
	fake_groups--;
	free(group);
}

static struct rf_stream *stream_new(struct rf_group *group, struct rf_port_pair *pair, unsigned component)
{
	struct rf_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->group = group;
	stream->local = (struct rf_local *)pair->local;
	stream->port = (uint16_t)(pair->rtp_port + component);
	return stream;
}

static void stream_add(struct rf_stream *stream)
{
	stream->next = stream->group->streams;
	stream->group->streams = stream;
	all_streams[stream->port - 30000] = stream;
}

int rf_stream_pair_new(struct rf_group *group, struct rf_port_pair *pair, struct rf_stream **rtp,
                       struct rf_stream **rtcp)
{
	struct rf_stream *first = stream_new(group, pair, 0);
	struct rf_stream *second = pair->rtcp_fd >= 0 ? stream_new(group, pair, 1) : NULL;

	if (!first || (pair->rtcp_fd >= 0 && !second)) {
		free(first);
		free(second);
		return -ENOMEM;
	}
	stream_add(first);
	if (second)
		stream_add(second);
	*rtp = first;
	*rtcp = second;
	return 0;
}

void rf_stream_set(struct rf_stream *stream, const struct rf_stream_config *config)
{
	stream->config = *config;
}

void rf_stream_free(struct rf_stream *stream)
{
	if (stream)
		stream->freed = true;
}

const struct rf_local *rf_stream_local(const struct rf_stream *stream)
{
	return stream->local;
}

uint16_t rf_stream_port(const struct rf_stream *stream)
{
	return stream->port;
}

void rf_stream_report(const struct rf_stream *stream, struct rf_stream_report *out)
{
	*out = stream->report;
}

int64_t rf_stream_last_packet_us(const struct rf_stream *stream)
{
	return stream->report.last_packet_us;
}

unsigned rf_dataplane_totals(const struct rf_dataplane *dataplane, struct rf_dataplane_totals *rows)
{
	(void)dataplane;
	(void)rows;
	return 0;
}

struct rf_stream *fake_stream(uint16_t port)
{
	return port >= 30000 && port < 30000 + 4096 ? all_streams[port - 30000] : NULL;
}
