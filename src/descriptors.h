/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number of files that the process may open: every media port is one.
 */
#ifndef RF_DESCRIPTORS_H
#define RF_DESCRIPTORS_H

#include "addresses.h"

struct rf_descriptors {
	uint64_t needed;  /* when every media port is in use */
	uint64_t allowed; /* after the attempt */
};

/* Raise the limit to what the ranges need, as far as the hard limit and rights go. */
struct rf_descriptors rf_descriptors_raise(const struct rf_locals *locals);

#endif
