/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocator's settings: memory goes back to the system after calls have gone.
 */
#ifndef RF_MEMORY_H
#define RF_MEMORY_H

/* What is remembered between two looks. */
struct rf_memory {
	unsigned peak;  /* calls held at most since memory was given back */
	unsigned again; /* looks until it is given back once more, for what outlives calls; 0: not */
};

/* Before the first thread. */
void rf_memory_set_up(void);
/* Look every RF_MEMORY_LOOK_US, with the number of calls held now and at most since the look before: memory is given
 * back once many have gone. */
void rf_memory_tend(struct rf_memory *memory, unsigned held, unsigned peak);

#define RF_MEMORY_LOOK_US 2000000

#endif
