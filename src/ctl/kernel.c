/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/kernel.h"

#include <errno.h>
#include <sys/stat.h>

#include "ctl/fields.h"
#include "dataplane/kmod/attributes.h"
#include "tree/json.h"

int rf_ctl_kernel_failed(struct rf_ctl *ctl, struct rf_buf *why)
{
	fprintf(ctl->err, "rtpferryctl: %.*s\n", RF_STR_ARG(rf_buf_view(why)));
	rf_buf_free(why);
	return RF_CTL_FAILED;
}

int rf_ctl_kernel_probe(struct rf_ctl *ctl)
{
	struct rf_table_info info;
	struct rf_buf why;
	int rc;

	rf_buf_init(&why, 0);
	rc = rf_table_probe(&info, &why);
	if (rc == 0) {
		rf_buf_free(&why);
		return RF_CTL_OK;
	}
	rf_ctl_kernel_failed(ctl, &why);
	return rc == -ENOENT || rc == -EPROTO || rc == -EPERM ? RF_CTL_NO_TABLE : RF_CTL_FAILED;
}

uint64_t rf_ctl_kernel_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) == 0 ? st.st_ino : 0;
}

const char *rf_ctl_kernel_hook(uint32_t hook)
{
	static const char *const names[RTPFERRY_HOOK_COUNT] = {"prerouting", "nft", "ingress"};

	return hook < RTPFERRY_HOOK_COUNT ? names[hook] : "-";
}

struct rf_str rf_ctl_kernel_text(struct rf_arena *arena, const char *text)
{
	struct rf_value field = {.type = RF_VALUE_STR, .key = RF_STR("text"), .str = rf_str_of(text)};
	struct rf_value dict = {.type = RF_VALUE_DICT};

	dict.items.first = dict.items.last = &field;
	return rf_show_text(arena, &dict, "text");
}

void rf_ctl_kernel_json(struct rf_buf *out, const char *text)
{
	const struct rf_value value = {.type = RF_VALUE_STR, .str = rf_str_of(text)};

	rf_json_encode(&value, out);
}

void rf_ctl_kernel_reasons(struct rf_buf *out, const uint64_t *packets, bool json)
{
	bool first = true;

	if (json)
		rf_buf_char(out, '{');
	for (uint32_t reason = 0; reason < RTPFERRY_REASON_COUNT; reason++) {
		if (packets[reason] == 0)
			continue;
		rf_buf_printf(out, json ? "%s\"%s\":%llu" : "%s%s %llu",
		              first  ? ""
		              : json ? ","
		                     : ", ",
		              rf_attribute_reason(reason), (unsigned long long)packets[reason]);
		first = false;
	}
	if (json)
		rf_buf_char(out, '}');
	else if (first)
		rf_buf_char(out, '-');
}
