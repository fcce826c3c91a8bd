/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every unit test includes: cmocka with the headers that it wants before it.
 */
#ifndef RF_TESTS_TEST_H
#define RF_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RF_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A view holds just these characters. */
#define assert_str(actual, expected)                                           \
	do {                                                                   \
		struct rf_str str_ = (actual);                                 \
		assert_int_equal(str_.len, strlen(expected));                  \
		assert_memory_equal(str_.p ? str_.p : "", expected, str_.len); \
	} while (0)

#endif
