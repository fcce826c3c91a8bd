/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocator's settings: memory goes back to the system after calls have gone.
 */
#ifndef RF_MEMORY_H
#define RF_MEMORY_H

/* Before the first thread. */
void rf_memory_set_up(void);
/* Now and then, with the number of calls held: gives memory back once many have gone. */
void rf_memory_tend(unsigned held, unsigned *peak);

#endif
