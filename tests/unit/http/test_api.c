/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <stdio.h>

#include "oom.h"
#include "page.h"

static void assert_page(struct fake *fake, const char *method, const char *target, unsigned status, const char *text)
{
	struct page page;

	assert_int_equal(page_get(fake, method, target, &page), 0);
	assert_string_equal(page_text(&page), text);
	assert_int_equal(page.status, status);
	assert_string_equal(page.content_type, "application/json");
	page_free(&page);
}

static void probes_tell_every_reason(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 0);
	assert_page(&fake, "GET", "/livez", 200, "{\"live\":true}\n");
	assert_page(&fake, "GET", "/readyz", 200, "{\"ready\":true,\"reasons\":[]}\n");
	fake.process.ng_bound = false;
	fake.process.dataplane_ready = false;
	fake.calls.draining = true;
	assert_page(
		&fake, "HEAD", "/readyz", 503,
		"{\"ready\":false,\"code\":\"not_ready\",\"message\":\"the ng control port is not bound yet\","
		"\"reasons\":[{\"code\":\"ng_not_bound\",\"message\":\"the ng control port is not bound yet\"},"
		"{\"code\":\"dataplane_not_ready\",\"message\":\"the data plane is not decided yet\"},"
		"{\"code\":\"draining\",\"message\":\"draining: known calls are served, new ones are refused\"}]}\n");
}

static void the_table_tells_why_there_is_none(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 0);
	assert_page(
		&fake, "GET", "/api/v1/table", 200,
		"{\"present\":false,\"id\":-1,\"dataplane\":\"user\",\"wanted\":false,\"message\":\"no kernel table "
		"is wanted: media is relayed in user space\",\"flows\":0,\"streams\":0,\"passed_up\":{},\"drops\":{},"
		"\"netlink_errors\":{},\"guard\":{\"present\":false,\"restored\":0},\"rules\":\"\","
		"\"complete\":true}\n");
	fake.dataplane.wanted = true;
	assert_page(
		&fake, "GET", "/api/v1/table", 200,
		"{\"present\":false,\"id\":-1,\"dataplane\":\"user\",\"wanted\":true,\"message\":\"the kernel has no "
		"module rtpferry\",\"flows\":0,\"streams\":0,\"passed_up\":{},\"drops\":{},\"netlink_errors\":{},"
		"\"guard\":{\"present\":false,\"message\":\"the daemon has no CAP_NET_ADMIN\",\"restored\":0},"
		"\"rules\":\"\",\"complete\":true}\n");
}

static void the_table_tells_all_of_it(void **state)
{
	struct fake fake;
	struct page page;

	(void)state;
	fake_init(&fake, 0);
	fake.dataplane.kernel = true;
	assert_int_equal(page_get(&fake, "GET", "/api/v1/table", &page), 0);
	assert_non_null(
		strstr(page_text(&page),
	               "{\"present\":true,\"id\":7,\"dataplane\":\"kmod\",\"wanted\":true,\"message\":\"the kernel "
	               "forwards\",\"kmod_version\":\"0.2.0\",\"label\":\"node1/127.0.0.1:2223\",\"hook\":"
	               "\"prerouting\",\"adopted\":true,\"flows\":11,\"streams\":10,\"passed_up\":{\"stun\":17},"
	               "\"drops\":{\"too_short\":1000,"));
	assert_non_null(
		strstr(page_text(&page),
	               "\"netlink_errors\":{\"flow-set\":2},\"guard\":{\"present\":true,\"name\":\"rtpferry_7\","
	               "\"restored\":3},\"rules\":\"table inet rtpferry_7 {\\n}\\n\",\"complete\":true}"));
	page_free(&page);
	assert_int_equal(page_get(&fake, "GET", "/api/v1/status", &page), 0);
	assert_non_null(strstr(page_text(&page), "\"dataplane\":\"kmod\","));
	assert_non_null(strstr(page_text(&page), "\"kernel\":{\"up\":true,\"table\":7,\"kmod_version\":\"0.2.0\","
	                                         "\"streams\":10,\"guard\":\"rtpferry_7\"}"));
	page_free(&page);
	assert_int_equal(page_get(&fake, "GET", "/api/v1/version", &page), 0);
	assert_non_null(strstr(page_text(&page), "\"dataplane\":\"kmod\""));
	page_free(&page);
}

