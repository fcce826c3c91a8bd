/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ng/dispatch.h"

#include <errno.h>

#include "base/clock.h"
#include "tree/bencode.h"
#include "tree/json.h"

#define ARENA_LIMIT (16UL * 1024 * 1024)

typedef void encoder(const struct rf_value *value, struct rf_buf *out);

/* One request on its way. */
struct exchange {
	struct rf_str cookie;  /* view into the datagram */
	struct rf_str payload; /* view into the datagram */
	encoder *encode;       /* of the reply: as the request came */
	struct rf_value *dict; /* the request */
	unsigned row;          /* of the statistics */
	struct rf_reply reply; /* what it came to */
};

static const double duration_bounds[] = {0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002,
                                         0.005,   0.01,    0.02,   0.05,   0.1,    0.5,   1.0};

int rf_dispatch_init(struct rf_dispatch *dispatch, const struct rf_ng_config *config)
{
	memset(dispatch, 0, sizeof(*dispatch));
	dispatch->calls = config->calls;
	dispatch->dataplane = config->dataplane;
	dispatch->ports = config->ports;
	dispatch->log = config->log;
	dispatch->started_us = rf_clock_us();
	dispatch->arena = rf_arena_new(ARENA_LIMIT);
	if (!dispatch->arena)
		return -ENOMEM;
	for (unsigned i = 0; i <= RF_COMMANDS; i++) {
		rf_histogram_init(&dispatch->durations[i], duration_bounds,
		                  sizeof(duration_bounds) / sizeof(duration_bounds[0]));
		dispatch->stats[i].command = i < RF_COMMANDS ? rf_commands[i].name : "other";
		dispatch->stats[i].duration = &dispatch->durations[i];
	}
	return 0;
}

void rf_dispatch_free(struct rf_dispatch *dispatch)
{
	rf_arena_free(dispatch->arena);
}

static void fail(struct rf_reply *reply, struct rf_str reason)
{
	reply->result = RF_RESULT_ERROR;
	reply->error = reason;
}

/* Decode the payload; false after an error was set. */
static bool decode(struct rf_dispatch *dispatch, struct exchange *exchange)
{
	struct rf_reply *reply = &exchange->reply;

	exchange->encode = rf_bencode_encode;
	if (!exchange->payload.len) {
		fail(reply, RF_STR("Invalid data (no payload)"));
		return false;
	}
	switch (exchange->payload.p[0]) {
	case 'd':
		if (!rf_bencode_decode(dispatch->arena, exchange->payload, &exchange->dict))
			return true;
		fail(reply, RF_STR("Could not decode bencode dictionary"));
		return false;
	case '{':
		exchange->encode = rf_json_encode;
		switch (rf_json_decode(dispatch->arena, exchange->payload, &exchange->dict)) {
		case 0:
			return true;
		case -EINVAL:
			fail(reply, RF_STR("Failed to parse JSON document"));
			return false;
		default:
			fail(reply, RF_STR("Could not decode JSON dictionary"));
			return false;
		}
	default:
		fail(reply, RF_STR("Invalid NG data format"));
		return false;
	}
}

/* The first thing that the command needs and the request lacks; empty: nothing. */
static struct rf_str missing(const struct rf_request *request, unsigned needs)
{
	if ((needs & RF_NEEDS_SDP) && !request->sdp.len)
		return RF_STR("No SDP body in message");
	if ((needs & RF_NEEDS_CALL_ID) && !request->call_id.len)
		return RF_STR("No call-id in message");
	if ((needs & RF_NEEDS_FROM_TAG) && !request->from_tag.len)
		return RF_STR("No from-tag in message");
	if ((needs & RF_NEEDS_TO_TAG) && !request->to_tag.len)
		return RF_STR("No to-tag in message");
	return RF_STR_NONE;
}

/* Clients that do not know of load limits get the error that makes them try another relay. */
static void translate_load_limit(struct rf_dispatch *dispatch, struct rf_reply *reply)
{
	if (reply->result != RF_RESULT_LOAD_LIMIT)
		return;
	dispatch->rejected++;
	if (!dispatch->request.supports_load_limit)
		fail(reply, RF_STR("Parallel session limit reached"));
}

/* Read the request and carry out the command. */
static void run(struct rf_dispatch *dispatch, struct exchange *exchange, struct rf_value *tree)
{
	const struct rf_command *command = &rf_commands[exchange->row];
	struct rf_request *request = &dispatch->request;
	struct rf_reader reader = {
		.request = request, .arena = dispatch->arena, .log = dispatch->log, .told = &dispatch->told};
	struct rf_str reason;

	rf_reader_read(&reader, exchange->dict);
	reason = missing(request, command->needs);
	if (!reason.len && request->call_id.len > RF_REQUEST_MAX_NAME)
		reason = request->refused;
	if (!reason.len && command->makes_media)
		reason = request->refused;
	if (reason.len) {
		fail(&exchange->reply, reason);
		return;
	}
	command->run(dispatch, &exchange->reply, tree);
	translate_load_limit(dispatch, &exchange->reply);
}

/* Set the command's row; false after an error was set. */
static bool find_command(struct exchange *exchange)
{
	const struct rf_value *command = rf_value_get(exchange->dict, RF_STR("command"));

	exchange->row = RF_COMMANDS;
	if (!command || command->type != RF_VALUE_STR) {
		fail(&exchange->reply, RF_STR("Dictionary contains no key \"command\""));
		return false;
	}
	for (unsigned i = 0; i < RF_COMMANDS; i++) {
		if (rf_str_equal_name(command->str, rf_str_of(rf_commands[i].name))) {
			exchange->row = i;
			return true;
		}
	}
	fail(&exchange->reply, RF_STR("Unrecognized command"));
	return false;
}

