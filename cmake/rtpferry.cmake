# SPDX-License-Identifier: GPL-2.0-or-later
# Options, warnings, and the three kinds of target: library, unit test, fuzzer.
option(RTPFERRY_TESTS "build the unit tests" ON)
set(RTPFERRY_TESTED "base;rtp;tree;log;loop;sdp;ports;kmod;dataplane;call;ng;http;ctl;main" CACHE STRING
  "folders of tests/unit that are built")
option(RTPFERRY_FUZZ "build the libFuzzer targets (clang)" OFF)
option(RTPFERRY_BENCH "build the benchmarks' programs" ON)
set(RTPFERRY_SANITIZE "" CACHE STRING "value for -fsanitize=, empty for none")
option(RTPFERRY_COVERAGE "instrument for gcov" OFF)

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough -fno-common -fstack-protector-strong)
add_compile_definitions(_GNU_SOURCE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
include_directories(${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
add_link_options(-Wl,-z,relro,-z,now)

if(RTPFERRY_SANITIZE)
  add_compile_options(-fsanitize=${RTPFERRY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RTPFERRY_SANITIZE})
endif()
if(RTPFERRY_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# rf_library(NAME SOURCES a.c b.c DEPS rf_base … PKG libevent …)
function(rf_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PKG" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  foreach(pkg ${ARG_PKG})
    pkg_check_modules(PKG_${pkg} REQUIRED IMPORTED_TARGET ${pkg})
    target_link_libraries(${name} PRIVATE PkgConfig::PKG_${pkg})
  endforeach()
endfunction()

# rf_unit_test(NAME SOURCES test_x.c … DEPS rf_x …): a cmocka program, run by ctest with label "unit". malloc and
# its like are wrapped, so that tests can make allocations fail (tests/unit/oom.h).
function(rf_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
  if(NOT TARGET rf_oom)
    add_library(rf_oom OBJECT ${PROJECT_SOURCE_DIR}/tests/unit/oom.c)
    target_link_libraries(rf_oom PRIVATE PkgConfig::CMOCKA)
  endif()
  add_executable(${name} ${ARG_SOURCES} $<TARGET_OBJECTS:rf_oom>)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} PkgConfig::CMOCKA)
  target_link_options(${name} PRIVATE
    -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup,--wrap=strndup)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# rf_fuzzer(NAME SOURCES fuzz_x.c DEPS rf_x …): a libFuzzer target; its corpus is tests/fuzz/corpus/NAME without "fuzz_".
function(rf_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
