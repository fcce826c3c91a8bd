/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration wants of the kernel: a table, a guard, or neither.
 */
#ifndef RF_KERNEL_WISH_H
#define RF_KERNEL_WISH_H

#include "config.h"
#include "dataplane/dataplane.h"
#include "dataplane/kmod/rules.h"
#include "uapi/rtpferry.h"

struct rf_kernel_wish {
	bool table;                         /* a table is wanted */
	struct rf_kernel_config kernel;     /* of it; points into the configuration and to label */
	char label[RTPFERRY_LABEL_MAX + 1]; /* of the owner */
	char guard[RF_RULES_NAME];          /* name of the guard while there is no table; "": none */
};

/* Does it take CAP_NET_ADMIN? */
bool rf_kernel_wish_admin(const struct rf_config *config);

/* listen_ng: as it will be bound. *out must not outlive config. */
void rf_kernel_wish_make(const struct rf_config *config, const struct rf_endpoints *listen_ng,
                         struct rf_kernel_wish *out);

/*
 * The owner's label: the key table-label (as rf_table_label has it), or HOST/ADDRESS:PORT with the first ng listener,
 * which is one daemon's at a time and the same after a restart. What is too long loses the beginning of the host's
 * name.
 */
void rf_kernel_wish_label(const char *configured, const char *host, const struct rf_endpoint *ng,
                          char out[RTPFERRY_LABEL_MAX + 1]);

/*
 * The guard's name while there is no table: rtpferry_ng2223 for a listener on all addresses or 127.0.0.1, with the
 * address behind the port for others.
 */
void rf_kernel_wish_guard(const struct rf_endpoint *ng, char out[RF_RULES_NAME]);

#endif
