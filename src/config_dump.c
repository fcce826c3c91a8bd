// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

static void dump_option(const struct rf_config *config, const struct rf_option *option, struct rf_buf *out)
{
	if (config->origins[option - rf_options])
		rf_buf_printf(out, "# %s\n", rf_config_origin(config, option));
	rf_buf_printf(out, "%s = ", option->name);
	rf_option_print(option, rf_config_field(config, option), out);
	rf_buf_char(out, '\n');
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
