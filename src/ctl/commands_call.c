/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call: two endpoints of our own, a call between them through any relay that speaks ng, and audio both ways.
 */
#include <errno.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/fields.h"
#include "ctl/local.h"
#include "ctl/ng.h"
#include "ctl/probe_media.h"
#include "ctl/probe_report.h"
#include "ctl/probe_sdp.h"
#include "tree/bencode.h"

#define TRIES 3
#define REQUEST_LIMIT 8192 /* bytes */
#define PACKETS_PER_SECOND (1000000 / RF_PROBE_INTERVAL)

/* A call under way. */
struct probe {
	struct rf_ctl *ctl;
	struct rf_ctl_ng ng;
	struct rf_probe_end ends[2];       /* A, which offers; B */
	struct rf_probe_stream streams[2]; /* A to B, B to A */
	char call_id[48];
	bool offered; /* the relay may know of the call */
};

static const struct rf_str tags[] = {{"rtpferryctl-a", 13}, {"rtpferryctl-b", 13}};

/* The address of both endpoints, or of the first when --local-b is given. RF_CTL_OK, or why not was told. */
static int choose_local(const struct probe *probe, struct rf_addr *out)
{
	const struct rf_ctl_kernel *words = &probe->ctl->kernel;
	int rc;

	if (words->n_locals + words->n_devices > 1) {
		fprintf(probe->ctl->err, "rtpferryctl: call: expected one --local, or one --device\n");
		return RF_CTL_USAGE;
	}
	if (words->n_locals > 0) {
		*out = words->locals[0];
		return RF_CTL_OK;
	}
	if (words->n_devices > 0) {
		rc = rf_local_of_device(words->devices[0], probe->ng.to.addr.family, out);
		if (rc < 0)
			fprintf(probe->ctl->err, "rtpferryctl: --device %s: it has no address: %s\n", words->devices[0],
			        strerror(-rc));
	} else {
		rc = rf_local_of_socket(probe->ng.fd, out);
		if (rc < 0)
			fprintf(probe->ctl->err, "rtpferryctl: no address from which %s is reached: %s (see --local)\n",
			        probe->ng.text, strerror(-rc));
	}
	return rc < 0 ? RF_CTL_FAILED : RF_CTL_OK;
}

/* Bind both endpoints, and give each its streams. */
static int open_ends(struct probe *probe)
{
	const struct rf_ctl_probe *words = &probe->ctl->probe;
	struct rf_addr local[2];
	int rc = choose_local(probe, &local[0]);

	if (rc != RF_CTL_OK)
		return rc;
	local[1] = words->local_b.family != RF_FAMILY_NONE ? words->local_b : local[0];
	for (int i = 0; i < 2; i++) {
		char text[RF_ADDR_TEXT];

		rc = rf_probe_end_open(&probe->ends[i], &local[i]);
		if (rc < 0) {
			fprintf(probe->ctl->err,
			        "rtpferryctl: call: no socket at %s: %s (is it an address of this "
			        "host?)\n",
			        rf_addr_print(&local[i], text), strerror(-rc));
			return RF_CTL_FAILED;
		}
		rc = rf_probe_stream_init(&probe->streams[i], words->seconds * PACKETS_PER_SECOND);
		if (rc < 0) {
			fprintf(probe->ctl->err, "rtpferryctl: call: %s\n", strerror(-rc));
			return RF_CTL_FAILED;
		}
	}
	for (int i = 0; i < 2; i++) {
		struct rf_probe_stream *stream = &probe->streams[i];

		stream->name = i ? "B to A" : "A to B";
		stream->from = i ? "B" : "A";
		stream->to = i ? "A" : "B";
		stream->sender = probe->ends[i].local;
		stream->receiver = probe->ends[1 - i].local;
		probe->ends[i].sends = stream;
		probe->ends[1 - i].hears = stream;
	}
	return RF_CTL_OK;
}

/* What every request begins with. */
static struct rf_value *new_request(struct probe *probe, struct rf_str command)
{
	struct rf_arena *arena = probe->ctl->arena;
	struct rf_value *request;

