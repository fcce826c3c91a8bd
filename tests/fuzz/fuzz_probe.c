/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a relay sends to rtpferryctl call. The bytes as the SDP of a reply: an endpoint, or a sentence that fits its
 * room. Then as datagrams that reach an end of the call, each a copy of a packet of the stream with some bytes changed:
 * the figures must fit together whatever comes.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/probe_sdp.h"
#include "ctl/probe_stream.h"

#define PLANNED 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void as_sdp(const uint8_t *data, size_t size)
{
	char reason[RF_PROBE_SDP_REASON];
	struct rf_endpoint out;

	memset(reason, 'x', sizeof(reason));
	if (rf_probe_sdp_read((struct rf_str){(const char *)data, size}, RF_FAMILY_IP4, &out, reason) == 0)
		check(out.port > 0 && out.addr.family == RF_FAMILY_IP4 && !rf_addr_is_null(&out.addr));
	else
		check(memchr(reason, '\0', sizeof(reason)) && strstr(reason, "its SDP") == reason);
}

/* Four bytes a datagram: which packet, its length, what is changed where. */
static void as_media(const uint8_t *data, size_t size)
{
	const struct rf_endpoint from = {.addr = {RF_FAMILY_IP4, {192, 0, 2, 1}}, .port = 4000};
	uint8_t packets[PLANNED][RF_PROBE_PACKET];
	struct rf_probe_figures figures;
	struct rf_probe_stream stream;
	uint32_t taken = 0;

	if (rf_probe_stream_init(&stream, PLANNED) != 0)
		return;
	stream.source = from;
	for (int64_t i = 0; i < PLANNED; i++)
		rf_probe_stream_next(&stream, i * RF_PROBE_INTERVAL, packets[i]);
	for (int64_t now_us = 0; size >= 4; data += 4, size -= 4) {
		uint8_t packet[RF_PROBE_PACKET];
		size_t len = data[1] > RF_PROBE_PACKET ? RF_PROBE_PACKET : data[1];

		now_us += data[0] * 256;
		memcpy(packet, packets[data[0] % PLANNED], sizeof(packet));
		packet[data[2] % 44] ^= data[3];
		taken += rf_probe_stream_take(&stream, packet, len, &from, now_us);
	}
	check(rf_probe_stream_figures(&stream, &figures) == 0);
	check(figures.received <= taken && figures.received + figures.lost == PLANNED && figures.duplicates <= taken);
	check(figures.min_s <= figures.median_s && figures.median_s <= figures.max_s && figures.jitter_s >= 0);
	check(stream.wrong_source == 0);
	rf_probe_stream_free(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_sdp(data, size);
	as_media(data, size);
	return 0;
}
