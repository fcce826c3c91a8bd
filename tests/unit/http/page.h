/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks pages without a server.
 */
#ifndef RF_TESTS_PAGE_H
#define RF_TESTS_PAGE_H

#include "fake_model.h"
#include "http/site.h"

/* A reply; its text is terminated. */
struct page {
	unsigned status;
	const char *content_type;
	struct rf_http_reply reply;
	unsigned steps; /* that a task took */
};

/* A request over the Unix socket. -ENOMEM only when the site itself finds no memory. */
int page_get(struct fake *fake, const char *method, const char *target, struct page *page);
/* The same with everything said; target, method and the site's arena are set here. */
int page_ask(struct fake *fake, struct rf_http_request request, const char *method, const char *target,
             struct page *page);
const char *page_text(struct page *page);
void page_free(struct page *page);

#endif
