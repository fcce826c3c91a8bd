/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What decodes must encode, and decode again to the same bytes.
 */
#include <stdlib.h>

#include "tree/bencode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decode text and encode it into out; false when it is refused. */
static bool pass(struct rf_str text, struct rf_buf *out)
{
	struct rf_arena *arena = rf_arena_new(4 * 1024 * 1024);
	struct rf_value *value;
	bool good = rf_bencode_decode(arena, text, &value) == 0;

	if (good)
		rf_bencode_encode(value, out);
	rf_arena_free(arena);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rf_buf once, twice;

	rf_buf_init(&once, 0);
	rf_buf_init(&twice, 0);
	if (pass((struct rf_str){(const char *)data, size}, &once)) {
		if (once.error || !pass(rf_buf_view(&once), &twice) ||
		    !rf_str_equal(rf_buf_view(&once), rf_buf_view(&twice)))
			abort();
	}
	rf_buf_free(&once);
	rf_buf_free(&twice);
	return 0;
}
