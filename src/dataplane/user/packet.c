/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of one packet through user space. Read relay() at the end first: each stage stands above it in the order in
 * which it is called. A stage that stops a packet returns the reason; FORWARDED means that it goes on.
 */
#include "dataplane/user/packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "base/clock.h"
#include "uapi/rtpferry.h"

#define FORWARDED RF_DROPS /* no reason to drop */
#define OVERRUN_PACKETS 64 /* after so many packets of a stream overruns are looked for: a power of two */

/* -- receive -- */

/* What the kernel says of the packet: its time of arrival, and whether it was forwarded already. */
static void read_words(struct msghdr *msg, struct rf_packet *packet)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;
		uint32_t mark;

		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			packet->stamp_ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
		} else if (c->cmsg_type == SO_MARK) {
			memcpy(&mark, CMSG_DATA(c), sizeof(mark));
			packet->copy = mark & RTPFERRY_COPY_MARK;
		}
	}
}

static ssize_t receive_with_words(const struct rf_stream *stream, struct rf_packet *packet, union rf_sockaddr *from)
{
	struct iovec iov = {.iov_base = packet->data, .iov_len = RF_PACKET_MAX};
	union {
		char space[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
		struct cmsghdr align;
	} control;
	struct msghdr msg = {.msg_name = from,
	                     .msg_namelen = sizeof(*from),
	                     .msg_iov = &iov,
	                     .msg_iovlen = 1,
	                     .msg_control = control.space,
	                     .msg_controllen = sizeof(control.space)};
	ssize_t len = recvmsg(stream->fd, &msg, 0);

	if (len >= 0)
		read_words(&msg, packet);
	return len;
}

/* One datagram; the socket stays readable when there are more. False: there was none after all. */
static bool receive(struct rf_worker *worker, struct rf_stream *stream, struct rf_packet *packet)
{
	union rf_sockaddr from;
	socklen_t from_len = sizeof(from);
	bool timed = stream->sampled && worker->sample++ % RF_SAMPLE_PACKETS == 0;
	ssize_t len;

	packet->data = worker->packet;
	packet->stamp_ns = 0;
	packet->copy = false;
	if (timed || stream->marked)
		len = receive_with_words(stream, packet, &from);
	else
		len = recvfrom(stream->fd, packet->data, RF_PACKET_MAX, 0, &from.any, &from_len);
	if (len < 0)
		return false;
	if (!timed)
		packet->stamp_ns = 0;
	packet->len = (size_t)len;
	packet->now_us = rf_clock_us();
	return rf_endpoint_from_sockaddr(&from.any, &packet->from) == 0;
}

/* -- classify -- */

static const struct rf_payload_type *find_type(const struct rf_stream_config *config, uint8_t type)
{
	for (unsigned i = 0; i < config->n_types; i++)
		if (config->types[i].type == type)
			return &config->types[i];
	return NULL;
}

/* Padding is not looked at where it cannot be right: that of SRTP is encrypted. */
static int parse_rtp(struct rf_packet *packet)
{
	const uint8_t padding = 0x20;
	int err = rf_rtp_parse(packet->data, packet->len, &packet->rtp);

	if (err && packet->data[0] & padding) {
		packet->data[0] &= (uint8_t)~padding;
		err = rf_rtp_parse(packet->data, packet->len, &packet->rtp);
		packet->data[0] |= padding;
	}
	return err;
}

/* ZRTP (RFC 6189) stands beside STUN and DTLS in RFC 7983: keys that the parties agree on by themselves. */
static bool is_zrtp(const struct rf_packet *packet)
{
	return packet->len >= RF_RTP_HEADER && packet->data[0] >= 16 && packet->data[0] <= 19;
}

static enum rf_drop classify(const struct rf_stream *stream, struct rf_packet *packet)
{
	packet->type = NULL;
	packet->kind = RF_PACKET_OTHER;
	if (stream->config.flags & RF_STREAM_OPAQUE)
		return packet->len > 0 ? FORWARDED : RF_DROP_TOO_SHORT;
	packet->kind = rf_packet_classify(packet->data, packet->len);
	switch (packet->kind) {
	case RF_PACKET_TOO_SHORT:
		return RF_DROP_TOO_SHORT;
	case RF_PACKET_STUN:
	case RF_PACKET_DTLS:
	case RF_PACKET_RTCP:
		return FORWARDED;
	case RF_PACKET_RTP:
		if (!(stream->config.flags & RF_STREAM_RTP))
			return RF_DROP_NOT_RTP;
		if (parse_rtp(packet))
			return RF_DROP_TOO_SHORT;
		packet->type = find_type(&stream->config, packet->rtp.payload_type);
		return FORWARDED;
	case RF_PACKET_OTHER:
		break;
	}
	return is_zrtp(packet) ? FORWARDED : RF_DROP_NOT_RTP;
}

/* -- source -- */

/*
 * May the party's endpoint be learnt from it? Not from STUN and the like, nor from a payload type that was not agreed.
 * A full list of types may have had no room for it.
 */
static bool is_good(const struct rf_stream *stream, const struct rf_packet *packet)
{
	unsigned n = stream->config.n_types;

	switch (packet->kind) {
	case RF_PACKET_RTP:
		return packet->type || n == 0 || n == RF_STREAM_MAX_TYPES;
	case RF_PACKET_RTCP:
		return true;
	default:
		return stream->config.flags & RF_STREAM_OPAQUE;
	}
}

static void latched(struct rf_worker *worker, struct rf_stream *stream, uint32_t relearned)
{
	rf_counter_add(&worker->totals.relearned, stream->latch.relearned - relearned);
	rf_stream_aim(stream);
	if (stream->measured)
		rf_stream_aim_rtcp(stream);
	rf_group_tell_aimed(worker, stream->group);
}

/* The first packet after the window of learning. */
static void settled(struct rf_worker *worker, struct rf_stream *stream)
{
	rf_stream_aim(stream);
	rf_group_tell_aimed(worker, stream->group);
}

static enum rf_drop check_source(struct rf_worker *worker, struct rf_stream *stream, const struct rf_packet *packet)
{
	uint32_t relearned = stream->latch.relearned;

	switch (rf_latch_judge(&stream->latch, &stream->config, &packet->from, is_good(stream, packet),
	                       packet->now_us)) {
	case RF_LATCH_REFUSED:
		return RF_DROP_UNKNOWN_SOURCE;
	case RF_LATCH_MOVED:
		latched(worker, stream, relearned);
		break;
	case RF_LATCH_ACCEPTED:
		if (!stream->figures.place.settled && rf_latch_settled(&stream->latch, &stream->config, packet->now_us))
			settled(worker, stream);
		break;
	}
	return FORWARDED;
}

/* -- measure -- */

static void measure(struct rf_worker *worker, struct rf_stream *stream, const struct rf_packet *packet)
{
	rf_packet_measure(stream, packet);
	rf_counter_add(&worker->totals.ifaces[stream->iface].packets_in, 1);
	rf_counter_add(&worker->totals.ifaces[stream->iface].bytes_in, packet->len);
}

/* -- filter -- */

/* Silence of the same length, for the codecs whose silence is a byte. */
static enum rf_drop silence(struct rf_packet *packet)
{
	uint8_t codec = packet->type                    ? packet->type->codec
	                : packet->rtp.payload_type == 0 ? RF_CODEC_PCMU
	                : packet->rtp.payload_type == 8 ? RF_CODEC_PCMA
	                                                : RF_CODEC_OTHER;
	uint8_t byte;

	if (codec == RF_CODEC_PCMU)
		byte = RF_SILENCE_PCMU;
	else if (codec == RF_CODEC_PCMA)
		byte = RF_SILENCE_PCMA;
	else
		return RF_DROP_BLOCKED;
	memset(packet->data + packet->rtp.payload, byte, packet->rtp.payload_len);
	return FORWARDED;
}

/*
 * What the operator wants held back. Blocked or silenced media leave DTMF events alone, which have a flag of
 * their own; RTCP, STUN and DTLS pass, so that the call stays up.
 */
static enum rf_drop filter(const struct rf_stream *stream, struct rf_packet *packet)
{
	uint32_t flags = stream->config.flags;

	if (!(flags & (RF_STREAM_BLOCK | RF_STREAM_SILENCE | RF_STREAM_BLOCK_DTMF)))
		return FORWARDED;
	if (packet->kind != RF_PACKET_RTP)
		return flags & RF_STREAM_OPAQUE && flags & RF_STREAM_BLOCK ? RF_DROP_BLOCKED : FORWARDED;
	if (packet->type && packet->type->codec == RF_CODEC_TELEPHONE_EVENT)
		return flags & RF_STREAM_BLOCK_DTMF ? RF_DROP_BLOCKED : FORWARDED;
	if (flags & RF_STREAM_BLOCK)
		return RF_DROP_BLOCKED;
	return flags & RF_STREAM_SILENCE ? silence(packet) : FORWARDED;
}

/* -- send -- */

/* Where it goes: by its kind on a multiplexed stream, all the same way on others. */
static struct rf_stream *choose_out(const struct rf_stream *stream, const struct rf_packet *packet)
{
	const struct rf_stream_config *config = &stream->config;
	bool rtcp = packet->kind == RF_PACKET_RTCP;

	if (!(config->flags & RF_STREAM_RTCP))
		rtcp = false;
	else if (!(config->flags & RF_STREAM_RTP))
		rtcp = true;
	return rtcp ? config->out_rtcp : config->out_rtp;
}

static enum rf_drop send_error(int err)
{
	switch (err) {
	case EMSGSIZE:
		return RF_DROP_TOO_BIG;
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
		return RF_DROP_UNREACHABLE;
	case EAGAIN:
	case ENOBUFS:
		return RF_DROP_CONGESTED;
	default:
		return RF_DROP_SEND_ERROR;
	}
}

static enum rf_drop transmit(struct rf_worker *worker, struct rf_stream *out, const struct rf_packet *packet)
{
	ssize_t n = sendto(out->fd, packet->data, packet->len, 0, &out->to.any, out->to_len);

	if (n < 0)
		return send_error(errno);
	out->figures.out.packets++;
	out->figures.out.bytes += packet->len;
	rf_shown_begin(&out->shown);
	RF_SHOW(out, out);
	rf_shown_end(&out->shown);
	rf_counter_add(&worker->totals.ifaces[out->iface].packets_out, 1);
	rf_counter_add(&worker->totals.ifaces[out->iface].bytes_out, packet->len);
	return FORWARDED;
}

/* A sampled packet left: how long was it here? */
static void time_delay(struct rf_worker *worker, const struct rf_packet *packet)
{
	struct timespec now;
	int64_t delay_ns;
	unsigned i = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	delay_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - packet->stamp_ns;
	if (delay_ns < 0) /* the wall clock was set back */
		return;
	while (i < RF_DELAY_BUCKETS - 1 && (double)delay_ns > rf_delay_bounds[i] * 1e9)
		i++;
	rf_counter_add(&worker->totals.delay_buckets[i], 1);
	rf_counter_add(&worker->totals.delay_ns, (uint64_t)delay_ns);
}

static enum rf_drop send_on(struct rf_worker *worker, const struct rf_stream *stream, const struct rf_packet *packet)
{
	struct rf_stream *out = choose_out(stream, packet);
	enum rf_drop reason;

	if (!out)
		return RF_DROP_NO_STREAM;
	if (out->to_len == 0)
		return RF_DROP_NO_DESTINATION;
	reason = transmit(worker, out, packet);
	if (reason != FORWARDED)
		return reason;
	if (packet->kind == RF_PACKET_RTCP)
		rf_packet_note_reports(out, packet);
	if (packet->stamp_ns)
		time_delay(worker, packet);
	return FORWARDED;
}

/*
 * The kernel has forwarded and counted it, and it comes for what it says: of the party's reception, and of what the
 * other party was sent.
 */
static void read_copy(struct rf_stream *stream, const struct rf_packet *packet)
{
	struct rf_stream *out = choose_out(stream, packet);

	rf_packet_read_reports(stream, packet);
	if (out)
		rf_packet_note_reports(out, packet);
}

/* -- all of it -- */

static enum rf_drop relay(struct rf_worker *worker, struct rf_stream *stream, struct rf_packet *packet)
{
	enum rf_drop reason;

	reason = classify(stream, packet);
	if (reason != FORWARDED)
		return reason;
	reason = check_source(worker, stream, packet);
	if (packet->copy && packet->kind == RF_PACKET_RTCP) {
		if (reason == FORWARDED)
			read_copy(stream, packet);
		return FORWARDED;
	}
	if (reason != FORWARDED)
		return reason;
	measure(worker, stream, packet);
	reason = filter(stream, packet);
	if (reason != FORWARDED)
		return reason;
	return send_on(worker, stream, packet);
}

void rf_stream_count_drops(struct rf_worker *worker, struct rf_stream *stream, enum rf_drop reason, uint64_t n)
{
	stream->figures.drops[reason] += n;
	rf_shown_begin(&stream->shown);
	RF_SHOW(stream, drops[reason]);
	rf_shown_end(&stream->shown);
	rf_counter_add(&worker->totals.drops[reason], n);
}

bool rf_packet_relay(struct rf_worker *worker, struct rf_stream *stream)
{
	struct rf_packet packet;
	enum rf_drop reason;

	if (!receive(worker, stream, &packet))
		return false;
	reason = relay(worker, stream, &packet);
	if (reason != FORWARDED)
		rf_stream_count_drops(worker, stream, reason, 1);
	if (++stream->taken % OVERRUN_PACKETS == 0)
		rf_stream_count_overruns(worker, stream);
	return true;
}

void rf_packet_pierce(struct rf_stream *stream)
{
	if (stream->to_len > 0)
		(void)sendto(stream->fd, "", 0, 0, &stream->to.any, stream->to_len);
}
