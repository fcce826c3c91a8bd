/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flag strings, raw and as a list: anything may stand in them.
 */
#include "ng/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rf_request request;
	struct rf_str text = {(const char *)data, size};
	struct rf_value flags = {.type = RF_VALUE_STR, .key = RF_STR("flags"), .str = text};
	struct rf_value raw = {.type = RF_VALUE_STR, .key = RF_STR("rtpp-flags"), .str = text, .next = &flags};
	struct rf_value dict = {.type = RF_VALUE_DICT, .items = {&raw, &flags, 2}};
	struct rf_told told = {0};
	struct rf_reader reader = {.request = &request, .told = &told, .arena = rf_arena_new(4 * 1024 * 1024)};

	rf_reader_read(&reader, &dict);
	rf_arena_free(reader.arena);
	return 0;
}