/* Add result and what goes with it. It is added last: when it did not fit, the tree is not whole. */
static bool add_envelope(struct rf_arena *arena, struct rf_value *tree, const struct rf_reply *reply)
{
	if (reply->sdp.len)
		rf_value_add_str(arena, tree, RF_STR("sdp"), reply->sdp);
	if (reply->warning.len)
		rf_value_add_str(arena, tree, RF_STR("warning"), reply->warning);
	if (reply->result == RF_RESULT_LOAD_LIMIT) {
		rf_value_add_str(arena, tree, RF_STR("message"), reply->error);
		return rf_value_add_str(arena, tree, RF_STR("result"), RF_STR("load limit"));
	}
	if (rf_value_get(tree, RF_STR("result")))
		return true;
	return rf_value_add_str(arena, tree, RF_STR("result"), RF_STR("ok"));
}

static void write_error(const struct exchange *exchange, struct rf_str reason, struct rf_buf *out)
{
	struct rf_value text = {.type = RF_VALUE_STR, .key = RF_STR("error-reason"), .str = reason};
	struct rf_value result = {.type = RF_VALUE_STR, .key = RF_STR("result"), .str = RF_STR("error"), .next = &text};
	struct rf_value dict = {.type = RF_VALUE_DICT, .items = {&result, &text, 2}};

	exchange->encode(&dict, out);
}

static void write_reply(struct rf_dispatch *dispatch, struct exchange *exchange, struct rf_value *tree,
                        struct rf_buf *out)
{
	struct rf_reply *reply = &exchange->reply;
	size_t start = out->len;

	rf_buf_str(out, exchange->cookie);
	rf_buf_char(out, ' ');
	if (reply->result == RF_RESULT_ERROR) {
		write_error(exchange, reply->error, out);
		return;
	}
	if (!add_envelope(dispatch->arena, tree, reply)) {
		fail(reply, RF_STR("Out of memory"));
		write_error(exchange, reply->error, out);
		return;
	}
	exchange->encode(tree, out);
	if (!out->error)
		return;
	/* What was asked for does not fit into the reply. */
	fail(reply,
	     out->error == -ENOMEM ? RF_STR("Out of memory") : RF_STR("The reply is too long for its transport"));
	out->error = 0;
	out->len = start;
	rf_buf_str(out, exchange->cookie);
	rf_buf_char(out, ' ');
	write_error(exchange, reply->error, out);
}

static void account(struct rf_dispatch *dispatch, const struct exchange *exchange, int64_t took_us)
{
	struct rf_ng_command_stats *stats = &dispatch->stats[exchange->row];

	switch (exchange->reply.result) {
	case RF_RESULT_OK:
		stats->ok++;
		break;
	case RF_RESULT_ERROR:
		stats->error++;
		break;
	case RF_RESULT_LOAD_LIMIT:
		stats->load_limit++;
		break;
	}
	rf_histogram_observe(&dispatch->durations[exchange->row], (double)took_us * 1e-6);
}

/* One line a request: what the operator wants to see of the important ones, all of them at debug. */
static void tell(struct rf_dispatch *dispatch, const struct exchange *exchange, int64_t took_us)
{
	static const char *const results[] = {"ok", "error", "load limit"};
	const struct rf_request *request = &dispatch->request;
	const struct rf_reply *reply = &exchange->reply;
	bool known = exchange->row < RF_COMMANDS;
	bool asked = known && (request->flags & RF_FLAG_DEBUG);
	bool important = known && rf_commands[exchange->row].needs && reply->result != RF_RESULT_OK;
	enum rf_log_level level = asked || important ? RF_LOG_INFO : RF_LOG_DEBUG;

	if (!dispatch->log || !rf_log_enabled(dispatch->log, RF_LOG_NG, level))
		return;
	rf_log(dispatch->log, RF_LOG_NG, level, known ? rf_reader_shown(request->call_id) : RF_STR_NONE,
	       "%s: %s%s%.*s, %lld us, cookie %.*s", dispatch->stats[exchange->row].command, results[reply->result],
	       reply->error.len ? ": " : "", RF_STR_ARG(reply->error), (long long)took_us,
	       RF_STR_ARG(rf_reader_shown(exchange->cookie)));
	if (asked)
		rf_log(dispatch->log, RF_LOG_NG, level, rf_reader_shown(request->call_id), "request %.*s",
		       RF_STR_ARG(exchange->payload));
}

/* A reply of another relay's: answering it could go on for ever. */
static bool is_stray_reply(const struct rf_value *dict)
{
	return rf_value_get(dict, RF_STR("result")) && !rf_value_get(dict, RF_STR("command"));
}

bool rf_dispatch_handle(struct rf_dispatch *dispatch, struct rf_str datagram, struct rf_buf *out)
{
	const char *space = datagram.len ? memchr(datagram.p, ' ', datagram.len) : NULL;
	struct exchange exchange = {.row = RF_COMMANDS};
	int64_t start_us = rf_clock_us();
	struct rf_value *tree;
	int64_t took_us;

	if (!space || space == datagram.p)
		return false;
	exchange.cookie = (struct rf_str){datagram.p, (size_t)(space - datagram.p)};
	exchange.payload = (struct rf_str){space + 1, datagram.len - exchange.cookie.len - 1};
	rf_arena_reset(dispatch->arena);
	tree = rf_value_dict(dispatch->arena);
	if (decode(dispatch, &exchange)) {
		if (is_stray_reply(exchange.dict))
			return false;
		if (find_command(&exchange))
			run(dispatch, &exchange, tree);
	}
	write_reply(dispatch, &exchange, tree, out);
	took_us = rf_clock_us() - start_us;
	account(dispatch, &exchange, took_us);
	tell(dispatch, &exchange, took_us);
	return true;
}
