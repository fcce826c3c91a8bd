# SPDX-License-Identifier: GPL-2.0-or-later
rf_fuzzer(fuzz_config SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_config.c DEPS rf_config rf_log rf_base)
