/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests run again with allocations failing one after the other. malloc(), calloc(), realloc(), free(), strdup() and
 * strndup() of the code under test come here by the linker's --wrap (rf_unit_test); what shared libraries allocate
 * for themselves does not.
 */
#ifndef RF_TESTS_OOM_H
#define RF_TESTS_OOM_H

/*
 * Run scenario(arg) with its first allocation failing, then with its second, and so on until it asks for no further
 * one. Each time it must return 0 or -ENOMEM (the last time: 0) and have freed what it allocated; else the test fails.
 * Allocations of all threads count; those made before the run are left alone.
 */
void rf_oom_run(int (*scenario)(void *arg), void *arg);

#endif
