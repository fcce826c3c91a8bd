/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control thread's event loop. loop.c is the one place that includes libevent.
 */
#ifndef RF_LOOP_LOOP_H
#define RF_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct rf_loop;      /* opaque */
struct rf_loop_item; /* opaque: a watched descriptor, a timer or a signal */

enum {
	RF_LOOP_READ = 1,
	RF_LOOP_WRITE = 2,
};

/*
 * what: RF_LOOP_READ and RF_LOOP_WRITE bits for a descriptor, the number for a signal, 0 for a timer. fd: -1 for the
 * latter two.
 */
typedef void rf_loop_fn(void *arg, int fd, int what);

/* 0 or -ENOMEM. */
int rf_loop_new(struct rf_loop **out);
void rf_loop_free(struct rf_loop *loop); /* after its items; NULL is fine */
/* Run until rf_loop_stop(), also one that came before. 0, or -EIO when the library fails. */
int rf_loop_run(struct rf_loop *loop);
void rf_loop_stop(struct rf_loop *loop);

/* Level-triggered. The descriptor stays the caller's. 0, -ENOMEM or -EIO. */
int rf_loop_fd(struct rf_loop *loop, int fd, int what, rf_loop_fn *fn, void *arg, struct rf_loop_item **out);
/* Call fn every interval_us, or once after it. 0 or -ENOMEM. */
int rf_loop_timer(struct rf_loop *loop, int64_t interval_us, bool repeat, rf_loop_fn *fn, void *arg,
                  struct rf_loop_item **out);
/* Set a timer again, to fire once after delay_us (repeat: then every delay_us). */
void rf_loop_timer_set(struct rf_loop_item *item, int64_t delay_us);
/* 0, -ENOMEM or -EIO. */
int rf_loop_signal(struct rf_loop *loop, int signal, rf_loop_fn *fn, void *arg, struct rf_loop_item **out);
/* Stop watching and free. Safe inside the item's own callback; NULL is fine. */
void rf_loop_remove(struct rf_loop_item *item);

#endif
