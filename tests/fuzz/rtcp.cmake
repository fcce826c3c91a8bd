# SPDX-License-Identifier: GPL-2.0-or-later
rf_fuzzer(fuzz_rtcp SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_rtcp.c DEPS rf_rtp)
