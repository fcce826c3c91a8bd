/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages from one thread to another without a lock: any number of senders, one receiver, who sleeps on an
 * eventfd. Messages of one sender arrive in order.
 */
#ifndef RF_DATAPLANE_USER_MAILBOX_H
#define RF_DATAPLANE_USER_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>

/* The first member of what is sent. */
struct rf_mail {
	struct rf_mail *next; /* the sender's until it is posted, then the receiver's */
};

struct rf_mailbox {
	_Atomic(struct rf_mail *) newest; /* a stack, linked from new to old */
	atomic_bool signalled;            /* event_fd was written, or is about to be, since it was cleared */
	int event_fd;                     /* readable when there may be mail */
};

/* 0, -EMFILE or -ENOMEM. */
int rf_mailbox_init(struct rf_mailbox *box);
void rf_mailbox_close(struct rf_mailbox *box);
/* Any thread. wake: let the receiver know at once; otherwise it finds the mail when it looks next. */
void rf_mailbox_post(struct rf_mailbox *box, struct rf_mail *mail, bool wake);
/* The receiver: all that was posted, oldest first; NULL: nothing. */
struct rf_mail *rf_mailbox_take(struct rf_mailbox *box);
/* The receiver: whether there is mail, signalled or not yet. */
bool rf_mailbox_pending(const struct rf_mailbox *box);
/* The receiver: make event_fd unreadable, before rf_mailbox_take. */
void rf_mailbox_clear(struct rf_mailbox *box);

#endif
