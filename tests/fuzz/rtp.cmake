# SPDX-License-Identifier: GPL-2.0-or-later
rf_fuzzer(fuzz_rtp SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_rtp.c DEPS rf_rtp)
