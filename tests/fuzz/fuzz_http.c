/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request as a stranger sends it: the first byte picks the method and where it comes from, the rest is the target.
 * It is answered with a status, and with a body where one is due.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fake_model.h"
#include "page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "DELETE", "PUT"};
	struct rf_http_request request = {0};
	struct fake fake;
	struct page page;
	char *target;

	if (size < 1)
		return 0;
	target = malloc(size);
	if (!target)
		return 0;
	memcpy(target, data + 1, size - 1);
	target[size - 1] = '\0';
	request.peer = (enum rf_http_peer)(data[0] / 8 % 3);
	fake_init(&fake, 3);
	if (page_ask(&fake, request, methods[data[0] % 5], target, &page) == 0) {
		if (page.status < 200 || page.status > 599)
			abort();
		page_free(&page);
	}
	free(target);
	return 0;
}
