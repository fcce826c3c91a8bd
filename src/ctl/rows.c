/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/rows.h"

#include "ctl/fields.h"

/* The leg that the relay calls the worst; NULL: no legs. */
static const struct rf_value *worst_leg(const struct rf_value *session)
{
	const struct rf_value *leg = rf_field_first(rf_field(session, "legs"));

	for (int64_t i = rf_field_int(session, "worst_leg"); leg && i > 0; i--)
		leg = leg->next;
	return leg;
}

void rf_ctl_rows_init(struct rf_grid *table, struct rf_arena *arena, unsigned most)
{
	static const struct rf_grid_column columns[] = {
		{"CALL-ID", false}, {"STATE", false}, {"AGE", true},   {"CODEC", false},
		{"PACKETS", true},  {"LOSS", true},   {"NOW", true},   {"JITTER", true},
		{"RTT", true},      {"MOS", true},    {"PATH", false},
	};

	rf_grid_init(table, arena, columns, sizeof(columns) / sizeof(columns[0]));
	table->most = most;
}

void rf_ctl_rows_add(struct rf_grid *table, const struct rf_value *sessions)
{
	struct rf_arena *arena = table->arena;

	for (const struct rf_value *s = rf_field_first(sessions); s; s = s->next) {
		const struct rf_value *leg = worst_leg(s);
		const struct rf_str cells[] = {
			rf_show_text(arena, s, "call_id"),
			rf_show_text(arena, s, "state"),
			rf_show_duration(arena, rf_field_real(s, "age_s")),
			rf_show_text(arena, leg, "codec"),
			rf_show_count(arena, rf_field_int(s, "packets")),
			rf_show_percent(arena, leg, "loss_ratio"),
			rf_show_percent(arena, leg, "loss_ratio_interval"),
			rf_show_ms(arena, leg, "jitter_s"),
			rf_show_ms(arena, leg, "round_trip_s"),
			rf_show_mos(arena, leg, "mos"),
			rf_show_text(arena, leg, "path"),
		};

		rf_grid_add(table, cells);
	}
}
