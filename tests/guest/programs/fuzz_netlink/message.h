/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the family: valid ones, and what becomes of them when chance has its way. */
#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_MESSAGE_MAX (256 << 10)
#define FUZZ_REMEMBERED (1 << 12)

/* Numbers that depend on the seed alone. */
struct fuzz_chance {
	uint64_t state; /* never 0 */
};

/* What names a flow. */
struct fuzz_key {
	uint32_t table; /* id */
	bool ip6;
	uint32_t address; /* which of the family's */
	uint32_t port;
};

/* A request as it is handed to the kernel: perhaps several messages, one behind the other. */
struct fuzz_message {
	uint8_t bytes[FUZZ_MESSAGE_MAX];
	size_t len;                        /* of bytes that are sent */
	uint16_t family;                   /* number of the family; set by the caller */
	uint32_t sequence;                 /* of the last message */
	uint8_t commands[FUZZ_REMEMBERED]; /* by the sequence number's low bits; 0: none of the contract's, or no
	                                      request */
	uint32_t first_id;                 /* of the tables that it mostly names; set by the caller */
	uint32_t own_id;                   /* of them, what the socket that sends it mostly names */
	struct fuzz_key last;              /* flow that was set last; table 0: none */
	unsigned int change;               /* so many attributes in 1,000 are changed */
	struct fuzz_chance chance;
};

/* A number below limit; 0 for limit 0. */
uint32_t fuzz_below(struct fuzz_chance *chance, uint32_t limit);
/* Whether something happens that happens so many times in 1,000. */
int fuzz_happens(struct fuzz_chance *chance, unsigned int per_mille);

/* Fill in the next request. */
void fuzz_message_next(struct fuzz_message *message);

#endif
