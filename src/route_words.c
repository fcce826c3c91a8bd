/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "route_words.h"

#include <errno.h>
#include <stdlib.h>

int rf_route_mark_parse(struct rf_str text, struct rf_str *name, uint32_t *mark)
{
	char digits[16];
	struct rf_str head, tail = text;
	char *end;
	unsigned long long value;

	if (!rf_str_cut(&tail, ':', &head) || head.len == 0 || head.len >= RF_IFACE_NAME || tail.len == 0 ||
	    tail.len >= sizeof(digits) || tail.p[0] < '0' || tail.p[0] > '9')
		return -EINVAL;
	memcpy(digits, tail.p, tail.len);
	digits[tail.len] = '\0';
	value = strtoull(digits, &end, 0);
	if (*end || value == 0 || value > UINT32_MAX)
		return -EINVAL;
	*name = head;
	*mark = (uint32_t)value;
	return 0;
}

void rf_route_words_apply(const struct rf_config *config, struct rf_local_config *local)
{
	const struct rf_str iface = rf_str_of(local->iface);
	struct rf_str name;
	uint32_t mark;

	for (unsigned i = 0; i < config->interface_mark.n; i++)
		if (rf_route_mark_parse(rf_str_of(config->interface_mark.items[i]), &name, &mark) == 0 &&
		    rf_str_equal(name, iface))
			local->mark = mark;
	for (unsigned i = 0; i < config->interface_stack.n; i++)
		local->stack |= rf_str_equal(rf_str_of(config->interface_stack.items[i]), iface);
}

/* Is it the name of an interface? Without any configured one every device may be. */
static bool is_iface(const struct rf_config *config, struct rf_str name)
{
	for (unsigned i = 0; i < config->interfaces.n; i++)
		if (rf_str_equal(name, rf_str_of(config->interfaces.items[i].name)))
			return true;
	return config->interfaces.n == 0;
}

static unsigned check_name(const struct rf_config *config, const char *key, struct rf_str name, struct rf_buf *report)
{
	const struct rf_option *option = rf_option_find(rf_str_of(key));

	if (is_iface(config, name))
		return 0;
	rf_buf_printf(report, "%s: %s names '%.*s', which is no interface; expected the name of one\n",
	              rf_config_origin(config, option), key, RF_STR_ARG(name));
	return 1;
}

unsigned rf_route_words_check(const struct rf_config *config, struct rf_buf *report)
{
	unsigned wrong = 0;
	struct rf_str name;
	uint32_t mark;

	for (unsigned i = 0; i < config->interface_mark.n; i++) {
		const char *text = config->interface_mark.items[i];

		if (rf_route_mark_parse(rf_str_of(text), &name, &mark) < 0) {
			rf_buf_printf(
				report,
				"%s: interface-mark = '%s' is not possible; expected NAME:MARK, MARK 1 to 0xffffffff\n",
				rf_config_origin(config, rf_option_find(RF_STR("interface-mark"))), text);
			wrong++;
			continue;
		}
		wrong += check_name(config, "interface-mark", name, report);
	}
	for (unsigned i = 0; i < config->interface_stack.n; i++)
		wrong += check_name(config, "interface-stack", rf_str_of(config->interface_stack.items[i]), report);
	return wrong;
}
