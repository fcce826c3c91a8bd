/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker counts and measures on a stream, and how other threads read it.
 *
 * The worker works on plain memory that is its own (struct rf_figures, struct rf_leg). After each change it copies
 * the words that changed to an area of atomic words, between two increments of a sequence number (a seqlock). A
 * reader copies the area and does it again when the number was odd or has moved: it never delays the worker. Words
 * are stored with release and loaded with acquire order instead of fences: a reader that saw one new word sees
 * the odd number, too. On x86 and arm64 this costs no more than plain stores.
 */
#ifndef RF_DATAPLANE_USER_FIGURES_H
#define RF_DATAPLANE_USER_FIGURES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/dataplane.h"

/* All members are multiples of 8 bytes, so that each can be shown alone. */
struct rf_figures {
	struct {
		uint64_t packets; /* accepted from the party */
		uint64_t bytes;   /* of UDP payload */
		uint64_t rtcp;    /* of packets, RTCP */
		int64_t last_us;  /* monotonic, last packet accepted; 0: none */
	} in;
	struct {
		uint64_t packets; /* sent to the party */
		uint64_t bytes;   /* of UDP payload */
	} out;
	uint64_t drops[RF_DROPS]; /* of what arrived */
	struct {
		int64_t first_us;          /* monotonic, first packet accepted; 0: none */
		uint64_t relearned;        /* changes of the source after the first latch */
		uint64_t settled;          /* 1: latched, and the window of learning is over */
		struct rf_endpoint remote; /* where packets to the party go; port 0: nowhere */
		struct rf_endpoint source; /* latched; port 0: not latched */
	} place;
	uint64_t folds;        /* flows whose figures of the leg the kernel has given back and the leg has taken in */
	struct rf_far_end far; /* from the party's RTCP */
};

_Static_assert(sizeof(struct rf_figures) % 8 == 0, "figures are shown in words of 8 bytes");
_Static_assert(sizeof(((struct rf_figures *)0)->place) % 8 == 0, "place is shown alone");
_Static_assert(sizeof(struct rf_far_end) % 8 == 0, "far is shown alone");
_Static_assert(sizeof(struct rf_leg) % 8 == 0 && sizeof(struct rf_rtp_source) % 8 == 0, "sources are shown alone");

#define RF_FIGURE_WORDS (sizeof(struct rf_figures) / 8)
#define RF_LEG_WORDS (sizeof(struct rf_leg) / 8)

/* The RTP of a stream: only RTP streams have it. */
struct rf_measured {
	struct rf_leg leg;                    /* the worker's */
	_Atomic uint64_t shown[RF_LEG_WORDS]; /* what others read of it */
};

/* What others read. */
struct rf_shown {
	_Atomic uint32_t sequence;               /* odd while the worker writes */
	_Atomic uint64_t words[RF_FIGURE_WORDS]; /* struct rf_figures */
};

/* The worker: begin and end what readers see as one change. */
static inline void rf_shown_begin(struct rf_shown *shown)
{
	uint32_t n = atomic_load_explicit(&shown->sequence, memory_order_relaxed);

	atomic_store_explicit(&shown->sequence, n + 1, memory_order_relaxed);
}

static inline void rf_shown_end(struct rf_shown *shown)
{
	uint32_t n = atomic_load_explicit(&shown->sequence, memory_order_relaxed);

	atomic_store_explicit(&shown->sequence, n + 1, memory_order_release);
}

/* Copy size bytes (a multiple of 8) to atomic words, between begin and end. */
void rf_words_store(_Atomic uint64_t *words, const void *from, size_t size);

/* Show one member of a stream's figures, between begin and end. */
#define RF_SHOW(stream, member)                                                                                    \
	rf_words_store(&(stream)->shown.words[offsetof(struct rf_figures, member) / 8], &(stream)->figures.member, \
	               sizeof((stream)->figures.member))

/* Show the source at index i of a leg, and what stands behind the sources. */
void rf_measured_show(struct rf_measured *measured, unsigned i);

/* Show a whole leg. */
void rf_measured_show_all(struct rf_measured *measured);

/* Any thread: a consistent copy of the place alone; the rest of *out is left as it is. */
void rf_place_read(const struct rf_shown *shown, struct rf_figures *out);

/* Any thread: a consistent copy. measured may be NULL; then *leg is zero. */
void rf_figures_read(const struct rf_shown *shown, const struct rf_measured *measured, struct rf_figures *out,
                     struct rf_leg *leg);

/* Add to a counter that only the calling thread writes, and others read. */
static inline void rf_counter_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline uint64_t rf_counter_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
