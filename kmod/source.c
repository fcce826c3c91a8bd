// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of one RTP source, the same for the daemon's own packet path. */
#include "rtp/source.c"