	rf_arena_reset(arena);
	request = rf_value_dict(arena);
	rf_value_add_str(arena, request, RF_STR("command"), command);
	rf_value_add_str(arena, request, RF_STR("call-id"), rf_str_of(probe->call_id));
	rf_value_add_str(arena, request, RF_STR("from-tag"), tags[0]);
	return request;
}

/* Ask, and judge the reply. RF_CTL_OK, or an exit code and why was told. */
static int ask(struct probe *probe, const char *command, const struct rf_value *request, struct rf_value **reply)
{
	struct rf_arena *arena = probe->ctl->arena;
	struct rf_str result, reason;
	struct rf_buf text;
	int64_t us = -ENOMEM;

	rf_buf_init(&text, REQUEST_LIMIT);
	rf_bencode_encode(request, &text);
	if (!text.error)
		us = rf_ctl_ng_ask(&probe->ng, arena, rf_buf_view(&text), TRIES, reply);
	rf_buf_free(&text);
	if (us < 0) {
		fprintf(probe->ctl->err, "rtpferryctl: %s does not answer the ng %s: %s%s\n", probe->ng.text, command,
		        rf_ctl_ng_error(us),
		        us == -EINTR ? "" : " (is it listen-ng of a relay, and does ng-allow name this host?)");
		return us == -EINTR ? RF_CTL_FAILED : RF_CTL_UNREACHABLE;
	}
	result = rf_field_text(*reply, "result");
	if (rf_str_equal(result, RF_STR("ok")))
		return RF_CTL_OK;
	reason = rf_show_text(arena, *reply, rf_field(*reply, "error-reason") ? "error-reason" : "message");
	fprintf(probe->ctl->err, "rtpferryctl: %s refuses the ng %s: %.*s: %.*s\n", probe->ng.text, command,
	        RF_STR_ARG(rf_show_text(arena, *reply, "result")), RF_STR_ARG(reason));
	return RF_CTL_FAILED;
}

/*
 * Offer (from end 0) or answer (from end 1) with the SDP of that end. The reply's is for the other one: where that
 * sends to, and hears from.
 */
static int negotiate(struct probe *probe, int i)
{
	const char *command = i ? "answer" : "offer";
	const struct rf_ctl_probe *words = &probe->ctl->probe;
	struct rf_arena *arena = probe->ctl->arena;
	struct rf_value *request = new_request(probe, rf_str_of(command)), *list, *reply;
	enum rf_family family = probe->ends[1 - i].local.addr.family;
	char reason[RF_PROBE_SDP_REASON];
	struct rf_endpoint *relay = &probe->streams[1 - i].target;
	int rc;

	if (i)
		rf_value_add_str(arena, request, RF_STR("to-tag"), tags[1]);
	rf_value_add_str(arena, request, RF_STR("ICE"), RF_STR("remove"));
	if (probe->ends[0].local.addr.family != probe->ends[1].local.addr.family)
		rf_value_add_str(arena, request, RF_STR("address-family"),
		                 family == RF_FAMILY_IP6 ? RF_STR("IP6") : RF_STR("IP4"));
	if (words->direction[0].len > 0) {
		list = rf_value_add_list(arena, request, RF_STR("direction"));
		rf_value_add_str(arena, list, RF_STR_NONE, words->direction[i]);
		rf_value_add_str(arena, list, RF_STR_NONE, words->direction[1 - i]);
	}
	rf_value_add_str(arena, request, RF_STR("sdp"), rf_probe_sdp_write(arena, &probe->ends[i].local));
	rc = ask(probe, command, request, &reply);
	if (rc != RF_CTL_UNREACHABLE)
		probe->offered = true;
	if (rc != RF_CTL_OK)
		return rc;
	if (rf_probe_sdp_read(rf_field_text(reply, "sdp"), family, relay, reason) != 0) {
		fprintf(probe->ctl->err, "rtpferryctl: %s answers the ng %s: %s\n", probe->ng.text, command, reason);
		return RF_CTL_FAILED;
	}
	probe->streams[i].source = *relay;
	return RF_CTL_OK;
}

