/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What decodes must encode, and decode again to the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "tree/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decode text and encode it into out; false when it is refused. */
static bool pass(struct rf_str text, struct rf_buf *out)
{
	struct rf_arena *arena = rf_arena_new(4 * 1024 * 1024);
	struct rf_value *value;
	bool good = rf_json_decode(arena, text, &value) == 0;

	if (good)
		rf_json_encode(value, out);
	rf_arena_free(arena);
	return good;
}

/* Whether both are the same text, which decodes. */
static bool is_stable(const struct rf_buf *text, struct rf_buf *again)
{
	return !text->error && pass(rf_buf_view(text), again) && rf_str_equal(rf_buf_view(text), rf_buf_view(again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char replacement[] = "\xef\xbf\xbd";
	struct rf_buf once, twice, thrice;

	rf_buf_init(&once, 0);
	rf_buf_init(&twice, 0);
	rf_buf_init(&thrice, 0);
	if (pass((struct rf_str){(const char *)data, size}, &once) && !is_stable(&once, &twice)) {
		/* Keys that differ in broken UTF-8 only become one, once. */
		if (!memmem(once.data, once.len, replacement, strlen(replacement)) || !is_stable(&twice, &thrice))
			abort();
	}
	rf_buf_free(&once);
	rf_buf_free(&twice);
	rf_buf_free(&thrice);
	return 0;
}
