/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/label.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#define DIGEST 17 /* bytes of '~' and the digits */

void rf_table_label(const char *text, char out[RTPFERRY_LABEL_MAX + 1])
{
	struct rf_str all = rf_str_of(text);

	if (all.len <= RTPFERRY_LABEL_MAX)
		memcpy(out, text, all.len + 1);
	else
		snprintf(out, RTPFERRY_LABEL_MAX + 1, "%.*s~%016llx", RTPFERRY_LABEL_MAX - DIGEST, text,
		         (unsigned long long)rf_hash_bytes(0, all));
}
