/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http/json.h"

#include <stdio.h>
#include <time.h>

void rf_http_json_endpoint(struct rf_arena *arena, struct rf_value *dict, struct rf_str key,
                           const struct rf_endpoint *endpoint)
{
	char text[RF_ENDPOINT_TEXT];

	if (endpoint->port == 0)
		return;
	rf_http_json_text(arena, dict, key, rf_arena_copy(arena, rf_str_of(rf_endpoint_print(endpoint, text))));
}

void rf_http_json_time(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / 1000000);
	struct tm tm;
	char text[32];

	if (wall_us == 0 || !gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	rf_http_json_text(arena, dict, key, rf_arena_printf(arena, "%s.%03dZ", text, (int)(wall_us / 1000 % 1000)));
}

void rf_http_json_known(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, double value)
{
	if (value != 0)
		rf_value_add_real(arena, dict, key, value);
}

void rf_http_json_text(struct rf_arena *arena, struct rf_value *dict, struct rf_str key, struct rf_str text)
{
	if (text.len > 0)
		rf_value_add_str(arena, dict, key, text);
}
