/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that addresses are read from ("file:PATH" in the key interface): have they changed since the last look? An
 * address sidecar, or Kubernetes, which replaces a link, writes them at any time. Control thread only.
 */
#ifndef RF_ADDRESS_FILES_H
#define RF_ADDRESS_FILES_H

#include "config.h"

#define RF_ADDRESS_FILES_LOOK_US 2000000 /* between two looks */

struct rf_address_files; /* opaque */

/* Note how the files of a configuration look now; paths are copied. 0 or -ENOMEM. */
int rf_address_files_new(const struct rf_config *config, struct rf_address_files **out);
void rf_address_files_free(struct rf_address_files *files); /* NULL is fine */

/*
 * Look again. The path of a file that is another one now (inode, time of change or size), or NULL; one that is not
 * there for the moment has not changed yet.
 */
const char *rf_address_files_changed(struct rf_address_files *files);

#endif
