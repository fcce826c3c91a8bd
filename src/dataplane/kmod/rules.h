/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nftables table rtpferry_<name> that guards the tuple: packets to and from media addresses and ports are notrack,
 * in prerouting and output at raw priority, so that no conntrack entry and no NAT rule can touch what the SDP has
 * promised. Packets that arrive with the address as it is advertised, which no translation has changed on their way,
 * get the local address before that, statelessly. Inbound, notrack is for packets that a socket takes which is bound to
 * the address: what else comes to the range may be answers to what NAT has sent from there for others. With a target,
 * packets to all these addresses and ports also go to the xtables target RTPFERRY.
 *
 * The table goes with the netlink socket that made it, so with its process however that ends, and others cannot change
 * it (NFT_TABLE_F_OWNER). What the kernel table needs until its lease ends stays, and has a comment that says so: the
 * tables with the target, and the guard where config.stays. leftovers.h removes these once their kernel table is gone.
 *
 * rules_batch.c is the one file that includes libnftnl.
 */
#ifndef RF_DATAPLANE_KMOD_RULES_H
#define RF_DATAPLANE_KMOD_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

struct rf_rules; /* opaque */

#define RF_RULES_NAME 48   /* bytes of a table's name, with the final NUL */
#define RF_RULES_OWNER 128 /* bytes of the owner's name in comments, with the final NUL */

struct rf_rules_range {
	struct rf_addr address;      /* of an interface */
	uint16_t port_min, port_max; /* inclusive */
};

/* What an address is advertised as. */
struct rf_rules_alias {
	struct rf_rules_range range; /* its packets: to the advertised address and the ports of the local one */
	struct rf_addr to;           /* the local address, of the same family */
};

struct rf_rules_config {
	char name[RF_RULES_NAME];             /* of the nftables table, in full: "rtpferry_7", "rtpferry_ng2223" */
	char owner[RF_RULES_OWNER];           /* who it is for, printed in comments: the label */
	uint32_t target;                      /* id for the target RTPFERRY; 0: no such rules */
	const struct rf_rules_range *ranges;  /* borrowed for the call; copied by rf_rules_new */
	unsigned n_ranges;                    /* of them */
	const struct rf_rules_alias *aliases; /* borrowed and copied in the same way; of two, the first has a packet */
	unsigned n_aliases;                   /* of them */
	bool stays;                           /* the guard is needed for a while when its process was killed */
};

/*
 * Install, replacing a table of that name, in one transaction. 0; -EPERM: no CAP_NET_ADMIN; -EOPNOTSUPP: the kernel has
 * no nftables (or no nft_compat or target, with a target); -ENOMEM, -EMFILE, or the kernel's refusal. why has the
 * sentence.
 */
int rf_rules_new(const struct rf_rules_config *config, struct rf_rules **out, struct rf_buf *why);
/* What the rules cannot do on this kernel, as a sentence; NULL: nothing. */
const char *rf_rules_lack(const struct rf_rules *rules);
/* Are the rules that were installed last those of a config? */
bool rf_rules_are(const struct rf_rules *rules, const struct rf_rules_config *config);
/* Other ranges or another target. As rf_rules_new; on an error the old rules stay. */
int rf_rules_set(struct rf_rules *rules, const struct rf_rules_config *config, struct rf_buf *why);
/*
 * For a timer: is everything as installed? When the ruleset's generation has not moved since the last look
 * this costs one request. Otherwise the rules are compared, a target that lost its name included, and made anew where
 * they differ. 0: as it should be; 1: restored (why says what was missing); an error as rf_rules_new.
 */
int rf_rules_check(struct rf_rules *rules, struct rf_buf *why);
/* Remove the rules and free. NULL is fine. */
void rf_rules_del(struct rf_rules *rules);
/* Free, and leave the rules that outlive their process where they are; the others go. NULL is fine. */
void rf_rules_leave(struct rf_rules *rules);

/* The same as a file for `nft -f`, for sites that install it themselves. */
void rf_rules_print(const struct rf_rules_config *config, struct rf_buf *out);

#endif