/* One of its streams is in the kernel, and the other one tells why it is not. */
static void a_stream_tells_its_way(void **state)
{
	struct fake fake;
	struct page page;
	unsigned ones = 0;
	const char *at;

	(void)state;
	fake_init(&fake, 3);
	fake.calls.kernel = true;
	assert_int_equal(page_get(&fake, "GET", "/api/v1/sessions/call-3", &page), 0);
	assert_non_null(strstr(page_text(&page), "\"path\":\"kernel\",\"strict_source\":true,"));
	assert_non_null(strstr(page_text(&page), "\"path\":\"user\",\"path_why\":\"there is no kernel table\","
	                                         "\"strict_source\":true,"));
	page_free(&page);
	assert_int_equal(page_get(&fake, "GET", "/api/v1/sessions?path=kernel", &page), 0);
	assert_non_null(strstr(page_text(&page), "{\"total\":1,"));
	assert_non_null(strstr(page_text(&page), "\"call_id\":\"call-3\""));
	page_free(&page);
	assert_int_equal(page_get(&fake, "GET", "/metrics/sessions", &page), 0);
	at = strstr(page_text(&page), "# TYPE rtpferry_session_kernel gauge\n");
	assert_non_null(at);
	for (; strstr(at, "\"} 1\n"); at = strstr(at, "\"} 1\n") + 1)
		ones++;
	assert_int_equal(ones, 1);
	page_free(&page);
}

static void wrong_paths_and_methods_are_refused(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 1);
	assert_page(&fake, "GET", "/nowhere", 404,
	            "{\"code\":\"no_such_path\",\"message\":\"there is no /nowhere here; see docs/http-api.md\"}\n");
	assert_page(&fake, "GET", "", 404,
	            "{\"code\":\"no_such_path\",\"message\":\"there is no  here; see docs/http-api.md\"}\n");
	assert_page(&fake, "POST", "/metrics", 405,
	            "{\"code\":\"method_not_allowed\",\"message\":\"/metrics does not take POST, but GET, HEAD\"}\n");
	assert_page(&fake, "PATCH", "/api/v1/drain", 405,
	            "{\"code\":\"method_not_allowed\",\"message\":\"/api/v1/drain does not take PATCH, but GET, HEAD, "
	            "POST, DELETE\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions/", 404,
	            "{\"code\":\"no_such_path\",\"message\":\"there is no /api/v1/sessions/ here; see "
	            "docs/http-api.md\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions/%zz", 400,
	            "{\"code\":\"bad_escape\",\"message\":\"/api/v1/sessions/%zz has a % that two hexadecimal digits "
	            "do not follow\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions/a%0", 400,
	            "{\"code\":\"bad_escape\",\"message\":\"/api/v1/sessions/a%0 has a % that two hexadecimal digits "
	            "do not follow\"}\n");
}

static void drain_starts_and_ends(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 2);
	assert_page(&fake, "GET", "/api/v1/drain", 200, "{\"draining\":false,\"sessions\":2,\"sessions_held\":3}\n");
	assert_page(&fake, "POST", "/api/v1/drain", 200, "{\"draining\":true,\"sessions\":2,\"sessions_held\":3}\n");
	assert_page(&fake, "DELETE", "/api/v1/drain", 200, "{\"draining\":false,\"sessions\":2,\"sessions_held\":3}\n");
}

static void call_ids_may_hold_any_byte(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 1);
	fake.calls.first_id = "a/b c%?&#\xff\"";
	assert_page(&fake, "DELETE", "/api/v1/sessions/a%2Fb%20c%25%3f%26%23%ff%22", 200,
	            "{\"terminated\":\"a/b c%?&#\xef\xbf\xbd\\\"\"}\n");
	assert_str(fake.calls.terminated, fake.calls.first_id);
	fake.calls.terminated = RF_STR_NONE;
	fake.calls.first_id = "plus+slash/";
	assert_page(&fake, "DELETE", "/api/v1/sessions/plus+slash/", 200, "{\"terminated\":\"plus+slash/\"}\n");
	assert_str(fake.calls.terminated, fake.calls.first_id);
	assert_page(
		&fake, "GET", "/api/v1/sessions/nobody%00%1b", 404,
		"{\"code\":\"no_such_session\",\"message\":\"there is no session with call-id \\\"nobody??\\\"\"}\n");
}

