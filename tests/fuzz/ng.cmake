# SPDX-License-Identifier: GPL-2.0-or-later
rf_fuzzer(fuzz_bencode SOURCES fuzz_bencode.c DEPS rf_tree)
rf_fuzzer(fuzz_json SOURCES fuzz_json.c DEPS rf_tree)
rf_fuzzer(fuzz_flags SOURCES fuzz_flags.c DEPS rf_ng)
rf_fuzzer(fuzz_request SOURCES fuzz_request.c ${PROJECT_SOURCE_DIR}/tests/unit/ng/fake_calls.c DEPS rf_ng)
target_include_directories(fuzz_request PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit/ng)
