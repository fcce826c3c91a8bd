/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with the module rtpferry behind libmnl's socket functions (--wrap, see CMakeLists.txt): tables and flows of
 * one namespace in static memory. It reads requests and writes answers without the code under test.
 */
#ifndef RF_TESTS_FAKE_MODULE_H
#define RF_TESTS_FAKE_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_TABLES 8
#define FAKE_FLOWS 1024
#define FAKE_SOCKETS 16

struct fake_flow {
	uint8_t address[16]; /* the key; network order */
	uint8_t address_len; /* 4 or 16 */
	uint16_t port;       /* the key; host order. 0: free */
	uint64_t cookie;     /* as installed */
	uint32_t table;      /* id */
	unsigned n_types;    /* payload types that were given */
	uint16_t len;        /* bytes of the attribute that made it */
};

struct fake_table {
	uint32_t id; /* 0: free */
	char label[64];
	uint32_t lease_s, hook;
	unsigned locals, devices; /* how many were given */
	int owner;                /* index of its socket; -1: an orphan */
};

/* What the kernel is and does; zero is a good one. */
struct fake_module {
	bool absent;       /* there is no module */
	bool silent;       /* requests are taken, nothing is answered */
	uint32_t abi;      /* 0: RTPFERRY_ABI */
	int refusal;       /* errno to answer the next request of refused_command with */
	uint8_t refused;   /* command that is refused */
	const char *words; /* of the refusal; NULL: none */
	uint32_t offset;   /* of the attribute to blame; 0: none */
	unsigned room;     /* bytes of buffer that sockets are granted; 0: 8 MiB */
	unsigned lose;     /* so many answers are lost: the socket overruns */
	bool bad_answers;  /* statistics have a field of a wrong length */
	bool younger;      /* answers hold what later modules of the same contract may have */
	unsigned sent;     /* requests that came */
	unsigned open;     /* sockets that are open */
	struct fake_table tables[FAKE_TABLES];
	struct fake_flow flows[FAKE_FLOWS];
};

extern struct fake_module fake;

/* A good kernel without tables; sockets of before are forgotten. */
void fake_reset(void);
/* Flows that a table has. */
unsigned fake_flows(uint32_t table);

#endif