#define LEG1                                                                         \
	"{\"party\":1,\"media\":1,\"codec\":\"PCMA/"                                 \
	"8000\",\"interface\":\"pub\",\"path\":\"user\",\"packets\":90,\"lost\":10," \
	"\"loss_ratio\":0.1,\"loss_ratio_interval\":0.2,\"jitter_s\":0.0015,\"round_trip_s\":0.03,\"mos\":3.2}"
#define LEG2                                                                          \
	"{\"party\":2,\"media\":1,\"codec\":\"PCMA/"                                  \
	"8000\",\"interface\":\"priv\",\"path\":\"user\",\"packets\":100,\"lost\":0," \
	"\"loss_ratio\":0,\"loss_ratio_interval\":0,\"jitter_s\":0.0015,\"mos\":4.4}"

static void the_list_shows_the_worst_first(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 3);
	assert_page(&fake, "GET", "/api/v1/sessions?limit=1", 200,
	            "{\"total\":3,\"offset\":0,\"limit\":1,\"sessions\":[{\"call_id\":\"call-2\",\"session\":"
	            "\"0fec5acba6d38226\","
	            "\"state\":\"offered\",\"from_tag\":\"from\",\"to_tag\":\"to\",\"created\":\"2023-11-14T22:13:21."
	            "000Z\","
	            "\"age_s\":73.5,\"packets\":200,\"bytes\":34400,\"errors\":2,\"worst_leg\":0,\"legs\":[" LEG1
	            "," LEG2 "]}]}\n");
	assert_page(&fake, "GET", "/api/v1/sessions?offset=3", 200,
	            "{\"total\":3,\"offset\":3,\"limit\":100,\"sessions\":[]}\n");
}

/* The call-ids of a list, each with a space behind. */
static void assert_order(struct fake *fake, const char *query, const char *expected)
{
	char target[256], ids[256] = "";
	struct page page;
	const char *at;

	snprintf(target, sizeof(target), "/api/v1/sessions?%s", query);
	assert_int_equal(page_get(fake, "GET", target, &page), 0);
	assert_int_equal(page.status, 200);
	at = page_text(&page);
	while ((at = strstr(at, "\"call_id\":\""))) {
		at += strlen("\"call_id\":\"");
		strncat(ids, at, strcspn(at, "\""));
		strncat(ids, " ", 2);
	}
	page_free(&page);
	assert_string_equal(ids, expected);
}

static void lists_are_filtered_sorted_and_paged(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 4);
	assert_order(&fake, "", "call-2 call-1 call-3 call-4 ");
	assert_order(&fake, "sort=worst&order=desc", "call-4 call-3 call-1 call-2 ");
	assert_order(&fake, "sort=call_id&order=desc", "call-4 call-3 call-2 call-1 ");
	assert_order(&fake, "sort=age", "call-4 call-3 call-2 call-1 ");
	assert_order(&fake, "sort=age&order=asc", "call-1 call-2 call-3 call-4 ");
	assert_order(&fake, "sort=mos", "call-2 call-1 call-3 call-4 ");
	assert_order(&fake, "sort=loss&limit=1", "call-2 ");
	assert_order(&fake, "sort=jitter&offset=2&limit=1", "call-3 ");
	assert_order(&fake, "sort=packets&offset=3", "call-4 ");
	assert_order(&fake, "state=offered", "call-2 call-4 ");
	assert_order(&fake, "state=answered", "call-1 call-3 ");
	assert_order(&fake, "state=deleted", "");
	assert_order(&fake, "state=any&search=all-3", "call-3 ");
	assert_order(&fake, "search=from&limit=1", "call-2 ");
	assert_order(&fake, "search=%FF", "");
	assert_order(&fake, "interface=pub&path=user&limit=1", "call-2 ");
	assert_order(&fake, "interface=none", "");
	assert_order(&fake, "path=kernel", "");
}

