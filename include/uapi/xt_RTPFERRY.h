/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* The parameter of the xtables target RTPFERRY, revision 0. */
#ifndef _UAPI_XT_RTPFERRY_H
#define _UAPI_XT_RTPFERRY_H

#include <linux/types.h>

/**
 * struct xt_rtpferry_info - which flows a rule means
 * @table: id of the table, of the rule's network namespace
 */
struct xt_rtpferry_info {
	__u32 table;
};

#endif
