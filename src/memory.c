/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include <malloc.h>
#include <stdbool.h>

#define ARENAS 2              /* the control thread's and one for all workers, which hardly allocate */
#define TRIM_THRESHOLD 262144 /* bytes free at the heap's end before they are given back without being asked */
#define TRIM_CALLS 128        /* giving back walks the heap: worth it after that many calls have gone */
#define AGAIN 18              /* looks: 36 s, when the cached replies about those calls (30 s) have gone too */

void rf_memory_set_up(void)
{
	mallopt(M_ARENA_MAX, ARENAS);
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
}

void rf_memory_tend(struct rf_memory *memory, unsigned held, unsigned peak)
{
	bool gone, again;

	if (peak > memory->peak)
		memory->peak = peak;
	gone = memory->peak - held >= TRIM_CALLS || (held == 0 && memory->peak > 0);
	again = memory->again > 0 && --memory->again == 0;
	if (!gone && !again)
		return;
	malloc_trim(0);
	memory->peak = held;
	if (gone)
		memory->again = AGAIN;
}
