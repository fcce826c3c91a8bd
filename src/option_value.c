/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of values: how each is read, written and freed, a row of kinds[] each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "iface_spec.h"

#define TEXT_LIMIT 1024 /* bytes of a text or of one interface */

static const char interface_form[] =
	"[NAME/]ADDRESS[!ADVERTISED][@MIN-MAX]; ADDRESS is an address, a device, any, env:VAR or file:PATH";
static const char *const levels[] = {"error", "warning", "notice", "info", "debug"};
struct kind {
	int (*parse)(const struct rf_option *option, struct rf_str text, void *field);
	void (*print)(const struct rf_option *option, const void *field, struct rf_buf *out);
	void (*clear)(void *field); /* NULL: nothing is owned */
};

static bool is_word(const struct rf_option *option, struct rf_str text)
{
	return option->word && rf_str_equal_name(text, rf_str_of(option->word));
}

static int parse_bool(const struct rf_option *option, struct rf_str text, void *field)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};

	(void)option;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (rf_str_equal_case(text, rf_str_of(words[i]))) {
			*(bool *)field = i % 2;
			return 0;
		}
	}
	return -EINVAL;
}

static void print_bool(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	(void)option;
	rf_buf_text(out, *(const bool *)field ? "yes" : "no");
}

static int parse_number(const struct rf_option *option, struct rf_str text, void *field)
{
	int64_t value;

	if (is_word(option, text)) {
		*(int64_t *)field = option->word_value;
		return 0;
	}
	if (rf_str_to_i64(text, &value) < 0 || value < option->min || value > option->max)
		return -EINVAL;
	*(int64_t *)field = value;
	return 0;
}

static void print_number(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	int64_t value = *(const int64_t *)field;

	if (option->word && value == option->word_value)
		rf_buf_text(out, option->word);
	else
		rf_buf_i64(out, value);
}

static int parse_bytes(const struct rf_option *option, struct rf_str text, void *field)
{
	static const char units[] = "kmg";
	int64_t value, unit = 1;
	const char *at = NULL;

	if (text.len > 0 && text.p[text.len - 1] != '\0')
		at = strchr(units, text.p[text.len - 1] | 0x20);
	if (at && *at) {
		unit = INT64_C(1) << (10 * (at - units + 1));
		text.len--;
	}
	if (rf_str_to_i64(text, &value) < 0 || value < option->min || value > option->max / unit)
		return -EINVAL;
	*(int64_t *)field = value * unit;
	return 0;
}

static int parse_percent(const struct rf_option *option, struct rf_str text, void *field)
{
	char z[16];
	char *end;
	double value;

	(void)option;
	if (text.len > 1 && text.p[text.len - 1] == '%')
		text.len--;
	if (text.len == 0 || text.len >= sizeof(z) || text.p[0] < '0' || text.p[0] > '9')
		return -EINVAL;
	memcpy(z, text.p, text.len);
	z[text.len] = '\0';
	if (strspn(z, "0123456789.") != text.len)
		return -EINVAL;
	value = strtod(z, &end);
	if (end != z + text.len || value > 100)
		return -EINVAL;
	*(double *)field = value;
	return 0;
}

static void print_percent(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	(void)option;
	rf_buf_printf(out, "%.15g", *(const double *)field);
}

static int parse_text(const struct rf_option *option, struct rf_str text, void *field)
{
	char *copy;

	(void)option;
	if (text.len > TEXT_LIMIT || memchr(text.p ? text.p : "", '\0', text.len))
		return -EINVAL;
	copy = strndup(text.p ? text.p : "", text.len);
	if (!copy)
		return -ENOMEM;
	free(*(char **)field);
	*(char **)field = copy;
	return 0;
}

static void print_text(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	(void)option;
	rf_buf_text(out, *(char *const *)field ? *(char *const *)field : "");
}

static void clear_text(void *field)
{
	free(*(char **)field);
	*(char **)field = NULL;
}

static int parse_choice(const struct rf_option *option, struct rf_str text, void *field)
{
	for (int i = 0; option->choices[i]; i++) {
		if (rf_str_equal_name(text, rf_str_of(option->choices[i]))) {
			*(int *)field = i;
			return 0;
		}
	}
	return -EINVAL;
}

static void print_choice(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	rf_buf_text(out, option->choices[*(const int *)field]);
}

