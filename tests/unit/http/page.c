/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page.h"

#include "base/clock.h"

int page_ask(struct fake *fake, struct rf_http_request request, const char *method, const char *target,
             struct page *page)
{
	struct rf_http_site site;
	struct rf_http_task *task;
	int err = rf_http_site_init(&site, &fake->config);

	if (err)
		return err;
	*page = (struct page){0};
	rf_http_reply_init(&page->reply);
	request.method = rf_str_of(method);
	if (rf_http_parse_target(site.arena, rf_str_of(target), &request) == 0)
		rf_http_route(&site, &request, &page->reply);
	else
		rf_http_reply_error(&page->reply, 400, "bad_escape", "no target");
	task = page->reply.task;
	if (task) {
		/* No time at all: the shortest slices. */
		while (!task->step(task, &page->reply, 0))
			page->steps++;
		task->free(task);
	}
	page->status = page->reply.status;
	page->content_type = page->reply.content_type;
	rf_http_site_free(&site);
	return 0;
}

int page_get(struct fake *fake, const char *method, const char *target, struct page *page)
{
	return page_ask(fake, (struct rf_http_request){.peer = RF_HTTP_UNIX}, method, target, page);
}

const char *page_text(struct page *page)
{
	rf_buf_char(&page->reply.body, '\0');
	page->reply.body.len--;
	return page->reply.body.data;
}

void page_free(struct page *page)
{
	rf_buf_free(&page->reply.body);
}
