/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole outputs, compared with the files in data/.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "oom.h"
#include "page.h"

#define EXPECTED_SIZE 65536

/* The output, up to where the process' own figures begin, which no test knows. */
static void assert_page(struct page *page, const char *file)
{
	const char *text = page_text(page), *end = strstr(text, "# HELP process_cpu_seconds");
	static char expected[EXPECTED_SIZE];
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", RF_TEST_DATA, file);
	if (getenv("RF_TEST_WRITE")) { /* write what is expected from now on; to be read before it is committed */
		f = fopen(path, "w");
		assert_non_null(f);
		fwrite(text, 1, end ? (size_t)(end - text) : strlen(text), f);
		fclose(f);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(expected, 1, sizeof(expected) - 1, f);
	fclose(f);
	expected[n] = '\0';
	if (end)
		page->reply.body.data[end - text] = '\0';
	assert_string_equal(text, expected);
}

static void check(struct fake *fake, const char *accept, const char *target, const char *file)
{
	struct rf_http_request request = {.accept = rf_str_of(accept)};
	struct page page;

	assert_int_equal(page_ask(fake, request, "GET", target, &page), 0);
	assert_int_equal(page.status, 200);
	assert_string_equal(page.content_type, accept ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
	                                              : "text/plain; version=0.0.4; charset=utf-8");
	assert_page(&page, file);
	page_free(&page);
}

static void metrics_are_written_in_both_formats(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 3);
	check(&fake, NULL, "/metrics", "metrics.txt");
	check(&fake, "application/openmetrics-text", "/metrics", "metrics.openmetrics.txt");
}

/* What the kernel forwarded stands apart, and the two make the whole. */
static void packets_of_the_kernel_stand_apart(void **state)
{
	static const char *const lines[] = {
		"kmod_version=\"0.2.0\"} 1\n",
		"\nrtpferry_kernel_up 1\n",
		"\nrtpferry_kernel_table_id 7\n",
		"\nrtpferry_kernel_flows 11\n",
		"\nrtpferry_guard_up 1\n",
		"\nrtpferry_guard_restored_total 3\n",
		"\nrtpferry_streams{dataplane=\"user\"} 2\nrtpferry_streams{dataplane=\"kmod\"} 10\n",
		"\nrtpferry_packets_total{dataplane=\"user\",direction=\"in\",interface=\"pub\"} 1\n",
		"\nrtpferry_packets_total{dataplane=\"kmod\",direction=\"in\",interface=\"pub\"} 100\n",
		"\nrtpferry_packets_total{dataplane=\"kmod\",direction=\"out\",interface=\"pub\"} 300\n",
		"\nrtpferry_bytes_total{dataplane=\"user\",direction=\"out\",interface=\"pub\"} 4\n",
		"\nrtpferry_bytes_total{dataplane=\"kmod\",direction=\"in\",interface=\"pub\"} 200\n",
		"\nrtpferry_bytes_total{dataplane=\"kmod\",direction=\"out\",interface=\"pub\"} 400\n",
		"\nrtpferry_bytes_total{dataplane=\"kmod\",direction=\"in\",interface=\"priv\"} 0\n",
		"\nrtpferry_drops_total{dataplane=\"user\",reason=\"not_rtp\"} 1\n",
		"\nrtpferry_drops_total{dataplane=\"kmod\",reason=\"not_rtp\"} 1000\n",
		"\nrtpferry_passed_up_total{reason=\"stun\"} 17\n",
		"\nrtpferry_passed_up_total{reason=\"no-neighbour\"} 0\n",
		"\nrtpferry_netlink_errors_total{command=\"flow-set\"} 2\n",
		"\nrtpengine_packets_total{type=\"userspace\"} 10\nrtpengine_packets_total{type=\"kernel\"} 300\n",
		"\nrtpengine_bytes_total{type=\"kernel\"} 400\n",
		"\nrtpengine_packet_errors_total{type=\"kernel\"} 11000\n",
		"\nrtpengine_mediastreams{type=\"userspace\"} 2\nrtpengine_mediastreams{type=\"kernel\"} 10\n",
	};
	struct page page;
	struct fake fake;

	(void)state;
	fake_init(&fake, 3);
	fake.dataplane.kernel = true;
	fake.config.compat_rtpengine = true;
	assert_int_equal(page_get(&fake, "GET", "/metrics", &page), 0);
	for (unsigned i = 0; i < RF_COUNT(lines); i++)
		if (!strstr(page_text(&page), lines[i]))
			fail_msg("not there: %s", lines[i]);
	assert_null(strstr(page_text(&page), "command=\"event\""));
	page_free(&page);
}

static void the_peers_names_come_when_asked_for(void **state)
{
	struct page page;
	struct fake fake;
	const char *at;

	(void)state;
	fake_init(&fake, 3);
	fake.config.compat_rtpengine = true;
	assert_int_equal(page_get(&fake, "GET", "/metrics", &page), 0);
	at = strstr(page_text(&page), "# HELP rtpengine_sessions ");
	assert_non_null(at);
	assert_non_null(strstr(at, "\nrtpengine_sessions{type=\"own\"} 3\n"));
	assert_non_null(strstr(at, "\nrtpengine_sessions_total 7\n"));
	assert_non_null(strstr(at, "\nrtpengine_packets_total{type=\"userspace\"} 10\n"));
	assert_non_null(strstr(at, "\nrtpengine_ports_free{name=\"pub\",address=\"10.0.0.1\"} 96\n"));
	page_free(&page);
	fake.config.compat_rtpengine = false;
	assert_int_equal(page_get(&fake, "GET", "/metrics", &page), 0);
	assert_null(strstr(page_text(&page), "rtpengine"));
	page_free(&page);
}

static void the_worst_legs_are_shown_and_the_others_counted(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 3);
	fake.calls.first_id = "a\"b\\c\nd\xff<\x1b[2J";
	fake.config.max_session_series = 3;
	check(&fake, NULL, "/metrics/sessions", "sessions.txt");
	check(&fake, "application/openmetrics-text", "/metrics/sessions", "sessions.openmetrics.txt");
}

static void what_is_not_known_is_left_out(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 1);
	fake.calls.quiet = true;
	check(&fake, NULL, "/metrics/sessions", "sessions_quiet.txt");
	fake.calls.n = 0;
	check(&fake, NULL, "/metrics/sessions", "sessions_none.txt");
}

static void thousands_of_sessions_come_in_slices(void **state)
{
	struct page page;
	struct fake fake;

	(void)state;
	fake_init(&fake, 5000);
	assert_int_equal(page_get(&fake, "GET", "/metrics/sessions", &page), 0);
	assert_non_null(strstr(page_text(&page), "\nrtpferry_sessions_left_out 5000\n"));
	assert_true(page.steps > 5000 / 8 + 12 * 5000 / 64 - 100);
	page_free(&page);
}

/* With any allocation failing: the page, or an error 503. */
static int scrape(void *arg)
{
	struct page page;
	int err = page_get(arg, "GET", "/metrics/sessions", &page);

	if (err)
		return err;
	assert_true(page.status == 200 || page.status == 503);
	page_free(&page);
	return page.status == 200 ? 0 : -ENOMEM;
}

static void short_memory_is_told(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 20);
	rf_oom_run(scrape, &fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_are_written_in_both_formats),
		cmocka_unit_test(packets_of_the_kernel_stand_apart),
		cmocka_unit_test(the_peers_names_come_when_asked_for),
		cmocka_unit_test(the_worst_legs_are_shown_and_the_others_counted),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(thousands_of_sessions_come_in_slices),
		cmocka_unit_test(short_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
