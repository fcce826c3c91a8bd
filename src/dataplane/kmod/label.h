/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Owners' labels of kernel tables.
 */
#ifndef RF_DATAPLANE_KMOD_LABEL_H
#define RF_DATAPLANE_KMOD_LABEL_H

#include "uapi/rtpferry.h"

/*
 * A label as the module takes it. One that is too long, such as NAMESPACE/RELEASE/NODE with the name of a cloud's node,
 * keeps its beginning, with '~' and 16 hexadecimal digits of all of it behind: the same text has the same label
 * wherever it is given, and two texts that differ at their end have two.
 */
void rf_table_label(const char *text, char out[RTPFERRY_LABEL_MAX + 1]);

#endif
