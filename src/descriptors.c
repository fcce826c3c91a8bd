/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "descriptors.h"

#include <sys/resource.h>

#define OWN_DESCRIPTORS 256 /* log, loops, listeners, HTTP connections */

struct rf_descriptors rf_descriptors_raise(const struct rf_locals *locals)
{
	struct rf_descriptors result = {.needed = OWN_DESCRIPTORS};
	struct rlimit limit, wanted;

	for (unsigned i = 0; i < locals->n; i++)
		result.needed += (uint64_t)(locals->items[i].port_max - locals->items[i].port_min) + 1;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return result;
	if (limit.rlim_cur < result.needed) {
		wanted = (struct rlimit){.rlim_cur = result.needed, .rlim_max = limit.rlim_max};
		if (limit.rlim_max < result.needed)
			wanted.rlim_max = result.needed; /* with CAP_SYS_RESOURCE */
		if (setrlimit(RLIMIT_NOFILE, &wanted) < 0) {
			wanted = (struct rlimit){.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
			(void)setrlimit(RLIMIT_NOFILE, &wanted);
		}
		if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
			return result;
	}
	result.allowed = limit.rlim_cur;
	return result;
}
