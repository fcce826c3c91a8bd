/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * R = R0 - Id - Ie,eff of ITU-T G.107, with defaults for all that a relay cannot know:
 * - R0 = 93.2, all other inputs at their defaults (G.107 table 3).
 * - Id, the impairment of delay, in the piecewise linear form of Cole and Rosenbluth, "Voice over IP performance
 *   monitoring" (ACM CCR 31/2, 2001): 0.024 d + 0.11 (d - 177.3) above 177.3 ms.
 * - Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl), random loss (G.107 equation 7-29 with BurstR = 1).
 */
#include "rtp/mos.h"

#define R_DEFAULT 93.2
#define FRAME_MS 20.0      /* a packet is made of so much speech */
#define BUFFER_MIN_MS 40.0 /* delay of a receiver's jitter buffer at least */
#define MOS_MIN 1.0
#define MOS_MAX 4.5

/* A codec's impairment, and how well it bears loss. */
struct impairment {
	struct rf_str codec; /* encoding name */
	double ie;           /* equipment impairment factor */
	double bpl;          /* packet-loss robustness factor */
};

/*
 * G.711 (with concealment), G.723.1, G.729A and GSM-EFR: ITU-T G.113 appendix I, tables I.1 to I.4. AMR at 12.2 kbit/s
 * is GSM-EFR. G.726, G.728 and GSM have an Ie there but no Bpl, iLBC neither: estimates, towards the codec of the same
 * making. Wideband codecs count as unimpaired on this narrowband scale, and bear loss as G.711 with concealment does.
 */
static const struct impairment unknown = {.ie = 0, .bpl = 25.1};
static const struct impairment impairments[] = {
	{RF_STR("PCMU"), 0, 25.1},     {RF_STR("PCMA"), 0, 25.1},     {RF_STR("G729"), 11, 19.0},
	{RF_STR("G729A"), 11, 19.0},   {RF_STR("G729D"), 11, 19.0},   {RF_STR("G723"), 15, 16.1},
	{RF_STR("iLBC"), 11, 32.0},    {RF_STR("GSM"), 20, 10.0},     {RF_STR("GSM-EFR"), 5, 10.0},
	{RF_STR("AMR"), 5, 10.0},      {RF_STR("G726-40"), 2, 25.1},  {RF_STR("G726-32"), 7, 25.1},
	{RF_STR("G726-24"), 25, 25.1}, {RF_STR("G726-16"), 50, 25.1}, {RF_STR("G728"), 7, 17.0},
	{RF_STR("speex"), 11, 25.1},   {RF_STR("opus"), 0, 25.1},     {RF_STR("G722"), 0, 25.1},
	{RF_STR("AMR-WB"), 0, 25.1},
};

static const struct impairment *find_impairment(struct rf_str codec)
{
	for (size_t i = 0; i < sizeof(impairments) / sizeof(impairments[0]); i++)
		if (rf_str_equal_case(codec, impairments[i].codec))
			return &impairments[i];
	return &unknown;
}

static double clamp(double value, double min, double max)
{
	if (!(value > min)) /* also for what is not a number */
		return min;
	return value < max ? value : max;
}

/* Id, of the delay from mouth to ear. */
static double delay_impairment(double jitter, double round_trip)
{
	double buffer_ms = clamp(2 * jitter * 1000, BUFFER_MIN_MS, 1000);
	double delay_ms = FRAME_MS + buffer_ms + clamp(round_trip * 1000, 0, 10000) / 2;

	return 0.024 * delay_ms + (delay_ms > 177.3 ? 0.11 * (delay_ms - 177.3) : 0);
}

double rf_mos(struct rf_str codec, double loss, double jitter, double round_trip)
{
	const struct impairment *impairment = find_impairment(codec);
	double percent = clamp(loss, 0, 1) * 100;
	double ie_eff = impairment->ie + (95 - impairment->ie) * percent / (percent + impairment->bpl);
	double r = clamp(R_DEFAULT - delay_impairment(jitter, round_trip) - ie_eff, 0, 100);

	/* G.107 annex B; below R = 6.5 the polynomial dips under 1. */
	return clamp(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, MOS_MIN, MOS_MAX);
}