static void wrong_queries_are_refused(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 1);
	assert_page(&fake, "GET", "/api/v1/sessions?sort=best", 400,
	            "{\"code\":\"bad_query\",\"message\":\"sort=best: expected worst, loss, jitter, mos, age, packets "
	            "or call_id\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions?limit=501", 400,
	            "{\"code\":\"bad_query\",\"message\":\"limit=501: expected a number from 1 to 500\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions?limit=0x1", 400,
	            "{\"code\":\"bad_query\",\"message\":\"limit=0x1: expected a number from 1 to 500\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions?offset=-1", 400,
	            "{\"code\":\"bad_query\",\"message\":\"offset=-1: expected a number from 0 to 4294967295\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions?state=busy", 400,
	            "{\"code\":\"bad_query\",\"message\":\"state=busy: expected active, offered, answered, deleted or "
	            "any\"}\n");
	assert_page(&fake, "GET", "/api/v1/sessions?order=up", 400,
	            "{\"code\":\"bad_query\",\"message\":\"order=up: expected asc or desc\"}\n");
}

static void the_page_escapes_what_strangers_wrote(void **state)
{
	struct page page;
	struct fake fake;

	(void)state;
	fake_init(&fake, 1);
	fake.calls.first_id = "<script>'\"&\xff\x1b";
	assert_int_equal(page_get(&fake, "GET", "/", &page), 0);
	assert_non_null(
		strstr(page_text(&page),
	               "<tr><td>&#60;script&#62;&#39;&#34;&#38;?\?<td>72 s<td>200<td>0.00 %<td>1.5 ms<td>4.4\n"));
	page_free(&page);
}

static unsigned status_of(struct fake *fake, struct rf_http_request request)
{
	struct page page;

	assert_int_equal(page_ask(fake, request, "POST", "/api/v1/drain", &page), 0);
	page_free(&page);
	return page.status;
}

static void changes_need_the_socket_loopback_or_the_token(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 0);
#define ASK(...) status_of(&fake, (struct rf_http_request){__VA_ARGS__})
	assert_int_equal(ASK(.peer = RF_HTTP_UNIX), 200);
	assert_int_equal(ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("127.0.0.1:9101")), 200);
	assert_int_equal(ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("localhost:9101")), 200);
	assert_int_equal(
		ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("[::1]:9101"), .origin = RF_STR("http://[::1]:9101")),
		200);
	assert_int_equal(ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("127.0.0.1:9101"),
	                     .origin = RF_STR("http://evil.example")),
	                 403);
	assert_int_equal(ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("127.0.0.1:9101"), .origin = RF_STR("null")),
	                 403);
	assert_int_equal(ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("rebound.example:9101")), 403);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Bearer ")), 403);
	fake.config.token = "secret";
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE), 401);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Bearer secret")), 200);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("bearer  secret ")), 200);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Bearer secre")), 401);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Bearer secretsecret")), 401);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Bearer Secret")), 401);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Bearer ")), 401);
	assert_int_equal(ASK(.peer = RF_HTTP_REMOTE, .authorization = RF_STR("Basic secret")), 401);
	assert_int_equal(
		ASK(.peer = RF_HTTP_LOOPBACK, .host = RF_STR("x.example"), .authorization = RF_STR("Bearer secret")),
		200);
#undef ASK
}

/* Pages that need memory say so when there is none. */
static int look(void *arg)
{
	static const char *const targets[] = {"/api/v1/sessions?search=a", "/api/v1/sessions/call-1", "/api/v1/status",
	                                      "/"};
	int rc = 0;

	for (size_t i = 0; i < RF_COUNT(targets); i++) {
		struct page page;

		if (page_get(arg, "GET", targets[i], &page) != 0)
			return -ENOMEM;
		if (page.status != 200)
			rc = -ENOMEM;
		page_free(&page);
	}
	return rc;
}

static void short_memory_is_told(void **state)
{
	struct fake fake;

	(void)state;
	fake_init(&fake, 2);
	rf_oom_run(look, &fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_tell_every_reason),
		cmocka_unit_test(the_table_tells_why_there_is_none),
		cmocka_unit_test(the_table_tells_all_of_it),
		cmocka_unit_test(a_stream_tells_its_way),
		cmocka_unit_test(wrong_paths_and_methods_are_refused),
		cmocka_unit_test(drain_starts_and_ends),
		cmocka_unit_test(call_ids_may_hold_any_byte),
		cmocka_unit_test(the_list_shows_the_worst_first),
		cmocka_unit_test(lists_are_filtered_sorted_and_paged),
		cmocka_unit_test(wrong_queries_are_refused),
		cmocka_unit_test(the_page_escapes_what_strangers_wrote),
		cmocka_unit_test(changes_need_the_socket_loopback_or_the_token),
		cmocka_unit_test(short_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
