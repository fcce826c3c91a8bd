/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RF_VERSION_H
#define RF_VERSION_H

/* The module's version, for people; the contract's is RTPFERRY_ABI. */
#define RF_VERSION "0.1.0"

#endif