static int parse_level(const struct rf_option *option, struct rf_str text, void *field)
{
	int level = rf_log_level_of(text); /* syslog's numbers too, as the peer has them */

	if (is_word(option, text))
		level = (int)option->word_value;
	else if (level < 0)
		return -EINVAL;
	*(int *)field = level;
	return 0;
}

static void print_level(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	int level = *(const int *)field;

	rf_buf_text(out, level < 0 ? option->word : levels[level]);
}

/* Room for one more item. NULL when out of memory; *items is as it was, or larger. */
static void *grow(void **items, unsigned n, size_t size)
{
	char *more = realloc(*items, (n + 1) * size);

	if (!more)
		return NULL;
	*items = more;
	memset(more + n * size, 0, size);
	return more + n * size;
}

static int parse_endpoint(const struct rf_option *option, struct rf_str text, void *field)
{
	static const struct rf_str localhost = RF_STR("localhost:");
	struct rf_endpoints *list = field;
	struct rf_endpoint endpoint;
	struct rf_endpoint *item;
	char z[32];

	if (rf_str_has_prefix(text, localhost) && text.len < sizeof(z)) {
		struct rf_str port = {text.p + localhost.len, text.len - localhost.len};

		snprintf(z, sizeof(z), "127.0.0.1:%.*s", RF_STR_ARG(port));
		text = rf_str_of(z);
	}
	if (rf_endpoint_parse(text, (uint16_t)option->min, &endpoint) < 0 || endpoint.port == 0)
		return -EINVAL;
	item = grow((void **)&list->items, list->n, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = endpoint;
	list->n++;
	return 0;
}

static void print_endpoints(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	const struct rf_endpoints *list = field;
	char z[RF_ENDPOINT_TEXT];

	(void)option;
	for (unsigned i = 0; i < list->n; i++) {
		rf_buf_text(out, i ? ", " : "");
		if (list->items[i].addr.family == RF_FAMILY_NONE)
			rf_buf_u64(out, list->items[i].port);
		else
			rf_buf_text(out, rf_endpoint_print(&list->items[i], z));
	}
}

static void clear_endpoints(void *field)
{
	struct rf_endpoints *list = field;

	free(list->items);
	*list = (struct rf_endpoints){0};
}

static int parse_net(const struct rf_option *option, struct rf_str text, void *field)
{
	struct rf_nets *list = field;
	struct rf_net net;
	struct rf_net *item;

	(void)option;
	if (rf_net_parse(text, &net) < 0)
		return -EINVAL;
	item = grow((void **)&list->items, list->n, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = net;
	list->n++;
	return 0;
}

static void print_nets(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	const struct rf_nets *list = field;
	char z[RF_ADDR_TEXT];

	(void)option;
	for (unsigned i = 0; i < list->n; i++)
		rf_buf_printf(out, "%s%s/%u", i ? ", " : "", rf_addr_print(&list->items[i].addr, z),
		              list->items[i].prefix);
}

static void clear_nets(void *field)
{
	struct rf_nets *list = field;

	free(list->items);
	*list = (struct rf_nets){0};
}

static int parse_interface(const struct rf_option *option, struct rf_str text, void *field)
{
	struct rf_iface_specs *list = field;
	struct rf_iface_spec spec;
	struct rf_iface_spec *item;
	int rc;

	(void)option;
	rc = text.len > TEXT_LIMIT ? -EINVAL : rf_iface_spec_parse(text, &spec);
	if (rc < 0)
		return rc;
	item = grow((void **)&list->items, list->n, sizeof(*item));
	if (!item) {
		rf_iface_spec_clear(&spec);
		return -ENOMEM;
	}
	*item = spec;
	list->n++;
	return 0;
}

static void print_interfaces(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	const struct rf_iface_specs *list = field;

	(void)option;
	for (unsigned i = 0; i < list->n; i++) {
		rf_buf_text(out, i ? ", " : "");
		rf_iface_spec_print(&list->items[i], out);
	}
}

static void clear_interfaces(void *field)
{
	struct rf_iface_specs *list = field;

	for (unsigned i = 0; i < list->n; i++)
		rf_iface_spec_clear(&list->items[i]);
	free(list->items);
	*list = (struct rf_iface_specs){0};
}

static int parse_item_text(const struct rf_option *option, struct rf_str text, void *field)
{
	struct rf_texts *list = field;
	char *copy = NULL;
	char **item;
	int rc;

	rc = parse_text(option, text, &copy);
	if (rc < 0)
		return rc;
	item = grow((void **)&list->items, list->n, sizeof(*item));
	if (!item) {
		free(copy);
		return -ENOMEM;
	}
	*item = copy;
	list->n++;
	return 0;
}

static void print_texts(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	const struct rf_texts *list = field;

	(void)option;
	for (unsigned i = 0; i < list->n; i++)
		rf_buf_printf(out, "%s%s", i ? ", " : "", list->items[i]);
}

static void clear_texts(void *field)
{
	struct rf_texts *list = field;

	for (unsigned i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct rf_texts){0};
}

static const struct kind kinds[] = {
	[RF_OPTION_BOOL] = {parse_bool, print_bool, NULL},
	[RF_OPTION_NUMBER] = {parse_number, print_number, NULL},
	[RF_OPTION_SECONDS] = {parse_number, print_number, NULL},
	[RF_OPTION_BYTES] = {parse_bytes, print_number, NULL},
	[RF_OPTION_PERCENT] = {parse_percent, print_percent, NULL},
	[RF_OPTION_TEXT] = {parse_text, print_text, clear_text},
	[RF_OPTION_CHOICE] = {parse_choice, print_choice, NULL},
	[RF_OPTION_LEVEL] = {parse_level, print_level, NULL},
	[RF_OPTION_ENDPOINTS] = {parse_endpoint, print_endpoints, clear_endpoints},
	[RF_OPTION_NETS] = {parse_net, print_nets, clear_nets},
	[RF_OPTION_INTERFACES] = {parse_interface, print_interfaces, clear_interfaces},
	[RF_OPTION_TEXTS] = {parse_item_text, print_texts, clear_texts},
};

/* The number of items of a list field: all list types start alike. */
static unsigned list_length(const void *field)
{
	return ((const struct rf_texts *)field)->n;
}

int rf_option_parse(const struct rf_option *option, struct rf_str text, void *field)
{
	return kinds[option->type].parse(option, text, field);
}

void rf_option_print(const struct rf_option *option, const void *field, struct rf_buf *out)
{
	if (rf_option_is_list(option) && list_length(field) == 0)
		rf_buf_text(out, option->word ? option->word : "");
	else
		kinds[option->type].print(option, field, out);
}

void rf_option_clear(const struct rf_option *option, void *field)
{
	if (kinds[option->type].clear)
		kinds[option->type].clear(field);
}

static void expected_choice(const struct rf_option *option, struct rf_buf *out)
{
	for (unsigned i = 0; option->choices[i]; i++)
		rf_buf_printf(out, "%s%s", i == 0 ? "" : option->choices[i + 1] ? ", " : " or ", option->choices[i]);
}

void rf_option_expected(const struct rf_option *option, struct rf_buf *out)
{
	static const char *const sentences[] = {
		[RF_OPTION_BOOL] = "yes or no",
		[RF_OPTION_BYTES] = "a number of bytes, K, M or G may follow",
		[RF_OPTION_PERCENT] = "a number from 0 to 100",
		[RF_OPTION_TEXT] = "a text of at most 1024 bytes",
		[RF_OPTION_LEVEL] = "error, warning, notice, info, debug or 0 to 7",
		[RF_OPTION_ENDPOINTS] = "ADDRESS:PORT, [ADDRESS]:PORT, ADDRESS or PORT; host names are not looked up",
		[RF_OPTION_NETS] = "a network such as 10.0.0.0/8 or an address",
		[RF_OPTION_INTERFACES] = interface_form,
		[RF_OPTION_TEXTS] = "a name",
	};

	if (option->type == RF_OPTION_CHOICE)
		expected_choice(option, out);
	else if (option->type == RF_OPTION_NUMBER)
		rf_buf_printf(out, "a whole number from %lld to %lld", (long long)option->min, (long long)option->max);
	else if (option->type == RF_OPTION_SECONDS)
		rf_buf_printf(out, "whole seconds from %lld to %lld", (long long)option->min, (long long)option->max);
	else
		rf_buf_text(out, sentences[option->type]);
	if (option->word)
		rf_buf_printf(out, ", or %s", option->word);
}
