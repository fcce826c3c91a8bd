/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/user/mailbox.h"

#include <errno.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

int rf_mailbox_init(struct rf_mailbox *box)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return errno == ENFILE ? -EMFILE : -errno;
	atomic_init(&box->newest, NULL);
	atomic_init(&box->signalled, false);
	box->event_fd = fd;
	return 0;
}

void rf_mailbox_close(struct rf_mailbox *box)
{
	if (box->event_fd >= 0)
		close(box->event_fd);
	box->event_fd = -1;
}

void rf_mailbox_post(struct rf_mailbox *box, struct rf_mail *mail, bool wake)
{
	struct rf_mail *newest = atomic_load_explicit(&box->newest, memory_order_relaxed);

	do {
		mail->next = newest;
	} while (!atomic_compare_exchange_weak_explicit(&box->newest, &newest, mail, memory_order_release,
	                                                memory_order_relaxed));
	/* One signal is enough until the receiver clears it: it takes all the mail after that. */
	if (wake && !atomic_exchange_explicit(&box->signalled, true, memory_order_acq_rel))
		(void)eventfd_write(box->event_fd, 1);
}

struct rf_mail *rf_mailbox_take(struct rf_mailbox *box)
{
	struct rf_mail *mail = atomic_exchange_explicit(&box->newest, NULL, memory_order_acquire);
	struct rf_mail *oldest = NULL;

	while (mail) {
		struct rf_mail *next = mail->next;

		mail->next = oldest;
		oldest = mail;
		mail = next;
	}
	return oldest;
}

void rf_mailbox_clear(struct rf_mailbox *box)
{
	eventfd_t n;

	/* In this order: a signal that is swallowed here must not be remembered as given. */
	(void)eventfd_read(box->event_fd, &n);
	atomic_exchange_explicit(&box->signalled, false, memory_order_acq_rel);
}

bool rf_mailbox_pending(const struct rf_mailbox *box)
{
	return atomic_load_explicit(&box->newest, memory_order_acquire) != NULL;
}
