/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/site.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "tree/json.h"

#define ERROR_SIZE 512 /* bytes of an error's sentence */

int rf_http_site_init(struct rf_http_site *site, const struct rf_http_config *config)
{
	struct rf_arena *arena = rf_arena_new(RF_HTTP_ARENA_LIMIT);

	if (!arena)
		return -ENOMEM;
	site->config = *config;
	site->arena = arena;
	return 0;
}

void rf_http_site_free(struct rf_http_site *site)
{
	rf_arena_free(site->arena);
	site->arena = NULL;
}

const char *rf_http_dataplane(const struct rf_http_site *site)
{
	struct rf_kernel_status kernel;

	rf_dataplane_kernel(site->config.dataplane_handle, &kernel);
	return kernel.up ? "kmod" : "user";
}

void rf_http_reply_init(struct rf_http_reply *reply)
{
	*reply = (struct rf_http_reply){.status = 200, .content_type = "text/plain; charset=utf-8"};
	rf_buf_init(&reply->body, RF_HTTP_MAX_REPLY);
}

void rf_http_reply_error(struct rf_http_reply *reply, unsigned status, const char *code, const char *format, ...)
{
	struct rf_value code_node, message_node, tree;
	char message[ERROR_SIZE];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);

	/* Nodes on the stack: an error must be told when memory is short, too. */
	message_node = (struct rf_value){.type = RF_VALUE_STR, .key = RF_STR("message"), .str = rf_str_of(message)};
	code_node = (struct rf_value){
		.type = RF_VALUE_STR, .key = RF_STR("code"), .next = &message_node, .str = rf_str_of(code)};
	tree = (struct rf_value){.type = RF_VALUE_DICT};
	tree.items.first = &code_node;
	tree.items.last = &message_node;
	tree.items.count = 2;
	reply->status = status;
	rf_http_reply_json(reply, &tree);
}

void rf_http_reply_json(struct rf_http_reply *reply, const struct rf_value *tree)
{
	if (!tree) {
		rf_http_reply_error(reply, 503, "too_big",
		                    "the answer does not fit into the memory that one request may use");
		return;
	}
	reply->content_type = "application/json";
	rf_buf_reset(&reply->body);
	rf_json_encode(tree, &reply->body);
	rf_buf_char(&reply->body, '\n');
	rf_http_reply_check(reply);
}

void rf_http_reply_check(struct rf_http_reply *reply)
{
	if (reply->body.error == 0)
		return;
	rf_buf_reset(&reply->body);
	reply->status = 503;
	reply->content_type = "application/json";
	rf_buf_text(&reply->body, "{\"code\":\"too_big\",\"message\":\"the answer is too big or memory is short\"}\n");
}