/* Delete the call, whatever became of it, and although we were told to stop. */
static void hang_up(struct probe *probe)
{
	struct rf_value *request = new_request(probe, RF_STR("delete")), *reply;

	rf_value_add_int(probe->ctl->arena, request, RF_STR("delete-delay"), 0);
	probe->ng.stop_fd = -1;
	ask(probe, "delete", request, &reply);
}

static int report(struct probe *probe)
{
	struct rf_ctl *ctl = probe->ctl;
	struct rf_probe_report report = {.call_id = rf_str_of(probe->call_id),
	                                 .relay = rf_str_of(probe->ng.text),
	                                 .max_loss = ctl->probe.max_loss};
	struct rf_buf out;
	int rc = 0;

	rf_arena_reset(ctl->arena);
	for (int i = 0; i < 2 && rc == 0; i++) {
		report.ways[i].strangers = probe->ends[1 - i].strangers;
		rc = rf_probe_judge(ctl->arena, &probe->streams[i], ctl->probe.max_loss, &report.ways[i]);
	}
	rf_buf_init(&out, 0);
	if (rc == 0) {
		(ctl->json ? rf_probe_report_json : rf_probe_report_text)(&report, ctl->arena, &out);
		rc = out.error;
	}
	if (rc == 0)
		fwrite(out.data, 1, out.len, ctl->out);
	else
		fprintf(ctl->err, "rtpferryctl: call: no report: %s\n", strerror(-rc));
	rf_buf_free(&out);
	fflush(ctl->out);
	for (int i = 0; i < 2 && rc == 0; i++)
		if (report.ways[i].problem.len > 0)
			fprintf(ctl->err, "rtpferryctl: %.*s\n", RF_STR_ARG(report.ways[i].problem));
	return rc == 0 && rf_probe_fine(&report) ? RF_CTL_OK : RF_CTL_FAILED;
}

static int place(struct probe *probe)
{
	int rc = open_ends(probe), error;

	for (int i = 0; i < 2 && rc == RF_CTL_OK; i++)
		rc = negotiate(probe, i);
	if (rc != RF_CTL_OK) {
		if (probe->offered)
			hang_up(probe);
		return rc;
	}
	error = rf_probe_media_run(probe->ends, probe->ng.stop_fd);
	hang_up(probe);
	rc = report(probe);
	if (error == 0)
		return rc;
	fprintf(probe->ctl->err, "rtpferryctl: call: it ended early: %s\n",
	        error == -EINTR ? "interrupted" : strerror(-error));
	return RF_CTL_FAILED;
}

/*
 * A descriptor that tells of the signals that end a call, which is deleted first; nothing here waits for long after
 * one. -1: there is none, and they end this process at once.
 */
static int watch_signals(void)
{
	sigset_t ending, before;
	int fd;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &before);
	fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

int rf_ctl_call(struct rf_ctl *ctl)
{
	struct probe probe = {.ctl = ctl, .ends = {{.fd = -1}, {.fd = -1}}};
	struct rf_endpoint to = {.port = 0};
	uint64_t number = 0;
	int rc = rf_ctl_ng_find(ctl, "call --ng", ctl->probe.ng, &to), error, stop_fd;

	if (rc != RF_CTL_OK)
		return rc;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return RF_CTL_FAILED;
	snprintf(probe.call_id, sizeof(probe.call_id), "rtpferryctl-%016llx", (unsigned long long)number);
	stop_fd = watch_signals();
	error = rf_ctl_ng_open(&probe.ng, &to);
	probe.ng.stop_fd = stop_fd;
	if (error < 0) {
		fprintf(ctl->err, "rtpferryctl: %s cannot be reached: %s\n", probe.ng.text, strerror(-error));
		rc = RF_CTL_UNREACHABLE;
	} else {
		rc = place(&probe);
	}
	rf_ctl_ng_close(&probe.ng);
	for (int i = 0; i < 2; i++) {
		rf_probe_end_close(&probe.ends[i]);
		rf_probe_stream_free(&probe.streams[i]);
	}
	if (stop_fd >= 0)
		close(stop_fd);
	return rc;
}
