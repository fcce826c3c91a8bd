/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

/* One line for each item of a list, so that no line grows too long to be read again. */
static void dump_option(const struct rf_config *config, const struct rf_option *option, struct rf_buf *out)
{
	struct rf_buf value;
	struct rf_str rest, item;

	if (config->origins[option - rf_options])
		rf_buf_printf(out, "# %s\n", rf_config_origin(config, option));
	rf_buf_init(&value, 0);
	rf_option_print(option, rf_config_field(config, option), &value);
	rest = rf_buf_view(&value);
	if (!rf_option_is_list(option))
		rf_buf_printf(out, "%s = %.*s\n", option->name, RF_STR_ARG(rest));
	while (rf_option_is_list(option) && rf_str_token(&rest, ", ", &item))
		rf_buf_printf(out, "%s = %.*s\n", option->name, RF_STR_ARG(item));
	rf_buf_free(&value);
}

void rf_config_dump(const struct rf_config *config, struct rf_buf *out)
{
	int area = -1;

	rf_buf_text(out, "[rtpferry]\n");
	for (unsigned i = 0; i < rf_options_count; i++) {
		if ((int)rf_options[i].area != area) {
			area = (int)rf_options[i].area;
			rf_buf_printf(out, "\n## %s\n", rf_option_area_name(rf_options[i].area));
		}
		dump_option(config, &rf_options[i], out);
	}
}
