/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include <malloc.h>

#define ARENAS 2       /* the control thread's and one for all workers, which hardly allocate */
#define TRIM_CALLS 128 /* giving back walks the heap: worth it after that many calls have gone */

void rf_memory_set_up(void)
{
	mallopt(M_ARENA_MAX, ARENAS);
	mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

void rf_memory_tend(unsigned held, unsigned *peak)
{
	if (held > *peak)
		*peak = held;
	if (*peak - held < TRIM_CALLS && (held > 0 || *peak == 0))
		return;
	malloc_trim(0);
	*peak = held;
}
