// SPDX-License-Identifier: GPL-2.0-only
/* Compiles where the key of an IPv4 route look-up has a DSCP rather than a TOS. */
#include <net/flow.h>
#include <net/inet_dscp.h>

void probe(struct flowi4 *key);
void probe(struct flowi4 *key)
{
	key->flowi4_dscp = inet_dsfield_to_dscp(0);
}
