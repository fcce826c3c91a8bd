// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for QEMU's TCG: instructions of the guest between markers.
 *
 * A marker is a long NOP, nopl DISPLACEMENT(%rax,%rax,1), whose displacement is MARK plus a number below 256.
 * Each marker that is executed prints one line: its number and the instructions since the start, all of one
 * virtual CPU. QEMU's header is not packaged by Debian, so the few declarations that are needed stand here.
 *
 * Every block of the guest between markers 1 and 2 is counted by address as well; those counts go, at marker 2, to
 * the file that the argument profile=NAME names: a line "shape", then of each block its address, and how many
 * instructions ran there and how many of these lock a cache line, for the guest's kallsyms.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK 0x52460000u
#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct qemu_info_t qemu_info_t;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*cb)(unsigned, void *), int flags,
                                          void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned, void *), int flags,
                                            void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_outs(const char *string);

EXPORT int qemu_plugin_version = 1;

/* A block of translated code; one for each translation, so that an address may have several. */
struct block {
	struct block *next; /* of all blocks */
	uint64_t address;   /* virtual, of its first instruction */
	uint64_t size;      /* instructions */
	uint64_t locking;   /* of them, such as lock a cache line */
	uint64_t profiled;  /* times that it ran between markers 1 and 2 */
};

static struct block *blocks;
static uint64_t instructions;
static bool profiling;
static FILE *profile; /* or NULL: not wanted */

static void block_runs(unsigned cpu, void *data)
{
	struct block *block = data;

	(void)cpu;
	instructions += block->size;
	block->profiled += profiling;
}

static void write_profile(void)
{
	fprintf(profile, "shape\n");
	for (struct block *block = blocks; block; block = block->next) {
		if (block->profiled)
			fprintf(profile, "%016" PRIx64 " %" PRIu64 " %" PRIu64 "\n", block->address,
			        block->profiled * block->size, block->profiled * block->locking);
		block->profiled = 0;
	}
	fflush(profile);
}

static void marker_runs(unsigned cpu, void *data)
{
	unsigned number = (unsigned)(uintptr_t)data;
	char line[64];

	(void)cpu;
	profiling = number == 1 || (profiling && number != 2);
	if (number == 2 && profile)
		write_profile();
	snprintf(line, sizeof(line), "mark %u %" PRIu64 "\n", number, instructions);
	qemu_plugin_outs(line);
}

static bool is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};

	return memchr(prefixes, byte, sizeof(prefixes)) != NULL;
}

/*
 * Does it lock the cache line that it writes? A kernel with one processor has taken the prefix LOCK away at its start,
 * and written DS there, which nothing else has but jumps (0xff /4) that are prepared for indirect branch tracking. What
 * exchanges a register with memory (0x86, 0x87) locks without a prefix.
 */
static bool locks(const uint8_t *code, size_t size)
{
	bool marked = false, jumps;
	size_t at = 0;

	for (; at < size && is_prefix(code[at]); at++)
		marked |= code[at] == 0xf0 || code[at] == 0x3e;
	at += at < size && (code[at] & 0xf0) == 0x40; /* REX */
	if (at + 1 >= size)
		return false;
	jumps = code[at] == 0xff && (code[at + 1] >> 3 & 7) == 4;
	return (marked && !jumps) || ((code[at] & 0xfe) == 0x86 && code[at + 1] < 0xc0);
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	static const uint8_t nop[] = {0x0f, 0x1f, 0x84, 0x00};
	struct block *block = calloc(1, sizeof(*block));
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	if (!block)
		abort();
	*block = (struct block){.next = blocks, .address = qemu_plugin_tb_vaddr(tb), .size = n};
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, 0, block);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *code = qemu_plugin_insn_data(insn);
		uint32_t displacement;

		block->locking += locks(code, qemu_plugin_insn_size(insn));
		if (qemu_plugin_insn_size(insn) != 8 || memcmp(code, nop, sizeof(nop)) != 0)
			continue;
		memcpy(&displacement, code + sizeof(nop), sizeof(displacement));
		if ((displacement & ~0xffu) == MARK)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marker_runs, 0,
			                                       (void *)(uintptr_t)(displacement & 0xff));
	}
}

EXPORT int qemu_plugin_install(plugin_id id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "profile=", 8) == 0)
			profile = fopen(argv[i] + 8, "w");
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
