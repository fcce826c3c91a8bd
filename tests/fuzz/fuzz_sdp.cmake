# SPDX-License-Identifier: GPL-2.0-or-later
rf_fuzzer(fuzz_sdp SOURCES fuzz_sdp.c DEPS rf_sdp rf_base)
